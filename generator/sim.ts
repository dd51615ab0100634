/** The event loop: many lazy actors, one clock, packets in time order. */

import type { CaptureWriter, Chunk } from "./capture_writer.ts";
import { Filler } from "./blob.ts";
import { FrameBuilder } from "./frame.ts";
import type { Rng } from "./rng.ts";

/**
 * Something that sends packets. It yields the time (microseconds) at which it wants to go on and
 * sends at `sim.nowUs` when it is resumed.
 */
export type Actor = Generator<number, void, void>;

/** What the packets of one attack added up to. */
export interface AttackCount {
  /** Packets of the attack, answers included. */
  packets: number;
  /** Time of the first packet, microseconds since the epoch. */
  startUs: number;
  /** Time of the last one. */
  endUs: number;
}

interface Entry {
  time: number;
  order: number;
  actor: Actor;
  attack: number;
}

function before(a: Entry, b: Entry): boolean {
  return a.time < b.time || (a.time === b.time && a.order < b.order);
}

/** Options of a simulation. */
export interface SimOptions {
  /** First possible packet time, microseconds since the epoch. */
  startUs: number;
  /** Actors that would go on after this time end. */
  endUs: number;
  /** Receives the packets. */
  writer: CaptureWriter;
  /** VLAN id of every frame, 0 for none. */
  vlan: number;
  /** Source of the filler bytes. */
  rng: Rng;
  /** Ends after this many packets. */
  maxPackets?: number;
  /** Ends after about this many bytes of file. */
  maxBytes?: number;
}

/** Runs actors in time order and hands out the capture in chunks. */
export class Sim {
  /** Present time, microseconds since the epoch. */
  nowUs: number;
  /** First possible packet time. */
  readonly startUs: number;
  /** Actors that would go on after this time end. */
  readonly endUs: number;
  /** Builds the frames; use the `nowUs` of this simulation. */
  readonly frame: FrameBuilder;
  /** Encrypted-looking bytes. */
  readonly filler: Filler;
  /** Counts per attack, in the order of `openAttack`. */
  readonly attacks: AttackCount[] = [];
  readonly #writer: CaptureWriter;
  readonly #heap: Entry[] = [];
  readonly #maxPackets: number;
  readonly #maxBytes: number;
  #order = 0;
  #attack = -1;

  /** Makes an empty simulation. */
  constructor(options: SimOptions) {
    const { startUs, endUs, writer, vlan, rng } = options;
    this.nowUs = startUs;
    this.startUs = startUs;
    this.endUs = endUs;
    this.#writer = writer;
    this.frame = new FrameBuilder(writer, vlan);
    this.filler = new Filler(rng);
    this.#maxPackets = options.maxPackets ?? Infinity;
    this.#maxBytes = options.maxBytes ?? Infinity;
  }

  /** A number for a new attack; actors spawned within `asAttack` count towards it. */
  openAttack(): number {
    this.attacks.push({ packets: 0, startUs: Infinity, endUs: -Infinity });
    return this.attacks.length - 1;
  }

  /** Runs `work` so that every actor it spawns belongs to attack `id`. */
  asAttack(id: number, work: () => void): void {
    const held = this.#attack;
    this.#attack = id;
    work();
    this.#attack = held;
  }

  /** Starts an actor at a time (now, if that is past); it inherits the attack of its parent. */
  spawn(atUs: number, actor: Actor): void {
    const time = Math.max(this.nowUs, Math.round(atUs));
    if (time > this.endUs) return;
    const entry = { time, order: this.#order++, actor, attack: this.#attack };
    const heap = this.#heap;
    let i = heap.length;
    heap.push(entry);
    while (i > 0) {
      const up = (i - 1) >> 1;
      const parent = heap[up] as Entry;
      if (!before(entry, parent)) break;
      heap[i] = parent;
      i = up;
    }
    heap[i] = entry;
  }

  #sink(entry: Entry): void {
    const heap = this.#heap;
    const n = heap.length;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= n) break;
      if (
        child + 1 < n && before(heap[child + 1] as Entry, heap[child] as Entry)
      ) child++;
      if (!before(heap[child] as Entry, entry)) break;
      heap[i] = heap[child] as Entry;
      i = child;
    }
    heap[i] = entry;
  }

  #step(top: Entry): void {
    this.nowUs = top.time;
    this.#attack = top.attack;
    const had = this.#writer.packets;
    const result = top.actor.next();
    const sent = this.#writer.packets - had;
    if (sent > 0 && top.attack >= 0) {
      const count = this.attacks[top.attack] as AttackCount;
      count.packets += sent;
      count.startUs = Math.min(count.startUs, this.nowUs);
      count.endUs = Math.max(count.endUs, this.nowUs);
    }
    const heap = this.#heap;
    const gone = result.done || result.value > this.endUs;
    if (!gone) {
      top.time = Math.max(Math.round(result.value as number), this.nowUs);
    }
    if (gone) {
      const last = heap.pop() as Entry;
      if (heap.length > 0) this.#sink(last);
    } else {
      this.#sink(top);
    }
  }

  /** Runs to the end, yielding chunks of the capture file as they fill. */
  *run(): Generator<Chunk, void, void> {
    const heap = this.#heap;
    const writer = this.#writer;
    while (heap.length > 0) {
      this.#step(heap[0] as Entry);
      const chunk = writer.take();
      if (chunk) yield chunk;
      if (
        writer.packets >= this.#maxPackets || writer.bytes >= this.#maxBytes
      ) break;
    }
    yield* writer.finish();
  }
}
