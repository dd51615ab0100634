// deno-lint-ignore-file no-console
/**
 * How well `optimize` predicts the load: `deno run -A bench/operate_load.ts`.
 *
 * The CPU time of `analyze()` with a log for a packet of several captures, beside what the costs predict for ordinary
 * traffic with as many flow records to a packet. The least of three runs each; captures of other seeds than the costs'.
 */
import process from "node:process";
import { openCore } from "@ml-defender/native";
import { analyze, loadModels } from "@ml-defender/sdk";
import { generateBytes } from "../generator/generate.ts";
import { measureCosts } from "../operate/costs.ts";
import { optimize } from "../operate/optimize.ts";
import { machine } from "./_measure.ts";

const RATE = 1000;
const core = await openCore();
const models = await loadModels();
const folder = await Deno.makeTempDir({ prefix: "operate-load-" });

async function measured(bytes: Uint8Array<ArrayBuffer>, name: string) {
  let [least, flows, packets] = [Infinity, 0, 0];
  for (let turn = 0; turn < 4; turn++) {
    const before = process.cpuUsage();
    await using run = await analyze(bytes, {
      core,
      models,
      log: `${folder}/${name}${turn}`,
    });
    const summary = await run.finished;
    const { user, system } = process.cpuUsage(before);
    packets = summary.packets;
    flows = summary.counters.flow_records ?? summary.flows;
    // The first run compiles.
    if (turn > 0) least = Math.min(least, (user + system) * 1000 / packets);
  }
  return { ns: least, packets, flowsPerPacket: flows / packets };
}

try {
  const costs = await measureCosts(core, models, {
    machine: "here",
    folder: `${folder}/costs`,
  });
  console.log(await machine());
  console.log(
    "| capture | packets | flow records a packet | predicted | measured |",
  );
  console.log("| --- | --- | --- | --- | --- |");
  for (
    const [name, packets] of [
      ["benign_office", 200_000],
      ["benign_home", 200_000],
      ["benign_infrastructure", 200_000],
      ["c2_beacon", undefined],
      ["ssh_guessing", undefined],
      ["scan_vertical", undefined],
      ["syn_flood", undefined],
    ] as const
  ) {
    const { bytes } = generateBytes(name, {
      seed: 5_000_000_001,
      ...(packets === undefined ? {} : { packets }),
    });
    const seen = await measured(bytes as Uint8Array<ArrayBuffer>, name);
    const { load } = optimize(costs, {
      cpuPercent: 100,
      ramMib: 1e6,
      temperature: 65,
    }, {
      packetsPerSecond: RATE,
      flowsPerPacket: seen.flowsPerPacket,
      temperature: undefined,
      models: models.map((model) => model.name),
      benignShare: 0.01,
      room: {
        maxFlows: 262_144,
        maxUnansweredFlows: 8192,
        maxHosts: 65_536,
        maxProbationHosts: 4096,
      },
    }, undefined);
    const predicted = load.cpuPercent * 1e7 / RATE;
    console.log(
      `| ${name} | ${seen.packets} | ${seen.flowsPerPacket.toFixed(3)} | ${
        predicted.toFixed(0)
      } ns | ${seen.ns.toFixed(0)} ns |`,
    );
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
