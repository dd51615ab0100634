/**
 * What one packet, record, event, flow and host cost on this machine: measured in a few seconds, and kept, as it holds as long
 * as machine, version and build are the same.
 *
 * @module
 */
import process from "node:process";
import { openCapture } from "@ml-defender/capture";
import {
  encodeForestBlob,
  FastRules,
  type ForestModel,
  ForestPredictor,
} from "@ml-defender/detectors";
import { CATEGORIES } from "@ml-defender/events";
import type { Core } from "@ml-defender/native";
import { analyze, limitModel, type ModelLimits } from "@ml-defender/sdk";
import { generateBytes } from "../generator/generate.ts";

import { FOREST_CHOICES } from "./forest_choices.ts";
import { openFlows } from "./open_flows.ts";

/** Version of what is measured: another one is measured anew. */
export const COSTS_VERSION = 1;

/** Sizes of batches that are compared. */
export const BATCHES = [128, 512, 2048] as const;

/** What things cost: CPU time in nanoseconds, memory in bytes. */
export interface Costs {
  /** See {@linkcode COSTS_VERSION}. */
  readonly version: number;
  /** What it holds for: machine, Deno, package, build of the core. */
  readonly machine: string;
  /** Decoding, flows, windows and features of one packet, by records of a batch. */
  readonly packetNs: Readonly<Record<string, number>>;
  /** All fast rules on one record. */
  readonly rulesNs: number;
  /** All forests on one flow record, by choice. */
  readonly forestsNs: Readonly<Record<string, number>>;
  /** Verdict, features and log line of one ordinary event that is logged. */
  readonly eventNs: number;
  /** Flow records for each packet of the ordinary traffic that was measured. */
  readonly flowsPerPacket: number;
  /** Host records for each packet. */
  readonly hostsPerPacket: number;
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
const REPEATS = 3;
const LOGGED_SHARE = 0.5;

/**
 * Measure. Takes a few seconds of one processor; each time is the least of three.
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
  onPart("making ordinary traffic");
  const { bytes } = generateBytes(ORDINARY, { seed: SEED, packets: PACKETS });
  const capture = bytes as Uint8Array<ArrayBuffer>;
  onPart("features");
  const packetNs = Object.fromEntries(
    BATCHES.map((batch) => [batch, packetCost(core, capture, batch)]),
  );
  onPart("rules and forests");
  const records = await recordCosts(core, capture, models);
  onPart("events");
  const eventNs = await eventCost(core, capture, { models, folder });
  const processBytes = Deno.memoryUsage().rss - capture.length;
  onPart("memory");
  return {
    version: COSTS_VERSION,
    machine,
    packetNs,
    ...records,
    eventNs,
    processBytes,
    ...memoryCosts(core),
  };
}

function cpuNs(): number {
  const { user, system } = process.cpuUsage();
  return 1000 * (user + system);
}

/** The least of some repetitions. */
function least(measure: () => number): number {
  return Math.min(...Array.from({ length: REPEATS }, measure));
}

function packetCost(
  core: Core,
  capture: Uint8Array<ArrayBuffer>,
  batchRecords: number,
): number {
  return least(() => {
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
    return (cpuNs() - start) / PACKETS;
  });
}

async function recordCosts(
  core: Core,
  capture: Uint8Array<ArrayBuffer>,
  models: readonly ForestModel[],
) {
  const { features } = core.layout.flow;
  const rows: number[] = [];
  let [flows, hosts, length] = [0, 0, 0];
  await using reader = await openCapture(capture, { core });
  for await (const batch of reader) {
    hosts += batch.hosts.length;
    flows += batch.flows.length;
    const { values, offset, stride } = batch.flows.features;
    for (let row = 0; row < batch.flows.length && length < 4096; row++) {
      const at = offset + row * stride;
      for (let i = 0; i < features.length; i++) rows.push(values[at + i]!);
      length++;
    }
  }
  const batch = {
    length,
    names: features,
    values: Float32Array.from(rows),
    offset: 0,
    stride: features.length,
  };
  const rules = new FastRules();
  const out = new Float64Array(length * CATEGORIES.length);
  const each = (run: () => void) =>
    least(() => {
      const start = cpuNs();
      for (let i = 0; i < 20; i++) run();
      return (cpuNs() - start) / (20 * length);
    });
  rules.score(batch, out);
  const rulesNs = each(() => rules.score(batch, out));
  const scores = new Float32Array(length);
  const forestsNs: Record<string, number> = {};
  for (const { name, cut } of FOREST_CHOICES) {
    using forests = openForests(core, models, cut);
    const { predictors } = forests;
    forestsNs[name] = predictors.length === 0 ? 0 : each(() => {
      for (const predictor of predictors) predictor.predict(batch, scores);
    });
  }
  const perPacket = (count: number) => count / PACKETS;
  return {
    rulesNs,
    forestsNs,
    flowsPerPacket: perPacket(flows),
    hostsPerPacket: perPacket(hosts),
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

/** What an ordinary event costs that is logged: the difference between a log with many of them and one with none. */
async function eventCost(
  core: Core,
  capture: Uint8Array<ArrayBuffer>,
  { models, folder }: { models: readonly ForestModel[]; folder: string },
): Promise<number> {
  const run = async (benignShare: number, turn: string) => {
    const start = cpuNs();
    await using analysis = await analyze(capture, {
      core,
      models,
      log: `${folder}/${turn}`,
      logOptions: { policy: { benignShare } },
    });
    const { logged } = await analysis.finished;
    return { ns: cpuNs() - start, logged };
  };
  await run(LOGGED_SHARE, "warm");
  const found: number[] = [];
  for (let turn = 0; turn < REPEATS; turn++) {
    const none = await run(0, `none${turn}`);
    const many = await run(LOGGED_SHARE, `many${turn}`);
    const lines = many.logged - none.logged;
    if (lines > 0) found.push(Math.max(0, many.ns - none.ns) / lines);
  }
  return found.toSorted((a, b) => a - b)[Math.floor(found.length / 2)] ?? 0;
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
