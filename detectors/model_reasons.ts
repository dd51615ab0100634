import type { FeatureRows, Reason } from "@ml-defender/events";
import type { ModelReasons } from "./detector.ts";
import type { ForestPredictor } from "./forest.ts";
import { isLeaf, splitFeature } from "./forest_blob.ts";
import type { ForestModel } from "./forest_model.ts";
import { featureText } from "./reasons.ts";

/** Options of {@linkcode forestReasons}. */
export interface ForestReasonsOptions {
  /**
   * Reasons for each score at most.
   *
   * @default {3}
   */
  readonly top?: number;
}

/**
 * Reasons for the scores of forests: the features that added most, by the exact contributions along the tree paths. A
 * reason's weight is its share of the score, its threshold the model's split nearest to the value. Features that were
 * unavailable or spoke against the threat are left out.
 *
 * @param predictors The models that the detector uses.
 */
export function forestReasons(
  predictors: readonly ForestPredictor[],
  options: ForestReasonsOptions = {},
): ModelReasons {
  const { top = 3 } = options;
  const known = new Map(
    predictors.map((one): [string, Explained] => [one.name, {
      predictor: one,
      splits: splitsOf(one.model),
      names: [],
      columns: [],
    }]),
  );
  return (model: string, rows: FeatureRows, row: number): Reason[] => {
    const entry = known.get(model);
    if (entry === undefined) return [];
    const { predictor, splits } = entry;
    const { values, score } = predictor.contributions(rows, row);
    const base = rows.offset + row * rows.stride;
    const columns = columnsOf(entry, rows.names);
    const weight = (index: number) => Math.min(1, values[index]! / score);
    return columns.map((_, index) => index)
      .filter((index) =>
        values[index]! > 0 && !Number.isNaN(rows.values[base + columns[index]!])
      )
      .sort((a, b) => weight(b) - weight(a)).slice(0, top)
      .map((index): Reason => {
        const feature = predictor.model.features[index]!;
        const value = rows.values[base + columns[index]!]!;
        const threshold = nearest(splits[index]!, value);
        return {
          code: `${model}.${feature}`,
          text: featureText(feature),
          feature,
          value,
          threshold,
          ...(value < threshold ? { side: "below" as const } : {}),
          weight: weight(index),
        };
      });
  };
}

/** What is known about one model; columns of the rows that were explained last. */
interface Explained {
  readonly predictor: ForestPredictor;
  readonly splits: readonly Float32Array[];
  names: readonly string[];
  columns: readonly number[];
}

/** Columns of the model's features; names are the same array in every batch of a run. */
function columnsOf(entry: Explained, names: readonly string[]) {
  if (entry.names !== names) {
    entry.names = names;
    entry.columns = entry.predictor.model.features.map((feature) =>
      names.indexOf(feature)
    );
  }
  return entry.columns;
}

/** The model's different thresholds for each of its features, ascending. */
function splitsOf(model: ForestModel): Float32Array[] {
  const splits = model.features.map(() => new Set<number>());
  model.trees.split.forEach((kind, node) => {
    if (isLeaf(kind)) return;
    splits[splitFeature(kind)]!.add(model.trees.threshold[node]!);
  });
  return splits.map((one) => Float32Array.from(one).sort());
}

function nearest(splits: Float32Array, value: number): number {
  let low = 0;
  let high = splits.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (splits[middle]! < value) low = middle + 1;
    else high = middle;
  }
  const above = splits[low] ?? Infinity;
  const below = splits[low - 1] ?? -Infinity;
  if (above === Infinity && below === -Infinity) return value;
  return above - value < value - below ? above : below;
}
