import {
  type Contributions,
  contributions,
  type Flip,
  nearestFlips,
} from "./contributions.ts";
import type { ForestEngine, ForestRows } from "./forest.ts";
import {
  isLeaf,
  isMissingRight,
  linkTrees,
  NODE_VALUE_ONE,
  splitFeature,
} from "./forest_blob.ts";
import type { ForestModel } from "./forest_model.ts";

/** Called for each step of a walk with the node that was left, its feature, and the node that was reached. */
export type Step = (from: number, feature: number, to: number) => void;

/**
 * Runs a forest the obvious way: one record, one tree, one node after the other. The oracle of the core's kernels, and
 * what serves where there is no core. Scores are the same, bit by bit.
 *
 * @example
 * ```ts
 * import { type ForestModel, TreeWalker } from "@ml-defender/detectors";
 *
 * function score(model: ForestModel, row: Float32Array): number {
 *   const walker = new TreeWalker(model, model.features.map((_, i) => i));
 *   return walker.score(row);
 * }
 * if (typeof score !== "function") throw new Error();
 * ```
 */
export class TreeWalker implements ForestEngine {
  /** The model. */
  readonly model: ForestModel;
  /** Position of each feature of the model in a row. */
  readonly featureIndex: readonly number[];
  readonly #left: Uint32Array;
  readonly #needed: number;

  /**
   * Checks the model's trees.
   *
   * @param model The model.
   * @param featureIndex Position of each of its features in a row.
   * @throws {RangeError} If there is not one position for each feature.
   */
  constructor(model: ForestModel, featureIndex: readonly number[]) {
    const good = featureIndex.length === model.features.length &&
      featureIndex.every((i) => Number.isInteger(i) && i >= 0);
    if (!good) {
      throw new RangeError(
        `Cannot walk the model '${model.name}' as 'featureIndex' must be ${model.features.length} positions: current value is [${featureIndex}]`,
      );
    }
    this.model = model;
    this.featureIndex = featureIndex;
    this.#left = linkTrees(model.trees, model.features.length);
    this.#needed = Math.max(...featureIndex) + 1;
  }

  /**
   * Raw scores.
   *
   * @param rows The rows, read in place.
   * @param out Scores from 0 to 1, one for each row.
   * @throws {RangeError} If the rows reach beyond `values`, or `out` is too short.
   */
  predict(rows: ForestRows, out: Float32Array): void {
    const { length, values, offset, stride } = rows;
    if (length === 0) return;
    const end = offset + (length - 1) * stride + this.#needed;
    if (
      stride < this.#needed || offset < 0 || end > values.length ||
      out.length < length
    ) {
      throw new RangeError(
        `Cannot predict as ${length} rows of ${this.#needed} values, ${stride} apart, and ${length} scores must fit: there are ${values.length} values and room for ${out.length} scores`,
      );
    }
    for (let row = 0; row < length; row++) {
      const start = offset + row * stride;
      out[row] = this.score(values.subarray(start, start + this.#needed));
    }
  }

  /**
   * Raw score of one row.
   *
   * @param row The row's values, from the first.
   * @param step Called at each step.
   * @returns The mean of the trees' leaf values as a float32.
   */
  score(row: Float32Array, step?: Step): number {
    const { sizes, value } = this.model.trees;
    let sum = 0;
    let root = 0;
    for (const size of sizes) {
      sum += value[this.#walk(root, row, step)]!;
      root += size;
    }
    return Math.fround(sum / (NODE_VALUE_ONE * sizes.length));
  }

  /** The leaf that a row reaches from a node. */
  #walk(node: number, row: Float32Array, step: Step | undefined): number {
    const { split, threshold } = this.model.trees;
    while (!isLeaf(split[node]!)) {
      const feature = splitFeature(split[node]!);
      const x = row[this.featureIndex[feature]!]!;
      const right = Number.isNaN(x)
        ? isMissingRight(split[node]!)
        : x >= threshold[node]!;
      const child = this.#left[node]! + Number(right);
      step?.(node, feature, child);
      node = child;
    }
    return node;
  }

  /**
   * What each feature added to the raw score of one row.
   *
   * @param row The row's values, from the first.
   * @throws {RangeError} If the row is too short.
   */
  contributions(row: Float32Array): Contributions {
    this.#checkRow(row);
    return contributions(this, row);
  }

  /**
   * The smallest changes of single features that carry the raw score of one row across a limit.
   *
   * @param row The row's values, from the first.
   * @param limit The raw score to cross, in either direction.
   * @returns At most one for each feature, nearest first; features that are not finite in the row are left out.
   * @throws {RangeError} If the row is too short.
   */
  nearestFlips(row: Float32Array, limit: number): Flip[] {
    this.#checkRow(row);
    return nearestFlips(this, row, limit);
  }

  #checkRow(row: Float32Array): void {
    if (row.length >= this.#needed) return;
    throw new RangeError(
      `Cannot explain row as it must have at least ${this.#needed} values: current length is ${row.length}`,
    );
  }
}
