import assert from "node:assert/strict";
import { MemoryStore } from "@ml-defender/etcd-client";
import type { Subscriber } from "./subscriber.ts";
import { begin, Probe } from "./testdata/probe.ts";
import { force, logging, scoring } from "./testdata/sections.ts";

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

Deno.test("ConfigWatcher commits in the order of the subscribers, whoever is ready first", async () => {
  const order: string[] = [];
  const slow = (name: string, ms: number): Subscriber => ({
    name,
    sections: [scoring],
    prepare: async () => {
      await new Promise((done) => setTimeout(done, ms));
      order.push(`${name} ready`);
      return { commit: () => order.push(`${name} commits`), abort: () => {} };
    },
  });
  await using it = await begin({
    subscribers: [slow("a", 20), slow("b", 10), slow("c", 0)],
  });
  order.length = 0;
  await force(it.store, { scoring: { alert: 0.9 } });
  await it.watcher.reached(1);
  assert.deepEqual(order, [
    "c ready",
    "b ready",
    "a ready",
    "a commits",
    "b commits",
    "c commits",
  ]);
});

Deno.test("ConfigWatcher.reached gives up when told", async () => {
  await using it = await begin();
  const { state } = await it.watcher.reached(5, {
    signal: AbortSignal.timeout(5),
  });
  assert.equal(state, "in_force");
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

Deno.test("ConfigWatcher aborts at once who is ready after another one refused, whoever is not ready yet", async () => {
  const [a, b, c] = [new Probe("a"), new Probe("b"), new Probe("c")];
  await using it = await begin({ subscribers: [a, b, c] });
  for (const probe of [a, b, c]) probe.take();
  const [ready, never] = [0, 1].map(() => Promise.withResolvers<void>());
  a.behaviour.prepare = () => ready!.promise;
  b.behaviour.prepare = () => {
    throw new Error("no");
  };
  c.behaviour.prepare = () => never!.promise;
  await force(it.store, { scoring: { alert: 0.9 } });
  for (let i = 0; i < 200 && c.calls.length === 0; i++) {
    await new Promise((done) => setTimeout(done, 1));
  }
  ready!.resolve();
  for (let i = 0; i < 200 && a.calls.length < 2; i++) {
    await new Promise((done) => setTimeout(done, 1));
  }
  assert.deepEqual(a.calls, ["prepare 1 scoring.alert", "abort 1"]);
  assert.equal(it.watcher.status().state, "pending");
  never!.resolve();
  assert.equal((await it.watcher.reached(1)).state, "refused");
  assert.deepEqual(c.calls, ["prepare 1 scoring.alert", "abort 1"]);
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
