import {
  type Calibration,
  fitPlatt,
  type ForestModel,
  makeForestModel,
  type TrainingCapture,
} from "@ml-defender/detectors";
import type { Core } from "@ml-defender/native";
import { thresholdForBudget } from "@ml-defender/scoring";
import { WINDOWS_PER_DAY } from "../evaluation/benign.ts";
import type { CaptureRows } from "./dataset.ts";
import type { ForestPlan } from "./inputs.ts";
import { rocArea, type Table, tableOf } from "./table.ts";

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
  /** Parts into which sources are divided to score what a forest has not seen. */
  readonly folds: number;
}

/** Scores that forests gave to rows of sources that they were not trained on. */
export interface Scored {
  /** Raw scores, in the order of the table. */
  readonly scores: Float32Array;
  /** The rows. */
  readonly table: Table;
}

/** Weight of all ordinary flows beside all attack flows when scores become probabilities: attacks are rare. */
const ORDINARY_WEIGHT = 4;

/** Probability from which a verdict says something: the policy's default. */
const ALERT = 0.7;

/**
 * Train one forest on all captures. Its calibration comes from forests that were each trained without one part of the
 * sources and scored that part, so no score that it is fitted to was given to a row seen in training.
 *
 * @param core Core to train with.
 * @param plan Which forest.
 * @param captures Captures to train on.
 * @param parameters How.
 * @returns The model, and the scores of rows not seen.
 */
export async function trainForest(
  core: Core,
  plan: ForestPlan,
  captures: readonly CaptureRows[],
  parameters: ForestParameters,
): Promise<{ model: ForestModel; scored: Scored }> {
  const scored = await scoreUnseen(core, plan, captures, parameters);
  const blob = await fit(core, plan, tableOf(plan, captures), parameters);
  const { trees, depth, minLeafWeight, seed, folds } = parameters;
  const model = makeForestModel(blob, {
    name: plan.name,
    category: plan.categories.join("-"),
    features: [...plan.inputs],
    calibration: calibrationOf(scored, plan.falseAlertsPerHostDay),
    thresholds: { alert: ALERT },
    provenance: {
      createdBy: "ml-defender train 0.1.0",
      seed,
      rows: scored.table.labels.length,
      captures: captures.map(provenanceOf),
      parameters: { trees, depth, minLeafWeight, folds },
    },
  });
  return { model, scored };
}

function provenanceOf(rows: CaptureRows): TrainingCapture {
  const { name, sha256, categories, generated } = rows;
  return {
    name,
    sha256,
    rows: categories.length,
    ...(generated ? { generator: name } : {}),
  };
}

async function fit(
  core: Core,
  plan: ForestPlan,
  table: Table,
  parameters: ForestParameters,
): Promise<Uint8Array<ArrayBuffer>> {
  const width = plan.inputs.length;
  const { labels, values, weights } = table;
  using trainer = await core.openTrainer({
    rows: { length: labels.length, values, offset: 0, stride: width },
    featureIndex: plan.inputs.map((_, i) => i),
    labels,
    weights,
    depth: parameters.depth,
    minLeafWeight: parameters.minLeafWeight,
    seed: BigInt(parameters.seed),
  });
  return await trainer.train(0, parameters.trees);
}

async function scoreUnseen(
  core: Core,
  plan: ForestPlan,
  captures: readonly CaptureRows[],
  parameters: ForestParameters,
): Promise<Scored> {
  const parts = partsOf(captures, parameters.folds);
  const width = plan.inputs.length;
  const index = plan.inputs.map((_, i) => i);
  const held: CaptureRows[] = [];
  const scores: Float32Array[] = [];
  for (let part = 0; part < parameters.folds; part++) {
    const own = captures.filter((one) => parts.get(one.source) === part);
    const others = captures.filter((one) => parts.get(one.source) !== part);
    const blob = await fit(core, plan, tableOf(plan, others), parameters);
    using forest = core.openForest(blob, index);
    const { values, labels } = tableOf(plan, own);
    const out = new Float32Array(labels.length);
    forest.predict(
      { length: labels.length, values, offset: 0, stride: width },
      out,
    );
    held.push(...own);
    scores.push(out);
  }
  const all = new Float32Array(scores.reduce((n, { length }) => n + length, 0));
  let at = 0;
  for (const some of scores) {
    all.set(some, at);
    at += some.length;
  }
  return { scores: all, table: tableOf(plan, held) };
}

/**
 * Divide sources among parts, largest first, each to the part with the fewest captures.
 *
 * @param captures Captures with their sources.
 * @param folds Number of parts.
 * @returns Part of each source.
 */
export function partsOf(
  captures: readonly { readonly source: string }[],
  folds: number,
): Map<string, number> {
  const sources = [...Map.groupBy(captures, ({ source }) => source)]
    .sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1));
  const sizes = Array.from({ length: folds }, () => 0);
  const parts = new Map<string, number>();
  for (const [source, members] of sources) {
    const part = sizes.indexOf(Math.min(...sizes));
    parts.set(source, part);
    sizes[part]! += members.length;
  }
  return parts;
}

/**
 * Platt's curve over scores in which ordinary flows are repeated to their weight, moved right until ordinary traffic
 * keeps to the budget.
 */
function calibrationOf(
  { scores, table }: Scored,
  budget: number,
): Calibration {
  const positives: number[] = [];
  const others: number[] = [];
  scores.forEach((score, row) => {
    (table.labels[row] === 1 ? positives : others).push(score);
  });
  const repeat = Math.max(
    1,
    Math.round(ORDINARY_WEIGHT * positives.length / Math.max(1, others.length)),
  );
  const repeated = Array.from({ length: repeat }, () => others).flat();
  const curve = fitPlatt(
    [...positives, ...repeated],
    [...positives.map(() => 1), ...repeated.map(() => 0)],
  );
  if (curve.kind === "none") return curve;
  const { a, b } = curve;
  const limit = budgetLimit({ scores, table }, budget);
  const offset = Math.log(ALERT / (1 - ALERT)) - a * limit;
  return { kind: "platt", a, b: Math.min(b, offset) };
}

/** The raw score that ordinary traffic reaches within the budget: captured or generated, whichever is higher. */
function budgetLimit(scored: Scored, budget: number): number {
  const limits = [false, true].map((generated) =>
    limitOver(scored, budget, generated)
  );
  return Math.max(...limits);
}

/** The same over one of both; 0 where there is none. */
function limitOver(
  { scores, table }: Scored,
  budget: number,
  ofGenerated: boolean,
): number {
  const units = new Map<string, number>();
  table.captures.forEach(({ name, generated, categories }, row) => {
    if (generated !== ofGenerated) return;
    if (categories.some((category) => category !== undefined)) return;
    const unit = `${name} ${table.units[row]}`;
    units.set(unit, Math.max(units.get(unit) ?? 0, scores[row]!));
  });
  const hostDays = units.size / WINDOWS_PER_DAY;
  if (hostDays === 0) return 0;
  const { threshold } = thresholdForBudget(
    [...units.values()],
    hostDays,
    budget,
  );
  return threshold;
}

/**
 * The best single threshold on a single input: the baseline that stands beside a forest.
 *
 * @param plan Which forest's inputs.
 * @param scored Rows that the forest has not seen; the input is chosen on generated rows and judged on all.
 * @returns The input and its ROC area.
 */
export function stump(
  plan: ForestPlan,
  { table }: Scored,
): { input: string; area: number } {
  const width = plan.inputs.length;
  const areaOf = (column: number, rows: readonly number[]) =>
    rocArea(
      rows.map((row) => {
        const value = table.values[row * width + column]!;
        return Number.isNaN(value) ? -Infinity : value;
      }),
      rows.map((row) => table.labels[row]!),
    );
  const all = table.captures.map((_, row) => row);
  const generated = all.filter((row) => table.captures[row]!.generated);
  const seen = plan.inputs.map((_, column) => areaOf(column, generated));
  const strength = (area: number) => Math.abs(area - 0.5);
  const chosen = seen.reduce(
    (best, area, i) => strength(area) > strength(seen[best]!) ? i : best,
    0,
  );
  const area = areaOf(chosen, all);
  return {
    input: plan.inputs[chosen]!,
    area: seen[chosen]! < 0.5 ? 1 - area : area,
  };
}
