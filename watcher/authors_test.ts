import assert from "node:assert/strict";
import { type Json, MemoryStore } from "@ml-defender/etcd-client";
import type { ChangeRecord } from "./change.ts";
import { digestsOf } from "./_digest.ts";
import { ConfigEditor } from "./editor.ts";
import { begin, Probe } from "./testdata/probe.ts";
import { LastGoodPlace } from "./testdata/states.ts";
import { model } from "./testdata/sections.ts";

function written() {
  const store = new MemoryStore();
  return { store, editor: new ConfigEditor({ store, model: model() }) };
}

const told = (records: readonly ChangeRecord[]) =>
  records.map(({ actor, revision, outcome, changes }) => [
    actor,
    revision,
    outcome,
    changes.map(({ path, after }) => `${path} ${after}`),
  ]);

Deno.test("changes that came into force as one are recorded each by whom it was", async () => {
  const { store, editor } = written();
  await using it = await begin({ store });
  const gate = it.watcher.gate("pipeline");
  gate.betweenBatches();
  await editor.set({ "logging.sampling": 2 }, { actor: "warm" });
  await new Promise((done) => setTimeout(done, 5));
  await editor.set({ "scoring.alert": 0.9 }, { actor: "ana" });
  await editor.set({ "scoring.alert": 0.95 }, { actor: "bo" });
  await editor.set({ "logging.sampling": 7 }, { actor: "eva" });
  await new Promise((done) => setTimeout(done, 5));
  gate.idle();
  await it.watcher.reached(4);
  assert.equal(it.watcher.status().counters.applied, 3);
  assert.deepEqual(told(it.records), [
    ["warm", "1", "applied", ["logging.sampling 2"]],
    ["ana", "2", "applied", ["scoring.alert 0.9"]],
    ["bo", "3", "applied", ["scoring.alert 0.95"]],
    ["eva", "4", "applied", ["logging.sampling 7"]],
  ]);
});

Deno.test("what was changed while the process was away is recorded by whom it was; what the history does not have is unknown's", async () => {
  const { store, editor } = written();
  const lastGood = new LastGoodPlace();
  const options = () => ({ store, lastGood, subscribers: [new Probe("p")] });
  await editor.set({ "logging.sampling": 2 }, { actor: "warm" });
  const first = await begin(options());
  await first.watcher.close();
  await editor.set({ "scoring.alert": 0.9 }, { actor: "ana" });
  await editor.set({ "logging.sampling": 3 }, { actor: "eva" });
  const second = await begin(options());
  await second.watcher.close();
  assert.deepEqual(told(second.records), [
    ["ana", "2", "applied", ["scoring.alert 0.9"]],
    ["eva", "3", "applied", ["logging.sampling 3"]],
  ]);
  await editor.set({ "scoring.alert": 0.92 }, { actor: "ana" });
  await editor.set({ "logging.sampling": 4 }, { actor: "eva" });
  await store.delete("ml-defender/history/000000000004");
  await using third = await begin(options());
  assert.deepEqual(told(third.records), [
    ["unknown", "4", "applied", ["scoring.alert 0.92"]],
    ["eva", "5", "applied", ["logging.sampling 4"]],
  ]);
});

Deno.test("a change that was refused and comes into force with another's stays its author's", async () => {
  const { store, editor } = written();
  const probe = new Probe("p");
  await using it = await begin({
    store,
    subscribers: [probe],
    retryMs: 600_000,
  });
  probe.behaviour.prepare = () => {
    throw new Error("not now");
  };
  await editor.set({ "scoring.alert": 0.9 }, { actor: "ana" });
  await it.watcher.reached(1);
  await editor.set({ "logging.sampling": 3 }, { actor: "eva" });
  await it.watcher.reached(2);
  probe.behaviour = {};
  await editor.set({ "logging.sampling": 4 }, { actor: "bo" });
  assert.equal((await it.watcher.reached(3)).state, "in_force");
  assert.deepEqual(told(it.records), [
    ["ana", "1", "refused", ["scoring.alert 0.9"]],
    ["eva", "2", "refused", ["logging.sampling 3"]],
    ["ana", "1", "applied", ["scoring.alert 0.9"]],
    ["bo", "3", "applied", ["logging.sampling 4"]],
  ]);
});

Deno.test("the record of what is applied has before it what ran, and not what was refused", async () => {
  const { store, editor } = written();
  const probe = new Probe("p");
  await using it = await begin({
    store,
    subscribers: [probe],
    retryMs: 600_000,
  });
  const change = async (values: Record<string, Json>, actor: string) => {
    const { revision } = await editor.set(values, { actor });
    return (await it.watcher.reached(revision)).state;
  };
  const taken = () =>
    it.records.splice(0).map(({ revision, actor, outcome, changes }) => [
      `${revision} ${outcome} ${actor}`,
      ...changes.map(({ path, before, after }) =>
        `${path} ${before} -> ${after}`
      ),
    ]);
  assert.equal(await change({ "scoring.alert": 0.81 }, "ana"), "in_force");
  taken();
  probe.behaviour.prepare = () => {
    throw new Error("not now");
  };
  await change({ "scoring.alert": 0.93 }, "max");
  await change({ "scoring.alert": 0.94 }, "max");
  assert.deepEqual(taken(), [
    ["2 refused max", "scoring.alert 0.81 -> 0.93"],
    ["3 refused max", "scoring.alert 0.81 -> 0.94"],
  ]);
  probe.behaviour = {};
  const back = { "scoring.alert": 0.81, "logging.sampling": 4 };
  assert.equal(await change(back, "eva"), "in_force");
  assert.deepEqual(taken(), [["4 applied eva", "logging.sampling 1 -> 4"]]);
  probe.behaviour.prepare = () => {
    throw new Error("not now");
  };
  await change({ "scoring.alert": 0.95 }, "max");
  await change({ "scoring.alert": 0.96 }, "bo");
  taken();
  probe.behaviour = {};
  assert.equal(await change({ "logging.sampling": 5 }, "eva"), "in_force");
  assert.deepEqual(taken(), [
    ["6 applied bo", "scoring.alert 0.81 -> 0.96"],
    ["7 applied eva", "logging.sampling 4 -> 5"],
  ]);
  await change({ "scoring.alert": 0.97 }, "ana");
  assert.deepEqual(taken(), [["8 applied ana", "scoring.alert 0.96 -> 0.97"]]);
  probe.behaviour.prepare = () => {
    throw new Error("not now");
  };
  await change({ "feed.token": "first", "scoring.alert": 0.98 }, "max");
  probe.behaviour = {};
  taken();
  await change({ "feed.token": "second", "scoring.alert": 0.97 }, "eva");
  assert.deepEqual(taken(), [["10 applied eva", 'feed.token "***" -> "***"']]);
  const { promise, resolve } = Promise.withResolvers<void>();
  probe.behaviour.prepare = async (revision) => {
    if (revision > 11) return;
    await promise;
    throw new Error("not now");
  };
  const refused = change({ "scoring.alert": 0.98 }, "max");
  await editor.set({ "scoring.models.a": 1 }, { actor: "max" });
  await editor.set({ "scoring.alert": 0.85 }, { actor: "eva" });
  await editor.set({ "scoring.alert": 0.86 }, { actor: "bo" });
  resolve();
  await refused;
  await it.watcher.reached(14);
  assert.deepEqual(taken(), [
    ["11 refused max", "scoring.alert 0.97 -> 0.98"],
    ["12 applied max", "scoring.models.a  -> 1"],
    ["13 applied eva", "scoring.alert 0.97 -> 0.85"],
    ["14 applied bo", "scoring.alert 0.85 -> 0.86"],
  ]);
});

Deno.test("a revision written above others is its author's, whatever numbers never were between", async () => {
  for (const above of [20, 1_000_000_000]) {
    const { store, editor } = written();
    await editor.set({ "scoring.alert": 0.9 }, { actor: "eva" });
    await editor.set({ "scoring.alert": 0.95 }, { actor: "eva" });
    await using it = await begin({ store });
    await editor.rollback(1, { actor: "ana", above });
    const { state } = await it.watcher.reached(above + 1);
    assert.equal(state, "in_force");
    assert.deepEqual(told(it.records), [
      ["ana", `${above + 1}`, "applied", ["scoring.alert 0.9"]],
    ]);
  }
});

Deno.test("what was there before a revision written above it stays its author's, and what it gives back is of who wrote above", async () => {
  const { store, editor } = written();
  await editor.set({ "logging.sampling": 2 }, { actor: "warm" });
  await using it = await begin({ store });
  const gate = it.watcher.gate("pipeline");
  gate.betweenBatches();
  await editor.set({ "scoring.alert": 0.9 }, { actor: "eva" });
  await new Promise((done) => setTimeout(done, 5));
  await editor.set({ "scoring.alert": 0.95 }, { actor: "bo" });
  await editor.set({ "logging.sampling": 3 }, { actor: "ana", above: 20 });
  await editor.set({ "logging.folder": "x" }, { actor: "max" });
  gate.idle();
  await it.watcher.reached(22);
  assert.deepEqual(told(it.records), [
    ["eva", "2", "applied", ["scoring.alert 0.9"]],
    ["bo", "3", "applied", ["scoring.alert 0.95"]],
    ["ana", "21", "applied", ["logging.sampling 3"]],
    ["max", "22", "applied", ['logging.folder "x"']],
  ]);
});

Deno.test("what was there before a revision written above it, and cannot be read any more, is unknown's", async () => {
  const { store, editor } = written();
  const lastGood = new LastGoodPlace();
  const options = () => ({ store, lastGood, subscribers: [new Probe("p")] });
  await editor.set({ "logging.sampling": 2 }, { actor: "warm" });
  const first = await begin(options());
  await first.watcher.close();
  await editor.set({ "scoring.alert": 0.9 }, { actor: "eva" });
  await editor.set({ "logging.sampling": 3 }, { actor: "ana", above: 20 });
  await store.set("ml-defender/history/000000000002", "wrong");
  await using it = await begin(options());
  assert.deepEqual(told(it.records), [
    ["unknown", "2", "applied", ["scoring.alert 0.9"]],
    ["ana", "21", "applied", ["logging.sampling 3"]],
  ]);
});

Deno.test("what is written above a state that was lost is recorded by what ran, and all of it is the author's", async () => {
  const { store, editor } = written();
  const lastGood = new LastGoodPlace();
  const options = () => ({ store, lastGood, subscribers: [new Probe("p")] });
  const values = { "scoring.alert": 0.95, "logging.folder": "x" };
  await editor.set({ ...values, "logging.sampling": 3 }, { actor: "eva" });
  const first = await begin(options());
  await first.watcher.close();
  const { entries } = await store.list("ml-defender/");
  await store.transaction({
    operations: entries.map(({ key }) => ({ kind: "delete", key })),
  });
  const again = { "scoring.alert": 0.95, "logging.sampling": 7 };
  await editor.set(again, { actor: "ana", above: 40 });
  await editor.set({ "logging.sampling": 4 }, { actor: "bo" });
  await using it = await begin(options());
  assert.equal(it.watcher.status().state, "in_force");
  assert.deepEqual(told(it.records), [
    ["ana", "41", "applied", ["logging.sampling 7", 'logging.folder "logs"']],
    ["bo", "42", "applied", ["logging.sampling 4"]],
  ]);
});

Deno.test("a revision however far ahead stops nobody, and is unknown's where nobody is named", async () => {
  const { store, editor } = written();
  await editor.set({ "scoring.alert": 0.9 }, { actor: "ana" });
  await using it = await begin({ store });
  const key = "ml-defender/config/@change";
  const mark = (await store.get(key))!.value as { [name: string]: Json };
  const config = { alert: 0.95 };
  const digests = digestsOf(new Map([["scoring", config]]));
  await store.transaction({
    operations: [
      { kind: "put", key: "ml-defender/config/scoring", value: config },
      {
        ...{ kind: "put", key },
        value: { ...mark, digests, revision: 999_999_999_999 },
      },
    ],
  });
  const { state } = await it.watcher.reached(999_999_999_999);
  assert.equal(state, "in_force");
  assert.deepEqual(told(it.records), [
    ["unknown", "999999999999", "applied", ["scoring.alert 0.95"]],
  ]);
});

Deno.test("what is damaged was asked for by nobody who is known, and of no revision where that is what runs", async () => {
  const { store, editor } = written();
  await editor.set({ "scoring.alert": 0.9 }, { actor: "ana" });
  await using it = await begin({ store });
  const scoring = "ml-defender/config/scoring";
  const refused = async (count: number) => {
    for (let i = 0; i < 400 && it.records.length < count; i++) {
      await new Promise((done) => setTimeout(done, 5));
    }
    assert.equal(it.watcher.status().refusal?.actor, "unknown");
  };
  await store.set(scoring, { alert: 0.7 });
  await refused(1);
  await editor.rollback(1, { actor: "ana" });
  await it.watcher.reached(2);
  const mark = (await store.get("ml-defender/config/@change"))!.value;
  const next = { ...mark as { [name: string]: Json }, revision: 3 };
  await store.set("ml-defender/config/@change", { ...next, digests: {} });
  await refused(3);
  assert.deepEqual(told(it.records), [
    ["unknown", "unknown", "refused", []],
    ["ana", "2", "applied", []],
    ["unknown", "3", "refused", []],
  ]);
});
