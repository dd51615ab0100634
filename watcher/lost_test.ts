import assert from "node:assert/strict";
import { MemoryStore } from "@ml-defender/etcd-client";
import { ConfigEditor } from "./editor.ts";
import type { WatcherStatus } from "./status.ts";
import { begin, Probe } from "./testdata/probe.ts";
import { model } from "./testdata/sections.ts";
import { LastGoodPlace, MARK } from "./testdata/states.ts";
import type { ConfigWatcher } from "./watcher.ts";

const ana = { actor: "ana" };

/** Two revisions by ana. */
async function written() {
  const store = new MemoryStore();
  const editor = new ConfigEditor({ store, model: model() });
  await editor.set({ "scoring.alert": 0.9 }, ana);
  await editor.set({ "logging.sampling": 5 }, ana);
  return { store, editor };
}

async function empty(store: MemoryStore): Promise<void> {
  const { entries } = await store.list("");
  await store.transaction({
    operations: entries.map(({ key }) => ({ kind: "delete", key })),
  });
}

async function refused(watcher: ConfigWatcher): Promise<WatcherStatus> {
  for (let i = 0; i < 200 && watcher.status().state !== "refused"; i++) {
    await new Promise((done) => setTimeout(done, 5));
  }
  return watcher.status();
}

Deno.test("ConfigWatcher takes an emptied store for no wish: it says so, keeps what runs and what ran last, also at the next start", async () => {
  const { store, editor } = await written();
  const lastGood = new LastGoodPlace();
  const probe = new Probe("p");
  {
    await using it = await begin({ store, lastGood, subscribers: [probe] });
    assert.equal(it.watcher.tree.revision, 2);
    await empty(store);
    const { state, refusal, applied } = await refused(it.watcher);
    assert.deepEqual([state, refusal?.kind, applied.revision], [
      "refused",
      "integrity",
      2,
    ]);
    assert.match(refusal!.reason, /was at revision 2 and now there is none/);
    assert.equal(probe.alert, 0.9);
    await it.watcher.close();
    assert.equal((lastGood.value as { revision: number }).revision, 2);
    await using again = await begin({
      store,
      lastGood,
      subscribers: [new Probe("q")],
    });
    const status = again.watcher.status();
    assert.deepEqual([status.state, status.applied.source], [
      "refused",
      "last_good",
    ]);
    await again.watcher.close();
    assert.equal((lastGood.value as { revision: number }).revision, 2);
    await using last = await begin({ store, lastGood });
    await editor.set({ "scoring.alert": 0.95 }, ana);
    assert.match(
      (await last.watcher.reached(1)).refusal!.reason,
      /was at revision 2 and the store has 1: .* \(--above 2\)$/,
    );
    const above = { ...ana, above: 2 };
    const { revision } = await editor.set({ "scoring.alert": 0.95 }, above);
    assert.equal(revision, 3);
    assert.equal((await last.watcher.reached(revision)).state, "in_force");
    assert.equal(last.watcher.tree.at("scoring.alert"), 0.95);
  }
});

Deno.test("a mark that is gone neither rewinds revisions nor lets the history be written over", async () => {
  const { store, editor } = await written();
  await using it = await begin({ store });
  const before = await store.get("ml-defender/history/000000000001");
  await store.delete(MARK);
  const { refusal } = await refused(it.watcher);
  assert.match(refusal!.reason, /record of its last change is gone/);
  await assert.rejects(editor.set({ "scoring.alert": 0.95 }, ana), {
    code: "damaged",
    message: /@change.*is not there, and revision 2 is in the history/,
  });
  const { revision } = await editor.rollback(2, ana);
  assert.equal(revision, 3);
  assert.equal((await it.watcher.reached(3)).state, "in_force");
  assert.equal(it.watcher.tree.at("logging.sampling"), 5);
  assert.deepEqual(
    (await editor.history()).map((entry) => entry.revision),
    [3, 2, 1],
  );
  const after = await store.get("ml-defender/history/000000000001");
  assert.deepEqual(after, before);
});

Deno.test("ConfigWatcher refuses sections that are not those of the revision, and so does the editor until it is put right", async () => {
  const scoring = "ml-defender/config/scoring";
  const wrong: [(store: MemoryStore) => Promise<unknown>, RegExp][] = [
    [(store) => store.set(scoring, { alert: 0.9 }), /is not what revision 2/],
    [(store) => store.delete(scoring), /is gone, and revision 2 has it/],
    [
      (store) => store.set("ml-defender/config/feed", { token: "other" }),
      /^feed: is no part of revision 2/,
    ],
  ];
  for (const [change, reason] of wrong) {
    const store = new MemoryStore();
    const editor = new ConfigEditor({ store, model: model() });
    await editor.set({ "scoring.alert": 0.9 }, ana);
    await editor.set({ "scoring.alert": 0.95, "logging.sampling": 5 }, ana);
    await using it = await begin({ store });
    const { tree } = it.watcher;
    await change(store);
    const { refusal } = await refused(it.watcher);
    assert.equal(refusal?.kind, "integrity");
    assert.match(refusal.reason, reason);
    assert.equal(it.watcher.tree, tree);
    await using late = await begin({ store });
    assert.equal(late.watcher.status().applied.source, "defaults");
    await assert.rejects(editor.set({ "scoring.alert": 0.96 }, ana), {
      code: "damaged",
    });
    await editor.rollback(2, ana);
    assert.equal((await it.watcher.reached(3)).state, "in_force");
    assert.equal(it.watcher.tree.at("scoring.alert"), 0.95);
  }
});

Deno.test("ConfigEditor.history gives what can be read, and says what is damaged", async () => {
  const { store, editor } = await written();
  await editor.set({ "logging.sampling": 6 }, ana);
  const told = async () =>
    (await editor.history()).map(({ revision, actor, damage }) => [
      revision,
      actor,
      damage === undefined ? "" : damage.replace(/^.*: /, ""),
    ]);
  const whole = await told();
  assert.deepEqual(await editor.damage(), []);
  await store.set(MARK, { revision: "many" });
  assert.deepEqual(await told(), whole);
  assert.deepEqual(await editor.damage(), [
    { path: MARK, message: "is no record of a change" },
  ]);
  await store.delete(MARK);
  assert.deepEqual(await told(), whole);
  await store.set("ml-defender/history/000000000002", { actor: "ana" });
  assert.deepEqual(await told(), [
    [3, "ana", ""],
    [2, "", "what is kept of it is no configuration"],
    [1, "ana", ""],
  ]);
  await editor.rollback(3, ana);
  await store.delete("ml-defender/history/000000000003");
  assert.match(String((await told())[1]), /^3,,.*it was taken away/);
  const { entries } = await store.list("ml-defender/history/");
  for (const { key } of entries) await store.delete(key);
  await store.delete(MARK);
  await assert.rejects(editor.history(), {
    code: "damaged",
    message: /nothing is left of its history/,
  });
  await empty(store);
  assert.deepEqual(await editor.history(), []);
});
