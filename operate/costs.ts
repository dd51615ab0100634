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
  /** Everything else that a flow record of ordinary traffic takes: batches, verdicts where the engines differ, incidents. */
  readonly verdictNs: number;
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
const SHORT_PACKETS = 15_000;
const REPEATS = 3;
const PACKET_TURNS = 9;
const LOGGED_SHARE = 0.5;

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
  onPart("making ordinary traffic");
  const { bytes } = generateBytes(ORDINARY, { seed: SEED, packets: PACKETS });
  const capture = bytes as Uint8Array<ArrayBuffer>;
  const short = generateBytes(ORDINARY, { seed: SEED, packets: SHORT_PACKETS })
    .bytes as Uint8Array<ArrayBuffer>;
  onPart("features");
  const packetNs = packetCosts(core, capture);
  onPart("rules and forests");
  const records = await recordCosts(core, capture, models);
  onPart("verdicts and events");
  const { eventNs, chainNs } = await chainCosts(core, [capture, short], {
    models,
    folder,
  });
  const processBytes = Deno.memoryUsage().rss - capture.length;
  onPart("memory");
  return {
    version: COSTS_VERSION,
    machine,
    packetNs,
    ...records,
    eventNs,
    verdictNs: verdictNs(chainNs, packetNs["512"] ?? 0, records),
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

/** The sizes take turns, so that what else the machine does falls on all of them. */
function packetCosts(
  core: Core,
  capture: Uint8Array<ArrayBuffer>,
): Record<string, number> {
  const found: Record<string, number> = {};
  for (let turn = 0; turn < PACKET_TURNS; turn++) {
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

/**
 * What an ordinary event costs that is logged: the difference between a log with many of them and one with none. And what a
 * flow record takes beside features, rules and forests (batches, verdicts where the engines differ, incidents): the
 * difference between a long capture and a short one, so that what happens once does not count.
 */
async function chainCosts(
  core: Core,
  [long, short]: readonly [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>],
  { models, folder }: { models: readonly ForestModel[]; folder: string },
): Promise<{ eventNs: number; chainNs: number }> {
  let turn = 0;
  const run = async (
    capture: Uint8Array<ArrayBuffer>,
    benignShare: number,
  ) => {
    const start = cpuNs();
    await using analysis = await analyze(capture, {
      core,
      models,
      log: `${folder}/${turn++}`,
      logOptions: { policy: { benignShare } },
    });
    const { logged } = await analysis.finished;
    return { ns: cpuNs() - start, logged };
  };
  await run(long, LOGGED_SHARE);
  await run(long, 0);
  const least = { none: Infinity, many: Infinity, short: Infinity };
  let lines = 1;
  for (let i = 0; i < REPEATS; i++) {
    const none = await run(long, 0);
    const many = await run(long, LOGGED_SHARE);
    const brief = await run(short, 0);
    lines = Math.max(1, many.logged - none.logged);
    least.none = Math.min(least.none, none.ns);
    least.many = Math.min(least.many, many.ns);
    least.short = Math.min(least.short, brief.ns);
  }
  return {
    eventNs: Math.max(0, least.many - least.none) / lines,
    chainNs: Math.max(0, least.none - least.short),
  };
}

/** What is left of the whole chain for a flow record once features, rules and forests are taken off. */
function verdictNs(
  chainNs: number,
  packetNs: number,
  records: Awaited<ReturnType<typeof recordCosts>>,
): number {
  const packets = PACKETS - SHORT_PACKETS;
  const { flowsPerPacket, hostsPerPacket, rulesNs, forestsNs } = records;
  const whole = forestsNs[FOREST_CHOICES[0]!.name] ?? 0;
  const rest = chainNs / packets - packetNs - hostsPerPacket * rulesNs;
  return Math.max(0, rest / flowsPerPacket - rulesNs - whole);
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
