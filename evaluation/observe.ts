import {
  addressOf,
  type Batch,
  type Incident,
  type Verdict,
} from "@ml-defender/events";
import { openCapture } from "@ml-defender/capture";
import type { Core } from "@ml-defender/native";
import { Pipeline, type PipelineOptions } from "@ml-defender/sdk";
import { WINDOW_US } from "./benign.ts";

/** What one way of detecting made of one capture. */
export interface Observation {
  /** Incidents as they were when they closed. */
  readonly incidents: readonly Incident[];
  /** Host-windows with an alert, as `address window`. */
  readonly alerted: ReadonlySet<string>;
  /** Host-windows with a high alert. */
  readonly alertedHigh: ReadonlySet<string>;
}

/** A capture seen by several ways of detecting at once, so that it is read once. */
export interface Observations {
  /** Packets. */
  readonly packets: number;
  /** Host-windows in which a home host was active. */
  readonly active: ReadonlySet<string>;
  /** One observation for each way of detecting, by its name. */
  readonly by: Readonly<Record<string, Observation>>;
}

interface Watcher {
  pipeline: Pipeline;
  incidents: Incident[];
  alerted: Set<string>;
  alertedHigh: Set<string>;
}

/**
 * Read a capture with several pipelines.
 *
 * @param core Core to read with.
 * @param input Path or bytes.
 * @param ways Rules, models and policy of each way of detecting, by its name.
 * @param homeNets Home networks, where they are known.
 * @returns What each made of it.
 */
export async function observe(
  core: Core,
  input: string | Uint8Array<ArrayBuffer>,
  ways: Readonly<Record<string, PipelineOptions>>,
  homeNets?: readonly string[],
): Promise<Observations> {
  const watchers = Object.entries(ways).map(([name, options]) => {
    const watcher: Watcher = {
      pipeline: new Pipeline(core, options),
      incidents: [],
      alerted: new Set(),
      alertedHigh: new Set(),
    };
    return [name, watcher] as const;
  });
  const active = new Set<string>();
  try {
    await using capture = await openCapture(input, {
      core,
      ...(homeNets && { homeNets }),
    });
    for await (const batch of capture) {
      markActive(batch, active);
      for (const [, watcher] of watchers) watch(watcher, batch);
    }
    for (const [, { pipeline, incidents }] of watchers) {
      incidents.push(...pipeline.finish().map(({ incident }) => incident));
    }
    return {
      packets: capture.status().packets,
      active,
      by: Object.fromEntries(watchers),
    };
  } finally {
    for (const [, { pipeline }] of watchers) pipeline.close();
  }
}

function markActive({ hosts }: Batch, active: Set<string>): void {
  for (let row = 0; row < hosts.length; row++) {
    const { address, endUs, internal } = hosts.host(row);
    if (internal) active.add(windowOf(address, endUs));
  }
}

function watch(watcher: Watcher, batch: Batch): void {
  const { pipeline, incidents, alerted, alertedHigh } = watcher;
  const { verdicts, updates } = pipeline.process(batch);
  for (const { state, incident } of updates) {
    if (state === "closed") incidents.push(incident);
  }
  for (const verdict of verdicts) mark(verdict, alerted, alertedHigh);
}

function mark(
  verdict: Verdict,
  alerted: Set<string>,
  alertedHigh: Set<string>,
): void {
  const { subject, severity, timestampUs, incidentId } = verdict;
  if (subject === null || severity === null || incidentId === undefined) return;
  const window = windowOf(addressOf(subject), timestampUs);
  alerted.add(window);
  if (severity === "high") alertedHigh.add(window);
}

function windowOf(address: string, timeUs: number): string {
  return `${address} ${Math.floor(timeUs / WINDOW_US)}`;
}
