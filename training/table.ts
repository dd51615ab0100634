import type { CaptureRows } from "./dataset.ts";
import type { ForestPlan } from "./inputs.ts";

/** Rows of a plan: one matrix with labels and weights. */
export interface Table {
  /** `(rows, inputs of the plan)` row-major. */
  readonly values: Float32Array;
  /** 1 for flows of the plan's categories, 0 for others. */
  readonly labels: Uint8Array<ArrayBuffer>;
  /** Weight of each row. */
  readonly weights: Float32Array<ArrayBuffer>;
  /** Capture of each row. */
  readonly captures: readonly CaptureRows[];
  /** Host and window of each row, within its capture. */
  readonly units: readonly string[];
}

/** Weight of a generated capture beside a captured one: what is generated resembles itself. */
const GENERATED_WEIGHT = 0.5;

/**
 * Rows of a plan's inputs. Captures of a kind weigh the same, and in each its positives and its negatives; so a flood of ten thousand flows does not outvote a beacon of fifty.
 *
 * @param plan Which forest.
 * @param captures Rows of captures.
 * @returns One matrix.
 */
export function tableOf(
  plan: ForestPlan,
  captures: readonly CaptureRows[],
): Table {
  const total = captures.reduce(
    (n, { categories }) => n + categories.length,
    0,
  );
  const width = plan.inputs.length;
  const values = new Float32Array(total * width);
  const labels = new Uint8Array(total);
  const weights = new Float32Array(total);
  let at = 0;
  for (const capture of captures) {
    const { categories, inputs } = capture;
    const columns = plan.inputs.map((name) => inputs.indexOf(name));
    const positive = categories.map((category) =>
      category !== undefined && plan.categories.includes(category)
    );
    const positives = positive.filter(Boolean).length;
    categories.forEach((_, row) => {
      columns.forEach((column, i) => {
        values[at * width + i] = capture.values[row * inputs.length + column]!;
      });
      labels[at] = positive[row] ? 1 : 0;
      const factor = capture.generated ? GENERATED_WEIGHT : 1;
      weights[at] = factor /
        (positive[row] ? positives : categories.length - positives);
      at++;
    });
  }
  return {
    values,
    labels,
    weights,
    captures: captures.flatMap((one) => one.categories.map(() => one)),
    units: captures.flatMap(({ units }) => units),
  };
}

/**
 * Area under the ROC curve.
 *
 * @param scores Scores.
 * @param labels 1 or 0 for each.
 * @returns Share of pairs in the right order, ties counted half; NaN if a class is missing.
 */
export function rocArea(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
): number {
  const order = Array.from(scores, (_, i) => i)
    .sort((a, b) => scores[a]! - scores[b]!);
  let positives = 0;
  let area = 0;
  let below = 0;
  for (let i = 0; i < order.length;) {
    let end = i;
    let tiedPositives = 0;
    while (
      end < order.length && scores[order[end]!] === scores[order[i]!]
    ) tiedPositives += labels[order[end++]!]!;
    const tied = end - i - tiedPositives;
    area += tiedPositives * (below + tied / 2);
    below += tied;
    positives += tiedPositives;
    i = end;
  }
  return area / (positives * below);
}
