/**
 * What a flow's payload says: the first bytes of each direction of TCP in order, and every DNS datagram.
 *
 * @module
 */
import {
  type DnsFacts,
  isHttpResponse,
  isRareType,
  isSmb,
  isSsh,
  isTls,
  readDns,
  readHttpHost,
  readHttpTarget,
  readServerName,
} from "./payload.ts";
import type { PacketFacts } from "./tshark.ts";

const DNS_PORTS = [53, 5353, 5355];
const MDNS_PORT = 5353;

/** What the payload of a packet told the hosts. */
export type AppEvent =
  | { readonly type: "query"; readonly name: string; readonly rare: boolean }
  | { readonly type: "response"; readonly failed: boolean }
  | { readonly type: "http" };

/** The first payload bytes of one direction. */
class Prefix {
  bytes: number[] = [];
  ended = false;
  #nextSeq: number | undefined;
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** TCP: only bytes that follow what is there already. */
  addSegment(packet: PacketFacts): void {
    if (this.ended || packet.payloadLength === 0) return;
    const seq = packet.seq + ((packet.flags & 2) !== 0 ? 1 : 0);
    this.#nextSeq ??= seq;
    const old = (this.#nextSeq - seq) | 0;
    if (old < 0) {
      this.ended = true; // a gap
      return;
    }
    if (old >= packet.payloadLength) return; // nothing new
    const fresh = packet.payload.subarray(old);
    this.bytes.push(...fresh);
    this.bytes.length = Math.min(this.bytes.length, this.#limit);
    this.#nextSeq = (seq + packet.payloadLength) >>> 0;
    const cut = packet.payload.length < packet.payloadLength;
    if (cut || this.bytes.length === this.#limit) this.ended = true;
  }

  copy(): Prefix {
    const copy = new Prefix(this.#limit);
    copy.bytes = [...this.bytes];
    copy.ended = this.ended;
    copy.#nextSeq = this.#nextSeq;
    return copy;
  }
}

/** Everything that the payload of a flow has said so far. */
export class AppState {
  readonly #protocol: number;
  readonly #limit: number;
  #forward: Prefix;
  #backward: Prefix;
  #streamDns = { forward: false, backward: false };
  /** Target of the first HTTP request. */
  httpTarget: string | undefined;
  /** DNS messages so far. */
  dns: DnsFacts[] = [];

  constructor(protocol: number, prefixBytes: number) {
    this.#protocol = protocol;
    this.#limit = prefixBytes;
    this.#forward = new Prefix(prefixBytes);
    this.#backward = new Prefix(prefixBytes);
  }

  /** A DNS message in a UDP packet. */
  static dnsDatagram(packet: PacketFacts): DnsFacts | undefined {
    if (packet.protocol !== 17 || packet.laterFragment) return undefined;
    const ports = [packet.srcPort, packet.dstPort];
    if (!DNS_PORTS.some((port) => ports.includes(port))) return undefined;
    return readDns(packet.payload);
  }

  /** As it is now. */
  copy(): AppState {
    const copy = new AppState(this.#protocol, this.#limit);
    copy.#forward = this.#forward.copy();
    copy.#backward = this.#backward.copy();
    copy.dns = [...this.dns];
    copy.httpTarget = this.httpTarget;
    return copy;
  }

  /** A record is made: prefixes are taken as they are. */
  endPrefixes(): void {
    for (const prefix of [this.#forward, this.#backward]) {
      if (prefix.bytes.length === 0) continue;
      prefix.ended = true;
      this.#readTarget(prefix);
    }
  }

  /** Takes a packet; gives what the flow's hosts learn from it. */
  add(
    packet: PacketFacts,
    forward: boolean,
    flow: { readonly initiatorPort: number; readonly responderPort: number },
  ): AppEvent[] {
    const prefix = forward ? this.#forward : this.#backward;
    const messages: DnsFacts[] = [];
    if (packet.laterFragment) return [];
    if (this.#protocol === 6) {
      prefix.addSegment(packet);
      const side = forward ? "forward" : "backward";
      const isDns = [flow.initiatorPort, flow.responderPort].includes(53);
      const message = isDns && !this.#streamDns[side]
        ? readDns(Uint8Array.from(prefix.bytes.slice(2)))
        : undefined;
      if (message !== undefined) {
        this.#streamDns[side] = true;
        messages.push(message);
      }
    } else {
      const message = AppState.dnsDatagram(packet);
      if (message !== undefined) messages.push(message);
    }
    this.dns.push(...messages);
    const events: AppEvent[] = [];
    const counted = ![flow.initiatorPort, flow.responderPort].includes(
      MDNS_PORT,
    );
    for (
      const { response, rcode, name = "", type } of counted ? messages : []
    ) {
      events.push(
        response
          ? { type: "response", failed: rcode === 2 || rcode === 3 }
          : { type: "query", name, rare: isRareType(type) },
      );
    }
    if (this.#readTarget(prefix)) events.push({ type: "http" });
    return events;
  }

  /** Looks for the flow's first HTTP request; whether this prefix has just told it. */
  #readTarget(prefix: Prefix): boolean {
    if (this.httpTarget !== undefined) return false;
    const bytes = Uint8Array.from(prefix.bytes);
    this.httpTarget = readHttpTarget(bytes, prefix.ended);
    return this.httpTarget !== undefined;
  }

  /** First payload bytes of the initiator. */
  get forwardPrefix(): Uint8Array {
    return this.#both[0];
  }

  get #both(): readonly [Uint8Array, Uint8Array] {
    return [
      Uint8Array.from(this.#forward.bytes),
      Uint8Array.from(this.#backward.bytes),
    ];
  }

  /** The flow carries DNS. */
  get isDns(): boolean {
    return this.dns.length > 0;
  }

  /** A direction starts with a TLS record. */
  get isTls(): boolean {
    return this.#both.some(isTls);
  }

  /** A direction starts with an HTTP request or response. */
  get isHttp(): boolean {
    return this.httpTarget !== undefined || this.#both.some(isHttpResponse);
  }

  /** A direction starts with an SSH banner. */
  get isSsh(): boolean {
    return this.#both.some(isSsh);
  }

  /** A direction starts with SMB. */
  get isSmb(): boolean {
    return this.#both.some(isSmb);
  }

  /** First DNS name, else SNI, else HTTP host. */
  get name(): string | undefined {
    const dns = this.dns.find(({ name = "" }) => name !== "")?.name;
    const first = (read: (bytes: Uint8Array) => string | undefined) =>
      this.#both.map(read).find((it) => it !== undefined);
    const name = dns ?? first(readServerName) ?? first(readHttpHost);
    return name === "" ? undefined : name;
  }
}
