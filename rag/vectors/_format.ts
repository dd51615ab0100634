/**
 * The files of an index. All numbers are little-endian.
 *
 * A segment (`*.vectors`) starts with 64 bytes:
 *
 *      0  u32  magic "MLDV"
 *      4  u16  version, 1
 *      6  u16  64
 *      8  u32  dimensions
 *     12  u32  UTC day since the epoch on which it was begun
 *     16  u8[32]  SHA-256 of the model's identity
 *     48  u8[12]  0
 *     60  u32  CRC-32 of bytes 0 to 59
 *
 * Blocks follow. The list of removals (`*.removed`) is blocks only. A block:
 *
 *      0  u32  magic: "MLDB" rows, "MLDR" removals
 *      4  u32  count of units
 *      8  u32  sequence number of the first row; 0 for removals
 *     12  u32  CRC-32 of the units
 *     16  u32  CRC-32 of bytes 0 to 15
 *     20  units: ids u32[count], then bytes i8[count][dimensions]; or sequence numbers u32[count]
 *
 * A row's sequence number tells it apart for good; a removal names it, so that an id can be removed and come again.
 *
 * @module
 */
import { crc32 } from "node:zlib";

/** Bytes of a segment before its first block. */
export const HEADER_BYTES = 64;
/** Bytes of a block before its units. */
export const BLOCK_HEADER_BYTES = 20;

const SEGMENT_MAGIC = 0x56444c4d;
const VERSION = 1;
const CRC_AT = 60;

/** Kinds of blocks, as their magic numbers. */
export const BLOCK_KINDS = { rows: 0x42444c4d, removals: 0x52444c4d } as const;

/** What a segment says of itself. */
export interface SegmentHeader {
  readonly dimensions: number;
  readonly day: number;
  /** SHA-256 of the model's identity. */
  readonly model: Uint8Array;
}

/** Bytes of a segment's header. */
export function encodeHeader(
  { dimensions, day, model }: SegmentHeader,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, SEGMENT_MAGIC, true);
  view.setUint16(4, VERSION, true);
  view.setUint16(6, HEADER_BYTES, true);
  view.setUint32(8, dimensions, true);
  view.setUint32(12, day, true);
  bytes.set(model, 16);
  view.setUint32(CRC_AT, crc32(bytes.subarray(0, CRC_AT)), true);
  return bytes;
}

/** A segment's header, or undefined where it is damaged or of another version. */
export function decodeHeader(bytes: Uint8Array): SegmentHeader | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  const whole = view.getUint32(0, true) === SEGMENT_MAGIC &&
    view.getUint16(4, true) === VERSION &&
    view.getUint32(CRC_AT, true) === crc32(bytes.subarray(0, CRC_AT));
  return whole
    ? {
      dimensions: view.getUint32(8, true),
      day: view.getUint32(12, true),
      model: bytes.slice(16, 48),
    }
    : undefined;
}

/** A block of rows. */
export function encodeRows(
  sequence: number,
  ids: Uint32Array,
  rows: Int8Array,
): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array(
    BLOCK_HEADER_BYTES + ids.byteLength + rows.length,
  );
  block.set(bytesOf(ids), BLOCK_HEADER_BYTES);
  block.set(bytesOf(rows), BLOCK_HEADER_BYTES + ids.byteLength);
  return sealed(block, BLOCK_KINDS.rows, ids.length, sequence);
}

/** A block of removals. */
export function encodeRemovals(
  sequences: readonly number[],
): Uint8Array<ArrayBuffer> {
  const list = Uint32Array.from(sequences);
  const block = new Uint8Array(BLOCK_HEADER_BYTES + list.byteLength);
  block.set(bytesOf(list), BLOCK_HEADER_BYTES);
  return sealed(block, BLOCK_KINDS.removals, list.length, 0);
}

function bytesOf(array: Uint32Array | Int8Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function sealed(
  block: Uint8Array<ArrayBuffer>,
  kind: number,
  count: number,
  sequence: number,
): Uint8Array<ArrayBuffer> {
  const view = new DataView(block.buffer);
  view.setUint32(0, kind, true);
  view.setUint32(4, count, true);
  view.setUint32(8, sequence, true);
  view.setUint32(12, crc32(block.subarray(BLOCK_HEADER_BYTES)), true);
  view.setUint32(16, crc32(block.subarray(0, 16)), true);
  return block;
}

/** A block read from a file. */
export interface Block {
  readonly count: number;
  readonly sequence: number;
  /** Its units; a view of the file's bytes. */
  readonly units: Uint8Array<ArrayBuffer>;
}

/** What a file of blocks is worth. */
export interface Reading {
  readonly blocks: readonly Block[];
  /** Where the last good block ends; what follows is to be cut. */
  readonly end: number;
  /** Damaged places before the end. */
  readonly corruptBlocks: number;
  /** Units in damaged places and in what is to be cut. */
  readonly lostUnits: number;
}

interface Head {
  readonly count: number;
  readonly sequence: number;
  readonly end: number;
  /** Whether the units are all there and undamaged. */
  readonly whole: boolean;
}

/**
 * Read blocks. A damaged one is passed over where a good one comes after it; else the file ends there.
 *
 * @param file The bytes.
 * @param start Where the first block is.
 * @param kind Which blocks they are.
 * @param unitBytes Bytes of a unit.
 * @returns The good blocks, and what else there is.
 */
export function readBlocks(
  file: Uint8Array<ArrayBuffer>,
  start: number,
  kind: number,
  unitBytes: number,
): Reading {
  const blocks: Block[] = [];
  let at = Math.min(start, file.length);
  let corruptBlocks = 0;
  let lostUnits = 0;
  while (at < file.length) {
    const head = headAt(file, at, kind, unitBytes);
    if (head?.whole) {
      const { count, sequence, end } = head;
      const units = file.subarray(at + BLOCK_HEADER_BYTES, end);
      blocks.push({ count, sequence, units });
      at = end;
      continue;
    }
    const next = nextBlock(file, at, head, kind, unitBytes);
    const room = (next ?? file.length) - at - BLOCK_HEADER_BYTES;
    lostUnits += head?.count ?? Math.max(0, Math.floor(room / unitBytes));
    if (next === undefined) break;
    corruptBlocks++;
    at = next;
  }
  return { blocks, end: at, corruptBlocks, lostUnits };
}

function headAt(
  file: Uint8Array,
  at: number,
  kind: number,
  unitBytes: number,
): Head | undefined {
  if (file.length - at < BLOCK_HEADER_BYTES) return undefined;
  const view = new DataView(file.buffer, file.byteOffset + at);
  if (view.getUint32(0, true) !== kind) return undefined;
  if (view.getUint32(16, true) !== crc32(file.subarray(at, at + 16))) {
    return undefined;
  }
  const count = view.getUint32(4, true);
  const end = at + BLOCK_HEADER_BYTES + count * unitBytes;
  const whole = end <= file.length &&
    crc32(file.subarray(at + BLOCK_HEADER_BYTES, end)) ===
      view.getUint32(12, true);
  return { count, sequence: view.getUint32(8, true), end, whole };
}

/** Where the next good block after a damaged one starts. */
function nextBlock(
  file: Uint8Array,
  damaged: number,
  head: Head | undefined,
  kind: number,
  unitBytes: number,
): number | undefined {
  const expected = head?.end ?? Infinity;
  if (
    expected < file.length && headAt(file, expected, kind, unitBytes)?.whole
  ) {
    return expected;
  }
  const first = kind & 0xff;
  let at = file.indexOf(first, damaged + 1);
  while (at >= 0) {
    if (headAt(file, at, kind, unitBytes)?.whole) return at;
    at = file.indexOf(first, at + 1);
  }
  return undefined;
}
