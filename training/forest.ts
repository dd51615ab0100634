import {
  fitPlatt,
  type ForestModel,
  makeForestModel,
  type TrainingCapture,
} from "@ml-defender/detectors";
import type { Core } from "@ml-defender/native";
import type { CaptureRows } from "./dataset.ts";
import type { ForestPlan } from "./inputs.ts";

/** How forests are trained. */
export interface ForestParameters {
  /** Trees of the forest. */
  readonly trees: number;
  /** Edges on the longest path of a tree. */
  readonly depth: number;
  /** Smallest weight of a leaf, in rows of mean weight. */
  readonly minLeafWeight: number;
  /** Seed of the training. */
  readonly seed: number;
}

/** A score and what it should have been. */
export interface Scored {
  /** Raw score of the forest. */
  readonly score: number;
  /** 1 for flows of the forest's categories, 0 for others. */
  readonly label: number;
  /** Scenario of the capture. */
  readonly scenario: string;
}

/** Weight of all ordinary flows beside all attack flows when scores become probabilities: attacks are rare. */
const ORDINARY_WEIGHT = 20;

/** Rows of a plan: one matrix with labels and weights. */
interface Table {
  values: Float32Array;
  labels: Uint8Array<ArrayBuffer>;
  weights: Float32Array<ArrayBuffer>;
  scenarios: readonly string[];
}

/**
 * Rows of a plan's inputs. Each capture weighs the same, and in each its positives and its negatives; so a flood of ten
 * thousand flows does not outvote a beacon of fifty.
 */
function tableOf(plan: ForestPlan, captures: readonly CaptureRows[]): Table {
  const total = captures.reduce(
    (n, { categories }) => n + categories.length,
    0,
  );
  const width = plan.inputs.length;
  const table: Table = {
    values: new Float32Array(total * width),
    labels: new Uint8Array(total),
    weights: new Float32Array(total),
    scenarios: captures.flatMap(({ scenario, categories }) =>
      categories.map(() => scenario)
    ),
  };
  let at = 0;
  for (const { values, categories, inputs } of captures) {
    const columns = plan.inputs.map((name) => inputs.indexOf(name));
    const positive = categories.map((category) =>
      category !== undefined && plan.categories.includes(category)
    );
    const positives = positive.filter(Boolean).length;
    categories.forEach((_, row) => {
      columns.forEach((column, i) => {
        table.values[at * width + i] = values[row * inputs.length + column]!;
      });
      table.labels[at] = positive[row] ? 1 : 0;
      table.weights[at] = 1 /
        (positive[row] ? positives : categories.length - positives);
      at++;
    });
  }
  return table;
}

/**
 * Train one forest and calibrate it on captures that it has not seen.
 *
 * @param core Core to train with.
 * @param plan Which forest.
 * @param training Captures to train on.
 * @param held Captures to calibrate on.
 * @param parameters How.
 * @returns The model, and its raw scores on the captures it has not seen.
 */
export async function trainForest(
  core: Core,
  plan: ForestPlan,
  training: readonly CaptureRows[],
  held: readonly CaptureRows[],
  parameters: ForestParameters,
): Promise<{ model: ForestModel; scored: Scored[] }> {
  const table = tableOf(plan, training);
  const width = plan.inputs.length;
  using trainer = await core.openTrainer({
    rows: {
      length: table.labels.length,
      values: table.values,
      offset: 0,
      stride: width,
    },
    featureIndex: plan.inputs.map((_, i) => i),
    labels: table.labels,
    weights: table.weights,
    depth: parameters.depth,
    minLeafWeight: parameters.minLeafWeight,
    seed: BigInt(parameters.seed),
  });
  const blob = await trainer.train(0, parameters.trees);
  const scored = scoreHeld(core, blob, plan, held);
  return {
    scored,
    model: makeForestModel(blob, {
      name: plan.name,
      category: plan.categories.join("-"),
      features: [...plan.inputs],
      calibration: calibrationOf(scored),
      thresholds: { alert: 0.7 },
      provenance: {
        createdBy: "ml-defender train 0.1.0",
        seed: parameters.seed,
        rows: table.labels.length,
        captures: training.map(provenanceOf),
        parameters: {
          trees: parameters.trees,
          depth: parameters.depth,
          minLeafWeight: parameters.minLeafWeight,
          calibrationCaptures: held.length,
        },
      },
    }),
  };
}

function provenanceOf(rows: CaptureRows): TrainingCapture {
  const { name, sha256, categories } = rows;
  return { name, sha256, rows: categories.length, generator: name };
}

function scoreHeld(
  core: Core,
  blob: Uint8Array<ArrayBuffer>,
  plan: ForestPlan,
  held: readonly CaptureRows[],
): Scored[] {
  const { values, labels, scenarios } = tableOf(plan, held);
  const width = plan.inputs.length;
  using forest = core.openForest(blob, plan.inputs.map((_, i) => i));
  const out = new Float32Array(labels.length);
  forest.predict(
    { length: labels.length, values, offset: 0, stride: width },
    out,
  );
  return Array.from(labels, (label, i) => ({
    score: out[i]!,
    label,
    scenario: scenarios[i]!,
  }));
}

/** Platt's curve over scores in which ordinary flows are repeated to their weight. */
function calibrationOf(scored: readonly Scored[]): ForestModel["calibration"] {
  const positives = scored.filter(({ label }) => label === 1);
  const others = scored.filter(({ label }) => label === 0);
  const repeat = Math.max(
    1,
    Math.round(ORDINARY_WEIGHT * positives.length / Math.max(1, others.length)),
  );
  const rows = [
    ...positives,
    ...Array.from({ length: repeat }, () => others).flat(),
  ];
  return fitPlatt(
    rows.map(({ score }) => score),
    rows.map(({ label }) => label),
  );
}

/**
 * Area under the ROC curve.
 *
 * @param scored Scores with labels.
 * @returns Share of pairs in the right order, ties counted half; NaN if a class is missing.
 */
export function rocArea(scored: readonly Scored[]): number {
  const sorted = scored.toSorted((a, b) => a.score - b.score);
  let positives = 0;
  let area = 0;
  let below = 0;
  for (let i = 0; i < sorted.length;) {
    let end = i;
    let tied = 0;
    let tiedPositives = 0;
    while (end < sorted.length && sorted[end]!.score === sorted[i]!.score) {
      tied++;
      tiedPositives += sorted[end]!.label;
      end++;
    }
    area += tiedPositives * (below + (tied - tiedPositives) / 2);
    below += tied - tiedPositives;
    positives += tiedPositives;
    i = end;
  }
  return area / (positives * below);
}

/**
 * The best single threshold on a single input: the baseline that stands beside a forest.
 *
 * @param plan Which forest's inputs and categories.
 * @param training Captures to choose on.
 * @param held Captures to judge on.
 * @returns The input and its ROC area on the captures not chosen on.
 */
export function stump(
  plan: ForestPlan,
  training: readonly CaptureRows[],
  held: readonly CaptureRows[],
): { input: string; area: number } {
  const areasOf = (captures: readonly CaptureRows[]) => {
    const { values, labels, scenarios } = tableOf(plan, captures);
    return plan.inputs.map((_, column) =>
      rocArea(Array.from(labels, (label, row) => {
        const value = values[row * plan.inputs.length + column]!;
        return {
          score: Number.isNaN(value) ? -Infinity : value,
          label,
          scenario: scenarios[row]!,
        };
      }))
    );
  };
  const strength = (area: number) => Math.abs(area - 0.5);
  const seen = areasOf(training);
  const chosen = seen.reduce(
    (best, area, i) => strength(area) > strength(seen[best]!) ? i : best,
    0,
  );
  const area = areasOf(held)[chosen]!;
  return {
    input: plan.inputs[chosen]!,
    area: seen[chosen]! < 0.5 ? 1 - area : area,
  };
}
