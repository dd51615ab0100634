/**
 * One pipeline process: `member.ts STORE ID [PHASE]`. Runs batches without end, and prints a line of JSON for each
 * configuration that it runs. With the phase `prepared` or `committing` it stops there at the first change, prints that, and
 * waits to be killed; with `quiet` no batches come.
 */
import { applying, ConfigWatcher, type Subscriber } from "@ml-defender/watcher";
import { logging, model, scoring } from "../../../watcher/testdata/sections.ts";
import { openStore } from "../open_store.ts";

const [place, id, phase] = Deno.args as [string, string, string | undefined];
const encoder = new TextEncoder();
const print = (line: object) =>
  Deno.stdout.writeSync(encoder.encode(`${JSON.stringify(line)}\n`));
const now = () => performance.timeOrigin + performance.now();

const store = await openStore(place);
let alert = 0;
let sampling = 0;
let changes = 0;

/** Between the two others: stops where it is told to. */
const trap: Subscriber = {
  name: "trap",
  sections: [scoring, logging],
  prepare: (_next, _changes, { revision, initial }) => ({
    commit: () => {
      if (phase === "committing" && !initial) {
        print({ at: "committing", revision, alert, sampling });
        for (;;);
      }
    },
    abort: () => {},
  }),
};

/** Last: tells that a configuration runs, from within its commit. */
const teller: Subscriber = {
  name: "teller",
  sections: [scoring, logging],
  prepare: (_next, _changes, { revision, initial }) => {
    if (phase === "prepared" && !initial) print({ at: "prepared", revision });
    return {
      commit: () => {
        changes++;
        print({ at: "runs", revision, alert, sampling, time: now() });
      },
      abort: () => {},
    };
  },
};

const watcher = await ConfigWatcher.start({
  store,
  model: model(),
  component: { id, version: "1.0.0" },
  subscribers: [
    applying("scorer", scoring, (value) => alert = value.alert),
    trap,
    applying("logger", logging, (value) => sampling = value.sampling),
    teller,
  ],
  gateTimeoutMs: 60_000,
});
const gate = watcher.gate("pipeline");
const { revision, digest } = watcher.tree;
print({ at: "ready", revision, digest });

let sequence = 0;
while (phase !== "quiet") {
  const wait = gate.betweenBatches();
  if (wait !== undefined) await wait;
  const seen = [alert, sampling, watcher.tree.revision, changes];
  sequence++;
  do {
    await new Promise((done) => setTimeout(done, 1));
  } while (phase === "prepared");
  const same = [alert, sampling, watcher.tree.revision, changes]
    .every((value, i) => value === seen[i]);
  if (!same) print({ at: "torn", sequence });
  gate.idle();
  await new Promise((done) => setTimeout(done, 1));
}
