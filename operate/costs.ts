/**
 * What packets, flows, verdicts, events and hosts cost on this machine: measured in a few seconds, and kept, as it holds as
 * long as machine, version and build are the same.
 *
 * @module
 */
import { openCapture } from "@ml-defender/capture";
import {
  encodeForestBlob,
  type ForestModel,
  ForestPredictor,
} from "@ml-defender/detectors";
import type { Core } from "@ml-defender/native";
import { limitModel, type ModelLimits } from "@ml-defender/sdk";
import { generateBytes } from "../generator/generate.ts";
import { type ChainCosts, cpuNs, measureChain } from "./chain_costs.ts";
import { FOREST_CHOICES } from "./forest_choices.ts";
import { openFlows } from "./open_flows.ts";
import { chainOnce } from "./traffic.ts";

/** Version of what is measured: another one is measured anew. */
export const COSTS_VERSION = 2;

/** Sizes of batches that are compared. */
export const BATCHES = [128, 512, 2048] as const;

/** What things cost: CPU time in nanoseconds, memory in bytes. */
export interface Costs extends ChainCosts {
  /** See {@linkcode COSTS_VERSION}. */
  readonly version: number;
  /** What it holds for: machine, Deno, package, build of the core. */
  readonly machine: string;
  /** Decoding, flows, windows and features of one packet, by records of a batch. */
  readonly batchNs: Readonly<Record<string, number>>;
  /** All forests on one flow record, by choice. */
  readonly forestsNs: Readonly<Record<string, number>>;
  /** Resident memory of a process that has read one capture with models and a log, without that capture. */
  readonly processBytes: number;
  /** One open flow. */
  readonly flowBytes: number;
  /** One host that was active for a minute. */
  readonly hostBytes: number;
}

const ORDINARY = "benign_office";
const SEED = 5_000_000_000;
const PACKETS = 60_000;
const FEW_PACKETS = 5000;
const REPEATS = 3;
const BATCH_TURNS = 5;
const RECORDS = 4096;

/**
 * Measure. Takes a few seconds of one processor; each time is the least of several.
 *
 * @param core Core to measure.
 * @param models Forests that are shipped.
 * @param options What it holds for, a folder for a log, progress.
 */
export async function measureCosts(
  core: Core,
  models: readonly ForestModel[],
  options: {
    /** See {@linkcode Costs.machine}. */
    readonly machine: string;
    /** Folder for files that are removed again. */
    readonly folder: string;
    /** Told before each part. */
    readonly onPart?: (part: string) => void;
  },
): Promise<Costs> {
  const { machine, folder, onPart = () => {} } = options;
  onPart("memory");
  const processBytes = await processCost(core, models, `${folder}/first`);
  const memory = memoryCosts(core);
  onPart("features");
  const capture = ordinary(PACKETS);
  const batchNs = batchCosts(core, capture);
  onPart("forests");
  const forestsNs = await forestCosts(core, capture, models);
  onPart("packets, flows, verdicts, events, incidents");
  const chain = await measureChain(core, models, folder);
  return {
    version: COSTS_VERSION,
    machine,
    batchNs,
    forestsNs,
    ...chain,
    processBytes,
    ...memory,
  };
}

function ordinary(packets: number): Uint8Array<ArrayBuffer> {
  return generateBytes(ORDINARY, { seed: SEED, packets })
    .bytes as Uint8Array<ArrayBuffer>;
}

/** Taken first and with few packets, as what makes captures leaves memory behind. */
async function processCost(
  core: Core,
  models: readonly ForestModel[],
  log: string,
): Promise<number> {
  const capture = ordinary(FEW_PACKETS);
  await chainOnce(core, capture, { models, log, cpuNs });
  return Deno.memoryUsage().rss - capture.length;
}

/** The least of some repetitions. */
function least(measure: () => number): number {
  return Math.min(...Array.from({ length: REPEATS }, measure));
}

/** The sizes take turns, so that what else the machine does falls on all of them. */
function batchCosts(
  core: Core,
  capture: Uint8Array<ArrayBuffer>,
): Record<string, number> {
  const found: Record<string, number> = {};
  for (let turn = 0; turn < BATCH_TURNS; turn++) {
    for (const batch of BATCHES) {
      const ns = readAll(core, capture, batch) / PACKETS;
      found[batch] = Math.min(found[batch] ?? Infinity, ns);
    }
  }
  return found;
}

/** CPU time of reading a capture. */
function readAll(
  core: Core,
  capture: Uint8Array<ArrayBuffer>,
  batchRecords: number,
): number {
  const start = cpuNs();
  using engine = core.openEngine("", { batchRecords });
  for (const input of [capture, new Uint8Array(0)]) {
    let rest = input;
    for (;;) {
      const { state, consumed } = engine.run(rest);
      rest = rest.subarray(consumed);
      if (state !== "batch_full") break;
    }
  }
  return cpuNs() - start;
}

async function forestCosts(
  core: Core,
  capture: Uint8Array<ArrayBuffer>,
  models: readonly ForestModel[],
): Promise<Record<string, number>> {
  const batch = await flowRecords(core, capture);
  const scores = new Float32Array(batch.length);
  const found: Record<string, number> = {};
  for (const { name, cut } of FOREST_CHOICES) {
    using forests = openForests(core, models, cut);
    const { predictors } = forests;
    found[name] = predictors.length === 0 ? 0 : least(() => {
      const start = cpuNs();
      for (let i = 0; i < 20; i++) {
        for (const predictor of predictors) predictor.predict(batch, scores);
      }
      return (cpuNs() - start) / (20 * batch.length);
    });
  }
  return found;
}

/** Features of the first flow records, as one batch. */
async function flowRecords(core: Core, capture: Uint8Array<ArrayBuffer>) {
  const { features } = core.layout.flow;
  const rows: number[] = [];
  let length = 0;
  await using reader = await openCapture(capture, { core });
  for await (const { flows } of reader) {
    const { values, offset, stride } = flows.features;
    for (let row = 0; row < flows.length && length < RECORDS; row++) {
      const at = offset + row * stride;
      for (let i = 0; i < features.length; i++) rows.push(values[at + i]!);
      length++;
    }
  }
  return {
    length,
    names: features,
    values: Float32Array.from(rows),
    offset: 0,
    stride: features.length,
  };
}

function openForests(
  core: Core,
  models: readonly ForestModel[],
  cut: ModelLimits | undefined,
) {
  const resources = new DisposableStack();
  const predictors = cut === undefined
    ? []
    : models.map((model) =>
      new ForestPredictor(limitModel(model, cut), core.layout.flow.features, {
        open: (one, index) =>
          resources.use(core.openForest(encodeForestBlob(one), index)),
      })
    );
  return { predictors, [Symbol.dispose]: () => resources.dispose() };
}

const FLOWS = 10_000;
const FEW_HOSTS = 100;

/** What the core holds for flows and for hosts that are open, from two captures that differ in the number of hosts. */
function memoryCosts(core: Core) {
  const held = (hosts: number) => {
    using engine = core.openEngine();
    const before = engine.counters().memory_bytes ?? 0;
    let rest = openFlows({ flows: FLOWS, hosts });
    for (;;) {
      const { state, consumed } = engine.run(rest);
      rest = rest.subarray(consumed);
      if (state !== "batch_full") break;
    }
    return (engine.counters().memory_bytes ?? 0) - before;
  };
  const few = held(FEW_HOSTS);
  const many = held(FLOWS);
  const hostBytes = Math.max(0, many - few) / (FLOWS - FEW_HOSTS);
  const flowBytes = Math.max(0, few - FEW_HOSTS * hostBytes) / FLOWS;
  return { flowBytes, hostBytes };
}
