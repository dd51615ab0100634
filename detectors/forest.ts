import type { FeatureRows, Predictor } from "@ml-defender/events";
import type { Contributions, Flip } from "./contributions.ts";
import type { Calibration, ForestModel } from "./forest_model.ts";
import { TreeWalker } from "./tree_walker.ts";

/** Rows of float32 that a forest reads in place, `(length, stride)` row-major. NaN means unavailable. */
export interface ForestRows {
  /** Number of rows. */
  readonly length: number;
  /** Memory that holds them. */
  readonly values: Float32Array;
  /** Index of the first value of row 0 in `values`. */
  readonly offset: number;
  /** Distance of two rows in `values`. */
  readonly stride: number;
}

/**
 * What runs a forest's trees: {@linkcode TreeWalker}, or the core's forest, which has the same methods and is many
 * times faster. It was opened with the position of each feature in a row.
 */
export interface ForestEngine {
  /**
   * Raw scores: the mean of the trees' leaf values.
   *
   * @param rows The rows, read in place.
   * @param out Scores from 0 to 1, one for each row.
   */
  predict(rows: ForestRows, out: Float32Array<ArrayBuffer>): void;
  /** What each feature added to a row's raw score. */
  contributions(row: Float32Array): Contributions;
  /** The smallest changes of single features that carry a row's raw score across a limit, nearest first. */
  nearestFlips(row: Float32Array, limit: number): Flip[];
}

/**
 * Position of each of the model's features among the columns of a row.
 *
 * @param model The model.
 * @param names Names of the columns.
 * @returns One index for each feature of the model.
 * @throws {TypeError} If the columns lack a feature.
 */
export function featureIndex(
  model: Pick<ForestModel, "name" | "features">,
  names: readonly string[],
): number[] {
  return model.features.map((feature) => {
    const index = names.indexOf(feature);
    if (index >= 0) return index;
    throw new TypeError(
      `Cannot use the model '${model.name}' as the rows must have its feature '${feature}': they have ${names.length} others`,
    );
  });
}

/**
 * The calibrated probability of a raw score.
 *
 * @param calibration The model's calibration.
 * @param score Raw score from 0 to 1.
 * @returns A probability from 0 to 1; a higher score never gives a lower one.
 */
export function calibrate(calibration: Calibration, score: number): number {
  if (calibration.kind === "none") return score;
  const { a, b } = calibration;
  return 1 / (1 + Math.exp(-(a * score + b)));
}

/**
 * The raw score that calibrates to a probability: the limit to give to {@linkcode ForestEngine.nearestFlips}.
 *
 * @param calibration The model's calibration.
 * @param probability Between 0 and 1.
 * @returns The raw score; outside 0 to 1 where no score has that probability.
 */
export function uncalibrate(
  calibration: Calibration,
  probability: number,
): number {
  if (calibration.kind === "none") return probability;
  const { a, b } = calibration;
  return (Math.log(probability / (1 - probability)) - b) / a;
}

const FIT_STEPS = 100;
const MIN_SLOPE = 1e-3;

/**
 * Fit Platt's curve to scores of rows that the forest was not trained on: the maximum of the likelihood, with targets
 * drawn in from 0 and 1 by the class counts as Platt proposes, so that separable classes have a finite fit.
 *
 * @param scores Raw scores.
 * @param labels Label of each, 0 or 1; both occur.
 * @returns The calibration; `none` when the scores do not rise with the labels.
 * @throws {RangeError} If the lengths differ or a class is missing.
 */
export function fitPlatt(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
): Calibration {
  let positives = 0;
  for (let i = 0; i < labels.length; i++) positives += labels[i]!;
  const negatives = labels.length - positives;
  if (scores.length !== labels.length || positives === 0 || negatives === 0) {
    throw new RangeError(
      `Cannot calibrate as each score must have a label and both labels must occur: ${scores.length} scores, ${positives} positive and ${negatives} negative labels`,
    );
  }
  const high = (positives + 1) / (positives + 2);
  const low = 1 / (negatives + 2);
  const loss = (a: number, b: number): number => {
    let sum = 0;
    for (let i = 0; i < scores.length; i++) {
      const z = a * scores[i]! + b;
      const target = labels[i] ? high : low;
      sum += Math.log1p(Math.exp(-Math.abs(z))) + Math.max(z, 0) - target * z;
    }
    return sum;
  };
  let [a, b] = [0, Math.log((positives + 1) / (negatives + 1))];
  let present = loss(a, b);
  for (let step = 0; step < FIT_STEPS; step++) {
    const [da, db] = newtonStep(scores, labels, { a, b, high, low });
    let size = 1;
    let next = loss(a + da, b + db);
    while (next > present && size > 1e-9) {
      size /= 2;
      next = loss(a + size * da, b + size * db);
    }
    if (next >= present) break;
    a += size * da;
    b += size * db;
    const gained = present - next;
    present = next;
    if (gained < 1e-12 * scores.length) break;
  }
  return a > MIN_SLOPE ? { kind: "platt", a, b } : { kind: "none" };
}

function newtonStep(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  { a, b, high, low }: { a: number; b: number; high: number; low: number },
): [number, number] {
  let [ga, gb, haa, hab, hbb] = [0, 0, 1e-12, 0, 1e-12];
  for (let i = 0; i < scores.length; i++) {
    const s = scores[i]!;
    const p = 1 / (1 + Math.exp(-(a * s + b)));
    const error = (labels[i] ? high : low) - p;
    const weight = p * (1 - p);
    ga += error * s;
    gb += error;
    haa += weight * s * s;
    hab += weight * s;
    hbb += weight;
  }
  const determinant = haa * hbb - hab * hab;
  return [
    (hbb * ga - hab * gb) / determinant,
    (haa * gb - hab * ga) / determinant,
  ];
}

/** Opens what runs a model's trees, given the position of each of its features in a row. */
export type OpenEngine = (
  model: ForestModel,
  featureIndex: readonly number[],
) => ForestEngine;

/** Options of {@linkcode ForestPredictor}. */
export interface ForestPredictorOptions {
  /**
   * What runs the trees.
   *
   * @default {(model, index) => new TreeWalker(model, index)}
   */
  readonly open?: OpenEngine;
}

/**
 * A model as a predictor over batches: finds its features by name, runs the trees, calibrates. Does not close the
 * engine: who opened the core's forest closes it.
 *
 * @example
 * ```ts
 * import { FLOW_FEATURES } from "@ml-defender/events";
 * import { ForestPredictor, parseForestModel } from "@ml-defender/detectors";
 *
 * const names = FLOW_FEATURES.map((feature) => feature.name);
 * function load(json: unknown): ForestPredictor {
 *   return new ForestPredictor(parseForestModel(json), names);
 * }
 * if (typeof load !== "function") throw new Error();
 * ```
 */
export class ForestPredictor implements Predictor {
  /** The model's name. */
  readonly name: string;
  /** The model. */
  readonly model: ForestModel;
  /** What runs its trees. */
  readonly engine: ForestEngine;
  readonly #index: readonly number[];
  #checked: readonly string[];

  /**
   * Finds the model's features among the columns and opens what runs its trees.
   *
   * @param model The model.
   * @param names Names of the columns of the rows that it will score.
   * @throws {TypeError} If the columns lack a feature of the model.
   */
  constructor(
    model: ForestModel,
    names: readonly string[],
    options: ForestPredictorOptions = {},
  ) {
    const { open = (model, index) => new TreeWalker(model, index) } = options;
    this.name = model.name;
    this.model = model;
    this.#index = featureIndex(model, names);
    this.#checked = names;
    this.engine = open(model, this.#index);
  }

  /**
   * Calibrated probabilities.
   *
   * @param rows Rows with the columns that the predictor was made for.
   * @param out One probability for each row.
   * @throws {TypeError} If the columns are others.
   * @throws {RangeError} If the rows reach beyond `values`, or `out` is too short.
   */
  predict(rows: FeatureRows, out: Float32Array): void {
    this.#check(rows);
    this.engine.predict(rows, out as Float32Array<ArrayBuffer>);
    const { calibration } = this.model;
    if (calibration.kind === "none") return;
    for (let row = 0; row < rows.length; row++) {
      out[row] = calibrate(calibration, out[row]!);
    }
  }

  /**
   * What each feature of the model added to the raw score of one row.
   *
   * @param rows Rows as for {@linkcode ForestPredictor.predict}.
   * @param row Which.
   */
  contributions(rows: FeatureRows, row: number): Contributions {
    return this.engine.contributions(this.#row(rows, row));
  }

  /**
   * The smallest changes of single features that carry the probability of one row across a limit, nearest first.
   *
   * @param rows Rows as for {@linkcode ForestPredictor.predict}.
   * @param row Which.
   * @param limit The probability to cross; by default the model's threshold `alert`. The flips' own scores are raw.
   */
  nearestFlips(
    rows: FeatureRows,
    row: number,
    limit: number = this.model.thresholds["alert"]!,
  ): Flip[] {
    const raw = uncalibrate(this.model.calibration, limit);
    return this.engine.nearestFlips(this.#row(rows, row), raw);
  }

  #row(rows: FeatureRows, row: number): Float32Array {
    this.#check(rows);
    if (!(Number.isInteger(row) && row >= 0 && row < rows.length)) {
      throw new RangeError(
        `Cannot explain row as it must be from 0 to ${
          rows.length - 1
        }: current value is ${row}`,
      );
    }
    const start = rows.offset + row * rows.stride;
    return rows.values.subarray(start, start + rows.names.length);
  }

  #check({ names }: FeatureRows): void {
    if (names === this.#checked) return;
    this.model.features.forEach((feature, i) => {
      if (names[this.#index[i]!] === feature) return;
      throw new TypeError(
        `Cannot score rows by the model '${this.name}' as column ${
          this.#index[i]
        } must be '${feature}': it is '${names[this.#index[i]!]}'`,
      );
    });
    this.#checked = names;
  }
}
