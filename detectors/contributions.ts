import { isLeaf, NODE_VALUE_ONE, splitFeature } from "./forest_blob.ts";
import type { TreeWalker } from "./tree_walker.ts";

/** Why a row has its raw score: `bias` and all of `values` sum to it. */
export interface Contributions {
  /** What each feature of the model added along the paths. */
  readonly values: Float64Array<ArrayBuffer>;
  /** The score before anything is known of the row: the mean of the trees' roots. */
  readonly bias: number;
  /** The row's raw score. */
  readonly score: number;
}

/** What one feature would have to become for the raw score to cross a limit. */
export interface Flip {
  /** Number of the feature in the model. */
  readonly feature: number;
  /** The nearest value that crosses. */
  readonly value: number;
  /** The raw score with that value. */
  readonly score: number;
  /** `value` minus the present one, in the feature's unit. */
  readonly change: number;
  /** Size of the change in spans of the model's thresholds for the feature. */
  readonly relative: number;
}

/**
 * Split the raw score of one row into what each feature added: every step's change of the node value is credited to the
 * feature that was split on. Exact, because a path's changes telescope from the root's value to the leaf's. (The
 * decomposition of A. Saabas, "Interpreting random forests", 2014.)
 *
 * @param walker Walks the model.
 * @param row The row's values, from the first.
 * @returns Owned.
 */
export function contributions(
  walker: TreeWalker,
  row: Float32Array,
): Contributions {
  const { features, trees: { sizes, value } } = walker.model;
  const credit = new Float64Array(features.length); // whole numbers until the last line
  const score = walker.score(row, (from, feature, to) => {
    credit[feature]! += value[to]! - value[from]!;
  });
  let root = 0;
  let start = 0;
  for (const size of sizes) {
    start += value[root]!;
    root += size;
  }
  const scale = NODE_VALUE_ONE * sizes.length;
  return { values: credit.map((x) => x / scale), bias: start / scale, score };
}

/** The next float32 below a finite one. */
function floatBelow(x: number): number {
  const float = new Float32Array([x]);
  const bits = new Int32Array(float.buffer);
  if (x === 0) bits[0] = -0x7fffffff; // the smallest subnormal, negative
  else bits[0]! += x > 0 ? -1 : 1;
  return float[0]!;
}

/** The model's different thresholds for a feature, ascending. */
function thresholdsOf(walker: TreeWalker, feature: number): number[] {
  const { split, threshold } = walker.model.trees;
  const found = new Set<number>();
  split.forEach((kind, node) => {
    if (!isLeaf(kind) && splitFeature(kind) === feature) {
      found.add(threshold[node]!);
    }
  });
  return [...found].sort((a, b) => a - b);
}

/**
 * For each feature that can alone carry a row's raw score across `limit`, the nearest value that does. Tries the
 * model's thresholds for the feature one after the other, away from the present value.
 *
 * @param walker Walks the model.
 * @param row The row's values, from the first.
 * @param limit The raw score to cross, in either direction.
 * @returns Sorted by `relative`, then by feature; features that are not finite in the row are left out.
 */
export function nearestFlips(
  walker: TreeWalker,
  row: Float32Array,
  limit: number,
): Flip[] {
  const wanted = Math.fround(limit);
  const above = walker.score(row) >= wanted;
  const moved = row.slice();
  const flips: Flip[] = [];
  walker.featureIndex.forEach((column, feature) => {
    const present = row[column]!;
    const cuts = thresholdsOf(walker, feature);
    if (cuts.length === 0 || !Number.isFinite(present)) return;
    const span = cuts.at(-1)! - cuts[0]!;
    const unit = span > 0 ? span : Math.max(1, Math.abs(cuts[0]!));
    const up = cuts.filter((cut) => cut > present);
    const down = cuts.filter((cut) => cut <= present).reverse().map(floatBelow);
    let best: Flip | undefined;
    for (const side of [up, down]) {
      for (const value of side) {
        if (!Number.isFinite(value)) continue;
        moved[column] = value;
        const score = walker.score(moved);
        if ((score >= wanted) === above) continue;
        const change = value - present;
        if (!best || Math.abs(change) < Math.abs(best.change)) {
          const relative = Math.abs(change) / unit;
          best = { feature, value, score, change, relative };
        }
        break;
      }
    }
    moved[column] = present;
    if (best) flips.push(best);
  });
  return flips.sort((a, b) => a.relative - b.relative || a.feature - b.feature);
}
