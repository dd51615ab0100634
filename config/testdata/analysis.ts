/** A capture that is analysed under a configuration, its log, and settings at random. */
import assert from "node:assert/strict";
import type { Json } from "@ml-defender/etcd-client";
import { openCore } from "@ml-defender/native";
import { generateBytes } from "../../generator/generate.ts";
import type { Rng } from "../../generator/rng.ts";
import { analyze, type AnalyzeOptions } from "../../mod.ts";

/** The core of this machine. */
export const core = await openCore();
const { bytes, truth } = generateBytes("ssh_guessing", {
  seed: 1_000_000_001,
  durationSeconds: 900,
});
/** A capture with an attack in it. */
export const CAPTURE = new Uint8Array(bytes);
/** Its own networks. */
export const { homeNets } = truth;
const OPTIONS = { core, homeNets, sourceId: "capture" };

/** What is looked at of a line. */
export interface Line {
  readonly rag_metadata: {
    readonly event_id: string;
    readonly config_digest: string;
  };
  readonly artifact: { readonly sha256: string | null };
}

/** Lines of the log's events in the order of writing, and every byte of the log that does not depend on the clock. */
export async function readLog(folder: string): Promise<Line[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(`${folder}/events`)) {
    if (name.endsWith(".jsonl")) names.push(name);
  }
  const place = (name: string) =>
    Number(/\.(\d+)\.jsonl$/.exec(name)?.[1] ?? 0);
  names.sort((a, b) =>
    a.slice(0, 10) < b.slice(0, 10) ? -1 : place(a) - place(b)
  );
  const lines: Line[] = [];
  for (const name of names) {
    const text = await Deno.readTextFile(`${folder}/events/${name}`);
    assert.ok(text.endsWith("\n"));
    for (const line of text.trimEnd().split("\n")) lines.push(JSON.parse(line));
  }
  return lines;
}

/** What came of an analysis. */
export interface Outcome {
  readonly verdicts: number;
  readonly order: readonly string[];
  readonly flows: number;
  readonly packets: number;
  readonly incidents: number;
  readonly digest: string | undefined;
  readonly logFailure: Error | undefined;
}

/** Analyses to the end. */
export async function run(
  input: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array<ArrayBuffer>>,
  options: AnalyzeOptions,
): Promise<Outcome> {
  const order: string[] = [];
  await using running = await analyze(input, {
    ...OPTIONS,
    digest: true,
    ...options,
    observe: (verdict) => {
      order.push(verdict.eventId);
      options.observe?.(verdict);
    },
  });
  const { packets, flows, incidents, digest, logFailure } = await running
    .finished;
  const verdicts = order.length;
  const found = incidents.length;
  return {
    verdicts,
    order,
    flows,
    packets,
    incidents: found,
    digest,
    logFailure,
  };
}

/** The capture in pieces; before each of them something is done. */
export function inPieces(
  pieces: number,
  before: (piece: number) => Promise<void>,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const size = Math.ceil(CAPTURE.length / pieces);
  let piece = 0;
  return new ReadableStream({
    async pull(controller) {
      if (piece * size >= CAPTURE.length) return controller.close();
      await before(piece);
      controller.enqueue(CAPTURE.slice(piece * size, (piece + 1) * size));
      piece++;
    },
  }, { highWaterMark: 0 });
}

/** Settings as an operator may write them, all of them valid together. */
export function randomSettings(rng: Rng, unique: number): Record<string, Json> {
  const between = (low: number, high: number) =>
    low + rng.float() * (high - low);
  const suspicious = between(0.5, 0.7);
  const alert = between(suspicious, 0.9);
  const malicious = between(0.5, 0.8);
  return {
    // Each is another one, so that the order of their digests is known.
    "policy.roleFactor": 0.1 + unique / 10_000,
    "policy.thresholds.suspicious": suspicious,
    "policy.thresholds.alert": alert,
    "policy.thresholds.high": between(alert, 1),
    "policy.thresholds.malicious": malicious,
    "policy.thresholds.rag": between(malicious, 1),
    "policy.incidents.quietSeconds": 5 + rng.int(0, 600),
    "policy.incidents.maxOpen": 1 + rng.int(0, 100),
    "rules.profile": rng.int(0, 3) === 0 ? "legacy" : "default",
    ...(unique % 4 === 0 && {
      "models.ddos.use": rng.int(0, 1) === 0,
      "models.internal.depth": 1 + rng.int(0, 12),
      "models.traffic.trees": 1 + rng.int(0, 120),
    }),
    "log.benignShare": between(0, 1),
    "log.perIncident": rng.int(0, 50),
    "log.artifactsPerIncident": rng.int(0, 3),
    "log.rotation.maxLines": 50 + rng.int(0, 100),
    "search.limit": 1 + rng.int(0, 20),
  };
}
