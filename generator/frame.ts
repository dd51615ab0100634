/** Builds Ethernet frames in place, with correct checksums. */

import { addressOf, type Family, type Host } from "./address.ts";
import type { Blob16 } from "./blob.ts";
import type { CaptureWriter } from "./capture_writer.ts";

/** TCP flag bits. */
export const FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16, URG = 32;

const EMPTY = new Uint8Array(0);

/** Payload of one packet: a slice of an array, or of a blob whose checksum sum is known. */
export interface Slice {
  /** Where the bytes are. */
  bytes: Uint8Array;
  /** First byte. */
  offset: number;
  /** Number of bytes. */
  length: number;
  /** The blob that `bytes` belongs to, where there is one. */
  blob?: Blob16;
}

/** The slice that holds nothing. */
export const NOTHING: Slice = { bytes: EMPTY, offset: 0, length: 0 };

/** The whole of an array as a slice. */
export function whole(bytes: Uint8Array): Slice {
  return { bytes, offset: 0, length: bytes.length };
}

/** Fields of a TCP segment beside the endpoints. */
export interface Segment {
  /** Source port. */
  from: number;
  /** Destination port. */
  to: number;
  /** Sequence number. */
  seq: number;
  /** Acknowledgement number. */
  ack: number;
  /** Flag bits. */
  flags: number;
  /** Window as sent, before scaling. */
  window: number;
  /** Options, a multiple of 4 bytes. */
  options: Uint8Array;
}

/** Overrides of what a host's stack would write, for tools that craft packets. */
export interface Crafted {
  /** TTL or hop limit. */
  ttl?: number;
  /** Source address in place of the host's own. */
  source?: Uint8Array;
  /** IPv4 identification. */
  ipId?: number;
}

function sumOf(slice: Slice): number {
  if (slice.blob) return slice.blob.sum(slice.offset, slice.length);
  const { bytes, offset } = slice;
  const end = offset + slice.length;
  let sum = 0;
  let i = offset;
  for (; i + 1 < end; i += 2) {
    sum += ((bytes[i] as number) << 8) | (bytes[i + 1] as number);
  }
  if (i < end) sum += (bytes[i] as number) << 8;
  return sum;
}

function fold(sum: number): number {
  let s = sum;
  while (s > 0xffff) s = (s % 65536) + Math.floor(s / 65536);
  return ~s & 0xffff;
}

/** Writes frames into a capture writer's buffer. */
export class FrameBuilder {
  readonly #writer: CaptureWriter;
  readonly #vlan: number;

  /** `vlan` 0 writes untagged frames. */
  constructor(writer: CaptureWriter, vlan: number) {
    this.#writer = writer;
    this.#vlan = vlan;
  }

  #u16(at: number, value: number): void {
    const b = this.#writer.buffer;
    b[at] = value >>> 8;
    b[at + 1] = value;
  }

  #u32(at: number, value: number): void {
    this.#u16(at, value >>> 16);
    this.#u16(at + 2, value & 0xffff);
  }

  #ethernet(from: Uint8Array, to: Uint8Array, type: number): number {
    const { buffer, offset } = this.#writer;
    for (let i = 0; i < 6; i++) {
      buffer[offset + i] = to[i] as number;
      buffer[offset + 6 + i] = from[i] as number;
    }
    let at = offset + 12;
    if (this.#vlan > 0) {
      this.#u16(at, 0x8100);
      this.#u16(at + 2, this.#vlan);
      at += 4;
    }
    this.#u16(at, type);
    return at + 2;
  }

  /** Writes link and IP headers; returns the offset of what follows and sets the pseudo sum. */
  #ip(
    a: Host,
    b: Host,
    family: Family,
    protocol: number,
    length: number,
    crafted?: Crafted,
  ): number {
    const source = crafted?.source ?? addressOf(a, family);
    const target = addressOf(b, family);
    const buffer = this.#writer.buffer;
    const multicast = family === 4 && (target[0] as number) >= 224;
    const link = multicast
      ? multicastMac(target)
      : family === 6 && target[0] === 255
      ? Uint8Array.of(0x33, 0x33, ...target.subarray(12))
      : b.mac;
    const at = this.#ethernet(a.mac, link, family === 4 ? 0x0800 : 0x86dd);
    const ttl = crafted?.ttl ?? (multicast ? 1 : a.ttl);
    let sums = a.sum4 + b.sum4;
    if (family === 6) sums = a.sum6 + b.sum6;
    if (crafted?.source) {
      sums = sumOf(whole(source)) + (family === 4 ? b.sum4 : b.sum6);
    }
    this.#pseudo = sums + protocol + length;
    if (family === 6) {
      this.#u32(at, 0x60000000);
      this.#u16(at + 4, length);
      buffer[at + 6] = protocol;
      buffer[at + 7] = ttl;
      buffer.set(source, at + 8);
      buffer.set(target, at + 24);
      return at + 40;
    }
    const id = crafted?.ipId ?? (a.ipId = (a.ipId + 1) & 0xffff);
    const total = length + 20;
    this.#u16(at, 0x4500);
    this.#u16(at + 2, total);
    this.#u16(at + 4, id);
    this.#u16(at + 6, protocol === 6 ? 0x4000 : 0);
    buffer[at + 8] = ttl;
    buffer[at + 9] = protocol;
    const head = 0x4500 + total + id + (protocol === 6 ? 0x4000 : 0) +
      ((ttl << 8) | protocol);
    this.#u16(at + 10, fold(head + sums));
    buffer.set(source, at + 12);
    buffer.set(target, at + 16);
    return at + 20;
  }

  #pseudo = 0;

  #payload(slice: Slice, at: number): void {
    if (slice.length === 0) return;
    const { bytes, offset, length } = slice;
    this.#writer.buffer.set(
      offset === 0 && length === bytes.length
        ? bytes
        : bytes.subarray(offset, offset + length),
      at,
    );
  }

  #commit(timeUs: number, end: number): void {
    const { buffer, offset } = this.#writer;
    let length = end - offset;
    if (length < 60 && this.pad) {
      buffer.fill(0, end, offset + 60);
      length = 60;
    }
    this.#writer.commit(timeUs, length);
  }

  /** Whether short frames are padded to 60 bytes, as a capture on the receiving side shows them. */
  pad = false;

  /** One TCP segment. */
  tcp(
    timeUs: number,
    [a, b, family]: readonly [Host, Host, Family],
    segment: Segment,
    payload: Slice,
    crafted?: Crafted,
  ): void {
    const head = 20 + segment.options.length;
    const at = this.#ip(a, b, family, 6, head + payload.length, crafted);
    const buffer = this.#writer.buffer;
    const { seq, ack, flags, window } = segment;
    this.#u16(at, segment.from);
    this.#u16(at + 2, segment.to);
    this.#u32(at + 4, seq);
    this.#u32(at + 8, ack);
    this.#u16(at + 12, ((head >> 2) << 12) | flags);
    this.#u16(at + 14, window);
    this.#u16(at + 16, 0);
    this.#u16(at + 18, 0);
    buffer.set(segment.options, at + 20);
    let sum = this.#pseudo + sumOf({ bytes: buffer, offset: at, length: head });
    sum += sumOf(payload);
    this.#u16(at + 16, fold(sum));
    this.#payload(payload, at + head);
    this.#commit(timeUs, at + head + payload.length);
  }

  /** One UDP datagram, unfragmented. */
  udp(
    timeUs: number,
    [a, b, family]: readonly [Host, Host, Family],
    ports: readonly [number, number],
    payload: Slice,
    crafted?: Crafted,
  ): void {
    const length = 8 + payload.length;
    const at = this.#ip(a, b, family, 17, length, crafted);
    this.#u16(at, ports[0]);
    this.#u16(at + 2, ports[1]);
    this.#u16(at + 4, length);
    const sum = fold(
      this.#pseudo + ports[0] + ports[1] + length + sumOf(payload),
    );
    this.#u16(at + 6, sum === 0 ? 0xffff : sum);
    this.#payload(payload, at + 8);
    this.#commit(timeUs, at + length);
  }

  /** One ICMP (or ICMPv6) message: type, code, the 32 bits that follow the checksum, and a body. */
  icmp(
    timeUs: number,
    [a, b, family]: readonly [Host, Host, Family],
    message: { type: number; code: number; rest: number },
    payload: Slice,
    crafted?: Crafted,
  ): void {
    const length = 8 + payload.length;
    const at = this.#ip(a, b, family, family === 4 ? 1 : 58, length, crafted);
    const { type, code, rest } = message;
    this.#u16(at, (type << 8) | code);
    this.#u32(at + 4, rest);
    const own = ((type << 8) | code) + (rest >>> 16) + (rest & 0xffff) +
      sumOf(payload);
    this.#u16(at + 2, fold(own + (family === 6 ? this.#pseudo : 0)));
    this.#payload(payload, at + 8);
    this.#commit(timeUs, at + length);
  }

  /** An ARP request (who has `target`) or the reply to one. */
  arp(
    timeUs: number,
    operation: "request" | "reply",
    from: Host,
    to: Host,
  ): void {
    const request = operation === "request";
    const broadcast = new Uint8Array(6).fill(255);
    const at = this.#ethernet(from.mac, request ? broadcast : to.mac, 0x0806);
    const buffer = this.#writer.buffer;
    this.#u32(at, 0x00010800);
    this.#u32(at + 4, 0x06040000 | (request ? 1 : 2));
    buffer.set(from.mac, at + 8);
    buffer.set(from.v4, at + 14);
    buffer.set(request ? new Uint8Array(6) : to.mac, at + 18);
    buffer.set(to.v4, at + 24);
    this.#commit(timeUs, at + 28);
  }

  /** A frame made elsewhere, of which only `frame.length` bytes are kept. */
  raw(timeUs: number, frame: Uint8Array, wireBytes: number): void {
    this.#writer.buffer.set(frame, this.#writer.offset);
    this.#writer.commit(timeUs, wireBytes, frame.length);
  }
}

function multicastMac(address: Uint8Array): Uint8Array {
  if (address[0] === 255) return new Uint8Array(6).fill(255);
  return Uint8Array.of(
    1,
    0,
    0x5e,
    (address[1] as number) & 0x7f,
    address[2] as number,
    address[3] as number,
  );
}
