/** A test bed: three etcd members, pipeline processes, an operator. */
import type { FleetMember } from "@ml-defender/watcher";
import { Child, type Line } from "./_child.ts";
import { Guard } from "./_guard.ts";
import { MEMBERS, Members } from "./_members.ts";
import { Loopback, Namespaces, type Place } from "./_place.ts";
import { sleep } from "../etcd_server.ts";

/** Names of the pipeline processes. */
export const PIPELINES = ["p1", "p2", "p3", "p4", "p5"] as const;
/** Generated captures, one for each. */
const CAPTURES = [
  ...["ssh_guessing", "scan_vertical", "dns_tunnel"],
  ...["web_attack", "benign_office"],
];
const OPERATOR = "operator";

/** A bed. */
export interface BedOptions {
  /** `namespaces` needs root. */
  readonly kind: "loopback" | "namespaces";
  /** Every line between processes is so slow; on loopback only. @default {as fast as it is} */
  readonly slow?: { readonly delayMs: number; readonly bytesPerSecond: number };
}

/** Everything that runs, and where. */
export class Bed implements AsyncDisposable {
  readonly #guard = new Guard();
  #place: Place = new Loopback();
  #links: Child | undefined;
  #folder = "";
  #via = (member: string, net: "clients" | "peers") =>
    this.#place.address(member, net);
  members!: Members;
  readonly pipelines: Child[] = [];
  operator!: Child;

  /** Starts all of it, and writes revision 1. */
  static async start(options: BedOptions): Promise<Bed> {
    const bed = new Bed();
    try {
      await bed.#start(options);
      return bed;
    } catch (error) {
      await bed[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The network; only where the bed has one. */
  get network(): Namespaces {
    return this.#place as Namespaces;
  }

  /** What a bed leaves on a machine as long as it is there. */
  get traces(): {
    readonly pids: readonly number[];
    readonly prefix: string;
    readonly folder: string;
  } {
    const programs = [this.operator, ...this.pipelines].map(({ pid }) => pid);
    const { prefix = "" } = this.network;
    const pids = [...programs, ...this.members.pids];
    return { pids, prefix, folder: this.#folder };
  }

  /** The newest revision, from the store. */
  async newest(): Promise<number> {
    return Number((await this.operator.ask("read")).revision);
  }

  /** Every process, as it says of itself. */
  async fleet(): Promise<readonly FleetMember[]> {
    const { fleet } = await this.operator.ask("fleet");
    return fleet as readonly FleetMember[];
  }

  /**
   * Waits until pipelines run a revision or a newer one.
   *
   * @returns When each did, in the order of the pipelines.
   */
  async running(
    revision: number,
    { pipelines = this.pipelines as readonly Child[], timeoutMs = 30_000 } = {},
  ): Promise<number[]> {
    const wanted = (line: Line) =>
      line.at === "runs" && Number(line.revision) >= revision;
    const lines = await Promise.all(
      pipelines.map((pipeline) => pipeline.until(wanted, { timeoutMs })),
    );
    return lines.map(({ time }) => Number(time));
  }

  /** Kills a pipeline process and starts it again; resolves when it runs something. */
  async restart(i: number): Promise<void> {
    await this.pipelines[i]!.kill();
    const again = this.pipelines[i] = this.#pipeline(i);
    await again.until(({ at }) => at === "runs");
  }

  /** Everything is gone when this resolves: processes, namespaces, folders. */
  async [Symbol.asyncDispose](): Promise<void> {
    const all = [this.operator, ...this.pipelines, this.#links];
    await Promise.all(all.map((child) => child?.kill()));
    await this.members?.kill(...MEMBERS);
    await this.#guard[Symbol.asyncDispose]();
  }

  async #start({ kind, slow }: BedOptions): Promise<void> {
    const guard = this.#guard;
    const folder = await Deno.makeTempDir({ prefix: "cluster_" });
    this.#folder = folder;
    await guard.tell("folder", folder);
    if (kind === "namespaces") {
      const hosts = [...MEMBERS, ...PIPELINES, OPERATOR];
      this.#place = await Namespaces.make(hosts, guard);
    }
    const place = this.#place;
    if (slow !== undefined) await this.#slowDown(slow);
    this.members = new Members({
      ...{ place, guard, folder },
      peerVia: (member) => this.#via(member, "peers"),
    });
    await this.members.up(...MEMBERS);
    this.operator = this.#program(
      OPERATOR,
      "operator.ts",
      ...this.#endpoints(0),
    );
    await this.operator.until(({ at }) => at === "ready");
    await this.operator.ask("write");
    for (const i of PIPELINES.keys()) this.pipelines.push(this.#pipeline(i));
    await this.running(1);
  }

  #pipeline(i: number): Child {
    const id = PIPELINES[i]!;
    return this.#program(
      ...[id, "pipeline.ts", id, CAPTURES[i]!, this.#folder] as const,
      ...this.#endpoints(i),
    );
  }

  /** Each process begins with another member. */
  #endpoints(first: number): string[] {
    return MEMBERS.map((_, i) => {
      const member = MEMBERS[(first + i) % MEMBERS.length]!;
      return `http://${this.#via(member, "clients")}`;
    });
  }

  #program(host: string, name: string, ...args: string[]): Child {
    const path = new URL(`programs/${name}`, import.meta.url).pathname;
    const [program, ...before] = this.#place.command(host, Deno.execPath());
    const command = [
      ...[program!, ...before, "run", "--no-prompt", "--no-check", "-A"],
      ...[path, ...args],
    ];
    return new Child({ command, guard: this.#guard });
  }

  async #slowDown(
    { delayMs, bytesPerSecond }: NonNullable<BedOptions["slow"]>,
  ): Promise<void> {
    const direct = this.#place;
    const links = new Loopback();
    this.#via = (member, net) => links.address(member, net);
    const pairs = MEMBERS.flatMap((member) =>
      (["clients", "peers"] as const).map((net) =>
        `${links.address(member, net)}=${direct.address(member, net)}`
      )
    );
    const figures = [`${delayMs}`, `${bytesPerSecond}`];
    this.#links = this.#program("link", "link.ts", ...figures, ...pairs);
    await this.#links.until(({ at }) => at === "ready");
  }
}

/** Waits until something holds, or fails with what it was waiting for. */
export async function eventually(
  what: string,
  holds: () => Promise<boolean>,
  withinMs: number,
): Promise<number> {
  const start = performance.now();
  while (!(await holds())) {
    if (performance.now() - start > withinMs) {
      throw new Error(`not within ${withinMs} ms: ${what}`);
    }
    await sleep(100);
  }
  return performance.now() - start;
}
