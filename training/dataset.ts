import { openCapture } from "@ml-defender/capture";
import type { Category, FlowBatch } from "@ml-defender/events";
import type { Core } from "@ml-defender/native";
import { generateBytes, type GenerateOptions } from "../generator/generate.ts";
import { FlowLabels } from "./labels.ts";

/** Most rows of one category that a capture gives; more are thinned evenly. */
const ROWS_PER_CAPTURE = 600;

/** Rows of one generated capture. */
export interface CaptureRows {
  /** Scenario and seed. */
  readonly name: string;
  /** Scenario. */
  readonly scenario: string;
  /** SHA-256 of the capture file. */
  readonly sha256: string;
  /** Columns of the rows. */
  readonly inputs: readonly string[];
  /** `(rows, inputs)` row-major. */
  readonly values: Float32Array;
  /** What each row's flow is part of. */
  readonly categories: readonly (Category | undefined)[];
}

/**
 * Generate a capture and read its flow records with their labels.
 *
 * @param core Core to read with.
 * @param scenario Name of the scenario.
 * @param options Seed and what else the generator takes.
 * @param inputs Features that are kept.
 * @returns Its rows, thinned evenly per category.
 */
export async function captureRows(
  core: Core,
  scenario: string,
  options: GenerateOptions,
  inputs: readonly string[],
): Promise<CaptureRows> {
  const { bytes, truth } = generateBytes(scenario, options);
  const labels = new FlowLabels(truth);
  const groups = new Map<Category | undefined, number[][]>();
  await using capture = await openCapture(
    bytes as Uint8Array<ArrayBuffer>,
    { core, homeNets: truth.homeNets },
  );
  for await (const { flows } of capture) {
    for (let row = 0; row < flows.length; row++) {
      const { sourceAddress, destinationAddress, startUs, endUs } = flows
        .flow(row);
      const category = labels.categoryOf(
        sourceAddress,
        destinationAddress,
        startUs,
        endUs,
      );
      const rows = groups.get(category) ?? [];
      rows.push(pick(flows, row, inputs));
      groups.set(category, rows);
    }
  }
  const kept = [...groups].flatMap(([category, rows]) =>
    thin(rows, ROWS_PER_CAPTURE).map((row) => ({ category, row }))
  );
  return {
    name: `${scenario}/${options.seed}`,
    scenario,
    sha256: truth.sha256,
    inputs,
    values: Float32Array.from(kept.flatMap(({ row }) => row)),
    categories: kept.map(({ category }) => category),
  };
}

function pick(
  { features }: FlowBatch,
  row: number,
  inputs: readonly string[],
): number[] {
  const base = features.offset + row * features.stride;
  return inputs.map((name) =>
    features.values[base + features.names.indexOf(name)]!
  );
}

function thin<T>(items: readonly T[], most: number): readonly T[] {
  if (items.length <= most) return items;
  return Array.from(
    { length: most },
    (_, i) => items[Math.floor(i * items.length / most)]!,
  );
}
