/** What the parts of a whole run cost: from the CPU time of runs on traffic of very different make. */
import process from "node:process";
import type { ForestModel } from "@ml-defender/detectors";
import type { Core } from "@ml-defender/native";
import { generateBytes, type GenerateOptions } from "../generator/generate.ts";
import { leastSquares } from "./least_squares.ts";
import { chainOnce, type ChainRun } from "./traffic.ts";

/** What parts of a run cost: CPU time in nanoseconds. */
export interface ChainCosts {
  /** Beginning and ending a run: opening forests and log, and the first line in it. */
  readonly startNs: number;
  /** A packet, without what follows from it. */
  readonly packetNs: number;
  /** A flow record with its windows, features, rules and whole forests. */
  readonly flowNs: number;
  /** A verdict with its reasons. */
  readonly judgedNs: number;
  /** A line in the event log. */
  readonly eventNs: number;
  /** An incident with its updates and artifacts. */
  readonly incidentNs: number;
  /** How far the worst of the runs is from what these explain, as a share. */
  readonly worst: number;
}

const SEED = 5_000_000_000;
const TURNS = 4;

const ALONE = { background: "none" } as const;

/** What tells the parts apart: few flows, ordinary mixes, many flows, many verdicts with and without lines in the log. */
const RUNS: readonly (readonly [string, GenerateOptions])[] = [
  ["scan_horizontal", { ...ALONE, seed: SEED, attackPackets: 10_000 }],
  ["exfiltration", { ...ALONE, seed: SEED, attackPackets: 40_000 }],
  ["benign_office", { seed: SEED, packets: 40_000 }],
  ["benign_home", { seed: SEED, packets: 40_000 }],
  ["benign_server", { seed: SEED, packets: 40_000 }],
  ["benign_infrastructure", { seed: SEED, packets: 40_000 }],
  ["syn_flood", { ...ALONE, seed: SEED, attackPackets: 15_000 }],
  ["syn_flood", { ...ALONE, seed: SEED + 1, attackPackets: 15_000 }],
  ["smb_worm", { ...ALONE, seed: SEED, attackPackets: 10_000 }],
];

/** A capture file without packets. */
export const EMPTY_CAPTURE: Uint8Array<ArrayBuffer> = Uint8Array.from([
  ...[0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  ...[0xff, 0xff, 0, 0, 1, 0, 0, 0],
]);

/** CPU time of this process. */
export function cpuNs(): number {
  const { user, system } = process.cpuUsage();
  return 1000 * (user + system);
}

/**
 * Runs on some captures that take turns, so that what else the machine does falls on all of them: for each capture the one
 * that took least CPU time. The first turn compiles and does not count.
 *
 * @param core Runs the forests.
 * @param captures The captures.
 * @param options Forests, and a folder for logs.
 */
export async function leastRuns(
  core: Core,
  captures: readonly Uint8Array<ArrayBuffer>[],
  { models, folder }: {
    /** Forests. */
    readonly models: readonly ForestModel[];
    /** Folder for logs, which the caller removes. */
    readonly folder: string;
  },
): Promise<ChainRun[]> {
  const least: ChainRun[] = [];
  for (let turn = 0; turn <= TURNS; turn++) {
    for (const [i, capture] of captures.entries()) {
      const log = `${folder}/${crypto.randomUUID()}`;
      const run = await chainOnce(core, capture, { models, log, cpuNs });
      if (turn === 0) continue;
      if (least[i] === undefined || run.ns < least[i].ns) least[i] = run;
    }
  }
  return least;
}

/**
 * Measure. Takes some four seconds.
 *
 * @param core Core to measure.
 * @param models Forests that are shipped.
 * @param folder For logs; the caller removes it.
 */
export async function measureChain(
  core: Core,
  models: readonly ForestModel[],
  folder: string,
): Promise<ChainCosts> {
  const captures = [
    EMPTY_CAPTURE,
    ...RUNS.map(([name, options]) =>
      generateBytes(name, options).bytes as Uint8Array<ArrayBuffer>
    ),
  ];
  const [start, ...runs] = await leastRuns(core, captures, { models, folder });
  const emptyNs = start!.ns;
  const rows = runs.map((run) => {
    const { ns, packets, flows, judged, logged, incidents } = run;
    return {
      cells: [1, packets, flows, judged, logged, incidents],
      sum: Math.max(1, ns - emptyNs),
    };
  });
  const found = leastSquares(rows);
  const worst = Math.max(
    ...rows.map(({ cells, sum }) =>
      Math.abs(
        1 - cells.reduce((total, cell, i) => total + cell * found[i]!, 0) / sum,
      )
    ),
  );
  const [first, packetNs, flowNs, judgedNs, eventNs, incidentNs] = found;
  return {
    startNs: emptyNs + first!,
    packetNs: packetNs!,
    flowNs: flowNs!,
    judgedNs: judgedNs!,
    eventNs: eventNs!,
    incidentNs: incidentNs!,
    worst,
  };
}
