/**
 * Hand-made captures: frames of a few protocols, written as pcap. For cases whose right answer can be told by head.
 *
 * @module
 */

const TCP = 6;
const UDP = 17;
const ICMP = 1;

/** Names of TCP flags: "S", "SA", "A", "PA", "FA", "R". */
const FLAGS: Readonly<Record<string, number>> = {
  F: 1,
  S: 2,
  R: 4,
  P: 8,
  A: 16,
};

/** One end: "10.0.0.1:80". */
type End = string;

function text(value: string): number[] {
  return Array.from(value, (character) => character.charCodeAt(0));
}

function word(value: number): number[] {
  return [(value >> 8) & 255, value & 255];
}

function long(value: number): number[] {
  return [...word(value >>> 16), ...word(value)];
}

function address(end: End): number[] {
  return (end.split(":")[0] ?? "").split(".").map(Number);
}

function portOf(end: End): number {
  return Number(end.split(":")[1] ?? 0);
}

/** A DNS message with one question. */
export function dnsMessage(
  name: string,
  options: { type?: number; response?: boolean; rcode?: number } = {},
): string {
  const { type = 1, response = false, rcode = 0 } = options;
  const flags = response ? 0x8180 | rcode : 0x0100;
  const labels = name.split(".").filter((label) => label !== "")
    .map((label) => String.fromCharCode(label.length) + label).join("");
  const bytes = [...word(1), ...word(flags), ...word(1), 0, 0, 0, 0, 0, 0];
  return String.fromCharCode(...bytes) + labels + "\0" +
    String.fromCharCode(...word(type), ...word(1));
}

/** A capture in the making. Times are in seconds. */
export class Tiny {
  readonly #frames: number[][] = [];
  readonly #seq = new Map<string, number>();
  #id = 1;

  /** TCP; sequence numbers go on by themselves. */
  tcp(at: number, from: End, to: End, flags: string, payload = ""): this {
    const key = `${from} ${to}`;
    const seq = this.#seq.get(key) ?? 1000;
    const bits = [...flags].reduce((sum, it) => sum + (FLAGS[it] ?? 0), 0);
    this.#seq.set(key, seq + payload.length + (bits & 3 ? 1 : 0));
    const header = [
      ...word(portOf(from)),
      ...word(portOf(to)),
      ...long(seq),
      ...long(0),
      0x50,
      bits,
      ...word(8192),
      0,
      0,
      0,
      0,
    ];
    return this.#ip(at, from, to, TCP, [...header, ...text(payload)]);
  }

  /** A whole handshake in three packets, 1 ms apart. */
  handshake(at: number, from: End, to: End): this {
    return this.tcp(at, from, to, "S").tcp(at + 0.001, to, from, "SA")
      .tcp(at + 0.002, from, to, "A");
  }

  /** UDP. */
  udp(at: number, from: End, to: End, payload = ""): this {
    const header = [
      ...word(portOf(from)),
      ...word(portOf(to)),
      ...word(8 + payload.length),
      0,
      0,
    ];
    return this.#ip(at, from, to, UDP, [...header, ...text(payload)]);
  }

  /** A UDP datagram in two fragments, the second one last. */
  udpFragments(at: number, from: End, to: End, payload: string): this {
    const head = [
      ...word(portOf(from)),
      ...word(portOf(to)),
      ...word(8 + payload.length),
      0,
      0,
    ];
    const bytes = [...head, ...text(payload)];
    const id = this.#id;
    this.#ip(at, from, to, UDP, bytes.slice(0, 64), 0x2000);
    this.#id = id;
    return this.#ip(at + 0.001, from, to, UDP, bytes.slice(64), 64 / 8);
  }

  /** ICMP echo request (8) or reply (0). */
  icmp(at: number, from: End, to: End, type: number, payload = ""): this {
    return this.#ip(at, from, to, ICMP, [
      type,
      0,
      0,
      0,
      0,
      1,
      0,
      1,
      ...text(payload),
    ]);
  }

  /** ARP request (1) or reply (2). */
  arp(at: number, from: End, to: End, operation: number): this {
    const mac = [2, 0, 0, 0, 0, 1];
    const body = [...word(1), ...word(0x800), 6, 4, ...word(operation)];
    return this.#frame(at, 0x806, [
      ...body,
      ...mac,
      ...address(from),
      ...mac,
      ...address(to),
    ]);
  }

  /** The capture as a pcap file; nanosecond resolution on demand. */
  bytes(options: { nanoseconds?: boolean } = {}): Uint8Array<ArrayBuffer> {
    const scale = options.nanoseconds === true ? 1e9 : 1e6;
    const magic = options.nanoseconds === true ? 0xa1b23c4d : 0xa1b2c3d4;
    const header = [magic, 0x00020004, 0, 0, 65535, 1].flatMap(long);
    const frames = this.#frames.map(([at = 0, ...frame]) => {
      const ticks = Math.round(at * scale);
      const seconds = Math.floor(ticks / scale);
      const length = long(frame.length);
      return [
        ...long(1_600_000_000 + seconds),
        ...long(ticks - seconds * scale),
        ...length,
        ...length,
        ...frame,
      ];
    });
    return Uint8Array.from([...header, ...frames.flat()]);
  }

  #ip(
    at: number,
    from: End,
    to: End,
    protocol: number,
    payload: readonly number[],
    fragment = 0,
  ): this {
    const header = [0x45, 0, ...word(20 + payload.length), ...word(this.#id++)];
    header.push(...word(fragment), 64, protocol, 0, 0);
    return this.#frame(at, 0x800, [
      ...header,
      ...address(from),
      ...address(to),
      ...payload,
    ]);
  }

  #frame(at: number, type: number, payload: readonly number[]): this {
    const macs = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1];
    this.#frames.push([at, ...macs, ...word(type), ...payload]);
    return this;
  }
}
