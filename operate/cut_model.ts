import {
  encodeTrees,
  type ForestModel,
  type ForestTrees,
  makeForestModel,
} from "@ml-defender/detectors";

const LEAF = 0x80;

/** How much of a forest is used; as in the section `models`. */
export interface ModelCut {
  /** Edges from a tree's root in use at most, at least 1. @default {all} */
  readonly depth?: number;
  /** Trees in use at most, from the first, at least 1. @default {all} */
  readonly trees?: number;
}

/**
 * A part of a forest: its first trees, cut off at a depth, where each node becomes a leaf with the share of positives that
 * the training saw in it. Nothing is trained anew: calibration and thresholds stay, although they were fitted to the whole
 * forest; docs/operate.md says what that costs.
 *
 * @param model The model; it stays as it is.
 * @param cut What is left.
 * @returns The model itself where nothing is cut, else a new one.
 * @throws {RangeError} If a number of the cut is no whole number of at least 1.
 */
export function cutModel(model: ForestModel, cut: ModelCut): ForestModel {
  const { depth = Infinity, trees = Infinity } = cut;
  for (const [name, value] of Object.entries({ depth, trees })) {
    if (value === Infinity || Number.isInteger(value) && value >= 1) continue;
    throw new RangeError(
      `Cannot cut forest as '${name}' must be a whole number of at least 1: current value is ${value}`,
    );
  }
  const { trees: whole, ...description } = model;
  if (whole.depth <= depth && whole.sizes.length <= trees) return model;
  const sizes = whole.sizes.subarray(0, Math.min(trees, whole.sizes.length));
  const left = cutTrees({ ...whole, sizes }, depth);
  const blob = encodeTrees(model.features.length, left);
  return makeForestModel(blob, description);
}

/** Nodes are in the order of their levels, so what is left of a tree is its beginning. */
function cutTrees(trees: ForestTrees, depth: number): ForestTrees {
  const kept: number[] = [];
  const leaves = new Set<number>();
  const sizes: number[] = [];
  let first = 0;
  let deepest = 0;
  for (const size of trees.sizes) {
    let level = 0;
    let levelStart = first;
    let levelEnd = first + 1;
    const before = kept.length;
    for (;;) {
      let inner = 0;
      for (let node = levelStart; node < levelEnd; node++) {
        kept.push(node);
        if (trees.split[node] !== LEAF) inner++;
      }
      deepest = Math.max(deepest, level);
      if (inner === 0) break;
      if (level === depth) {
        for (let node = levelStart; node < levelEnd; node++) leaves.add(node);
        break;
      }
      [levelStart, levelEnd] = [levelEnd, levelEnd + 2 * inner];
      level++;
    }
    sizes.push(kept.length - before);
    first += size;
  }
  return {
    depth: deepest,
    sizes: Uint32Array.from(sizes),
    threshold: Float32Array.from(
      kept,
      (node) => leaves.has(node) ? 0 : trees.threshold[node]!,
    ),
    value: Uint16Array.from(kept, (node) => trees.value[node]!),
    split: Uint8Array.from(
      kept,
      (node) => leaves.has(node) ? LEAF : trees.split[node]!,
    ),
  };
}
