/** Three etcd members that are one cluster. */
import { Child } from "./_child.ts";
import type { Guard } from "./_guard.ts";
import { type Place, run } from "./_place.ts";
import { sleep } from "../etcd_server.ts";

/** Names of the members, which are their hosts as well. */
export const MEMBERS = ["etcd-a", "etcd-b", "etcd-c"] as const;
/** One of them. */
export type MemberName = (typeof MEMBERS)[number];

/** Where and how. */
export interface MembersOptions {
  readonly place: Place;
  readonly guard: Guard;
  /** Has a folder for each member. */
  readonly folder: string;
  /** Where members reach each other, if not directly. */
  readonly peerVia?: (member: MemberName) => string;
}

/** What a member says of itself. */
interface MemberStatus {
  readonly id: string;
  readonly leader: string;
}

const READY_MS = 30_000;

/** The cluster. */
export class Members {
  readonly #options: MembersOptions;
  readonly #running = new Map<MemberName, Child>();

  constructor(options: MembersOptions) {
    this.#options = options;
  }

  /** Ids of those that run. */
  get pids(): number[] {
    return [...this.#running.values()].map(({ pid }) => pid);
  }

  /** Where a client finds a member. */
  endpoint(member: MemberName): string {
    return `http://${this.#options.place.address(member, "clients")}`;
  }

  /** Starts some, each on the data that it has, and waits until they answer. */
  async up(...names: readonly MemberName[]): Promise<void> {
    for (const name of names) this.#start(name);
    await Promise.all(names.map((name) => this.#ready(name)));
  }

  /** Ends some as a power cut would. */
  async kill(...names: readonly MemberName[]): Promise<void> {
    await Promise.all(names.map(async (name) => {
      await this.#running.get(name)?.kill();
      this.#running.delete(name);
    }));
  }

  /** Who leads, as the members that answer say. */
  async leader(
    asked: readonly MemberName[] = MEMBERS,
  ): Promise<MemberName> {
    const end = Date.now() + READY_MS;
    for (;;) {
      const all = await Promise.all(
        asked.map(async (name) => [name, await this.#status(name)] as const),
      );
      const leads = all.find(([, status]) =>
        status !== undefined && status.id === status.leader
      );
      if (leads !== undefined) return leads[0];
      if (Date.now() > end) throw new Error("no member leads");
      await sleep(50);
    }
  }

  /** Waits until every member has what all have: who was away is heard only when patience of both ends is over. */
  async whole(): Promise<void> {
    const end = Date.now() + READY_MS;
    await Promise.all(MEMBERS.map(async (name) => {
      while (!(await this.#reads(name))) {
        if (Date.now() > end) throw new Error(`${name} does not catch up`);
        await sleep(50);
      }
    }));
  }

  /** Makes another member the leader. */
  async moveLeader(to: MemberName): Promise<void> {
    const leader = await this.leader();
    const { id } = (await this.#status(to))!;
    // etcdctl takes the id in base 16, and gives it in base 10.
    await this.#ctl(leader, "move-leader", BigInt(id).toString(16));
  }

  #start(name: MemberName): void {
    const { place, guard, folder } = this.#options;
    const via = this.#options.peerVia ??
      ((member) => place.address(member, "peers"));
    const client = this.endpoint(name);
    const listens = `http://${place.address(name, "peers")}`;
    const all = MEMBERS.map((member) => `${member}=http://${via(member)}`);
    const command = [
      ...place.command(name, "etcd"),
      `--name=${name}`,
      `--data-dir=${folder}/${name}`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${listens}`,
      `--initial-advertise-peer-urls=http://${via(name)}`,
      `--initial-cluster=${all.join(",")}`,
      "--initial-cluster-state=new",
    ];
    this.#running.set(name, new Child({ command, guard, speaks: false }));
  }

  async #ready(name: MemberName): Promise<void> {
    const end = Date.now() + READY_MS;
    for (;;) {
      const { leader = "0" } = await this.#status(name) ?? {};
      if (BigInt(leader) !== 0n) return;
      if (Date.now() > end) throw new Error(`${name} does not come up`);
      await sleep(50);
    }
  }

  /** Whether a member can answer for all. */
  async #reads(name: MemberName): Promise<boolean> {
    try {
      await this.#ctl(name, "get", "anything");
      return true;
    } catch {
      return false;
    }
  }

  async #status(name: MemberName): Promise<MemberStatus | undefined> {
    try {
      const text = await this.#ctl(name, "endpoint", "status", "-w=fields");
      const field = (title: string) =>
        new RegExp(`^"${title}" : (\\d+)$`, "m").exec(text)?.[1];
      const id = field("MemberID");
      const leader = field("Leader");
      return id && leader ? { id, leader } : undefined;
    } catch {
      return undefined;
    }
  }

  #ctl(name: MemberName, ...args: string[]): Promise<string> {
    const [program, ...before] = this.#options.place.command(name, "etcdctl");
    return run(
      ...[program!, ...before] as [string, ...string[]],
      `--endpoints=${this.endpoint(name)}`,
      ...["--dial-timeout=1s", "--command-timeout=2s"],
      ...args,
    );
  }
}
