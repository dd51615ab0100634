/**
 * Hosts: every event is kept in the bucket in which it happened, and a window is computed by looking at all of them.
 *
 * @module
 */
import type { AppEvent } from "./app.ts";
import type { Flow } from "./flow.ts";

/** Length of a bucket, microseconds. */
export const BUCKET_US = 5e6;
const BUCKET_SECONDS = 5;
const MAX_VALUES = 1024;
const REMEMBERED_BUCKETS = 60;

/** Something that a flow did, as its two hosts see it. */
export type Bucketed =
  | { readonly type: "start"; readonly flow: Flow }
  | { readonly type: "answer"; readonly flow: Flow }
  | { readonly type: "handshake"; readonly flow: Flow }
  | { readonly type: "large"; readonly flow: Flow }
  | { readonly type: "closed"; readonly flow: Flow; readonly seconds: number }
  | {
    readonly type: "packet";
    readonly flow: Flow;
    readonly forward: boolean;
    readonly length: number;
    readonly payloadLength: number;
    readonly flags: number;
    readonly unsolicited: boolean;
  }
  | (AppEvent & { readonly flow: Flow });

/** An event of one type. */
export type EventOf<T extends Bucketed["type"]> = Extract<
  Bucketed,
  { readonly type: T }
>;

/** The two parts that a host plays. */
export type Role = "out" | "in";

/** A host and all that it did. */
export class Host {
  /** "4:" or "6:" and hexadecimal digits. */
  readonly address: string;
  /** VLAN ids. */
  readonly vlan: number;
  /** Tunnel. */
  readonly vni: number;
  /** It has had an answered flow. */
  established = false;
  /** Packets per bucket, of both roles. */
  readonly packets = new Map<number, number>();
  readonly #events = {
    out: new Map<number, Bucketed[]>(),
    in: new Map<number, Bucketed[]>(),
  };

  constructor(address: string, vlan: number, vni: number) {
    this.address = address;
    this.vlan = vlan;
    this.vni = vni;
  }

  /** Notes an event. */
  add(role: Role, bucket: number, event: Bucketed): void {
    const events = this.#events[role].get(bucket) ?? [];
    events.push(event);
    this.#events[role].set(bucket, events);
  }

  /** All events of a role, bucket by bucket, up to `bucket`. */
  until(role: Role, bucket: number): readonly [number, readonly Bucketed[]][] {
    return [...this.#events[role]].filter(([at]) => at <= bucket)
      .sort(([a], [b]) => a - b);
  }
}

/** Every host of a capture, in the order of its first flow. */
export class Hosts {
  readonly #hosts = new Map<string, Host>();

  /** The host, made when it is new. */
  get(address: string, vlan: number, vni: number): Host {
    const key = `${address} ${vlan} ${vni}`;
    const host = this.#hosts.get(key) ?? new Host(address, vlan, vni);
    this.#hosts.set(key, host);
    return host;
  }

  /** All of them. */
  all(): Iterable<Host> {
    return this.#hosts.values();
  }
}

/** The last W seconds of a host in one role, at the close of a bucket. */
export class Window {
  /** W. */
  readonly seconds: number;
  /** Number of buckets. */
  readonly buckets: number;
  /** The bucket that closes. */
  readonly last: number;
  readonly #host: Host;
  readonly #role: Role;
  readonly #events: readonly [number, readonly Bucketed[]][];

  constructor(host: Host, role: Role, bucket: number, seconds: number) {
    this.seconds = seconds;
    this.buckets = seconds / BUCKET_SECONDS;
    this.last = bucket;
    this.#host = host;
    this.#role = role;
    this.#events = host.until(role, bucket)
      .filter(([at]) => at > bucket - this.buckets);
  }

  /** The window's events of one type. */
  all<T extends Bucketed["type"]>(type: T): EventOf<T>[] {
    return this.#events.flatMap(([, events]) =>
      events.filter((it): it is EventOf<T> => it.type === type)
    );
  }

  /** How many flows started in each of its buckets, empty ones included. */
  startsPerBucket(): number[] {
    const counts = Array.from({ length: this.buckets }, () => 0);
    for (const [at, events] of this.#events) {
      counts[at - this.last + this.buckets - 1] = events.filter((it) =>
        it.type === "start"
      ).length;
    }
    return counts;
  }

  /** How many values were last used in the window. */
  distinct(valueOf: (event: Bucketed) => string | undefined): number {
    const { lastUsed } = this.#replay(valueOf);
    return [...lastUsed.values()]
      .filter((at) => at > this.last - this.buckets).length;
  }

  /** How many values became new in the window: not used in the 60 buckets before. */
  fresh(valueOf: (event: Bucketed) => string | undefined): number {
    const { news } = this.#replay(valueOf);
    return news.filter((at) => at > this.last - this.buckets).length;
  }

  /** Goes through the host's whole past: one bucket keeps at most 1,024 values. */
  #replay(
    valueOf: (event: Bucketed) => string | undefined,
  ): { lastUsed: Map<string, number>; news: number[] } {
    const lastUsed = new Map<string, number>();
    const kept = new Map<number, number>();
    const news: number[] = [];
    for (const [at, events] of this.#host.until(this.#role, this.last)) {
      for (const event of events) {
        const value = valueOf(event);
        if (value === undefined) continue;
        const before = lastUsed.get(value);
        if (before === at) continue;
        const full = (kept.get(at) ?? 0) >= MAX_VALUES;
        if (full) continue;
        if (before === undefined || at - before > REMEMBERED_BUCKETS) {
          news.push(at);
        }
        lastUsed.set(value, at);
        kept.set(at, (kept.get(at) ?? 0) + 1);
      }
    }
    return { lastUsed, news };
  }
}
