import { openCapture } from "@ml-defender/capture";
import type { Category, Flow, FlowBatch } from "@ml-defender/events";
import type { Core } from "@ml-defender/native";
import { createHash } from "node:crypto";
import { WINDOW_US } from "../evaluation/benign.ts";
import type { LabelledCapture } from "../evaluation/labels.ts";
import { generateBytes, type GenerateOptions } from "../generator/generate.ts";
import { FlowLabels, HostLabels } from "./labels.ts";

/** Most rows of one category that a capture gives; more are thinned evenly. */
const ROWS_PER_CAPTURE = 600;

/** Rows of one capture. */
export interface CaptureRows {
  /** Scenario and seed, or path. */
  readonly name: string;
  /** Scenario, or class of the label. */
  readonly kind: string;
  /** Where it comes from; rows of one source are never on both sides of a split. */
  readonly source: string;
  /** Whether it was generated, rather than captured. */
  readonly generated: boolean;
  /** SHA-256 of the capture file. */
  readonly sha256: string;
  /** Columns of the rows. */
  readonly inputs: readonly string[];
  /** `(rows, inputs)` row-major. */
  readonly values: Float32Array;
  /** What each row's flow is part of. */
  readonly categories: readonly (Category | undefined)[];
  /** Host and window of each row. */
  readonly units: readonly string[];
}

interface Row {
  category: Category | undefined;
  values: number[];
  unit: string;
}

/** What a flow is part of; `null` where nobody knows. */
type Labeller = (flow: Flow) => Category | undefined | null;

/**
 * Generate a capture and read its flow records with their labels.
 *
 * @param core Core to read with.
 * @param scenario Name of the scenario.
 * @param options Seed and what else the generator takes.
 * @param inputs Features that are kept.
 * @returns Its rows, thinned evenly per category.
 */
export async function generatedRows(
  core: Core,
  scenario: string,
  options: GenerateOptions,
  inputs: readonly string[],
): Promise<CaptureRows> {
  const { bytes, truth } = generateBytes(scenario, options);
  const labels = new FlowLabels(truth);
  const rows = await readRows(
    core,
    bytes as Uint8Array<ArrayBuffer>,
    inputs,
    (flow) => labels.categoryOf(flow),
    truth.homeNets,
  );
  return {
    name: `${scenario}/${options.seed}`,
    kind: scenario,
    source: `seed ${options.seed}`,
    generated: true,
    sha256: truth.sha256,
    ...columnsOf(rows, inputs),
  };
}

/**
 * Read the flow records of a labelled capture. Of a malicious one only the flows between the hosts that its label names
 * are taken: nobody knows about the others.
 *
 * @param core Core to read with.
 * @param folder Folder of the labels, with a slash at its end.
 * @param capture The capture and its label.
 * @param inputs Features that are kept.
 * @returns Its rows, thinned evenly per category.
 */
export async function labelledRows(
  core: Core,
  folder: string,
  capture: LabelledCapture,
  inputs: readonly string[],
): Promise<CaptureRows> {
  const bytes = await Deno.readFile(`${folder}${capture.path}`);
  const labels = new HostLabels(capture);
  const rows = await readRows(
    core,
    bytes,
    inputs,
    (flow) => labels.categoryOf(flow),
  );
  return {
    name: capture.path,
    kind: capture.className,
    source: capture.source,
    generated: false,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    ...columnsOf(rows, inputs),
  };
}

async function readRows(
  core: Core,
  bytes: Uint8Array<ArrayBuffer>,
  inputs: readonly string[],
  labelOf: Labeller,
  homeNets?: readonly string[],
): Promise<Row[]> {
  const groups = new Map<Category | undefined, Row[]>();
  await using capture = await openCapture(bytes, {
    core,
    ...(homeNets && { homeNets }),
  });
  for await (const { flows } of capture) {
    for (let row = 0; row < flows.length; row++) {
      const flow = flows.flow(row);
      const category = labelOf(flow);
      if (category === null) continue;
      const values = pick(flows, row, SHOWING);
      if (homeNets === undefined && !shows(category, values)) continue;
      const rows = groups.get(category) ?? [];
      const window = Math.floor(flow.endUs / WINDOW_US);
      rows.push({
        category,
        values: pick(flows, row, inputs),
        unit: `${flow.sourceAddress} ${window}`,
      });
      groups.set(category, rows);
    }
  }
  return [...groups.values()].flatMap((rows) => thin(rows, ROWS_PER_CAPTURE));
}

/** Features by which a flow of a labelled capture shows what the capture is about. */
const SHOWING = ["pair_flows", "duration_s", "http_target_special_ratio"];

/**
 * Whether a flow can show what its capture is about: an infected host opens ordinary web pages too, and an attacker
 * looks at a site before; a single short visit or a plain request is no lesson.
 */
function shows(
  category: Category | undefined,
  [visits, seconds, special]: readonly number[],
): boolean {
  if (category === "c2") return visits! >= 3 || seconds! >= 60;
  if (category === "web") return special! >= 0.02;
  return true;
}

function columnsOf(
  rows: readonly Row[],
  inputs: readonly string[],
): Pick<CaptureRows, "inputs" | "values" | "categories" | "units"> {
  const table = new Float32Array(rows.length * inputs.length);
  rows.forEach(({ values }, i) => table.set(values, i * inputs.length));
  return {
    inputs,
    values: table,
    categories: rows.map(({ category }) => category),
    units: rows.map(({ unit }) => unit),
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
