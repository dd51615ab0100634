/** Captures of a few packets, byte by byte. */
import assert from "node:assert/strict";

/** One packet of a tiny capture. */
export interface TinyPacket {
  /** Microseconds since the epoch. */
  timeUs: number;
  /** The frame. */
  frame: Uint8Array;
  /** Length on the wire, if the frame is cut. */
  wireBytes?: number;
}

const be16 = (value: number) => [value >>> 8 & 255, value & 255];
const be32 = (value: number) => [...be16(value >>> 16), ...be16(value)];

/** A pcap file, little-endian, in microseconds. */
export function pcap(
  packets: readonly TinyPacket[],
  linkType = 1,
): Uint8Array<ArrayBuffer> {
  const size = packets.reduce((sum, { frame }) => sum + 16 + frame.length, 24);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0xa1b2c3d4, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, 65535, true);
  view.setUint32(20, linkType, true);
  let at = 24;
  for (const { timeUs, frame, wireBytes = frame.length } of packets) {
    view.setUint32(at, Math.floor(timeUs / 1e6), true);
    view.setUint32(at + 4, timeUs % 1e6, true);
    view.setUint32(at + 8, frame.length, true);
    view.setUint32(at + 12, wireBytes, true);
    bytes.set(frame, at + 16);
    at += 16 + frame.length;
  }
  return bytes;
}

const MACS = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2];

/** A UDP packet over IPv4 in Ethernet; checksums are 0. */
export function udp4(
  source: string,
  destination: string,
  ports: readonly [number, number],
  payload: readonly number[] = [],
): Uint8Array {
  const length = 8 + payload.length;
  const address = (text: string) => text.split(".").map(Number);
  return Uint8Array.from([
    ...[...MACS, 8, 0],
    ...[0x45, 0, ...be16(20 + length), 0, 1, 0, 0, 64, 17, 0, 0],
    ...[...address(source), ...address(destination)],
    ...[...be16(ports[0]), ...be16(ports[1]), ...be16(length), 0, 0],
    ...payload,
  ]);
}

/** A UDP packet over IPv6 in Ethernet; addresses are 16 bytes. */
export function udp6(
  source: readonly number[],
  destination: readonly number[],
  ports: readonly [number, number],
  payload: readonly number[] = [],
): Uint8Array {
  const length = 8 + payload.length;
  return Uint8Array.from([
    ...[...MACS, 0x86, 0xdd],
    ...[0x60, 0, 0, 0, ...be16(length), 17, 64, ...source, ...destination],
    ...[...be16(ports[0]), ...be16(ports[1]), ...be16(length), 0, 0],
    ...payload,
  ]);
}

/** A TCP packet over IPv4 in Ethernet without payload; checksums are 0. */
export function tcp4(
  source: string,
  destination: string,
  ports: readonly [number, number],
  flags: number,
): Uint8Array {
  const address = (text: string) => text.split(".").map(Number);
  return Uint8Array.from([
    ...[...MACS, 8, 0],
    ...[0x45, 0, ...be16(40), 0, 1, 0, 0, 64, 6, 0, 0],
    ...[...address(source), ...address(destination)],
    ...[...be16(ports[0]), ...be16(ports[1]), ...be32(1), ...be32(1)],
    ...[0x50, flags, 0xff, 0xff, 0, 0, 0, 0],
  ]);
}

/** A DNS query for a name, type A. */
export function dnsQuery(name: string): number[] {
  const labels = name.split(".").flatMap((label) => [
    label.length,
    ...new TextEncoder().encode(label),
  ]);
  return [0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...labels, 0, 0, 1, 0, 1];
}

/** A stream of pieces of a capture. */
export function inPieces(
  bytes: Uint8Array<ArrayBuffer>,
  pieceBytes: number,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, at + pieceBytes));
      at += pieceBytes;
    },
  });
}

Deno.test("pcap() writes the header, and each packet with its time and lengths", () => {
  const frame = udp4("10.0.0.1", "10.0.0.2", [1, 2]);
  const bytes = pcap([{ timeUs: 5_000_007, frame, wireBytes: 99 }]);
  assert.equal(bytes.subarray(0, 4).toHex(), "d4c3b2a1");
  assert.deepEqual(
    [...new Uint32Array(bytes.buffer, 24, 4)],
    [5, 7, frame.length, 99],
  );
  assert.equal(bytes.length, 24 + 16 + 42);
});
