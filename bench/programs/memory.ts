// deno-lint-ignore-file no-console
/**
 * What bench/memory.ts measures: `memory.ts features|chain native|wasm HOSTS FLOWS SOURCES [LOG]`. Prints the peak of
 * the process's resident memory before and after the flood, and what the flood damaged.
 */
import { openCapture } from "@ml-defender/capture";
import { openCore } from "@ml-defender/native";
import { floodCapture, type FloodOptions, floodSeconds } from "../_flood.ts";
import { Witness } from "../_witness.ts";

const [what, build, hosts, flows, sources, log] = Deno.args;

/** Highest resident size so far, MiB. */
function peakMiB(): number {
  const status = Deno.readTextFileSync("/proc/self/status");
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

const options: FloodOptions = {
  hosts: Number(hosts),
  flows: Number(flows),
  sources: Number(sources),
  sourcesPerSecond: 50_000,
};
const core = await openCore({ build: build as "native" | "wasm" });
const startMiB = peakMiB();
let liveMiB = 0;
const input = floodCapture(options, () => liveMiB = peakMiB());

async function features(): Promise<Record<string, unknown>> {
  await using capture = await openCapture(input, { core });
  const witness = new Witness(core.layout);
  for await (const batch of capture) witness.add(batch);
  const { counters } = capture.status();
  return {
    problems: witness.problems(floodSeconds(options), counters),
    ...picked(counters),
  };
}

async function chain(): Promise<Record<string, unknown>> {
  // What features alone do not need is not loaded for them.
  const { analyze } = await import("@ml-defender/sdk");
  await using run = await analyze(input, {
    core,
    ...(log !== undefined && { log }),
  });
  const { counters, incidents } = await run.finished;
  const flood = incidents.find(({ category }) => category === "ddos");
  const problems = ["hosts_evicted", "flows_evicted"].filter((name) =>
    counters[name] !== 0
  );
  return {
    problems,
    incidents: incidents.length,
    flowsOfTheFlood: flood?.flows ?? 0,
    ...picked(counters),
  };
}

function picked(counters: Readonly<Record<string, number>>) {
  const { packets, peak_live_flows, hosts, memory_bytes } = counters;
  return {
    packets,
    peakLiveFlows: peak_live_flows,
    hosts,
    coreMiB: Math.round((memory_bytes ?? 0) / 1048576),
  };
}

const found = await (what === "chain" ? chain() : features());
console.log(JSON.stringify({
  startMiB: Math.round(startMiB),
  liveMiB: Math.round(liveMiB),
  peakMiB: Math.round(peakMiB()),
  ...found,
}));
