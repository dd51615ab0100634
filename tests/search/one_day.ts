/**
 * A day of traffic out of many captures: each is moved in time onto one day, its own distances kept, and analysed into one
 * log with every event kept.
 *
 * @module
 */

import { analyze } from "@ml-defender/sdk";
import { generateBytes } from "../../generator/generate.ts";
import { shiftCapture } from "./_shift.ts";

/** A capture of the day. */
export interface DayCapture {
  /** File, relative to the folder of captures; its class is the folder's name. */
  readonly file: string;
  /** Node id that its events carry. */
  readonly node: string;
  /** Events that it gave. */
  readonly events: number;
}

const DAY_MS = 86_400_000;

/** Where a day's log goes and which day it is. */
export interface DayOptions {
  /** Folder of the log. */
  readonly log: string;
  /** Start of the day, milliseconds since the Unix epoch. */
  readonly dayMs: number;
}

/**
 * Analyse captures as if they were of one day.
 *
 * @param data Folder of the captures.
 * @param files Which of them; classic pcap.
 * @param options Where the log goes and which day it is.
 * @returns What each capture gave; those whose times go back are left out.
 */
export async function logOfOneDay(
  data: string,
  files: readonly string[],
  { log, dayMs }: DayOptions,
): Promise<DayCapture[]> {
  const captures: DayCapture[] = [];
  for (const [index, file] of files.entries()) {
    const bytes = await Deno.readFile(`${data}/${file}`);
    const part = Math.floor(index * DAY_MS / files.length);
    const shifted = shiftCapture(bytes, dayMs + part, DAY_MS - part);
    if (shifted === undefined) continue;
    const node = `capture-${index}`;
    captures.push({ file, node, events: await logAll(shifted, node, log) });
  }
  return captures;
}

/** The same for captures that the generator makes. */
export async function generated(
  scenarios: readonly string[],
  { log, dayMs }: DayOptions,
): Promise<DayCapture[]> {
  const captures: DayCapture[] = [];
  for (const [index, scenario] of scenarios.entries()) {
    const { bytes } = generateBytes(scenario, { seed: 2_100_000_000 + index });
    const shifted = shiftCapture(new Uint8Array(bytes), dayMs, DAY_MS);
    if (shifted === undefined) throw new Error(`${scenario} is no pcap`);
    const node = `generated-${scenario}`;
    const events = await logAll(shifted, node, log);
    captures.push({ file: `generated/${scenario}`, node, events });
  }
  return captures;
}

/** Analyse a capture with every event in the log and every artifact beside it. */
async function logAll(
  bytes: Uint8Array<ArrayBuffer>,
  node: string,
  log: string,
): Promise<number> {
  await using run = await analyze(bytes, {
    log,
    sourceId: node,
    logOptions: {
      nodeId: node,
      artifactsPerIncident: 1_000_000,
      policy: { benignShare: 1, perIncident: 1_000_000 },
    },
  });
  for await (const update of run.incidents) void update;
  return (await run.finished).logged;
}
