/** What the entries of a set have in common, and when they were. */
import type { Filter, InTime } from "../query/ast.ts";
import type { Share, Summary } from "../result.ts";
import type { TimelineBucket } from "../searcher.ts";
import type { ColumnImage } from "./_image.ts";
import { best } from "./_order.ts";
import { fieldCodes, select, tally, timesOf } from "./_selection.ts";
import {
  CHUNK_ROWS,
  CHUNK_WORDS,
  columnOf,
  type StoredField,
} from "./_specs.ts";
import type { RowSet } from "./row_set.ts";

const MAX_BUCKETS = 100_000;
const SHARES = 5;

/** What the entries of a set have in common, each value and each end of their time with an entry that shows it. */
export function summaryOf(
  image: ColumnImage,
  rows: RowSet,
  idOf: (row: number) => string | undefined,
): Summary {
  const shares = (field: StoredField, limit = SHARES) =>
    sharesOf(image, rows, { field, limit, idOf });
  const ends = endsOf(image, rows);
  const firstId = ends && idOf(ends.firstRow);
  const lastId = ends && idOf(ends.lastRow);
  return {
    total: rows.count,
    ...(ends && { firstUs: ends.firstUs, lastUs: ends.lastUs }),
    ...(firstId === undefined ? {} : { firstId }),
    ...(lastId === undefined ? {} : { lastId }),
    categories: shares("category"),
    sources: shares("src_ip"),
    destinations: shares("dst_ip"),
    services: shares("service"),
    decisions: shares("decision", Infinity),
  };
}

/** First and last time; nothing where there are no rows. */
export function spanOf(
  image: ColumnImage,
  rows: RowSet,
): { readonly firstUs: number; readonly lastUs: number } | undefined {
  const ends = endsOf(image, rows);
  return ends && { firstUs: ends.firstUs, lastUs: ends.lastUs };
}

/** First and last time, and the row of each. */
function endsOf(image: ColumnImage, set: RowSet) {
  const selection = select(image, set);
  const times = timesOf(selection);
  if (times.length === 0) return undefined;
  let first = 0;
  let last = 0;
  for (let i = 1; i < times.length; i++) {
    if (times[i]! < times[first]!) first = i;
    if (times[i]! > times[last]!) last = i;
  }
  return {
    firstUs: times[first]!,
    lastUs: times[last]!,
    firstRow: selection.rows[first]!,
    lastRow: selection.rows[last]!,
  };
}

/** The most frequent values of a text or address with an entry of each, those that occur equally often in their order. */
function sharesOf(
  image: ColumnImage,
  rows: RowSet,
  { field, limit, idOf }: {
    readonly field: StoredField;
    readonly limit: number;
    readonly idOf: (row: number) => string | undefined;
  },
): Share[] {
  const column = columnOf(field);
  const counts = tally(image, rows, column);
  const { values } = image.dictionary(column);
  const codes: number[] = [];
  for (let code = 1; code < values.length; code++) {
    if ((counts[code] ?? 0) > 0) codes.push(code);
  }
  const chosen = best(codes.length, limit, (a, b) => {
    const left = codes[a]!;
    const right = codes[b]!;
    const difference = counts[left]! - counts[right]!;
    return difference === 0 ? values[left]! < values[right]! : difference > 0;
  });
  const shown = Array.from(chosen, (index) => codes[index]!);
  const witnesses = lastRows(image, rows, column, shown);
  return shown.map((code) => {
    const id = idOf(witnesses.get(code) ?? 0);
    return {
      value: values[code]!,
      count: counts[code]!,
      ...(id === undefined ? {} : { ids: [id] }),
    };
  });
}

/** The last row of a set with each of some codes of a column. */
function lastRows(
  image: ColumnImage,
  set: RowSet,
  column: number,
  codes: readonly number[],
): Map<number, number> {
  const wanted = new Uint8Array(Math.max(0, ...codes) + 1);
  for (const code of codes) wanted[code] = 1;
  const found = new Map<number, number>();
  const shift = (image.firstRow - set.firstRow) / 32;
  for (let place = image.chunks.length - 1; place >= 0; place--) {
    const chunk = image.chunks[place];
    if (chunk === undefined) continue;
    const data = image.column(chunk, column);
    const at = place * CHUNK_WORDS + shift;
    for (let w = CHUNK_WORDS - 1; w >= 0; w--) {
      if (found.size === codes.length) return found;
      for (let rest = set.bits[at + w] ?? 0; rest !== 0;) {
        const bit = 31 - Math.clz32(rest);
        rest &= ~(1 << bit);
        const code = data[w * 32 + bit]!;
        if (wanted[code] !== 1) continue;
        wanted[code] = 0;
        found.set(code, chunk.index * CHUNK_ROWS + w * 32 + bit);
      }
    }
  }
  return found;
}

/** The filter with its closed time span moved back by its own length; undefined where it has none, or several. */
export function periodBefore(filter: Filter): Filter | undefined {
  const parts = filter.op === "and" ? filter.of : [filter];
  const spans = parts.filter((part): part is InTime => part.op === "time");
  const [span] = spans;
  if (span?.from === undefined || span.to === undefined || spans.length > 1) {
    return undefined;
  }
  const from = Date.parse(span.from);
  const lengthMs = Date.parse(span.to) - from;
  const moved: InTime = {
    op: "time",
    from: new Date(from - lengthMs).toISOString(),
    to: span.from,
  };
  if (filter.op !== "and") return moved;
  return { op: "and", of: parts.map((part) => part === span ? moved : part) };
}

/** Entries in each span of time, with their categories. */
export function bucketsOf(
  image: ColumnImage,
  rows: RowSet,
  bucketMs: number,
): TimelineBucket[] {
  if (!(bucketMs > 0)) {
    throw new RangeError(
      `Cannot make timeline as 'bucketMs' must be above 0: current value is ${bucketMs}`,
    );
  }
  const span = spanOf(image, rows);
  if (span === undefined) return [];
  const bucketOf = (us: number) => Math.floor(us / 1000 / bucketMs);
  const first = bucketOf(span.firstUs);
  const length = bucketOf(span.lastUs) - first + 1;
  if (length > MAX_BUCKETS) {
    throw new RangeError(
      `Cannot make timeline as 'bucketMs' must give at most ${MAX_BUCKETS} spans: current value is ${bucketMs}`,
    );
  }
  const buckets = Array.from({ length }, (_, i) => ({
    startMs: (first + i) * bucketMs,
    count: 0,
    categories: {} as Record<string, number>,
  }));
  const selection = select(image, rows);
  const times = timesOf(selection);
  const { codes, value } = fieldCodes(selection, "category");
  for (let i = 0; i < times.length; i++) {
    const bucket = buckets[bucketOf(times[i]!) - first]!;
    bucket.count++;
    const category = value(codes[i]!);
    if (category === null) continue;
    bucket.categories[category] = (bucket.categories[category] ?? 0) + 1;
  }
  return buckets;
}
