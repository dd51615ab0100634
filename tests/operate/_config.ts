/** A configuration in memory, costs of a made-up machine, and what the commands need of both. */
import { type Json, MemoryStore } from "@ml-defender/etcd-client";
import { configModel } from "@ml-defender/sdk/config";
import { ConfigEditor } from "@ml-defender/watcher";
import { type Costs, COSTS_VERSION } from "../../operate/costs.ts";
import { FOREST_CHOICES } from "../../operate/forest_choices.ts";
import type { Conditions, Targets } from "../../operate/optimize.ts";
import type { OptimizeInputs } from "../../operate/plan.ts";
import { operateModel } from "../../operate/section.ts";
import type { Traffic, TrafficByForests } from "../../operate/traffic.ts";

/** A configuration of its own for a test. */
export function begin() {
  const store = new MemoryStore();
  const editor = new ConfigEditor({
    store,
    model: configModel(operateModel()),
  });
  return { store, editor };
}

/** Everything that is stored of the configuration. */
export async function stored(
  store: MemoryStore,
): Promise<Record<string, Json>> {
  const { entries } = await store.list("ml-defender/config/");
  return Object.fromEntries(
    entries.filter(({ key }) => !key.includes("@")).map((
      { key, value },
    ) => [key, value]),
  );
}

/** Costs of a machine that there is not. */
export const COSTS: Costs = {
  version: COSTS_VERSION,
  machine: "made up",
  batchNs: { 128: 130, 512: 120, 2048: 121 },
  forestsNs: Object.fromEntries(
    FOREST_CHOICES.map(({ name }, i, all) => [
      name,
      1000 * (all.length - 1 - i) / (all.length - 1),
    ]),
  ),
  startNs: 2e7,
  packetNs: 200,
  flowNs: 3000,
  judgedNs: 20_000,
  eventNs: 40_000,
  incidentNs: 1e6,
  worst: 0.2,
  processBytes: 150 * 1024 * 1024,
  flowBytes: 500,
  hostBytes: 4000,
};

/** Traffic that every choice of forests judges alike. */
export function trafficOf(counts: Traffic): TrafficByForests {
  return Object.fromEntries(FOREST_CHOICES.map(({ name }) => [name, counts]));
}

const TRAFFIC = {
  quiet: trafficOf({ flows: 0.02, judged: 0, logged: 0, incidents: 0 }),
  busy: trafficOf({ flows: 0.1, judged: 0.01, logged: 0.008, incidents: 1e-4 }),
};

/** Targets that everything keeps to. */
export const TARGETS: Targets = {
  cpuPercent: 80,
  ramMib: 4096,
  temperature: 65,
};

/** Ordinary conditions. */
export const CONDITIONS: Conditions = {
  packetsPerSecond: 10_000,
  traffic: TRAFFIC,
  temperature: undefined,
  models: ["ddos", "ransomware", "traffic", "internal"],
  benignShare: 0.01,
  room: {
    maxFlows: 262_144,
    maxUnansweredFlows: 8192,
    maxHosts: 65_536,
    maxProbationHosts: 4096,
  },
};

/** Inputs of `optimize`. */
export function inputs(change: Partial<OptimizeInputs> = {}): OptimizeInputs {
  return {
    costs: COSTS,
    targets: TARGETS,
    packetsPerSecond: 10_000,
    traffic: TRAFFIC,
    temperature: undefined,
    effects: undefined,
    ...change,
  };
}
