// deno-lint-ignore-file no-console
/**
 * How well `optimize` predicts the load: `deno run -A bench/operate_load.ts [--count] [--json]`.
 *
 * CPU time of `analyze()` with a log for each packet, without the start, beside two predictions: what `optimize` says where
 * it is told the kind of network (`--traffic`, else the costliest), and where it is given a sample (`--sample`; here the
 * capture itself). The least of four runs each; captures of at least 50,000 packets, with other seeds than those of the costs
 * and of the kinds.
 *
 * `--count` counts first what the kinds of traffic are made of, and keeps that in `operate/mixes.json`.
 */
import { parseArgs } from "node:util";
import { openCore } from "@ml-defender/native";
import { loadModels } from "@ml-defender/sdk";
import { generateBytes, type GenerateOptions } from "../generator/generate.ts";
import { leastRuns } from "../operate/chain_costs.ts";
import { measureCosts } from "../operate/costs.ts";
import { FOREST_CHOICES } from "../operate/forest_choices.ts";
import { packetCost } from "../operate/packet_cost.ts";
import {
  countTraffic,
  type Mixes,
  type Traffic,
  type TrafficByForests,
} from "../operate/traffic.ts";
import { machine } from "./_measure.ts";

const KINDS = ["office", "home", "server", "infrastructure"];
const CAPTURES = 10;
const PACKETS = 100_000;
const FIRST_SEED = 5_000_001_000;
const MIXES = new URL("../operate/mixes.json", import.meta.url);

const { values } = parseArgs({
  options: {
    count: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
const core = await openCore();
const models = await loadModels();
const folder = await Deno.makeTempDir({ prefix: "operate-load-" });
const work = { forests: FOREST_CHOICES[0]!, used: models.length, share: 0.01 };

function make(name: string, options: GenerateOptions): Uint8Array<ArrayBuffer> {
  return generateBytes(name, options).bytes as Uint8Array<ArrayBuffer>;
}

async function counted(
  name: string,
  options: Omit<GenerateOptions, "seed">,
): Promise<TrafficByForests[]> {
  const all: TrafficByForests[] = [];
  for (let i = 0; i < CAPTURES; i++) {
    const input = make(name, { ...options, seed: FIRST_SEED + i });
    all.push((await countTraffic(core, models, { input, folder })).traffic);
  }
  return all;
}

function mean(all: readonly TrafficByForests[]): TrafficByForests {
  const of = (choice: string, what: keyof Traffic) =>
    Number(
      (all.reduce((sum, one) => sum + one[choice]![what], 0) / all.length)
        .toPrecision(4),
    );
  return Object.fromEntries(
    FOREST_CHOICES.map(({ name }) => [name, {
      flows: of(name, "flows"),
      judged: of(name, "judged"),
      logged: of(name, "logged"),
      incidents: of(name, "incidents"),
    }]),
  );
}

async function countMixes(): Promise<Mixes> {
  const kinds: Record<string, TrafficByForests> = {};
  for (const kind of KINDS) {
    console.error(`counting ${kind}`);
    kinds[kind] = mean(await counted(`benign_${kind}`, { packets: PACKETS }));
  }
  console.error("counting a flood");
  const floods = await counted("syn_flood", {
    background: "none",
    attackPackets: PACKETS,
  });
  // The one with most verdicts: sources that all differ.
  const whole = FOREST_CHOICES[0]!.name;
  const [worst] = floods.sort((a, b) => b[whole]!.judged - a[whole]!.judged);
  return { captures: CAPTURES, packets: PACKETS, kinds, flood: mean([worst!]) };
}

const SEED = 5_000_000_001;
/** Shorter captures are mostly start. */
const FEWEST = 50_000;
const AMONG_OTHERS: Omit<GenerateOptions, "seed"> = {
  background: "server",
  packets: 60_000,
  attackPackets: 60_000,
};
const CASES: readonly (readonly [string, Omit<GenerateOptions, "seed">])[] = [
  ["benign_office", { packets: 200_000 }],
  ["benign_home", { packets: 200_000 }],
  ["benign_server", { packets: 200_000 }],
  ["benign_infrastructure", { packets: 200_000 }],
  ["benign_application", { packets: 200_000 }],
  ["c2_beacon", { durationSeconds: 30_000, benignPacketsPerSecond: 5 }],
  ["ssh_guessing", AMONG_OTHERS],
  ["scan_vertical", AMONG_OTHERS],
  ["smb_worm", AMONG_OTHERS],
  ["lateral_rpc", AMONG_OTHERS],
  ["udp_flood", AMONG_OTHERS],
  ["syn_flood", {
    background: "none",
    durationSeconds: 3600,
    attackPackets: 200_000,
  }],
];

interface Row {
  readonly capture: string;
  readonly packets: number;
  readonly byKind: number;
  readonly bySample: number;
  readonly measured: number;
}

try {
  if (values.count) {
    const text = `${JSON.stringify(await countMixes(), null, 2)}\n`;
    await Deno.writeTextFile(MIXES, text);
  }
  const mixes: Mixes = JSON.parse(await Deno.readTextFile(MIXES));
  const costs = await measureCosts(core, models, { machine: "here", folder });
  const rows: Row[] = [];
  for (const seed of [SEED, SEED + 1, SEED + 2]) {
    for (const [capture, options] of CASES) {
      const input = make(capture, { ...options, seed });
      const { packets, traffic } = await countTraffic(core, models, {
        input,
        folder,
      });
      if (packets < FEWEST) continue;
      const known = mixes.kinds[capture.replace("benign_", "")];
      const kinds = known === undefined ? Object.values(mixes.kinds) : [known];
      const [run] = await leastRuns(core, [input], { models, folder });
      rows.push({
        capture,
        packets,
        byKind: Math.max(...kinds.map((one) => packetCost(costs, one, work))),
        bySample: packetCost(costs, traffic, work),
        measured: (run!.ns - costs.startNs) / packets,
      });
    }
  }
  if (values.json) console.log(JSON.stringify({ costs, rows }, null, 2));
  else print(await machine(), costs.startNs, rows);
} finally {
  await Deno.remove(folder, { recursive: true });
}

function print(where: string, startNs: number, rows: readonly Row[]): void {
  console.log(where);
  console.log(`start, left out: ${(startNs / 1e6).toFixed(1)} ms`);
  console.log(
    "| captures | thousand packets | measured, ns | `--traffic`, ns | of measured | `--sample`, ns | of measured |",
  );
  console.log(`|${" --- |".repeat(7)}`);
  for (const capture of new Set(rows.map((row) => row.capture))) {
    const own = rows.filter((row) => row.capture === capture);
    const range = (of: (row: Row) => number, digits = 0) => {
      const all = own.map((row) => of(row).toFixed(digits));
      all.sort((a, b) => Number(a) - Number(b));
      return [...new Set([all[0], all.at(-1)])].join(" to ");
    };
    const cells = [
      `${own.length} ${capture}`,
      range(({ packets }) => packets / 1000),
      range(({ measured }) => measured),
      range(({ byKind }) => byKind),
      range(({ byKind, measured }) => byKind / measured, 2),
      range(({ bySample }) => bySample),
      range(({ bySample, measured }) => bySample / measured, 2),
    ];
    console.log(`| ${cells.join(" | ")} |`);
  }
}
