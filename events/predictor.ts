import type { FeatureRows } from "./batch.ts";

/** Scores records with one model. */
export interface Predictor {
  /** The model's name. */
  readonly name: string;
  /**
   * Score every row.
   *
   * @param rows Features of the records; the predictor finds its inputs by name when it is made.
   * @param out Scores in [0, 1], one for each row; at least `rows.length` long.
   */
  predict(rows: FeatureRows, out: Float32Array): void;
}
