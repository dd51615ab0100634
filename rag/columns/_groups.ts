/** Groups of entries by their keys, and a number over each. */
import type { Metric } from "../query/ast.ts";
import {
  type Codes,
  fieldCodes,
  type KeyValue,
  numbersOf,
  type Selection,
} from "./_selection.ts";

/** Which group each entry of a selection is in. */
export interface Grouping {
  readonly groups: Uint32Array;
  readonly size: number;
  /** The key of a group. */
  key(group: number): KeyValue[];
}

/** Largest table of two codes that is made instead of a map. */
const TABLE = 4_000_000;

/** Puts entries with equal keys into one group; groups are numbered as they come. */
export function groupBy(keys: readonly Codes[], length: number): Grouping {
  const [first, ...others] = keys;
  if (first === undefined) {
    return { groups: new Uint32Array(length), size: 1, key: () => [] };
  }
  let grouping = firstKey(first);
  for (const key of others) grouping = nextKey(grouping, key);
  return grouping;
}

function firstKey({ codes, size, value }: Codes): Grouping {
  const numbers = new Int32Array(size).fill(-1);
  const groups = new Uint32Array(codes.length);
  const codeOf: number[] = [];
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!;
    let group = numbers[code]!;
    if (group < 0) {
      group = codeOf.length;
      numbers[code] = group;
      codeOf.push(code);
    }
    groups[i] = group;
  }
  return {
    groups,
    size: codeOf.length,
    key: (group) => [value(codeOf[group]!)],
  };
}

function nextKey(before: Grouping, { codes, size, value }: Codes): Grouping {
  const groups = new Uint32Array(codes.length);
  const pairs: number[] = [];
  const isSmall = before.size * size <= TABLE;
  const table = new Int32Array(isSmall ? before.size * size : 0).fill(-1);
  const map = new Map<number, number>();
  for (let i = 0; i < codes.length; i++) {
    const pair = before.groups[i]! * size + codes[i]!;
    let group = isSmall ? table[pair]! : map.get(pair) ?? -1;
    if (group < 0) {
      group = pairs.length;
      if (isSmall) table[pair] = group;
      else map.set(pair, group);
      pairs.push(pair);
    }
    groups[i] = group;
  }
  return {
    groups,
    size: pairs.length,
    key: (group) => [
      ...before.key(Math.floor(pairs[group]! / size)),
      value(pairs[group]! % size),
    ],
  };
}

/** The metric of each group; NaN where it has none, as the mean of nothing. */
export function measure(
  metric: Metric,
  selection: Selection,
  grouping: Grouping,
): Float64Array {
  switch (metric.kind) {
    case "count": {
      const counts = new Float64Array(grouping.size);
      for (const group of grouping.groups) counts[group]!++;
      return counts;
    }
    case "distinct":
      return distinct(codesToCount(metric.field, selection), grouping);
    case "sum":
    case "mean":
      return sums(numbersOf(selection, metric.field), grouping, metric.kind);
    case "min":
    case "max":
      return extremes(
        numbersOf(selection, metric.field),
        grouping,
        metric.kind,
      );
  }
}

/** Codes whose different values are counted: of either address both, unless entries are grouped by it. */
function codesToCount(
  field: Extract<Metric, { kind: "distinct" }>["field"],
  selection: Selection,
): Codes[] {
  return field === "ip" && selection.sides === undefined
    ? [fieldCodes(selection, "src_ip"), fieldCodes(selection, "dst_ip")]
    : [fieldCodes(selection, field)];
}

/** Different known codes in each group: entries are put in order of their group, so that a mark per code is enough. */
function distinct(
  columns: readonly Codes[],
  { groups, size }: Grouping,
): Float64Array {
  const starts = new Uint32Array(size + 1);
  for (let i = 0; i < groups.length; i++) starts[groups[i]! + 1]!++;
  for (let g = 0; g < size; g++) starts[g + 1]! += starts[g]!;
  const next = starts.slice();
  const sorted = columns.map(() => new Uint32Array(groups.length));
  for (let i = 0; i < groups.length; i++) {
    const at = next[groups[i]!]!++;
    for (let c = 0; c < columns.length; c++) {
      sorted[c]![at] = columns[c]!.codes[i]!;
    }
  }
  const marks = new Uint32Array(Math.max(...columns.map((c) => c.size)));
  const counts = new Float64Array(size);
  for (let group = 0; group < size; group++) {
    let count = 0;
    for (const codes of sorted) {
      for (let at = starts[group]!; at < starts[group + 1]!; at++) {
        const code = codes[at]!;
        if (code === 0 || marks[code] === group + 1) continue;
        marks[code] = group + 1;
        count++;
      }
    }
    counts[group] = count;
  }
  return counts;
}

/** Sums by Neumaier's method, whose error does not grow with the number of terms. */
function sums(
  numbers: Float64Array,
  { groups, size }: Grouping,
  kind: "sum" | "mean",
): Float64Array {
  const totals = new Float64Array(size);
  const lost = new Float64Array(size);
  const counts = new Uint32Array(size);
  for (let i = 0; i < groups.length; i++) {
    const number = numbers[i]!;
    if (number !== number) continue;
    const group = groups[i]!;
    const before = totals[group]!;
    const after = before + number;
    lost[group]! += Math.abs(before) >= Math.abs(number)
      ? before - after + number
      : number - after + before;
    totals[group] = after;
    counts[group]!++;
  }
  return totals.map((total, group) => {
    if (counts[group] === 0) return NaN;
    const sum = total + lost[group]!;
    return kind === "sum" ? sum : sum / counts[group]!;
  });
}

function extremes(
  numbers: Float64Array,
  { groups, size }: Grouping,
  kind: "min" | "max",
): Float64Array {
  const found = new Float64Array(size).fill(NaN);
  for (let i = 0; i < groups.length; i++) {
    const number = numbers[i]!;
    if (number !== number) continue;
    const group = groups[i]!;
    const best = found[group]!;
    const isBetter = kind === "min" ? number < best : number > best;
    if (best !== best || isBetter) found[group] = number;
  }
  return found;
}
