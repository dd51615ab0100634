/**
 * What traffic is made of, as far as it decides what a packet costs: counted in a capture, or the mean of many generated ones
 * of a kind (`mixes.json`, made by `bench/operate_load.ts --write`).
 *
 * @module
 */
import type { CaptureInput } from "@ml-defender/capture";
import type { ForestModel } from "@ml-defender/detectors";
import type { Core } from "@ml-defender/native";
import { analyze, limitModel } from "@ml-defender/sdk";
import { FOREST_CHOICES } from "./forest_choices.ts";

/** Counts for each packet, without ordinary events that are logged as a sample. */
export interface Traffic {
  /** Flow records. */
  readonly flows: number;
  /** Records with a verdict: rules or forests find something about them, or differ. */
  readonly judged: number;
  /** Lines in the event log. */
  readonly logged: number;
  /** Incidents. */
  readonly incidents: number;
}

/** Traffic as each choice of forests judges it, by the name of the choice. */
export type TrafficByForests = Readonly<Record<string, Traffic>>;

/** Traffic that was counted before, by `bench/operate_load.ts --write`. */
export interface Mixes {
  /** Generated captures of each kind. */
  readonly captures: number;
  /** Packets of each. */
  readonly packets: number;
  /** Ordinary traffic by kind of network. */
  readonly kinds: Readonly<Record<string, TrafficByForests>>;
  /** A flood of half-open connections from made-up sources, and nothing else. */
  readonly flood: TrafficByForests;
}

/** Packets below which counts of a capture say little. */
export const FEW_PACKETS = 20_000;

/**
 * Count what a capture is made of, with the default rules and policy.
 *
 * @param core Runs the forests.
 * @param models Forests that are shipped.
 * @param options The capture, and a folder for logs, which the caller removes.
 */
export async function countTraffic(
  core: Core,
  models: readonly ForestModel[],
  options: {
    /** Path or bytes; read once for each choice of forests, so not a stream. */
    readonly input: CaptureInput;
    /** Folder for logs. */
    readonly folder: string;
  },
): Promise<
  {
    /** Packets in the capture. */
    readonly packets: number;
    /** What they are. */
    readonly traffic: TrafficByForests;
    /** What is wrong with the capture, in words. */
    readonly damage: readonly string[];
  }
> {
  const { input, folder } = options;
  const traffic: Record<string, Traffic> = {};
  let packets = 0;
  let damage: readonly string[] = [];
  for (const { name, cut } of FOREST_CHOICES) {
    const counts = await chainOnce(core, input, {
      models: cut === undefined
        ? []
        : models.map((model) => limitModel(model, cut)),
      log: `${folder}/${crypto.randomUUID()}`,
      benignShare: 0,
      cpuNs: () => 0,
    });
    ({ packets, damage } = counts);
    const each = (count: number) => packets === 0 ? 0 : count / packets;
    traffic[name] = {
      flows: each(counts.flows),
      judged: each(counts.judged),
      logged: each(counts.logged),
      incidents: each(counts.incidents),
    };
  }
  return { packets, traffic, damage };
}

/** What one run came to, and what it took. */
export interface ChainRun extends Traffic {
  /** Packets. */
  readonly packets: number;
  /** CPU time. */
  readonly ns: number;
  /** What is wrong with the capture, in words. */
  readonly damage: readonly string[];
}

/** Remarks on a capture that not all of it could be read. */
const DAMAGE: readonly string[] = ["truncated_file", "broken_record"];

/** The whole of `analyze()` once, with a log. The counts are those of the run, not of a packet. */
export async function chainOnce(
  core: Core,
  input: CaptureInput,
  { models, log, benignShare, cpuNs }: {
    readonly models: readonly ForestModel[];
    readonly log: string;
    readonly benignShare?: number;
    readonly cpuNs: () => number;
  },
): Promise<ChainRun> {
  let judged = 0;
  const start = cpuNs();
  await using run = await analyze(input, {
    core,
    models,
    log,
    ...(benignShare === undefined
      ? {}
      : { logOptions: { policy: { benignShare } } }),
    observe: () => judged++,
  });
  const { packets, counters, logged, incidents, health } = await run.finished;
  return {
    ns: cpuNs() - start,
    packets,
    flows: counters.flow_records ?? 0,
    judged,
    logged,
    incidents: incidents.length,
    damage: health.filter(({ code }) => DAMAGE.includes(code))
      .map(({ text }) => text),
  };
}
