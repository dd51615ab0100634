/** 8,192 rows of every column: wide while it grows, narrow and loaded one column at a time once it is full. */
import { CHUNK_ROWS, CHUNK_WORDS, COLUMNS } from "./_specs.ts";

/** Values of one column of a chunk. */
export type ColumnData =
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | Float32Array
  | Float64Array;

/** A column as it is stored: how wide, and its bytes, little endian; no bytes where everything is unknown. */
export interface ColumnBlob {
  readonly type: number;
  readonly bytes: Uint8Array;
}

/** Position is the type's number in the database; 0 is a column that is all unknown. */
const TYPES = [
  undefined,
  Uint8Array,
  Uint16Array,
  Uint32Array,
  Float32Array,
  Float64Array,
] as const;

const NO_CODES = new Uint8Array(CHUNK_ROWS);
const NO_NUMBERS = new Float32Array(CHUNK_ROWS).fill(NaN);

/** Rows `index * 8192` to `index * 8192 + 8191`. */
export class Chunk {
  readonly index: number;
  /** Whether it is full and in `column_chunks`. */
  sealed: boolean;
  /** A bit for each row that is there. */
  live: Uint32Array = new Uint32Array(CHUNK_WORDS);
  liveCount = 0;
  /** Columns that changed since they were stored; -1 is `live`. */
  readonly dirty: Set<number> = new Set();
  readonly data: (ColumnData | undefined)[] = COLUMNS.map(() => undefined);
  #spanUs: readonly [number, number] | undefined;

  constructor(index: number, sealed: boolean) {
    this.index = index;
    this.sealed = sealed;
    if (sealed) return;
    COLUMNS.forEach(({ kind }, column) => {
      this.data[column] = kind === "number"
        ? new Float64Array(CHUNK_ROWS).fill(NaN)
        : new Uint32Array(CHUNK_ROWS);
    });
  }

  /** Writes a value into a column that is loaded; makes the column wider where it does not fit. */
  set(column: number, at: number, value: number): void {
    let data = this.data[column]!;
    if (Object.is(data[at], value)) return;
    if (this.sealed) {
      data = this.#writable(column, data, value);
      this.dirty.add(column);
      this.#spanUs = undefined;
    }
    data[at] = value;
  }

  /** Says that a row is there or is not; false where that was so before. */
  setLive(at: number, live: boolean): boolean {
    const bit = 1 << (at & 31);
    const word = this.live[at >>> 5]!;
    if ((word & bit) !== 0 === live) return false;
    this.live[at >>> 5] = live ? word | bit : word & ~bit;
    this.liveCount += live ? 1 : -1;
    this.dirty.add(-1);
    return true;
  }

  /** First and last time of its rows, also of those that are gone; only of a full chunk. */
  spanUs(times: ColumnData): readonly [number, number] | undefined {
    if (!this.sealed) return undefined;
    if (this.#spanUs === undefined) {
      let first = Infinity;
      let last = -Infinity;
      for (let at = 0; at < times.length; at++) {
        const time = times[at]!;
        if (time < first) first = time;
        if (time > last) last = time;
      }
      this.#spanUs = [first, last];
    }
    return this.#spanUs;
  }

  /** The column as it can take the value: its own, never the one that unknown columns share. */
  #writable(column: number, data: ColumnData, value: number): ColumnData {
    const shared = data === NO_CODES || data === NO_NUMBERS;
    const fits = data instanceof Float32Array
      ? Object.is(Math.fround(value), value)
      : data instanceof Float64Array ||
        value < 2 ** (8 * data.BYTES_PER_ELEMENT);
    if (fits && !shared) return data;
    const copy = COLUMNS[column]!.kind === "number"
      ? Float64Array.from(data)
      : Uint32Array.from(data);
    this.data[column] = copy;
    return copy;
  }
}

/** The narrowest data with the same values. */
export function narrow(data: ColumnData): ColumnData {
  if (data instanceof Float64Array) {
    const single = Float32Array.from(data);
    let known = false;
    for (let at = 0; at < data.length; at++) {
      const value = data[at]!;
      if (value !== value) continue;
      known = true;
      if (!Object.is(single[at], value)) return data;
    }
    return known ? single : NO_NUMBERS;
  }
  if (!(data instanceof Uint32Array)) return data;
  let most = 0;
  for (let at = 0; at < data.length; at++) {
    if (data[at]! > most) most = data[at]!;
  }
  if (most === 0) return NO_CODES;
  if (most < 256) return Uint8Array.from(data);
  return most < 65_536 ? Uint16Array.from(data) : data;
}

/** A column for the database. */
export function toBlob(data: ColumnData): ColumnBlob {
  if (data === NO_CODES || data === NO_NUMBERS) {
    return { type: 0, bytes: new Uint8Array(0) };
  }
  const type = TYPES.findIndex((made) => made && data instanceof made);
  return {
    type,
    bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  };
}

/** A column from the database; undefined where the bytes are none. */
export function fromBlob(
  column: number,
  { type, bytes }: ColumnBlob,
): ColumnData | undefined {
  if (type === 0) {
    return COLUMNS[column]?.kind === "number" ? NO_NUMBERS : NO_CODES;
  }
  const made = TYPES[type];
  if (made === undefined) return undefined;
  if (bytes.byteLength !== CHUNK_ROWS * made.BYTES_PER_ELEMENT) {
    return undefined;
  }
  const aligned = bytes.byteOffset % made.BYTES_PER_ELEMENT === 0
    ? bytes
    : bytes.slice();
  return new made(
    aligned.buffer as ArrayBuffer,
    aligned.byteOffset,
    CHUNK_ROWS,
  );
}
