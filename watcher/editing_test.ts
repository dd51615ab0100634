/** What operators do with a whole configuration, with sections of commands, and with what others left. */
import assert from "node:assert/strict";
import { type Json, MemoryStore } from "@ml-defender/etcd-client";
import * as v from "valibot";
import { ConfigEditor } from "./editor.ts";
import { ConfigModel } from "./model.ts";
import { defineSection } from "./section.ts";
import { force, model } from "./testdata/sections.ts";
import type { EditorEvent } from "./history.ts";

const ana = { actor: "ana" };

function begin(store = new MemoryStore()) {
  return { store, editor: new ConfigEditor({ store, model: model() }) };
}

const kept = defineSection({
  name: "kept",
  schema: v.strictObject({ level: v.number() }),
  defaults: { level: 0 },
  managed: "up and down",
});

Deno.test("ConfigEditor.snapshot is everything that is set, of one revision, and refuses damage", async () => {
  const { store, editor } = begin();
  assert.deepEqual(await editor.snapshot(), { revision: 0, tree: {} });
  await editor.set({ "scoring.alert": 0.9, "feed.token": "my-secret" }, ana);
  await editor.set({ "logging.sampling": 1 }, ana);
  assert.deepEqual(await editor.snapshot(), {
    revision: 1,
    tree: { feed: { token: "my-secret" }, scoring: { alert: 0.9 } },
  });
  await store.set("ml-defender/config/scoring", { alert: 0.95 });
  await assert.rejects(editor.snapshot(), { code: "damaged" });
});

Deno.test("ConfigEditor.replace makes one revision that holds exactly what a snapshot has", async () => {
  const from = begin();
  await from.editor.set({ "scoring.alert": 0.9 }, ana);
  await force(from.store, { future: { x: 1 }, logging: { sampling: 1 } });
  const { tree } = await from.editor.snapshot();
  const to = begin();
  await to.editor.set({ "feed.token": "other", "scoring.alert": 0.85 }, ana);
  const result = await to.editor.replace(tree, { ...ana, note: "a copy" });
  assert.deepEqual([result.revision, result.written], [2, true]);
  assert.deepEqual(
    result.changes.map(({ path, after }) => [path, after]),
    [["feed.token", "***"], ["scoring.alert", 0.9]],
  );
  assert.deepEqual((await to.editor.snapshot()).tree, tree);
  const again = await to.editor.replace(tree, ana);
  assert.equal(again.written, false);
  await assert.rejects(to.editor.replace({ scoring: { alert: 9 } }, ana), {
    code: "invalid",
  });
  await assert.rejects(to.editor.replace({ "@change": {} }, ana), TypeError);
  // What is the default all the same counts as set.
  const last = await to.editor.replace({ scoring: { alert: 0.8 } }, ana);
  assert.deepEqual([last.revision, last.written], [3, true]);
});

Deno.test("ConfigEditor.set refuses a path that is there twice, or is part of another", async () => {
  const { editor } = begin();
  const pairs: [Record<string, Json>, RegExp][] = [
    [{ "scoring.alert": 0.9, 'scoring."alert"': 0.95 }, /there twice/],
    [{ "scoring.alert": 0.9, scoring: {} }, /'scoring.alert' is part of/],
    [{ scoring: {}, "scoring.models.a": 1 }, /'scoring.models.a' is part of/],
  ];
  for (const [values, message] of pairs) {
    await assert.rejects(editor.set(values, ana), {
      name: "SyntaxError",
      message,
    });
  }
  const twice = ["scoring.alert", "scoring.alert"];
  await assert.rejects(editor.reset(twice, ana), SyntaxError);
  assert.equal((await editor.snapshot()).revision, 0);
  await editor.set({ "scoring.models.a": 0.1, "scoring.models.ab": 1 }, ana);
});

Deno.test("ConfigEditor.set leaves a section of commands to them, and rollback takes it back with all else", async () => {
  const editor = new ConfigEditor({
    store: new MemoryStore(),
    model: new ConfigModel({ sections: [kept] }),
  });
  for (const path of ["kept", "kept.level"]) {
    const value = path === "kept" ? { level: 1 } : 1;
    const refused = {
      code: "invalid",
      issues: [{ path, message: "is written by up and down alone" }],
    };
    await assert.rejects(editor.set({ [path]: value }, ana), refused);
    await assert.rejects(editor.reset([path], ana), refused);
  }
  const command = { ...ana, managed: true };
  for (const level of [1, 2]) {
    await editor.set({ "kept.level": level }, command);
  }
  await editor.rollback(1, ana);
  assert.equal((await editor.get("kept.level")).value, 1);
  await editor.replace({}, ana);
  assert.equal((await editor.get("kept.level")).value, 0);
});

Deno.test("ConfigEditor.get says of values that the sections refuse what is wrong with them", async () => {
  const { store, editor } = begin();
  await force(store, { scoring: { alert: 9 } });
  for (const path of ["", "scoring.alert", "logging.sampling"]) {
    const { refused } = await editor.get(path);
    assert.deepEqual(refused.map(({ path }) => path), ["scoring.alert"]);
  }
  await editor.set({ "scoring.alert": 0.9 }, ana);
  assert.deepEqual((await editor.get("scoring.alert")).refused, []);
});

Deno.test("ConfigEditor.forget removes what a process that is gone refused, and leaves one that is registered", async () => {
  const { store, editor } = begin();
  const refusal = { revision: 3, reason: "not today" };
  for (const id of ["old", "older"]) {
    await store.set(`ml-defender/refused/${id}`, refusal);
  }
  const here = await store.register({
    ...{ kind: "pipeline", id: "old", version: "1", prefix: "ml-defender" },
  });
  await assert.rejects(editor.forget("old"), {
    code: "conflict",
    message: /a pipeline is registered under this id/,
  });
  await here.close();
  assert.equal(await editor.forget("old"), true);
  assert.equal(await editor.forget("old"), false);
  const fleet = await editor.fleet();
  assert.deepEqual(fleet.map(({ id, status }) => [id, status]), [[
    "older",
    "gone",
  ]]);
  for (const id of ["", "a/b", "a b"]) {
    await assert.rejects(editor.forget(id), TypeError);
  }
});

Deno.test("ConfigEditor.fleet says whose id another process has taken", async () => {
  const { store, editor } = begin();
  for (const [id, idTaken] of [["one", true], ["two", false]] as const) {
    const data = { appliedRevision: 0, idTaken };
    const prefix = "ml-defender";
    await store.register({ kind: "pipeline", id, version: "1", data, prefix });
  }
  const fleet = await editor.fleet();
  assert.deepEqual(fleet.map(({ idTaken }) => idTaken), [true, false]);
  await store.close();
});

/** A store that can be out of reach, as its health says. */
class FarStore extends MemoryStore {
  away = false;

  override health() {
    const there = super.health();
    if (!this.away) return there;
    return { ...there, reachable: false, lastError: "nobody answers" };
  }
}

Deno.test("ConfigEditor.watch tells damage and its end, and when the store is away and back", async () => {
  const store = new FarStore();
  const { editor } = begin(store);
  await editor.set({ "scoring.alert": 0.9 }, ana);
  const events = editor.watch();
  const next = async (): Promise<EditorEvent> => (await events.next()).value;
  assert.equal((await next()).kind, "config");
  await store.set("ml-defender/config/scoring", { alert: 0.1 });
  const damaged = await next();
  assert.ok(damaged.kind === "config");
  assert.deepEqual(damaged.changes, []);
  assert.match(damaged.damage[0]?.message ?? "", /past the editor/);
  await editor.rollback(1, ana);
  const whole = await next();
  assert.ok(whole.kind === "config");
  assert.deepEqual([whole.revision, whole.damage, whole.changes], [2, [], []]);
  await force(store, { scoring: { alert: 9 } });
  const odd = await next();
  assert.ok(odd.kind === "config");
  assert.deepEqual(odd.refused.map(({ path }) => path), ["scoring.alert"]);
  store.away = true;
  assert.deepEqual(await next(), { kind: "away", reason: "nobody answers" });
  store.away = false;
  assert.deepEqual(await next(), { kind: "back" });
  const last = events.next();
  await store.close();
  // It may say once more why the store is away.
  const { value, done } = await last;
  if (!done) assert.equal(value.kind, "away");
  await events.return(undefined);
});

Deno.test("ConfigEditor takes no damage from the very first change that comes while it reads", async () => {
  const { store, editor } = begin();
  const other = new ConfigEditor({ store, model: model() });
  const list = store.list.bind(store);
  store.list = async (...args) => {
    if (args[0] === "ml-defender/history/") {
      store.list = list;
      await other.set({ "scoring.alert": 0.9 }, ana);
    }
    return await list(...args);
  };
  const { revision } = await editor.set({ "scoring.suspicious": 0.6 }, ana);
  assert.equal(revision, 2);
  assert.deepEqual((await editor.snapshot()).tree, {
    scoring: { alert: 0.9, suspicious: 0.6 },
  });
});

Deno.test("ConfigEditor.set gives up against others after conflictMs", async () => {
  const store = new MemoryStore();
  store.transaction = () =>
    Promise.resolve({ succeeded: false, revision: 1, deleted: [] });
  const editor = new ConfigEditor({ store, model: model(), conflictMs: 20 });
  await assert.rejects(editor.set({ "scoring.alert": 0.9 }, ana), {
    code: "conflict",
    message: /others wrote it at the same time for 20 ms/,
  });
  assert.throws(
    () => new ConfigEditor({ store, model: model(), conflictMs: 0 }),
    RangeError,
  );
});
