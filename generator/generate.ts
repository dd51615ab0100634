/** Scenario and seed in, capture and ground truth out. */

import { createHash } from "node:crypto";
import type { Family, Host } from "./address.ts";
import { addressOf } from "./address.ts";
import { type MixName, runMix } from "./benign/mixes.ts";
import {
  type CaptureFormat,
  CaptureWriter,
  type Chunk,
} from "./capture_writer.ts";
import { type Category, formatAddress } from "@ml-defender/events";
import { type AttackPlan, Context } from "./context.ts";
import { Rng } from "./rng.ts";
import { SCENARIOS } from "./scenarios/index.ts";
import type { Scenario } from "./scenarios/scenario.ts";
import { type AttackCount, Sim } from "./sim.ts";
import { type IpChoice, Topology, type TopologyOptions } from "./topology.ts";

/** Version of the generator: the same name, seed and options give the same bytes within one. */
export const GENERATOR_VERSION = 1;

/** What is around an attack. */
export type Background = MixName | "none";

/** Options of a generation; whatever is left out follows from the seed. */
export interface GenerateOptions {
  /** Seed of every choice. */
  seed: number;
  /** Length of the capture in seconds. */
  durationSeconds?: number;
  /** IP versions. */
  ip?: IpChoice;
  /** Number of client machines. */
  clients?: number;
  /** Ordinary traffic around the attack. */
  background?: Background;
  /** Packets per second of ordinary sessions, on average. */
  benignPacketsPerSecond?: number;
  /** Cap of the attack's packets for floods, scans and bulk. */
  attackPackets?: number;
  /** Ends the capture at this many packets; ordinary traffic goes on until then. */
  packets?: number;
  /** Ends the capture at about this many bytes of file; ordinary traffic goes on until then. */
  bytes?: number;
  /** Bytes kept per packet, 0 for all. @default {0} */
  snaplen?: number;
  /** File format. @default {"pcap"} */
  format?: CaptureFormat;
  /** Time of the first possible packet, microseconds since the epoch. */
  startUs?: number;
}

/** One attack of the ground truth. */
export interface AttackTruth {
  /** What an incident should be called. */
  category: Category;
  /** Scenario that made it. */
  scenario: string;
  /** Addresses of those who did it; empty where all sources are made up. */
  attackers: string[];
  /** Addresses of those who suffered it. */
  victims: string[];
  /** Addresses that an incident should be about. */
  subjects: string[];
  /** Whether source addresses were made up. */
  spoofed: boolean;
  /** First packet, microseconds since the epoch. */
  startUs: number;
  /** Last packet. */
  endUs: number;
  /** Packets, answers included. */
  packets: number;
}

/** What is known about a generated capture; written beside it as `.truth.json`. */
export interface Truth {
  /** Scenario. */
  scenario: string;
  /** Seed. */
  seed: number;
  /** Generator version. */
  version: number;
  /** Start of the span that the capture covers, microseconds since the epoch. */
  startUs: number;
  /** End of it. */
  endUs: number;
  /** Packets in the file. */
  packets: number;
  /** SHA-256 of the file, in hex. */
  sha256: string;
  /** Prefixes of the home networks. */
  homeNets: string[];
  /** Attacks; none for ordinary traffic. */
  attacks: AttackTruth[];
  /** Home addresses that are neither attacker nor subject. */
  benignHosts: string[];
  /** Mix of ordinary traffic, or `none`, or the name of the capture spliced into. */
  background: string;
}

/** A generation under way. */
export interface Generation {
  /** The capture file, piece by piece; can be walked once. */
  chunks: Iterable<Chunk>;
  /** The ground truth; complete once `chunks` is used up, before that it throws. */
  truth(): Truth;
}

/** The texts of distinct addresses. */
export function addressTexts(hosts: readonly Host[], family: Family): string[] {
  return [
    ...new Set(hosts.map((host) => formatAddress(addressOf(host, family)))),
  ];
}

/** Truth of one attack from its plan and its counts. */
export function attackTruth(
  scenario: string,
  plan: AttackPlan,
  count: AttackCount,
): AttackTruth {
  const { category, family, spoofed = false } = plan;
  return {
    category,
    scenario,
    attackers: addressTexts(plan.attackers, family),
    victims: addressTexts(plan.victims, family),
    subjects: addressTexts(plan.subjects, family),
    spoofed,
    startUs: count.packets > 0 ? count.startUs : 0,
    endUs: count.packets > 0 ? count.endUs : 0,
    packets: count.packets,
  };
}

/** Finds a scenario; throws RangeError with the known names. */
export function scenarioOf(name: string): Scenario {
  const scenario = SCENARIOS.get(name);
  if (!scenario) {
    throw new RangeError(
      `Cannot generate '${name}': known scenarios are ${
        [...SCENARIOS.keys()].join(", ")
      }`,
    );
  }
  return scenario;
}

interface Times {
  startUs: number;
  endUs: number;
  attackStartUs: number;
  attackEndUs: number;
}

function timesOf(
  rng: Rng,
  scenario: Scenario,
  options: GenerateOptions,
): Times {
  const { durationSeconds } = options;
  const startUs = options.startUs ??
    (1_700_000_000 + rng.int(0, 60_000_000)) * 1e6;
  const planned = scenario.plan(rng);
  if (scenario.mix) {
    const endUs = startUs + Math.round((durationSeconds ?? planned) * 1e6);
    return { startUs, endUs, attackStartUs: startUs, attackEndUs: endUs };
  }
  const attack = durationSeconds === undefined
    ? planned
    : Math.min(planned, durationSeconds * 0.7);
  const total = durationSeconds ??
    attack + rng.uniform(30, 120) + rng.uniform(10, 90);
  const before = (total - attack) * rng.uniform(0.3, 0.8);
  const attackStartUs = startUs + Math.round(before * 1e6);
  return {
    startUs,
    endUs: startUs + Math.round(total * 1e6),
    attackStartUs,
    attackEndUs: attackStartUs + Math.round(attack * 1e6),
  };
}

function backgroundOf(
  rng: Rng,
  scenario: Scenario,
  options: GenerateOptions,
): Background {
  const drawn = rng.pick(
    [
      "office",
      "office",
      "home",
      "server",
      "infrastructure",
      "application",
      "none",
    ] as const,
  );
  return scenario.mix ?? options.background ?? drawn;
}

function check(options: GenerateOptions): void {
  for (
    const name of [
      "durationSeconds",
      "packets",
      "bytes",
      "attackPackets",
    ] as const
  ) {
    const value = options[name];
    if (value !== undefined && !(value > 0 && Number.isFinite(value))) {
      throw new RangeError(
        `Cannot generate as '${name}' must be above 0: current value is ${value}`,
      );
    }
  }
  const { snaplen = 0 } = options;
  if (!Number.isInteger(snaplen) || snaplen < 0 || snaplen > 262144) {
    throw new RangeError(
      `Cannot generate as 'snaplen' must be in 0..262144: current value is ${snaplen}`,
    );
  }
}

/** Parts that a run consists of; used by `generate` and by splicing. */
export interface Run {
  /** Name of the scenario. */
  scenario: string;
  /** The event loop, ready to run. */
  sim: Sim;
  /** Where the packets go. */
  writer: CaptureWriter;
  /** Plans of the attacks. */
  plans: readonly AttackPlan[];
  /** Seed. */
  seed: number;
  /** Home prefixes. */
  homeNets: string[];
  /** Home addresses in use. */
  homeHosts(): string[];
  /** For the truth. */
  background: string;
  /** End of the span covered; where the run may go on beyond its plan, this is `sim.nowUs`. */
  endUs(): number;
}

/** Makes a generation out of a prepared run. */
export function generationOf(run: Run): Generation {
  const hash = createHash("sha256");
  let truth: Truth | undefined;
  const chunks = function* (): Generator<Chunk, void, void> {
    for (const chunk of run.sim.run()) {
      hash.update(chunk.bytes);
      yield chunk;
    }
    const attacks = run.plans.map((plan, i) =>
      attackTruth(run.scenario, plan, run.sim.attacks[i] as AttackCount)
    );
    const guilty = new Set(
      attacks.flatMap((attack) => [...attack.attackers, ...attack.subjects]),
    );
    truth = {
      scenario: run.scenario,
      seed: run.seed,
      version: GENERATOR_VERSION,
      startUs: run.sim.startUs,
      endUs: run.endUs(),
      packets: run.writer.packets,
      sha256: hash.digest("hex"),
      homeNets: run.homeNets,
      attacks,
      benignHosts: run.homeHosts().filter((address) => !guilty.has(address)),
      background: run.background,
    };
  };
  return {
    chunks: chunks(),
    truth: () => {
      if (!truth) {
        throw new TypeError(
          "Cannot give the truth before every chunk has been taken",
        );
      }
      return truth;
    },
  };
}

/**
 * Generates a capture. Chunks are made as they are asked for, in time order, so that a capture of
 * any size needs only a few megabytes.
 *
 * ```ts
 * const { chunks, truth } = generate("syn_flood", { seed: 7 });
 * for (const { bytes } of chunks) file.writeSync(bytes);
 * console.log(truth().attacks);
 * ```
 */
export function generate(name: string, options: GenerateOptions): Generation {
  check(options);
  const { seed, snaplen = 0, format = "pcap" } = options;
  const scenario = scenarioOf(name);
  const root = new Rng(`${GENERATOR_VERSION}/${name}/${seed}`);
  const asked: TopologyOptions = {};
  if (options.ip !== undefined) asked.ip = options.ip;
  if (options.clients !== undefined) asked.clients = options.clients;
  const topology = new Topology(root.split("topology"), asked);
  const times = timesOf(root.split("times"), scenario, options);
  const endless = options.packets !== undefined || options.bytes !== undefined;
  const writer = new CaptureWriter(format, snaplen);
  const sim = new Sim({
    startUs: times.startUs,
    endUs: endless ? times.startUs + 1e13 : times.endUs,
    writer,
    vlan: topology.vlan,
    rng: root.split("filler"),
    ...(options.packets === undefined ? {} : { maxPackets: options.packets }),
    ...(options.bytes === undefined ? {} : { maxBytes: options.bytes }),
  });
  const dice = root.split("dice");
  const common = {
    sim,
    topology,
    attackStartUs: times.attackStartUs,
    attackEndUs: times.attackEndUs,
    attackPackets: options.attackPackets ??
      Math.round(dice.logUniform(1500, 12_000)),
  };
  const ctx = new Context({ ...common, rng: root.split("attack") });
  const background = backgroundOf(root.split("background"), scenario, options);
  const seconds = (times.endUs - times.startUs) / 1e6;
  const pps = options.benignPacketsPerSecond ??
    dice.logUniform(2500, 12_000) / seconds;
  if (background !== "none") {
    const benign = new Context({ ...common, rng: root.split("benign") });
    runMix(benign, background, endless ? Math.max(pps, 800) : pps);
  }
  scenario.build(ctx);
  const family: Family = topology.ip === 6 ? 6 : 4;
  const families: Family[] = topology.ip === "dual" ? [4, 6] : [family];
  return generationOf({
    scenario: name,
    sim,
    writer,
    plans: ctx.plans,
    seed,
    homeNets: topology.homeNets,
    homeHosts: () =>
      families.flatMap((one) => addressTexts(topology.homeHosts, one)),
    background,
    endUs: () => endless ? sim.nowUs : times.endUs,
  });
}

/** A capture wholly in memory. */
export interface GeneratedBytes {
  /** The capture file. */
  bytes: Uint8Array;
  /** Its ground truth. */
  truth: Truth;
}

/** Takes all chunks of a generation into one array. */
export function collect(generation: Generation): GeneratedBytes {
  const parts = [...generation.chunks].map((chunk) => chunk.bytes);
  const bytes = new Uint8Array(
    parts.reduce((sum, part) => sum + part.length, 0),
  );
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return { bytes, truth: generation.truth() };
}

/** Generates into memory. */
export function generateBytes(
  name: string,
  options: GenerateOptions,
): GeneratedBytes {
  return collect(generate(name, options));
}
