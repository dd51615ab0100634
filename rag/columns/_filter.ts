/** A filter over the image: one bit per row for each part of it, joined as words. */
import { parseNetwork } from "@ml-defender/events";
import type {
  Compares,
  Equals,
  Filter,
  InNetwork,
  InTime,
  InTimeOfDay,
  OnDays,
  OneOf,
} from "../query/ast.ts";
import { type AddressField, FIELDS } from "../query/fields.ts";
import type { Chunk, ColumnData } from "./_chunk.ts";
import type { ColumnImage } from "./_image.ts";
import { above, among, below, equal, marked, type Words } from "./_kernels.ts";
import {
  CHUNK_WORDS,
  columnOf,
  FALSE,
  type StoredField,
  TIMESTAMP,
  TRUE,
} from "./_specs.ts";
import { dayOf, timeOfDay, type WallClock, weekdayOf } from "./_wall_clock.ts";

/** What the parts of a filter share. */
export interface FilterContext {
  readonly image: ColumnImage;
  readonly clock: WallClock;
}

type Kernel = (data: ColumnData, words: Words, chunk: Chunk) => void;

/** The bits of `within` whose rows match. */
export function matching(
  filter: Filter,
  within: Uint32Array,
  context: FilterContext,
): Uint32Array {
  switch (filter.op) {
    case "and":
      return filter.of.reduce(
        (left, part) => matching(part, left, context),
        within,
      );
    case "or":
      return filter.of.map((part) => matching(part, within, context))
        .reduce(union);
    case "not":
      return without(within, matching(filter.of, within, context));
    case "eq":
      return equalities(filter, [filter.value], within, context);
    case "in":
      return equalities(filter, filter.values, within, context);
    case "lt":
    case "le":
    case "gt":
    case "ge":
      return compared(filter, within, context);
    case "cidr":
      return inNetwork(filter, within, context);
    case "under": {
      const column = columnOf(filter.field);
      const dictionary = context.image.dictionary(column);
      const table = filter.field === "name"
        ? dictionary.under(filter.value)
        : dictionary.withPath([filter.value], true);
      return run(
        context,
        column,
        within,
        (data, words) => marked(data, words, table),
      );
    }
    case "time":
      return inTime(filter, within, context);
    case "time_of_day":
    case "day_of_week":
      return onClock(filter, within, context);
  }
}

function union(left: Uint32Array, right: Uint32Array): Uint32Array {
  const both = new Uint32Array(left.length);
  for (let w = 0; w < both.length; w++) both[w] = left[w]! | right[w]!;
  return both;
}

function without(left: Uint32Array, right: Uint32Array): Uint32Array {
  const rest = new Uint32Array(left.length);
  for (let w = 0; w < rest.length; w++) rest[w] = left[w]! & ~right[w]!;
  return rest;
}

/** Runs a loop over the chunks that have rows in `within`. */
function run(
  { image }: FilterContext,
  column: number,
  within: Uint32Array,
  kernel: Kernel,
): Uint32Array {
  const out = new Uint32Array(within.length);
  for (const [place, chunk] of image.chunks.entries()) {
    const at = place * CHUNK_WORDS;
    if (chunk === undefined || isEmpty(within, at)) continue;
    kernel(image.column(chunk, column), { within, out, at }, chunk);
  }
  return out;
}

function isEmpty(words: Uint32Array, at: number): boolean {
  for (let w = at; w < at + CHUNK_WORDS; w++) {
    if (words[w] !== 0) return false;
  }
  return true;
}

/** The columns of a field: two for either of both addresses. */
function columnsOf(field: StoredField | "ip"): number[] {
  return field === "ip"
    ? [columnOf("src_ip"), columnOf("dst_ip")]
    : [columnOf(field)];
}

function equalities(
  { field }: Equals | OneOf,
  values: readonly (string | number | boolean)[],
  within: Uint32Array,
  context: FilterContext,
): Uint32Array {
  const column = columnsOf(field)[0]!;
  switch (FIELDS[field].type) {
    case "number": {
      const numbers = new Set(values as number[]);
      return run(context, column, within, anyOf([...numbers]));
    }
    case "boolean": {
      const codes = values.map((value) => value ? TRUE : FALSE);
      return run(context, column, within, anyOf(codes));
    }
    case "text": {
      const dictionary = context.image.dictionary(column);
      const codes = (values as string[]).flatMap((v) => dictionary.equal(v));
      return run(context, column, within, codesKernel(codes, dictionary.size));
    }
    case "paths": {
      const table = context.image.dictionary(column)
        .withPath(values as string[], false);
      return run(
        context,
        column,
        within,
        (data, words) => marked(data, words, table),
      );
    }
    case "address": {
      const dictionary = context.image.dictionary(column);
      const codes = (values as string[])
        .flatMap((value) => dictionary.equalAddress(value));
      const kernel = codesKernel(codes, dictionary.size);
      return columnsOf(field).map((c) => run(context, c, within, kernel))
        .reduce(union);
    }
  }
}

/** Values equal to one of a few numbers or codes. */
function anyOf(values: readonly number[]): Kernel {
  const [first] = values;
  if (first === undefined) return () => {};
  if (values.length === 1) {
    return (data, words) => equal(data, words, first);
  }
  const set = new Set(values);
  return (data, words) => among(data, words, set);
}

function codesKernel(codes: readonly number[], size: number): Kernel {
  if (codes.length < 2) return anyOf(codes);
  const table = new Uint8Array(size);
  for (const code of codes) table[code] = 1;
  return (data, words) => marked(data, words, table);
}

function compared(
  { op, field, value }: Compares,
  within: Uint32Array,
  context: FilterContext,
): Uint32Array {
  const test = { limit: value, orEqual: op === "le" || op === "ge" };
  const kernel = op === "lt" || op === "le" ? below : above;
  return run(
    context,
    columnOf(field),
    within,
    (data, words) => kernel(data, words, test),
  );
}

function inNetwork(
  { field, network }: InNetwork,
  within: Uint32Array,
  context: FilterContext,
): Uint32Array {
  const columns = columnsOf(field satisfies AddressField);
  const table = context.image.dictionary(columns[0]!)
    .inNetwork(parseNetwork(network)!);
  return columns
    .map((c) =>
      run(context, c, within, (data, words) => marked(data, words, table))
    )
    .reduce(union);
}

function inTime(
  { from, to }: InTime,
  within: Uint32Array,
  context: FilterContext,
): Uint32Array {
  const fromUs = from === undefined ? -Infinity : Date.parse(from) * 1000;
  const toUs = to === undefined ? Infinity : Date.parse(to) * 1000;
  return run(context, TIMESTAMP, within, (data, words, chunk) => {
    const span = chunk.spanUs(data);
    if (span !== undefined && (span[1] < fromUs || span[0] >= toUs)) return;
    const { out, at } = words;
    if (span !== undefined && span[0] >= fromUs && span[1] < toUs) {
      out.set(words.within.subarray(at, at + CHUNK_WORDS), at);
      return;
    }
    above(data, words, { limit: fromUs, orEqual: true });
    const narrowed = out.slice(at, at + CHUNK_WORDS);
    out.fill(0, at, at + CHUNK_WORDS);
    // The second bound looks only at what the first has left.
    const second = new Uint32Array(CHUNK_WORDS);
    below(data, { within: narrowed, out: second, at: 0 }, {
      limit: toUs,
      orEqual: false,
    });
    out.set(second, at);
  });
}

/** What the clock of the zone shows, tested for each row that is left. */
function onClock(
  filter: InTimeOfDay | OnDays,
  within: Uint32Array,
  context: FilterContext,
): Uint32Array {
  const { clock } = context;
  const test = filter.op === "time_of_day"
    ? inTimeOfDay(filter)
    : onDays(filter);
  return run(context, TIMESTAMP, within, (data, words) => {
    const { out, at } = words;
    for (let w = 0; w < CHUNK_WORDS; w++) {
      let bits = 0;
      for (let rest = words.within[at + w]!; rest !== 0; rest &= rest - 1) {
        const b = 31 - Math.clz32(rest & -rest);
        const wallMs = clock.wallMs(data[w * 32 + b]! / 1000);
        if (test(wallMs)) bits |= 1 << b;
      }
      out[at + w] = bits;
    }
  });
}

function inTimeOfDay({ from, to }: InTimeOfDay): (wallMs: number) => boolean {
  const fromMs = minutesOf(from) * 60_000;
  const toMs = minutesOf(to) * 60_000;
  if (fromMs <= toMs) {
    return (wallMs) => {
      const time = timeOfDay(wallMs);
      return time >= fromMs && time < toMs;
    };
  }
  return (wallMs) => {
    const time = timeOfDay(wallMs);
    return time >= fromMs || time < toMs;
  };
}

function onDays({ days }: OnDays): (wallMs: number) => boolean {
  const table = new Uint8Array(8);
  for (const day of days) table[day] = 1;
  let lastDay = NaN;
  let last = false;
  return (wallMs) => {
    const day = dayOf(wallMs);
    if (day !== lastDay) {
      lastDay = day;
      last = table[weekdayOf(wallMs)] === 1;
    }
    return last;
  };
}

function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}
