/** TCP conversations: handshake, segments, acknowledgements, losses, endings. */

import { ephemeral, type Family, type Host } from "./address.ts";
import type { Bulk } from "./blob.ts";
import { ACK, FIN, NOTHING, PSH, RST, type Slice, SYN } from "./frame.ts";
import type { Actor, Sim } from "./sim.ts";
import { STACKS, synOf } from "./stacks.ts";

/** One message of a conversation. */
export interface Step {
  /** 0: the client sends, 1: the server. */
  from: 0 | 1;
  /** What is sent; nothing means that only time passes. */
  data?: Uint8Array | Bulk;
  /** Thinking time before it, in microseconds, beside the path delay. */
  waitUs?: number;
}

/** How a conversation ends. */
export type Ending =
  | "fin_client"
  | "fin_server"
  | "rst_client"
  | "rst_server"
  | "open";

/** A TCP conversation to be. */
export interface TcpSpec {
  /** Who opens it. */
  client: Host;
  /** Who answers. */
  server: Host;
  /** IP version. */
  family: Family;
  /** Server port. */
  port: number;
  /** Client port; by default the client's next ephemeral one. */
  clientPort?: number;
  /** Round trip in microseconds. */
  rttUs: number;
  /** Messages, asked for one by one. */
  steps: Iterable<Step>;
  /** How it ends. @default {"fin_client"} */
  end?: Ending;
  /** What the server does with the SYN. @default {"accept"} */
  answer?: "accept" | "refuse" | "silent";
  /** SYNs sent to a silent server. @default {3} */
  tries?: number;
  /** Only this direction is captured. */
  only?: 0 | 1;
  /** Probability that a data segment is sent again. @default {0} */
  loss?: number;
  /** Bytes per second of the slowest link, for bulk data. @default {12_000_000} */
  bytesPerSecond?: number;
  /** Silence before the end, microseconds: connections are kept for a while. @default {0} */
  lingerUs?: number;
  /** The conversation began before the capture: no handshake is seen. */
  midstream?: boolean;
}

const NONE = new Uint8Array(0);

function isBulk(data: Uint8Array | Bulk): data is Bulk {
  return !(data instanceof Uint8Array);
}

function hash32(...values: number[]): number {
  let h = 0x811c9dc5;
  for (const value of values) h = Math.imul(h ^ value, 0x01000193) ^ (h >>> 15);
  return h >>> 0;
}

/** State of one conversation. */
class Conversation {
  readonly #sim: Sim;
  readonly #spec: TcpSpec;
  readonly #hosts: readonly [Host, Host];
  readonly #ports: readonly [number, number];
  readonly #seq: [number, number];
  readonly #near: number;
  readonly #far: number;
  readonly #mss: number;
  readonly #timestamps: boolean;
  readonly #tsBase: [number, number];
  readonly #salt: number;
  readonly #windows: [number, number];
  readonly #tsOptions = new Uint8Array([1, 1, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0]);
  #lossDraw: number;
  #owesAck: [boolean, boolean] = [false, false];

  constructor(sim: Sim, spec: TcpSpec) {
    this.#sim = sim;
    this.#spec = spec;
    const { client, server, family } = spec;
    const port = spec.clientPort ?? ephemeral(client);
    this.#hosts = [client, server];
    this.#ports = [port, spec.port];
    this.#salt = hash32(client.sum4, server.sum4, port, spec.port);
    this.#seq = [
      hash32(this.#salt, 1, sim.nowUs | 0),
      hash32(this.#salt, 2, sim.nowUs | 0),
    ];
    this.#tsBase = [hash32(client.sum4, 3), hash32(server.sum4, 4)];
    // The tap is near the home side: whoever is at home has the short leg.
    const nearShare = client.home === server.home
      ? 0.5
      : client.home
      ? 0.03
      : 0.97;
    this.#near = Math.round(spec.rttUs * nearShare);
    this.#far = spec.rttUs - this.#near;
    this.#timestamps = STACKS[client.stack].timestamps &&
      STACKS[server.stack].timestamps;
    this.#mss = (family === 4 ? 1460 : 1440) - (this.#timestamps ? 12 : 0);
    this.#windows = [this.#salt % 400 + 200, (this.#salt >>> 8) % 400 + 120];
    if (client.stack === "embedded") {
      this.#windows[0] = 5840 + (this.#salt % 2000);
    }
    if (server.stack === "embedded") {
      this.#windows[1] = 5840 + (this.#salt % 2000);
    }
    this.#lossDraw = this.#salt;
  }

  #options(from: 0 | 1): Uint8Array {
    if (!this.#timestamps) return NONE;
    const out = this.#tsOptions;
    const view = new DataView(out.buffer);
    const ms = Math.floor((this.#sim.nowUs - this.#sim.startUs) / 1000);
    view.setUint32(4, this.#tsBase[from] + ms);
    view.setUint32(8, this.#tsBase[1 - from as 0 | 1] + Math.max(0, ms - 1));
    return out;
  }

  #emit(
    from: 0 | 1,
    flags: number,
    payload: Slice,
    at?: { seq?: number; ack?: number },
  ): void {
    const { only, family } = this.#spec;
    if (only !== undefined && only !== from) return;
    const to = (1 - from) as 0 | 1;
    this.#sim.frame.tcp(this.#sim.nowUs, [
      this.#hosts[from],
      this.#hosts[to],
      family,
    ], {
      from: this.#ports[from],
      to: this.#ports[to],
      seq: at?.seq ?? this.#seq[from],
      ack: flags & ACK ? at?.ack ?? this.#seq[to] : 0,
      flags,
      window: flags & RST ? 0 : this.#windows[from],
      options: flags & RST ? NONE : this.#options(from),
    }, payload);
  }

  #syn(from: 0 | 1): void {
    const { family, only } = this.#spec;
    if (only !== undefined && only !== from) return;
    const to = (1 - from) as 0 | 1;
    const ms = Math.floor((this.#sim.nowUs - this.#sim.startUs) / 1000);
    const tsValue = this.#tsBase[from] + ms;
    const { window, options } = synOf(this.#hosts[from], {
      family,
      tsValue,
      salt: this.#hosts[from].sum4,
    });
    // A reply offers timestamps only where the request did.
    const stripped = from === 1 && !this.#timestamps
      ? synOf({
        ...this.#hosts[1],
        stack: this.#hosts[1].stack === "embedded" ? "embedded" : "windows",
      }, {
        family,
        tsValue,
        salt: 0,
      }).options
      : options;
    this.#sim.frame.tcp(this.#sim.nowUs, [
      this.#hosts[from],
      this.#hosts[to],
      family,
    ], {
      from: this.#ports[from],
      to: this.#ports[to],
      seq: (this.#seq[from] - 1) >>> 0,
      ack: from === 1 ? this.#seq[0] : 0,
      flags: from === 1 ? SYN | ACK : SYN,
      window,
      options: stripped,
    }, NOTHING);
  }

  /** The handshake; false where there is none. */
  *open(): Generator<number, boolean, void> {
    const { answer = "accept", tries = 3, midstream } = this.#spec;
    if (midstream) return true;
    if (answer === "silent") {
      for (let i = 0; i < tries; i++) {
        this.#syn(0);
        if (i + 1 < tries) yield this.#sim.nowUs + 1_000_000 * 2 ** i;
      }
      return false;
    }
    this.#syn(0);
    yield this.#sim.nowUs + this.#far;
    if (answer === "refuse") {
      this.#emit(1, RST | ACK, NOTHING, { seq: 0 });
      return false;
    }
    this.#syn(1);
    yield this.#sim.nowUs + this.#near;
    this.#emit(0, ACK, NOTHING);
    return true;
  }

  #lost(): boolean {
    const { loss = 0 } = this.#spec;
    if (loss === 0) return false;
    this.#lossDraw = (Math.imul(this.#lossDraw, 1664525) + 1013904223) >>> 0;
    return this.#lossDraw / 4294967296 < loss;
  }

  #slice(data: Uint8Array | Bulk, at: number, length: number): Slice {
    if (!isBulk(data)) return { bytes: data, offset: at, length };
    const offset = at % data.period;
    return { bytes: data.blob.bytes, offset, length, blob: data.blob };
  }

  /** Sends one message and the acknowledgements that come while it is under way. */
  *send(from: 0 | 1, data: Uint8Array | Bulk): Generator<number, void, void> {
    const sim = this.#sim;
    const to = (1 - from) as 0 | 1;
    const total = data.length;
    const ackDelay = (from === 0 ? this.#far : this.#near) + 60;
    const back = (from === 0 ? this.#near : this.#far) + 20;
    const gap = Math.max(
      1,
      Math.round(this.#mss / (this.#spec.bytesPerSecond ?? 12e6) * 1e6),
    );
    let windowSegments = 10;
    let sent = 0;
    let unacked = 0;
    let inFlight = 0;
    let nextSend = sim.nowUs;
    const acks: { at: number; ack: number; segments: number }[] = [];
    const first = this.#seq[from];
    this.#owesAck[from] = false;
    while (sent < total || acks.length > 0) {
      const ack = acks[0];
      const canSend = sent < total && inFlight < windowSegments;
      if (ack && (!canSend || ack.at <= nextSend)) {
        if (ack.at > sim.nowUs) yield ack.at;
        acks.shift();
        this.#emit(to, ACK, NOTHING, { ack: ack.ack });
        inFlight -= ack.segments;
        if (windowSegments < 600) windowSegments += ack.segments;
        nextSend = Math.max(nextSend, sim.nowUs + back);
        if (inFlight > 0 && sent < total) {
          nextSend = Math.max(sim.nowUs, nextSend - back);
        }
        continue;
      }
      if (nextSend > sim.nowUs) yield nextSend;
      const length = Math.min(this.#mss, total - sent);
      const last = sent + length >= total;
      const payload = this.#slice(data, sent, length);
      const seq = this.#seq[from];
      this.#emit(from, last ? PSH | ACK : ACK, payload);
      if (this.#lost()) {
        yield sim.nowUs + ackDelay + back + 2000;
        this.#emit(from, last ? PSH | ACK : ACK, payload, { seq });
      }
      this.#seq[from] = (seq + length) >>> 0;
      sent += length;
      inFlight++;
      unacked++;
      nextSend = sim.nowUs + gap;
      if (unacked === 2 && !last) {
        acks.push({
          at: sim.nowUs + ackDelay,
          ack: (first + sent) >>> 0,
          segments: 2,
        });
        unacked = 0;
      } else if (!last && inFlight >= windowSegments) {
        acks.push({
          at: sim.nowUs + ackDelay,
          ack: (first + sent) >>> 0,
          segments: unacked,
        });
        unacked = 0;
      }
    }
    this.#owesAck[to] = true;
  }

  /** Runs the messages. */
  *talk(): Generator<number, void, void> {
    const sim = this.#sim;
    let last: 0 | 1 = 0;
    let quiet = sim.nowUs;
    for (const { from, data, waitUs = 0 } of this.#spec.steps) {
      const path = from === last ? 5 : from === 1 ? this.#far : this.#near;
      const due = quiet + path + waitUs;
      // Whoever owes an acknowledgement and keeps silent sends it after the delayed-ACK time.
      const debtor = (1 - last) as 0 | 1;
      const ackAt = quiet + 40_000 + (debtor === 1 ? this.#far : this.#near);
      if (this.#owesAck[debtor] && (due > ackAt || from === last)) {
        const at = Math.min(
          ackAt,
          from === last
            ? quiet + (debtor === 1 ? this.#far : this.#near)
            : ackAt,
        );
        if (at <= due) {
          yield at;
          this.#emit(debtor, ACK, NOTHING);
          this.#owesAck[debtor] = false;
        }
      }
      yield due;
      if (data && data.length > 0) {
        yield* this.send(from, data);
        last = from;
      }
      quiet = sim.nowUs;
    }
    const debtor = (1 - last) as 0 | 1;
    if (this.#owesAck[debtor]) {
      yield sim.nowUs + (debtor === 1 ? this.#far : this.#near) + 200;
      this.#emit(debtor, ACK, NOTHING);
      this.#owesAck[debtor] = false;
    }
  }

  /** Ends it. */
  *close(): Generator<number, void, void> {
    const { end = "fin_client", lingerUs = 0 } = this.#spec;
    if (end === "open") return;
    if (lingerUs > 0) yield this.#sim.nowUs + lingerUs;
    const first = end.endsWith("client") ? 0 : 1;
    const second = (1 - first) as 0 | 1;
    const there = first === 0 ? this.#far : this.#near;
    const back = first === 0 ? this.#near : this.#far;
    yield this.#sim.nowUs + 150;
    if (end.startsWith("rst")) {
      this.#emit(first, RST | ACK, NOTHING);
      return;
    }
    this.#emit(first, FIN | ACK, NOTHING);
    this.#seq[first] = (this.#seq[first] + 1) >>> 0;
    yield this.#sim.nowUs + there + 80;
    this.#emit(second, FIN | ACK, NOTHING);
    this.#seq[second] = (this.#seq[second] + 1) >>> 0;
    yield this.#sim.nowUs + back + 20;
    this.#emit(first, ACK, NOTHING);
  }
}

/** One conversation from handshake to end. */
export function* tcp(sim: Sim, spec: TcpSpec): Actor {
  const conversation = new Conversation(sim, spec);
  if (!(yield* conversation.open())) return;
  yield* conversation.talk();
  yield* conversation.close();
}
