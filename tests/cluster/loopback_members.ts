/** Three etcd members on loopback, for benches. */
import { Guard } from "./_guard.ts";
import { MEMBERS, Members } from "./_members.ts";
import { Loopback } from "./_place.ts";

/** A cluster that whoever started it owns. */
export class LoopbackMembers implements AsyncDisposable {
  readonly #guard: Guard;
  readonly #members: Members;

  private constructor(guard: Guard, folder: string) {
    this.#guard = guard;
    this.#members = new Members({ place: new Loopback(), guard, folder });
  }

  /** Starts it, and waits until every member answers. */
  static async start(): Promise<LoopbackMembers> {
    const guard = new Guard();
    const folder = await Deno.makeTempDir({ prefix: "cluster_" });
    await guard.tell("folder", folder);
    const cluster = new LoopbackMembers(guard, folder);
    try {
      await cluster.#members.up(...MEMBERS);
      return cluster;
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Where clients find the members. */
  get endpoints(): string[] {
    return MEMBERS.map((name) => this.#members.endpoint(name));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#members.kill(...MEMBERS);
    await this.#guard[Symbol.asyncDispose]();
  }
}
