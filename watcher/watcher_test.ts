import assert from "node:assert/strict";
import { type Json, MemoryStore } from "@ml-defender/etcd-client";
import type { ChangeRecord } from "./change.ts";
import type { LastGood } from "./last_good.ts";
import { ConfigModel } from "./model.ts";
import type { WatcherOptions } from "./options.ts";
import { applying, type Prepared, type Subscriber } from "./subscriber.ts";
import {
  AwayStore,
  feed,
  force,
  logging,
  model,
  scoring,
} from "./testdata/sections.ts";
import { ConfigWatcher } from "./watcher.ts";

/** What a subscriber of these tests does in each phase. */
interface Behaviour {
  prepare?: (revision: number) => void | Promise<void>;
  commit?: (revision: number) => void;
  abort?: () => void;
}

/** A subscriber that notes what happens to it and holds the alert threshold that it was given. */
class Probe implements Subscriber {
  readonly sections = [scoring];
  readonly calls: string[] = [];
  alert: number | undefined;
  behaviour: Behaviour = {};

  constructor(readonly name: string) {}

  async prepare(
    ...[next, changes, { revision }]: Parameters<Subscriber["prepare"]>
  ): Promise<Prepared> {
    this.calls.push(`prepare ${revision} ${changes.map((c) => c.path)}`);
    await this.behaviour.prepare?.(revision);
    const { alert } = next.get(scoring);
    return {
      commit: () => {
        this.calls.push(`commit ${revision}`);
        this.behaviour.commit?.(revision);
        this.alert = alert;
      },
      abort: () => {
        this.calls.push(`abort ${revision}`);
        this.behaviour.abort?.();
      },
    };
  }

  /** What happened since the last look. */
  take(): string[] {
    return this.calls.splice(0);
  }
}

async function begin(options: Partial<WatcherOptions> = {}) {
  const store = options.store ?? new MemoryStore();
  const records: ChangeRecord[] = [];
  let id = 0;
  const watcher = await ConfigWatcher.start({
    store,
    model: model(),
    onAudit: (record) => records.push(record),
    now: () => Date.UTC(2026, 0, 2),
    newId: () => `id${++id}`,
    ...options,
  });
  return {
    store,
    records,
    watcher,
    async [Symbol.asyncDispose]() {
      await watcher.close();
      await store.close();
    },
  };
}

Deno.test("ConfigWatcher.start puts the defaults in force where the store is empty", async () => {
  const probe = new Probe("p");
  await using it = await begin({ subscribers: [probe] });
  assert.deepEqual(probe.calls, ["prepare 0 ", "commit 0"]);
  assert.equal(probe.alert, 0.8);
  const { state, applied, desiredRevision } = it.watcher.status();
  assert.deepEqual([state, applied.source, desiredRevision], [
    "in_force",
    "store",
    0,
  ]);
  assert.deepEqual(it.records, []);
});

Deno.test("ConfigWatcher.start puts in force what the store has, without a record", async () => {
  const store = new MemoryStore();
  await force(store, { scoring: { alert: 0.9 } });
  const probe = new Probe("p");
  await using it = await begin({ store, subscribers: [probe] });
  assert.equal(probe.alert, 0.9);
  assert.equal(it.watcher.tree.revision, 1);
  assert.deepEqual(it.records, []);
});

Deno.test("ConfigWatcher applies a change to those whom it concerns, and records it", async () => {
  const probe = new Probe("p");
  const other = new Probe("other");
  Object.assign(other, { sections: [logging] });
  await using it = await begin({ subscribers: [probe, other] });
  probe.take();
  other.take();
  await force(it.store, { scoring: { alert: 0.9 } }, "ana");
  const status = await it.watcher.reached(1);
  assert.deepEqual(probe.calls, ["prepare 1 scoring.alert", "commit 1"]);
  assert.deepEqual(other.calls, []);
  assert.deepEqual([status.state, status.applied.revision], ["in_force", 1]);
  assert.deepEqual(it.records, [{
    id: "id1",
    time: "2026-01-02T00:00:00.000Z",
    actor: "ana",
    revision: "1",
    outcome: "applied",
    changes: [{ path: "scoring.alert", before: "0.8", after: "0.9" }],
  }]);
});

Deno.test("ConfigWatcher takes the sections of one transaction together", async () => {
  const seen: string[] = [];
  const both: Subscriber = {
    name: "both",
    sections: [scoring, logging],
    prepare: (next) => ({
      commit: () =>
        seen.push(`${next.get(scoring).alert} ${next.get(logging).sampling}`),
      abort: () => {},
    }),
  };
  await using it = await begin({ subscribers: [both] });
  await force(it.store, { scoring: { alert: 0.9 }, logging: { sampling: 5 } });
  await it.watcher.reached(1);
  assert.deepEqual(seen, ["0.8 1", "0.9 5"]);
});

Deno.test("ConfigWatcher refuses what a schema refuses: nobody is asked, all stays byte for byte", async () => {
  const probe = new Probe("p");
  await using it = await begin({ subscribers: [probe] });
  probe.take();
  const { tree } = it.watcher;
  const before = JSON.stringify(tree);
  await force(it.store, { scoring: { alert: 7 }, logging: { sampling: 5 } });
  const status = await it.watcher.reached(1);
  assert.equal(it.watcher.tree, tree);
  assert.equal(JSON.stringify(it.watcher.tree), before);
  assert.deepEqual(probe.calls, []);
  assert.equal(status.state, "refused");
  assert.equal(status.refusal?.kind, "invalid");
  assert.match(status.refusal.reason, /^scoring\.alert: /);
  assert.deepEqual([status.applied.revision, status.lagRevisions], [0, 1]);
  const [record] = it.records;
  assert.equal(record?.outcome, "refused");
  assert.equal(record.reason, status.refusal.reason);
  assert.deepEqual(record.changes, [
    { path: "logging.sampling", before: "1", after: "5" },
    { path: "scoring.alert", before: "0.8", after: "7" },
  ]);
});

Deno.test("ConfigWatcher aborts everybody when one refuses, and tries again later", async () => {
  const [a, b] = [new Probe("a"), new Probe("b")];
  await using it = await begin({ subscribers: [a, b], retryMs: 20 });
  a.take();
  b.take();
  b.behaviour.prepare = () => {
    throw new Error("no such file");
  };
  await force(it.store, { scoring: { alert: 0.9 } });
  const status = await it.watcher.reached(1);
  assert.deepEqual(a.take(), ["prepare 1 scoring.alert", "abort 1"]);
  assert.equal(
    status.refusal?.reason,
    "subscriber 'b' refuses: no such file",
  );
  assert.deepEqual([a.alert, b.alert], [0.8, 0.8]);
  await new Promise((done) => setTimeout(done, 100));
  assert.equal(it.records.length, 1, "the same refusal again is no news");
  b.behaviour = {};
  const { state } = await it.watcher.retry();
  assert.equal(state, "in_force");
  assert.deepEqual([a.alert, b.alert], [0.9, 0.9]);
  assert.ok(it.watcher.status().counters.retries >= 2);
  assert.deepEqual(it.records.map(({ outcome }) => outcome), [
    "refused",
    "applied",
  ]);
});

Deno.test("ConfigWatcher refuses in time what a subscriber does not get ready, and aborts it when it is", async () => {
  const [quick, slow] = [new Probe("quick"), new Probe("slow")];
  await using it = await begin({
    subscribers: [quick, slow],
    prepareTimeoutMs: 20,
  });
  const late = Promise.withResolvers<void>();
  slow.behaviour.prepare = () => late.promise;
  quick.take();
  slow.take();
  await force(it.store, { scoring: { alert: 0.9 } });
  const { refusal } = await it.watcher.reached(1);
  assert.equal(refusal?.kind, "timeout");
  assert.match(refusal.reason, /'slow' was not ready within 20 ms/);
  assert.deepEqual(quick.take(), ["prepare 1 scoring.alert", "abort 1"]);
  late.resolve();
  await new Promise((done) => setTimeout(done, 1));
  assert.deepEqual(slow.calls, ["prepare 1 scoring.alert", "abort 1"]);
});

Deno.test("ConfigWatcher takes everybody back when a commit fails, before a batch can see it", async () => {
  const [a, b, c] = [new Probe("a"), new Probe("b"), new Probe("c")];
  await using it = await begin({ subscribers: [a, b, c] });
  for (const probe of [a, b, c]) probe.take();
  b.behaviour.commit = (revision) => {
    if (revision === 1) throw new Error("broke");
  };
  const gate = it.watcher.gate("pipeline");
  gate.betweenBatches();
  await force(it.store, { scoring: { alert: 0.9 } });
  await new Promise((done) => setTimeout(done, 5));
  const { tree } = it.watcher;
  const held = gate.betweenBatches();
  assert.ok(held instanceof Promise, "the next batch waits");
  assert.equal(a.alert, 0.9);
  await held;
  assert.deepEqual([a.alert, b.alert, c.alert], [0.8, 0.8, 0.8]);
  assert.equal(it.watcher.tree, tree);
  const status = await it.watcher.reached(1);
  assert.equal(status.state, "refused");
  assert.match(status.refusal!.reason, /'b' failed on commit: broke/);
  assert.equal(status.counters.rolledBack, 1);
  assert.deepEqual(it.records.map(({ outcome }) => outcome), ["rolled_back"]);
  assert.deepEqual(a.calls.slice(1), [
    "commit 1",
    "prepare 0 scoring.alert",
    "commit 0",
  ]);
  assert.deepEqual(c.calls, ["prepare 1 scoring.alert", "abort 1"]);
});

Deno.test("ConfigWatcher says who is broken when taking back fails too, and the next change heals it", async () => {
  const [a, b] = [new Probe("a"), new Probe("b")];
  await using it = await begin({ subscribers: [a, b] });
  a.behaviour.prepare = (revision) => {
    if (revision === 0) throw new Error("can not go back");
  };
  b.behaviour.commit = (revision) => {
    if (revision === 1) throw new Error("broke");
  };
  await force(it.store, { scoring: { alert: 0.9 } });
  const broken = await it.watcher.reached(1);
  assert.deepEqual([broken.state, broken.broken], ["broken", ["a"]]);
  assert.deepEqual([a.alert, b.alert], [0.9, 0.8]);
  a.take();
  await force(it.store, { scoring: {}, logging: { sampling: 2 } });
  const healed = await it.watcher.reached(2);
  assert.deepEqual([healed.state, healed.broken], ["in_force", []]);
  assert.equal(a.alert, 0.8);
  assert.deepEqual(a.calls, ["prepare 2 ", "commit 2"]);
});

Deno.test("ConfigWatcher goes on when an abort throws, or the audit", async () => {
  const [a, b] = [new Probe("a"), new Probe("b")];
  await using it = await begin({
    subscribers: [a, b],
    onAudit: () => {
      throw new Error("disk full");
    },
  });
  a.behaviour.abort = () => {
    throw new Error("broke");
  };
  b.behaviour.prepare = (revision) => {
    if (revision === 1) throw new Error("no");
  };
  await force(it.store, { scoring: { alert: 0.9 } });
  await it.watcher.reached(1);
  await force(it.store, { scoring: { alert: 0.95 } });
  const { counters, state } = await it.watcher.reached(2);
  assert.deepEqual(
    [state, counters.abortFailures, counters.auditFailures],
    ["in_force", 1, 2],
  );
  assert.equal(a.alert, 0.95);
});

Deno.test("ConfigWatcher commits at the boundary of a batch, and refuses when none comes", async () => {
  const probe = new Probe("p");
  await using it = await begin({
    subscribers: [probe],
    gateTimeoutMs: 30,
    retryMs: 600_000,
  });
  const gate = it.watcher.gate("replay");
  gate.betweenBatches();
  await force(it.store, { scoring: { alert: 0.9 } });
  await new Promise((done) => setTimeout(done, 5));
  assert.equal(probe.alert, 0.8);
  assert.equal(it.watcher.status().state, "pending");
  assert.equal(gate.betweenBatches(), undefined);
  assert.equal(probe.alert, 0.9);
  assert.equal(it.watcher.tree.revision, 1);
  await force(it.store, { scoring: { alert: 0.95 } });
  const { refusal } = await it.watcher.reached(2);
  assert.match(refusal!.reason, /'replay' did not come between batches/);
  assert.deepEqual(probe.calls.slice(-1), ["abort 2"]);
  gate.idle();
  assert.equal((await it.watcher.retry()).state, "in_force");
  assert.equal(probe.alert, 0.95);
});

Deno.test("ConfigWatcher gathers what comes while it is at work, and applies only the newest", async () => {
  const probe = new Probe("p");
  await using it = await begin({ subscribers: [probe] });
  const first = Promise.withResolvers<void>();
  probe.take();
  probe.behaviour.prepare = (revision) =>
    revision === 1 ? first.promise : undefined;
  for (const alert of [0.91, 0.92, 0.93, 0.94]) {
    await force(it.store, { scoring: { alert } });
  }
  await new Promise((done) => setTimeout(done, 5));
  first.resolve();
  const { counters } = await it.watcher.reached(4);
  assert.equal(probe.alert, 0.94);
  assert.deepEqual(probe.calls.filter((c) => c.startsWith("commit")), [
    "commit 1",
    "commit 4",
  ]);
  assert.deepEqual([counters.applied, counters.coalesced], [3, 2]);
});

Deno.test("ConfigWatcher waits for more changes where it is told to", async () => {
  const probe = new Probe("p");
  await using it = await begin({ subscribers: [probe], debounceMs: 30 });
  probe.take();
  for (const alert of [0.91, 0.92, 0.93]) {
    await force(it.store, { scoring: { alert } });
  }
  await it.watcher.reached(3);
  assert.deepEqual(probe.calls, ["prepare 3 scoring.alert", "commit 3"]);
});

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
  const { state, applied, desiredRevision, counters } = it.watcher.status();
  assert.deepEqual([state, applied.source, applied.revision], [
    "in_force",
    "last_good",
    4,
  ]);
  assert.equal(desiredRevision, undefined);
  assert.ok(counters.storeFailures >= 1);
  assert.equal(probe.alert, 0.9);
  for (const alert of [0.91, 0.92, 0.93, 0.94, 0.95]) {
    await force(store, { scoring: { alert } });
  }
  store.come();
  assert.equal((await it.watcher.reached(5)).applied.source, "store");
  assert.equal(probe.alert, 0.95);
  assert.deepEqual(it.records.map(({ revision }) => revision), ["5"]);
});

Deno.test("ConfigWatcher.start runs on what ran last where the store has something bad, and reports that", async () => {
  const store = new MemoryStore();
  await force(store, { scoring: { alert: 7 } });
  const lastGood = place(KEPT);
  await using it = await begin({ store, lastGood });
  const { state, applied, refusal } = it.watcher.status();
  assert.deepEqual([state, applied.source], ["refused", "last_good"]);
  assert.equal(refusal?.revision, 1);
  assert.deepEqual(it.records.map(({ outcome }) => outcome), ["refused"]);
  await force(store, { scoring: { alert: 0.99 } });
  assert.equal((await it.watcher.reached(2)).state, "in_force");
  await it.watcher.close();
  assert.deepEqual(lastGood.value, {
    version: 1,
    revision: 2,
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
  for (let i = 1; i <= 6; i++) {
    await force(store, { scoring: { alert: 0.9 + i / 100 } }, "eva");
  }
  await using it = await begin({ store, lastGood: place(KEPT) });
  assert.deepEqual(it.records.map(({ actor, changes }) => [actor, changes]), [
    ["eva", [{ path: "scoring.alert", before: "0.9", after: "0.96" }]],
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
    (await store.discover("pipeline"))[0] as unknown as {
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
  assert.deepEqual(await store.discover("pipeline"), []);
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

Deno.test("ConfigWatcher goes on when the store is closed under it", async () => {
  await using it = await begin();
  await it.store.close();
  await new Promise((done) => setTimeout(done, 5));
  assert.equal(it.watcher.tree.get(feed).token, "none");
  assert.equal(it.watcher.status().store.reachable, false);
});

Deno.test("ConfigWatcher applies what is written past the editor, as by unknown", async () => {
  await using it = await begin();
  await force(it.store, { scoring: { alert: 0.9 } });
  await it.watcher.reached(1);
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
