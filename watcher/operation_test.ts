/** A watcher's life: starting, other stages, the store away or wrong, ending. */
import assert from "node:assert/strict";
import { type Json, MemoryStore } from "@ml-defender/etcd-client";
import type { LastGood } from "./last_good.ts";
import { ConfigModel } from "./model.ts";
import { applying } from "./subscriber.ts";
import { begin, Probe } from "./testdata/probe.ts";
import {
  AwayStore,
  feed,
  force,
  logging,
  scoring,
} from "./testdata/sections.ts";

Deno.test("ConfigWatcher leaves sections alone that nobody knows, and names them", async () => {
  await using it = await begin();
  await force(it.store, { future: { anything: 1 }, scoring: { alert: 0.9 } });
  const status = await it.watcher.reached(1);
  assert.equal(status.state, "in_force");
  assert.deepEqual(status.unknownSections, ["future"]);
  assert.deepEqual(Object.keys(it.watcher.tree.toJSON()), [
    "feed",
    "logging",
    "scoring",
  ]);
});

Deno.test("ConfigWatcher.subscribe brings a later stage with its own section into what runs", async () => {
  const narrow = new ConfigModel({ sections: [scoring] });
  await using it = await begin({ model: narrow });
  await force(it.store, { logging: { sampling: 9 } });
  await it.watcher.reached(1);
  const seen: number[] = [];
  const leave = await it.watcher.subscribe(
    applying("log", logging, ({ sampling }) => seen.push(sampling)),
  );
  assert.deepEqual(seen, [9]);
  assert.deepEqual(it.watcher.status().unknownSections, []);
  await force(it.store, { logging: { sampling: 10 } });
  await it.watcher.reached(2);
  leave();
  await force(it.store, { logging: { sampling: 11 } });
  await it.watcher.reached(3);
  assert.deepEqual(seen, [9, 10]);
  assert.equal(it.watcher.tree.get(logging).sampling, 11);
});

Deno.test("ConfigWatcher.subscribe starts with defaults where the store's values for the stage are bad, and says so", async () => {
  await using it = await begin({
    model: new ConfigModel({ sections: [scoring] }),
  });
  await force(it.store, { logging: { sampling: -1 }, scoring: { alert: 0.9 } });
  await it.watcher.reached(1);
  const seen: number[] = [];
  await it.watcher.subscribe(
    applying("log", logging, ({ sampling }) => seen.push(sampling)),
  );
  const { state, refusal } = await it.watcher.reached(1);
  assert.equal(state, "refused");
  assert.match(refusal!.reason, /^logging\.sampling/);
  assert.deepEqual(seen, [1]);
  assert.equal(it.watcher.tree.get(scoring).alert, 0.9);
});

Deno.test("ConfigWatcher.subscribe rejects when the subscriber refuses what runs; the others do not notice", async () => {
  const probe = new Probe("p");
  await using it = await begin({ subscribers: [probe] });
  probe.take();
  const other = new Probe("other");
  other.behaviour.prepare = () => {
    throw new Error("no");
  };
  await assert.rejects(it.watcher.subscribe(other), {
    name: "ConfigError",
    code: "start",
    message: /'other' refuses: no/,
  });
  await force(it.store, { scoring: { alert: 0.9 } });
  assert.equal((await it.watcher.reached(1)).state, "in_force");
  assert.deepEqual(probe.calls, ["prepare 1 scoring.alert", "commit 1"]);
});

Deno.test("ConfigWatcher.status shows what takes effect when the program starts anew, until it is put back", async () => {
  await using it = await begin();
  await force(it.store, { logging: { folder: "elsewhere", sampling: 3 } });
  assert.deepEqual((await it.watcher.reached(1)).restartPending, [
    "logging.folder",
  ]);
  await force(it.store, { logging: { folder: "logs" } });
  assert.deepEqual((await it.watcher.reached(2)).restartPending, []);
});

/** A place in memory. */
function place(value?: Json): LastGood & { value: Json | undefined } {
  return {
    value,
    load() {
      return Promise.resolve(this.value);
    },
    save(next) {
      this.value = next;
      return Promise.resolve();
    },
  };
}

const IN_TREE = { prefix: "ml-defender" };

const KEPT: Json = {
  version: 1,
  revision: 4,
  actor: "ana",
  sections: { scoring: { alert: 0.9 } },
};

Deno.test("ConfigWatcher.start runs on what ran last while the store is away, and follows when it comes", async () => {
  const store = new AwayStore();
  const probe = new Probe("p");
  await using it = await begin({
    store,
    subscribers: [probe],
    lastGood: place(KEPT),
  });
  const { state, applied, desiredRevision, counters, ...rest } = it.watcher
    .status();
  assert.deepEqual([state, applied.source, applied.revision], [
    "pending",
    "last_good",
    4,
  ]);
  assert.equal(desiredRevision, undefined);
  assert.deepEqual([rest.store.lastError, rest.lagMs], ["nobody answers", 0]);
  assert.ok(counters.storeFailures >= 1);
  assert.equal(probe.alert, 0.9);
  for (const alert of [0.91, 0.92, 0.93, 0.94, 0.95]) {
    await force(store, { scoring: { alert } });
  }
  store.come();
  const there = await it.watcher.reached(5);
  assert.deepEqual([there.state, there.applied.source, there.store.lastError], [
    "in_force",
    "store",
    undefined,
  ]);
  assert.equal(probe.alert, 0.95);
  assert.deepEqual(it.records.map(({ revision }) => revision), ["5"]);
});

Deno.test("ConfigWatcher.start runs on what ran last where the store has something bad, and reports that", async () => {
  const store = new MemoryStore();
  for (let i = 1; i <= 4; i++) await force(store, { scoring: { alert: 0.9 } });
  await force(store, { scoring: { alert: 7 } });
  const lastGood = place(KEPT);
  const subscribers = [new Probe("p")];
  await using it = await begin({ store, lastGood, subscribers });
  const { state, applied, refusal } = it.watcher.status();
  assert.deepEqual([state, applied.source], ["refused", "last_good"]);
  assert.equal(refusal?.revision, 5);
  assert.deepEqual(it.records.map(({ outcome }) => outcome), ["refused"]);
  await force(store, { scoring: { alert: 0.99 } });
  assert.equal((await it.watcher.reached(6)).state, "in_force");
  await it.watcher.close();
  const { digest, ...rest } = lastGood.value as Record<string, Json>;
  assert.match(String(digest), /^[0-9a-f]{16}$/);
  assert.deepEqual(rest, {
    version: 1,
    revision: 6,
    actor: "tester",
    sections: { scoring: { alert: 0.99 } },
  });
});

Deno.test("ConfigWatcher.start runs on defaults where what ran last is bad too", async () => {
  const store = new MemoryStore();
  await force(store, { scoring: { alert: 7 } });
  for (
    const value of [
      "rubbish",
      { version: 2 },
      { version: 1, revision: 1, actor: "x", sections: { scoring: 5 } },
    ]
  ) {
    const { watcher } = await begin({ store, lastGood: place(value) });
    assert.equal(watcher.status().applied.source, "defaults");
    assert.equal(watcher.tree.get(scoring).alert, 0.8);
    await watcher.close();
  }
  await store.close();
});

Deno.test("ConfigWatcher.start records what changed while the process was not there", async () => {
  const store = new MemoryStore();
  for (let i = 1; i <= 5; i++) {
    await force(store, { scoring: { alert: (90 + i) / 100 } }, "eva");
  }
  await using it = await begin({ store, lastGood: place(KEPT) });
  assert.deepEqual(it.records.map(({ actor, changes }) => [actor, changes]), [
    ["eva", [{ path: "scoring.alert", before: "0.9", after: "0.95" }]],
  ]);
});

Deno.test("ConfigWatcher.start rejects when not even the defaults can be applied", async () => {
  const probe = new Probe("p");
  probe.behaviour.prepare = () => {
    throw new Error("never");
  };
  await assert.rejects(begin({ subscribers: [probe] }), {
    code: "start",
    message: /'p' refuses: never/,
  });
});

Deno.test("ConfigWatcher writes back what it runs and what it refused, and takes its registration away", async () => {
  const component = { id: "sensor-1", version: "1.2.3" };
  const store = new MemoryStore();
  await using it = await begin({ store, component, reportMs: 0 });
  const wait = async (is: () => Promise<boolean>) => {
    for (let i = 0; i < 200 && !(await is()); i++) {
      await new Promise((done) => setTimeout(done, 5));
    }
    assert.ok(await is());
  };
  const data = async () =>
    (await store.discover("pipeline", IN_TREE))[0] as unknown as {
      status: string;
      data: Record<string, Json>;
    } | undefined;
  const refused = () => store.get("ml-defender/refused/sensor-1");
  await wait(async () => (await data())?.status === "in_force");
  await force(store, { scoring: { alert: 0.9 } });
  await wait(async () => (await data())?.data.appliedRevision === 1);
  await force(store, { scoring: { alert: 9 } });
  await wait(async () => await refused() !== undefined);
  const { value } = (await refused())!;
  assert.equal((value as { revision: number }).revision, 2);
  await wait(async () => (await data())?.status === "refused");
  assert.equal((await data())?.data.lagRevisions, 1);
  await force(store, { scoring: { alert: 0.9 } });
  await wait(async () => await refused() === undefined);
  await it.watcher.close();
  assert.deepEqual(await store.discover("pipeline", IN_TREE), []);
});

Deno.test("ConfigWatcher.close gives up a change on its way and leaves what runs", async () => {
  const probe = new Probe("p");
  const it = await begin({ subscribers: [probe] });
  const gate = it.watcher.gate("pipeline");
  gate.betweenBatches();
  await force(it.store, { scoring: { alert: 0.9 } });
  await new Promise((done) => setTimeout(done, 5));
  const reached = it.watcher.reached(1);
  await it.watcher.close();
  await it.watcher.close();
  await reached;
  assert.equal(probe.alert, 0.8);
  assert.deepEqual(probe.calls.slice(-1), ["abort 1"]);
  assert.equal(it.watcher.status().state, "closed");
  assert.equal(it.watcher.tree.revision, 0);
  await assert.rejects(it.watcher.subscribe(new Probe("x")), /must be open/);
  await it.store.close();
});

Deno.test("ConfigWatcher.close does not wait for a store that does not answer", async () => {
  const store = new MemoryStore();
  store.register = () => new Promise(() => {});
  const component = { id: "a", version: "1" };
  const it = await begin({ store, component, reportMs: 0 });
  await new Promise((done) => setTimeout(done, 5));
  const start = performance.now();
  await it.watcher.close();
  assert.ok(performance.now() - start < 5000);
  await store.close();
});

Deno.test("ConfigWatcher goes on when the store is closed under it", async () => {
  await using it = await begin();
  await it.store.close();
  await new Promise((done) => setTimeout(done, 5));
  assert.equal(it.watcher.tree.get(feed).token, "none");
  assert.equal(it.watcher.status().store.reachable, false);
});

Deno.test("ConfigWatcher applies what stands in a store that has no record of a change, as by unknown", async () => {
  await using it = await begin();
  await it.store.set("ml-defender/config/scoring", { alert: 0.95 });
  await new Promise((done) => setTimeout(done, 20));
  assert.equal(it.watcher.tree.get(scoring).alert, 0.95);
  assert.equal(it.records.at(-1)?.actor, "unknown");
  await it.store.set("ml-defender/config/scoring", 5);
  await new Promise((done) => setTimeout(done, 20));
  assert.equal(it.watcher.status().state, "refused");
});

Deno.test("ConfigWatcher refuses options that are out of range, with the value", async () => {
  for (const name of ["debounceMs", "gateTimeoutMs", "retryMs"]) {
    await assert.rejects(
      begin({ [name]: -1 }),
      new RegExp(`'${name}' must be a whole number .* is -1`),
    );
  }
  await assert.rejects(begin({ prefix: "/a" }), /Cannot use prefix/);
});

Deno.test("ConfigWatcher.start refuses a component that could not be registered", async () => {
  const sound = { id: "sensor-1", version: "1" };
  const long = "\u{1f600}".repeat(50);
  for (
    const wrong of [
      ...["", "a/b", "a b", "a\u0007", "\ud800", "x".repeat(101)].flatMap((
        name,
      ) => [{ id: name }, { kind: name }]),
      { version: 5 as unknown as string },
      { id: 5 as unknown as string },
      { id: long, kind: long, prefix: "p".repeat(100) },
    ]
  ) {
    const { prefix, ...names } = { prefix: "ml-defender", ...wrong };
    const component = { ...sound, ...names };
    await assert.rejects(begin({ component, prefix }), {
      name: "TypeError",
      message: /^Cannot start watcher as .*(component|component's)/,
    });
  }
});
