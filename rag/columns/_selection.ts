/** Entries of a row set, one after the other, and their values as small numbers: for groups and for counting. */
import type { GroupKey } from "../query/ast.ts";
import { type Field, FIELDS, isField } from "../query/fields.ts";
import type { ColumnData } from "./_chunk.ts";
import type { ColumnImage } from "./_image.ts";
import type { RowSet } from "./row_set.ts";
import {
  CHUNK_ROWS,
  CHUNK_WORDS,
  columnOf,
  type StoredField,
  TIMESTAMP,
  TRUE,
} from "./_specs.ts";
import { dayOf, hourOf, type WallClock, weekdayOf } from "./_wall_clock.ts";

/** A value of a group's key. */
export type KeyValue = string | number | null;

/** Values of every entry of a selection as codes from 0 to `size - 1`; code 0 is unknown. */
export interface Codes {
  readonly codes: Uint32Array;
  readonly size: number;
  /** The value of a code; null of 0. */
  value(code: number): KeyValue;
}

/** Rows of a set; an entry may be there twice, once for each of its addresses. */
export interface Selection {
  readonly image: ColumnImage;
  readonly rows: Float64Array;
  /** Where an entry is there for one of its addresses: 0 the source, 1 the destination. */
  readonly sides?: Uint8Array;
}

/** The rows of a set. */
export function select(image: ColumnImage, set: RowSet): Selection {
  return { image, rows: set.toRows() };
}

/** The rows of a set, once for each different address that an entry has, and once where it has none. */
export function selectByAddress(image: ColumnImage, set: RowSet): Selection {
  const one = select(image, set);
  const sources = gather(one, columnOf("src_ip"), Uint32Array);
  const destinations = gather(one, columnOf("dst_ip"), Uint32Array);
  const rows = new Float64Array(one.rows.length * 2);
  const sides = new Uint8Array(rows.length);
  let next = 0;
  for (let i = 0; i < one.rows.length; i++) {
    const source = sources[i]!;
    const destination = destinations[i]!;
    const hasDestination = destination !== 0 && destination !== source;
    if (source !== 0 || !hasDestination) rows[next++] = one.rows[i]!;
    if (hasDestination) {
      sides[next] = 1;
      rows[next++] = one.rows[i]!;
    }
  }
  return {
    image,
    rows: rows.subarray(0, next),
    sides: sides.subarray(0, next),
  };
}

type Gathered = Uint32Array | Float64Array;

/** Values of a column, in the order of the selection. */
export function gather<T extends Gathered>(
  { image, rows }: Selection,
  column: number,
  type: new (length: number) => T,
): T {
  const values = new type(rows.length);
  let i = 0;
  while (i < rows.length) {
    const chunk = image.chunkOf(rows[i]!);
    if (chunk === undefined) {
      i++;
      continue;
    }
    const first = chunk.index * CHUNK_ROWS;
    i = copy(image.column(chunk, column), { rows, first, from: i, values });
  }
  return values;
}

/** Copies the values of one chunk; says where the next chunk begins. */
function copy(
  data: ColumnData,
  { rows, first, from, values }: {
    readonly rows: Float64Array;
    readonly first: number;
    readonly from: number;
    readonly values: Gathered;
  },
): number {
  const end = first + CHUNK_ROWS;
  let i = from;
  for (; i < rows.length; i++) {
    const row = rows[i]!;
    if (row >= end) break;
    values[i] = data[row - first]!;
  }
  return i;
}

/** Times of the entries, microseconds. */
export function timesOf(selection: Selection): Float64Array {
  return gather(selection, TIMESTAMP, Float64Array);
}

/** Numbers of a field of the entries; NaN where unknown. */
export function numbersOf(selection: Selection, field: Field): Float64Array {
  return gather(selection, columnOf(field as StoredField), Float64Array);
}

/** Codes of a group's key. */
export function keyCodes(
  selection: Selection,
  key: GroupKey,
  clock: WallClock,
): Codes {
  if (isField(key)) return fieldCodes(selection, key);
  const times = timesOf(selection);
  switch (key) {
    case "weekday":
      return dense(times.map((us) => weekdayOf(clock.wallMs(us / 1000))));
    case "day": {
      const days = dense(times.map((us) => dayOf(clock.wallMs(us / 1000))));
      return { ...days, value: (code) => dayText(days.value(code), 10) };
    }
    case "hour": {
      const hours = dense(times.map((us) => hourOf(clock.wallMs(us / 1000))));
      return { ...hours, value: (code) => hourText(hours.value(code)) };
    }
  }
}

/** Codes of a field; of either address, the one that an entry is in the selection for. */
export function fieldCodes(selection: Selection, field: Field): Codes {
  if (field === "ip") return addressCodes(selection);
  const column = columnOf(field);
  const { type } = FIELDS[field];
  if (type === "number") {
    return dense(gather(selection, column, Float64Array));
  }
  const codes = gather(selection, column, Uint32Array);
  if (type === "boolean") {
    return {
      codes,
      size: 3,
      value: (code) => code === 0 ? null : Number(code === TRUE),
    };
  }
  const dictionary = selection.image.dictionary(column);
  return {
    codes,
    size: dictionary.size,
    value: (code) => code === 0 ? null : dictionary.values[code] ?? null,
  };
}

function addressCodes(selection: Selection): Codes {
  const sources = fieldCodes(selection, "src_ip");
  const destinations = fieldCodes(selection, "dst_ip");
  const codes = sources.codes.map((code, i) =>
    selection.sides?.[i] === 1 ? destinations.codes[i]! : code
  );
  return { ...sources, codes };
}

/** Numbers as codes in the order in which they come; NaN is 0. */
function dense(numbers: Float64Array): Codes {
  const codes = new Uint32Array(numbers.length);
  const values: KeyValue[] = [null];
  const known = new Map<number, number>();
  let last = NaN;
  let lastCode = 0;
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i]!;
    if (number !== number) continue;
    if (number !== last) {
      last = number;
      let code = known.get(number);
      if (code === undefined) {
        code = values.length;
        values.push(number);
        known.set(number, code);
      }
      lastCode = code;
    }
    codes[i] = lastCode;
  }
  return { codes, size: values.length, value: (code) => values[code] ?? null };
}

function dayText(day: KeyValue, length: number): KeyValue {
  if (typeof day !== "number") return null;
  return new Date(day * 86_400_000).toISOString().slice(0, length);
}

function hourText(hour: KeyValue): KeyValue {
  if (typeof hour !== "number") return null;
  return `${new Date(hour * 3_600_000).toISOString().slice(0, 13)}:00`;
}

/** How often each code of a column occurs among the rows of a set. */
export function tally(
  image: ColumnImage,
  set: RowSet,
  column: number,
): Uint32Array {
  let counts = new Uint32Array(256);
  for (const [place, chunk] of image.chunks.entries()) {
    if (chunk === undefined) continue;
    const at = place * CHUNK_WORDS +
      (image.firstRow - set.firstRow) / 32;
    const data = image.column(chunk, column);
    for (let w = 0; w < CHUNK_WORDS; w++) {
      for (let rest = set.bits[at + w] ?? 0; rest !== 0; rest &= rest - 1) {
        const code = data[w * 32 + 31 - Math.clz32(rest & -rest)]!;
        if (code >= counts.length) counts = grown(counts, code);
        counts[code]!++;
      }
    }
  }
  return counts;
}

function grown(counts: Uint32Array, code: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(Math.max(code + 1, counts.length * 2));
  larger.set(counts);
  return larger;
}
