/**
 * One pipeline process of a test bed: `pipeline.ts ID ENDPOINT...`. Takes numbered events in batches, as fast as they came on
 * a busy line, and takes each configuration between two of them. Prints a line of JSON when another configuration runs, when
 * batches have another than those before, and five times a second how it fares; ends when its input ends.
 */
import { EtcdStore } from "@ml-defender/etcd-client/etcd";
import { applying, ConfigWatcher, type Subscriber } from "@ml-defender/watcher";
import { logging, model, scoring } from "../../../watcher/testdata/sections.ts";
import { answer, now, print, sleep } from "./_lines.ts";

const [id, ...endpoints] = Deno.args as [string, ...string[]];
const EVENTS = 256;
/** 25,600 events a second. */
const BATCH_MS = 10;
const BEAT_MS = 200;

let alert = 0;
let sampling = 0;
let digest = "";
let revision = -1;
let produced = 0;
let consumed = 0;
let batches = 0;
let longestMs = 0;
let over = false;

/** Last to commit: tells that a configuration runs. */
const teller: Subscriber = {
  name: "teller",
  sections: [scoring, logging],
  prepare: (next, _changes, context) => ({
    commit: () => {
      ({ digest } = next);
      ({ revision } = context);
      print("runs", { revision, digest, time: now() });
    },
    abort: () => {},
  }),
};

const store = await EtcdStore.open({ endpoints });
const watcher = await ConfigWatcher.start({
  store,
  model: model(),
  component: { id, version: "1.0.0" },
  subscribers: [
    applying("scorer", scoring, (value) => alert = value.alert),
    applying("logger", logging, (value) => sampling = value.sampling),
    teller,
  ],
  onAudit: ({ outcome, revision, reason }) => {
    if (outcome !== "applied") print("refused", { revision, reason, outcome });
  },
});

/** Batches of numbered events; what was late is made up for at once. */
async function* line(): AsyncGenerator<readonly number[]> {
  const start = performance.now();
  for (let batch = 0; !over; batch++) {
    const early = start + batch * BATCH_MS - performance.now();
    if (early > 0) await sleep(early);
    yield Array.from({ length: EVENTS }, () => produced++);
  }
}

const look = () => `${revision} ${digest} ${alert} ${sampling}`;

async function replay(): Promise<void> {
  using gate = watcher.gate("replay");
  let before = "";
  let last = performance.now();
  for await (const events of gate.batches(line())) {
    const seen = look();
    for (const event of events) {
      if (event !== consumed++) print("lost", { event, consumed });
    }
    // A change that came now would be within the batch.
    await sleep(1);
    if (look() !== seen) print("torn", { seen, then: look() });
    if (seen !== before) {
      print("batch", { number: batches, revision, digest, alert, sampling });
    }
    before = seen;
    batches++;
    const end = performance.now();
    longestMs = Math.max(longestMs, end - last);
    last = end;
  }
}

function beat(): void {
  const { state, lagRevisions, counters, store: health } = watcher.status();
  const { reachable, reconnects, resyncs } = health;
  const how = { state, lagRevisions, reachable, reconnects, resyncs };
  const { coalesced, reportFailures, rolledBack } = counters;
  const counts = { coalesced, reportFailures, rolledBack };
  print("beat", {
    time: now(),
    batches,
    produced,
    consumed,
    longestMs,
    ...how,
    ...counts,
  });
}

print("ready");
const beats = setInterval(beat, BEAT_MS);
const replaying = replay();
await answer({
  /** From now on the longest batch counts anew. */
  fresh: () => {
    longestMs = 0;
    return Promise.resolve({});
  },
});
over = true;
await replaying;
clearInterval(beats);
beat();
await watcher.close();
await store.close();
print("end");
