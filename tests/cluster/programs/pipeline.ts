/**
 * One pipeline process of a test bed: `pipeline.ts ID SCENARIO FOLDER ENDPOINT...`. Analyses a generated capture again and
 * again, its packets as fast as they came on a busy line, with a configuration that changes meanwhile; what it finds must
 * each time be what it finds without one. Prints a line of JSON when another configuration runs, when a batch sees another
 * than the one before, and five times a second how it fares; ends when its input ends.
 */
import { openCore } from "@ml-defender/native";
import type { Subscriber } from "@ml-defender/watcher";
import { LOG, openConfig, POLICY } from "../../../config/mod.ts";
import { generateBytes } from "../../../generator/generate.ts";
import { analyze, type AnalyzeOptions } from "../../../mod.ts";
import { type Runs, WatchedBatches } from "./_batches.ts";
import { answer, now, print, sleep } from "./_lines.ts";

const [id, scenario, folder, ...endpoints] = Deno.args as [
  string,
  string,
  string,
  ...string[],
];
const PACKETS_PER_SECOND = 10_000;
const PIECE_MS = 10;
const BEAT_MS = 200;

const runs: Runs = { revision: -1, digest: "", alert: NaN, maxLines: NaN };
let over = false;
let produced = 0;
let consumed = 0;
let passes = 0;

/** Tells that a configuration runs. */
const teller: Subscriber = {
  name: "teller",
  sections: [POLICY, LOG],
  prepare: (next, _changes, { revision }) => ({
    commit: () => {
      runs.revision = revision;
      runs.digest = next.digest;
      runs.alert = next.get(POLICY).thresholds.alert;
      runs.maxLines = next.get(LOG).rotation.maxLines;
      print("runs", { revision, digest: next.digest, time: now() });
    },
    abort: () => {},
  }),
};

const core = await openCore();
const { bytes, truth } = generateBytes(scenario, {
  seed: 1_000_000_007,
  durationSeconds: 120,
});
const capture = new Uint8Array(bytes);

/** What an analysis comes to: every record in its order, by a digest. */
async function outcome(
  input: typeof capture | ReadableStream<typeof capture>,
  options: AnalyzeOptions,
): Promise<{ readonly packets: number; readonly found: string }> {
  const order: string[] = [];
  await using run = await analyze(input, {
    core,
    homeNets: truth.homeNets,
    sourceId: scenario,
    digest: true,
    ...options,
    observe: ({ eventId }) => order.push(eventId),
  });
  const { packets, digest } = await run.finished;
  return { packets, found: `${digest} ${order.join()}` };
}

/** The capture as it comes in; what was late is made up for at once. */
function line(packets: number): ReadableStream<typeof capture> {
  const perMs = capture.length / packets * PACKETS_PER_SECOND / 1000;
  const start = performance.now();
  let at = 0;
  return new ReadableStream({
    async pull(controller) {
      const early = start + at / perMs - performance.now();
      if (early > 0 && !over) await sleep(early);
      if (at >= capture.length) return controller.close();
      const end = Math.min(capture.length, Math.ceil(at + PIECE_MS * perMs));
      controller.enqueue(capture.slice(at, end));
      at = end;
    },
  }, { highWaterMark: 0 });
}

const plain = await outcome(capture, {});
const config = await openConfig({
  store: `etcd:${endpoints.join(",")}`,
  component: { id, version: "1.0.0" },
  subscribers: [teller],
  lastGood: `${folder}/${id}.json`,
  onAudit: ({ outcome, revision, reason }) => {
    if (outcome !== "applied") print("refused", { revision, reason, outcome });
  },
});
const batches = new WatchedBatches(config.live, runs);

async function replay(): Promise<void> {
  while (!over) {
    produced += plain.packets;
    const { packets, found } = await outcome(line(plain.packets), {
      config: batches,
    });
    consumed += packets;
    passes++;
    if (packets !== plain.packets || found !== plain.found) {
      print("lost", { pass: passes, packets, found, plain });
    }
  }
}

function beat(): void {
  const { state, lagRevisions, counters, store } = config.status();
  const { reachable, reconnects, resyncs } = store;
  const { coalesced, reportFailures, rolledBack } = counters;
  const { count, longestMs } = batches;
  print("beat", {
    time: now(),
    ...{ batches: count, longestMs, passes, produced, consumed },
    ...{ state, lagRevisions, reachable, reconnects, resyncs },
    ...{ coalesced, reportFailures, rolledBack },
  });
}

print("ready");
const beats = setInterval(beat, BEAT_MS);
const replaying = replay();
await answer({
  /** From now on the longest batch counts anew. */
  fresh: () => {
    batches.longestMs = 0;
    return Promise.resolve({});
  },
});
over = true;
await replaying;
clearInterval(beats);
beat();
await config.close();
print("end");
