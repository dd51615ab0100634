import type { Core } from "@ml-defender/native";
import type { LabelledCapture } from "../evaluation/labels.ts";
import { SCENARIOS } from "../generator/scenarios/index.ts";
import { type CaptureRows, generatedRows, labelledRows } from "./dataset.ts";
import { FOREST_PLANS } from "./inputs.ts";

/** What is collected. */
export interface CollectOptions {
  /** Seed of the generated captures. */
  readonly seed: number;
  /** Generated captures of each scenario. */
  readonly perScenario: number;
  /** Folder of labelled captures, with a slash at its end, and their labels. */
  readonly labelled?: {
    readonly folder: string;
    readonly captures: readonly LabelledCapture[];
  };
  /** Told before each capture. */
  readonly onCapture?: (name: string, number: number, total: number) => void;
  /** Stops between captures. */
  readonly signal?: AbortSignal;
}

/** First seed of generated captures; a step of the training seed is a step of as many capture seeds. */
const SEED_STEP = 100_000;

/**
 * Collect the rows of generated captures of every scenario, and of labelled captures if there are any.
 *
 * @param core Core to read with.
 * @param options What is collected.
 * @returns Rows of each capture, with the inputs of every forest.
 */
export async function collectRows(
  core: Core,
  options: CollectOptions,
): Promise<CaptureRows[]> {
  const { seed, perScenario, labelled, onCapture, signal } = options;
  const inputs = [...new Set(FOREST_PLANS.flatMap((plan) => plan.inputs))];
  const real = labelled?.captures ?? [];
  const total = SCENARIOS.size * perScenario + real.length;
  const rows: CaptureRows[] = [];
  for (const scenario of SCENARIOS.keys()) {
    for (let i = 0; i < perScenario; i++) {
      await turn(signal);
      onCapture?.(scenario, rows.length + 1, total);
      const options = { seed: seed * SEED_STEP + i };
      rows.push(await generatedRows(core, scenario, options, inputs));
    }
  }
  for (const capture of real) {
    await turn(signal);
    onCapture?.(capture.path, rows.length + 1, total);
    rows.push(await labelledRows(core, labelled!.folder, capture, inputs));
  }
  return rows.filter(({ categories }) => categories.length > 0);
}

/** Let timers and signals have their turn: making and reading captures in memory waits for nothing. */
async function turn(signal: AbortSignal | undefined): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
  signal?.throwIfAborted();
}
