/** Forests made by hand or at random, for the tests of this member. */
import type { ForestTrees } from "../forest_blob.ts";
import type { ForestModel } from "../forest_model.ts";

/** A tree as nested objects. */
export type Tree = number | {
  /** Number of the feature. */
  readonly feature: number;
  /** Values below it go left. */
  readonly threshold: number;
  /** Where NaN goes. */
  readonly missing: "left" | "right";
  /** Share of positives in units of 1/65535. */
  readonly value: number;
  /** Values below the threshold. */
  readonly left: Tree;
  /** The other values. */
  readonly right: Tree;
};

/** Number of edges on the longest path. */
function depthOf(tree: Tree): number {
  return typeof tree === "number"
    ? 0
    : 1 + Math.max(depthOf(tree.left), depthOf(tree.right));
}

/** The columns of some nested trees. */
export function packTrees(trees: readonly Tree[]): ForestTrees {
  const orders = trees.map((tree) => {
    const order: Tree[] = [tree];
    for (const one of order) {
      if (typeof one !== "number") order.push(one.left, one.right);
    }
    return order;
  });
  const all = orders.flat();
  return {
    depth: Math.max(...trees.map(depthOf)),
    sizes: Uint32Array.from(orders, (order) => order.length),
    threshold: Float32Array.from(
      all,
      (one) => typeof one === "number" ? 0 : one.threshold,
    ),
    value: Uint16Array.from(
      all,
      (one) => typeof one === "number" ? one : one.value,
    ),
    split: Uint8Array.from(
      all,
      (one) =>
        typeof one === "number"
          ? 0x80
          : one.feature | (one.missing === "right" ? 0x40 : 0),
    ),
  };
}

/** A model of some nested trees. */
export function makeModel(
  trees: readonly Tree[],
  features: readonly string[],
): ForestModel {
  return {
    name: "any",
    category: "scan",
    features,
    trees: packTrees(trees),
    calibration: { kind: "none" },
    thresholds: { alert: 0.5 },
    provenance: {
      createdBy: "forest_fixture 1",
      seed: 1,
      rows: 10,
      captures: [{
        name: "one.pcap",
        sha256: "0123456789abcdef".repeat(4),
        rows: 10,
        generator: "tcp_scan seed 7",
      }],
      parameters: { depth: 2, bootstrap: true, kind: "forest" },
    },
  };
}

/** Whole numbers below `bound`, the same for the same seed. */
export function randomNumbers(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (state + 0x9e3779b9) | 0;
    let z = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return Math.floor(((z ^ (z >>> 15)) >>> 0) / 2 ** 32 * bound);
  };
}

/** A random nested tree; thresholds are whole numbers from -20 to 20. */
export function randomTree(
  random: (bound: number) => number,
  features: number,
  depth: number,
): Tree {
  if (depth === 0 || random(5) === 0) return random(65536);
  return {
    feature: random(features),
    threshold: random(41) - 20,
    missing: random(2) === 0 ? "left" : "right",
    value: random(65536),
    left: randomTree(random, features, depth - 1),
    right: randomTree(random, features, depth - 1),
  };
}

/** A value of a record: ordinary, on a threshold, infinite or missing. */
export function randomValue(random: (bound: number) => number): number {
  const kind = random(10);
  if (kind === 0) return NaN;
  if (kind === 1) return random(2) === 0 ? Infinity : -Infinity;
  return kind < 6 ? random(41) - 20 : random(100_000) / 1000 - 50;
}
