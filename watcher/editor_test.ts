import assert from "node:assert/strict";
import { MemoryStore } from "@ml-defender/etcd-client";
import { ConfigEditor } from "./editor.ts";
import type { EditorOptions } from "./options.ts";
import { force, model, scoring } from "./testdata/sections.ts";
import { ConfigWatcher } from "./watcher.ts";

const ana = { actor: "ana" };

function begin(options: Partial<EditorOptions> = {}) {
  const store = options.store ?? new MemoryStore();
  let time = 1000;
  const editor = new ConfigEditor({
    store,
    model: model(),
    now: () => time++,
    ...options,
  });
  return { store, editor };
}

Deno.test("ConfigEditor.get reads settings with their defaults, and says which were set", async () => {
  const { editor } = begin();
  await editor.set({ "scoring.alert": 0.9 }, ana);
  assert.deepEqual(await editor.get("scoring.alert"), {
    path: "scoring.alert",
    value: 0.9,
    set: true,
    revision: 1,
    refused: [],
  });
  const other = await editor.get("scoring.suspicious");
  assert.deepEqual([other.value, other.set], [0.7, false]);
  assert.deepEqual((await editor.get("scoring")).value, {
    suspicious: 0.7,
    alert: 0.9,
    models: { level1: 0.5 },
  });
  await assert.rejects(editor.get("scoring.nothing"), { code: "unknown_path" });
  await assert.rejects(editor.get("nothing"), /the sections are feed, logging/);
});

Deno.test("ConfigEditor.get shows a secret only when asked to", async () => {
  const { editor } = begin();
  await editor.set({ "feed.token": "my-secret" }, ana);
  for (const path of ["", "feed", "feed.token"]) {
    assert.doesNotMatch(JSON.stringify(await editor.get(path)), /my-secret/);
    const shown = await editor.get(path, { reveal: true });
    assert.match(JSON.stringify(shown), /my-secret/);
  }
  const [entry] = await editor.history();
  assert.doesNotMatch(JSON.stringify(entry), /my-secret/);
});

Deno.test("ConfigEditor.set writes several sections as one revision, which a watcher takes as one", async () => {
  const { store, editor } = begin();
  await using watcher = await ConfigWatcher.start({ store, model: model() });
  const result = await editor.set({
    "scoring.alert": 0.9,
    'scoring.models."a.b"': 0.2,
    "logging.networks.1": "192.168.0.0/16",
  }, ana);
  assert.deepEqual([result.revision, result.written], [1, true]);
  assert.deepEqual(result.changes.map(({ path }) => path), [
    "logging.networks",
    "scoring.alert",
    'scoring.models."a.b"',
  ]);
  const { applied } = await watcher.reached(1);
  assert.equal(applied.revision, 1);
  assert.deepEqual(watcher.tree.at("logging.networks"), [
    "10.0.0.0/8",
    "192.168.0.0/16",
  ]);
});

Deno.test("ConfigEditor.set refuses before it writes: values, rules between settings, paths", async () => {
  const { store, editor } = begin();
  const { revision } = await store.list("");
  const refused: [Record<string, number | string>, string, RegExp][] = [
    [{ "scoring.alert": 2 }, "invalid", /scoring\.alert: /],
    [{ "scoring.alert": 0.1 }, "invalid", /at least scoring\.suspicious/],
    [{ "scoring.colour": "red" }, "invalid", /scoring\.colour/],
    [{ "scoring.alert.x": 1 }, "unknown_path", /could be part of/],
    [{ "logging.networks.7": "x" }, "unknown_path", /could be part of/],
    [{ "nothing.x": 1 }, "unknown_path", /sections are/],
    [{ "scoring": 1 }, "invalid", /scoring: must be an object/],
  ];
  for (const [values, code, message] of refused) {
    await assert.rejects(editor.set(values, ana), { code, message });
  }
  await assert.rejects(editor.set({ "a..b": 1 }, ana), SyntaxError);
  for (const actor of ["", "a\nb", "a\u202eb", "a\u200bb", "x".repeat(201)]) {
    await assert.rejects(editor.set({}, { actor }), /'actor' must have/);
  }
  for (const note of ["\u2066", "\ud800", "x".repeat(501)]) {
    await assert.rejects(editor.set({}, { ...ana, note }), /'note' must have/);
  }
  assert.equal((await store.list("")).revision, revision);
});

Deno.test("ConfigEditor.set tells in a dry run what would change, and writes nothing", async () => {
  const { store, editor } = begin();
  const dryRun = { ...ana, dryRun: true };
  const result = await editor.set({ "scoring.alert": 0.9 }, dryRun);
  assert.deepEqual(result, {
    revision: 0,
    written: false,
    changes: [{
      path: "scoring.alert",
      before: 0.8,
      after: 0.9,
      restart: false,
    }],
  });
  await assert.rejects(editor.set({ "scoring.alert": 9 }, dryRun), {
    code: "invalid",
  });
  assert.deepEqual((await store.list("")).entries, []);
  await editor.set({ "scoring.alert": 0.9 }, ana);
  const same = await editor.set({ "scoring.alert": 0.9 }, ana);
  assert.deepEqual([same.revision, same.written], [1, false]);
});

Deno.test("ConfigEditor.set holds to the revision that was expected", async () => {
  const { editor } = begin();
  await editor.set({ "scoring.alert": 0.9 }, { ...ana, expectedRevision: 0 });
  await assert.rejects(
    editor.set({ "scoring.alert": 0.95 }, { ...ana, expectedRevision: 0 }),
    { code: "conflict", revision: 1 },
  );
});

Deno.test("ConfigEditor.set gives a setting without a value back to its default, in one revision with others", async () => {
  const { editor } = begin();
  await editor.set({ "scoring.alert": 0.9, "scoring.suspicious": 0.8 }, ana);
  const { revision } = await editor.set({
    "scoring.alert": undefined,
    "scoring.suspicious": 0.75,
  }, ana);
  const alert = await editor.get("scoring.alert");
  assert.deepEqual([alert.value, alert.set, revision], [0.8, false, 2]);
  assert.equal((await editor.get("scoring.suspicious")).value, 0.75);
});

Deno.test("ConfigEditor.set loses nothing when several write at once", async () => {
  const { store } = begin();
  const editors = Array.from({ length: 4 }, () => begin({ store }).editor);
  await Promise.all(editors.flatMap((editor, i) => [
    editor.set({ [`scoring.models.a${i}`]: 0.1 }, ana),
    editor.set({ [`scoring.models.b${i}`]: 0.2 }, ana),
  ]));
  const { value, revision } = await editors[0]!.get("scoring.models");
  assert.equal(revision, 8);
  assert.deepEqual(
    Object.keys(value!).sort(),
    [
      ..."0123".split("").flatMap((i) => [`a${i}`, `b${i}`]),
      "level1",
    ].sort(),
  );
  const history = await editors[0]!.history(100);
  assert.deepEqual(history.map((entry) => entry.revision), [
    8,
    7,
    6,
    5,
    4,
    3,
    2,
    1,
  ]);
});

Deno.test("ConfigEditor.reset gives settings back to their defaults", async () => {
  const { store, editor } = begin();
  await editor.set({ "scoring.alert": 0.9, "logging.sampling": 3 }, ana);
  const result = await editor.reset(["scoring.alert"], ana);
  assert.deepEqual(result.changes.map(({ after }) => after), [0.8]);
  assert.equal((await editor.get("scoring")).set, false);
  assert.equal(await store.get("ml-defender/config/scoring"), undefined);
  assert.equal((await editor.get("logging.sampling")).value, 3);
});

Deno.test("ConfigEditor.rollback writes an old revision anew, with all its sections", async () => {
  const { editor } = begin();
  await editor.set({ "scoring.alert": 0.9 }, ana);
  await editor.set({ "scoring.alert": 0.95, "logging.sampling": 3 }, ana);
  const back = { actor: "eva", note: "too quiet" };
  const result = await editor.rollback(1, back);
  assert.equal(result.revision, 3);
  assert.equal((await editor.get("scoring.alert")).value, 0.9);
  assert.equal((await editor.get("logging.sampling")).value, 1);
  const [last] = await editor.history(1);
  assert.deepEqual(last, {
    revision: 3,
    actor: "eva",
    timeMs: 1002,
    note: "too quiet",
    of: 1,
    damage: undefined,
    changes: [
      { path: "logging.sampling", before: "3", after: "1" },
      { path: "scoring.alert", before: "0.95", after: "0.9" },
    ],
  });
  await assert.rejects(editor.rollback(99, ana), { code: "unknown_revision" });
});

Deno.test("ConfigEditor.diff compares revisions with each other and with now", async () => {
  const { editor } = begin();
  for (const alert of [0.9, 0.91, 0.92]) {
    await editor.set({ "scoring.alert": alert }, ana);
  }
  const shown = async (from: number, to?: number) =>
    (await editor.diff(from, to)).map(({ before, after }) => [before, after]);
  assert.deepEqual(await shown(1, 2), [[0.9, 0.91]]);
  assert.deepEqual(await shown(1), [[0.9, 0.92]]);
});

Deno.test("ConfigEditor keeps as many revisions as it is told, by number and by bytes", async () => {
  const few = begin({ historyEntries: 3 });
  for (let i = 0; i < 10; i++) {
    await few.editor.set({ "scoring.models.a": i / 10 }, ana);
  }
  assert.deepEqual(
    (await few.editor.history()).map(({ revision }) => revision),
    [10, 9, 8],
  );
  const { entries } = await few.store.list("ml-defender/history/0");
  assert.equal(entries.length, 3);
  const small = begin({ historyBytes: 1 });
  for (let i = 0; i < 3; i++) {
    await small.editor.set({ "scoring.models.a": i / 10 }, ana);
  }
  assert.deepEqual(
    (await small.editor.history()).map(({ revision }) => revision),
    [3],
  );
  assert.deepEqual(await small.editor.history(0), []);
});

Deno.test("ConfigEditor.watch yields what is there and then each change with its author", async () => {
  const { editor } = begin();
  await editor.set({ "scoring.alert": 0.9 }, ana);
  const end = new AbortController();
  const events = editor.watch({ signal: end.signal });
  assert.deepEqual((await events.next()).value, {
    kind: "config",
    revision: 1,
    actor: "ana",
    changes: [],
    damage: [],
    refused: [],
  });
  await editor.set({ "scoring.alert": 0.95 }, { actor: "eva" });
  const { value } = await events.next();
  assert.ok(value?.kind === "config");
  assert.deepEqual([value.revision, value.actor], [2, "eva"]);
  assert.equal(value.changes[0]?.after, 0.95);
  const last = events.next();
  end.abort();
  assert.equal((await last).done, true);
});

Deno.test("ConfigEditor does not edit what is damaged, and rollback puts it right", async () => {
  const { store, editor } = begin();
  await editor.set({ "scoring.alert": 0.9 }, ana);
  await editor.set({ "scoring.alert": 0.91 }, ana);
  await store.set("ml-defender/config/@change", { revision: "many" });
  await assert.rejects(editor.get("scoring.alert"), { code: "damaged" });
  await assert.rejects(editor.set({ "scoring.alert": 0.92 }, ana), {
    code: "damaged",
  });
  assert.equal((await editor.rollback(1, ana)).revision, 3);
  assert.equal((await editor.get("scoring.alert")).value, 0.9);
});

Deno.test("ConfigEditor leaves sections of others as they are", async () => {
  const { store, editor } = begin();
  await force(store, { future: { x: 1 } });
  await editor.set({ "scoring.alert": 0.9 }, ana);
  await editor.set({ "scoring.alert": 0.91 }, ana);
  await editor.rollback(2, ana);
  const found = await store.get("ml-defender/config/future");
  assert.deepEqual(found?.value, { x: 1 });
});

Deno.test("ConfigEditor.fleet shows who runs what, who refused, and who is gone", async () => {
  const { store, editor } = begin();
  const start = (id: string) =>
    ConfigWatcher.start({
      store,
      model: model(),
      component: { id, version: "1.0.0" },
      reportMs: 0,
    });
  const [one, two] = [await start("one"), await start("two")];
  await force(store, { scoring: { alert: 9 } });
  const settled = async () => {
    const fleet = await editor.fleet();
    return fleet.length === 2 &&
      fleet.every(({ refusal, status }) =>
        refusal !== undefined && status === "refused"
      );
  };
  for (let i = 0; i < 200 && !(await settled()); i++) {
    await new Promise((done) => setTimeout(done, 5));
  }
  assert.ok(await settled());
  await two.close();
  const fleet = await editor.fleet();
  assert.deepEqual(
    fleet.map(({ id, status, version, appliedRevision, lagRevisions }) => [
      id,
      status,
      version,
      appliedRevision,
      lagRevisions,
    ]),
    [
      ["one", "refused", "1.0.0", 0, 1],
      ["two", "gone", "", undefined, undefined],
    ],
  );
  assert.match(fleet[1]!.refusal!.reason, /scoring\.alert/);
  assert.equal(one.tree.get(scoring).alert, 0.8);
  await one.close();
});

Deno.test("ConfigEditor.fleet shows how far a process is behind that is cut off and does not know it", async () => {
  const { store, editor } = begin();
  const data = { appliedRevision: 0, lagRevisions: 0 };
  const cutOff = { kind: "pipeline", id: "one", version: "1.0.0", data };
  const prefix = "ml-defender";
  await using _here = await store.register({ ...cutOff, prefix });
  const lag = async () => (await editor.fleet())[0]?.lagRevisions;
  assert.equal(await lag(), 0);
  await editor.set({ "scoring.alert": 0.9 }, ana);
  await editor.set({ "scoring.alert": 0.91 }, ana);
  assert.equal(await lag(), 2);
});
