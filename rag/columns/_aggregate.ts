/** Numbers over the rows of a set: metric, groups, condition, order. */
import type { Aggregate, Sort } from "../query/ast.ts";
import type { Group } from "../result.ts";
import { groupBy, type Grouping, measure } from "./_groups.ts";
import type { ColumnImage } from "./_image.ts";
import { best } from "./_order.ts";
import {
  keyCodes,
  type KeyValue,
  numbersOf,
  select,
  selectByAddress,
  type Selection,
  timesOf,
} from "./_selection.ts";
import type { RowSet } from "./row_set.ts";
import type { WallClock } from "./_wall_clock.ts";

/** Groups that get ids of their entries: the first ones. */
const WITH_IDS = 100;
const IDS = 3;

/** What an aggregate needs beside itself. */
export interface AggregateContext {
  readonly image: ColumnImage;
  readonly clock: WallClock;
  readonly sort: Sort | undefined;
  readonly limit: number | undefined;
  idOf(row: number): string | undefined;
}

interface Candidate {
  readonly group: number;
  readonly key: readonly KeyValue[];
  readonly value: number;
  readonly lastUs: number;
}

/** The groups of an aggregate, in their order. */
export function aggregateRows(
  set: RowSet,
  { metric, groupBy: keys, having }: Aggregate,
  context: AggregateContext,
): Group[] {
  const { image, clock, sort, limit = Infinity } = context;
  const selection = keys.includes("ip")
    ? selectByAddress(image, set)
    : select(image, set);
  const codes = keys.map((key) => keyCodes(selection, key, clock));
  const grouping = groupBy(codes, selection.rows.length);
  const values = measure(metric, selection, grouping);
  const lasts = sort?.by === "time"
    ? lastTimes(selection, grouping)
    : new Float64Array(grouping.size);
  const candidates: Candidate[] = [];
  for (let group = 0; group < grouping.size; group++) {
    const value = values[group]!;
    if (having !== undefined && !holds(having.op, value, having.value)) {
      continue;
    }
    const lastUs = lasts[group]!;
    candidates.push({ group, key: grouping.key(group), value, lastUs });
  }
  const order = comparison(sort);
  const chosen = best(
    candidates.length,
    limit,
    (a, b) => order(candidates[a]!, candidates[b]!) < 0,
  );
  const groups = Array.from(chosen, (index) => candidates[index]!);
  const extreme = metric.kind === "min" || metric.kind === "max"
    ? numbersOf(selection, metric.field)
    : undefined;
  const ids = latestIds(groups.slice(0, WITH_IDS), selection, {
    grouping,
    extreme,
    idOf: context.idOf,
  });
  return groups.map(({ group, key, value }) => ({
    key,
    value: Number.isNaN(value) ? null : value,
    ids: ids.get(group) ?? [],
  }));
}

function holds(op: string, value: number, limit: number): boolean {
  switch (op) {
    case "eq":
      return value === limit;
    case "lt":
      return value < limit;
    case "le":
      return value <= limit;
    case "gt":
      return value > limit;
    default:
      return value >= limit;
  }
}

/** By falling metric where nothing else is asked for, then by key; what has no number comes last. */
function comparison(
  sort: Sort | undefined,
): (a: Candidate, b: Candidate) => number {
  const sign = sort?.order === "asc" ? 1 : -1;
  return (a, b) => {
    const left = sort?.by === "time" ? a.lastUs : a.value;
    const right = sort?.by === "time" ? b.lastUs : b.value;
    const unknown = Number(Number.isNaN(left)) - Number(Number.isNaN(right));
    if (unknown !== 0) return unknown;
    if (left < right) return -sign;
    if (left > right) return sign;
    return compareKeys(a.key, b.key) || a.group - b.group;
  };
}

function compareKeys(a: readonly KeyValue[], b: readonly KeyValue[]): number {
  for (let i = 0; i < a.length; i++) {
    const left = a[i]!;
    const right = b[i]!;
    if (left === right) continue;
    if (left === null) return 1;
    if (right === null) return -1;
    return left < right ? -1 : 1;
  }
  return 0;
}

function lastTimes(
  selection: Selection,
  { groups, size }: Grouping,
): Float64Array {
  const times = timesOf(selection);
  const lasts = new Float64Array(size).fill(NaN);
  for (let i = 0; i < groups.length; i++) {
    const group = groups[i]!;
    if (!(times[i]! <= lasts[group]!)) lasts[group] = times[i]!;
  }
  return lasts;
}

/** Ids of the latest entries of some groups; where the metric is the value of some of them, of these. */
function latestIds(
  wanted: readonly Candidate[],
  selection: Selection,
  { grouping, extreme, idOf }: {
    readonly grouping: Grouping;
    readonly extreme: Float64Array | undefined;
    idOf(row: number): string | undefined;
  },
): Map<number, string[]> {
  const place = new Int32Array(grouping.size).fill(-1);
  wanted.forEach(({ group }, index) => place[group] = index);
  const found = new Int32Array(wanted.length * IDS).fill(-1);
  const times = timesOf(selection);
  for (let i = 0; i < grouping.groups.length; i++) {
    const index = place[grouping.groups[i]!]!;
    if (index < 0) continue;
    const { value } = wanted[index]!;
    if (extreme !== undefined && extreme[i] !== value && value === value) {
      continue;
    }
    // Later rows win among equal times, and rows rise.
    let slot = index * IDS + IDS;
    while (slot > index * IDS) {
      const above = found[slot - 1]!;
      if (above >= 0 && times[above]! > times[i]!) break;
      if (slot < index * IDS + IDS) found[slot] = above;
      slot--;
    }
    if (slot < index * IDS + IDS) found[slot] = i;
  }
  return new Map(wanted.map(({ group }, index) => [
    group,
    Array.from(found.subarray(index * IDS, index * IDS + IDS))
      .filter((i) => i >= 0)
      .flatMap((i) => idOf(selection.rows[i]!) ?? []),
  ]));
}
