/** Old bytes put back, each of them genuine, and what operators and processes make of it; a store that was restored. */
import assert from "node:assert/strict";
import type { Json } from "@ml-defender/etcd-client";
import { ConfigEditor } from "./editor.ts";
import { begin, Probe } from "./testdata/probe.ts";
import { force, model } from "./testdata/sections.ts";
import {
  LastGoodPlace,
  MARK,
  putBack,
  refused,
  saved,
  written,
} from "./testdata/states.ts";

const ana = { actor: "ana" };
Deno.test("an old state put back is damage to processes and operators, and a rollback writes above all that is in the history", async () => {
  const { store, editor, config } = await written([0.9, 0.91, 0.92]);
  await using it = await begin({ store });
  const before = await saved(store, "ml-defender/history/");
  await putBack(store, "ml-defender/config/", config[0]!);
  await refused(
    it.watcher,
    /was at revision 3 and the store has 1: an old state was put back/,
  );
  const damaged = {
    code: "damaged",
    message: /@change.*says 1, and revision 3 is in the history/,
  };
  for (
    const read of [
      () => editor.get(""),
      () => editor.snapshot(),
      () => editor.diff(1),
      () => editor.set({ "logging.sampling": 2 }, ana),
      () => editor.reset(["scoring"], { ...ana, above: 1 }),
    ]
  ) await assert.rejects(read(), damaged);
  assert.deepEqual((await editor.damage()).map(({ path }) => path), [MARK]);
  const second = "ml-defender/history/000000000002";
  const { value } = (await store.get(second))!;
  await store.delete(second);
  await assert.rejects(editor.reset([], { ...ana, above: 2 }), damaged);
  await store.set(second, value);
  const history = (await editor.history()).map(({ revision }) => revision);
  assert.deepEqual(history, [3, 2, 1]);
  assert.deepEqual(await saved(store, "ml-defender/history/"), before);
  const result = await editor.rollback(3, ana);
  assert.deepEqual([result.revision, result.skipped], [4, [2, 3]]);
  assert.equal((await it.watcher.reached(4)).state, "in_force");
  assert.equal(it.watcher.tree.at("scoring.alert"), 0.92);
  assert.deepEqual(await editor.damage(), []);
});

Deno.test("what follows an old state put back is refused where the history went with it, also by a process that was away", async () => {
  const { store, editor, all } = await written([0.9, 0.91, 0.92]);
  const lastGood = new LastGoodPlace();
  const subscribers = [new Probe("p")];
  const first = await begin({ store, lastGood, subscribers });
  await first.watcher.close();
  await using it = await begin({ store });
  await putBack(store, "", all[0]!);
  const other = { actor: "eva" };
  await editor.set({ "logging.sampling": 2 }, other);
  await refused(it.watcher, /was at revision 3 and the store has 2/);
  await editor.set({ "logging.sampling": 3 }, other);
  await refused(it.watcher, /revision 3 of the store came about without it/);
  await editor.set({ "logging.sampling": 4 }, other);
  await refused(it.watcher, /revision 4 of the store came about without it/);
  await editor.set({ "logging.sampling": 5 }, other);
  await using late = await begin({ store, lastGood });
  assert.equal(late.watcher.status().applied.source, "last_good");
  await refused(late.watcher, /revision 5 .*came about .* \(--above 5\)$/);
  assert.equal(late.watcher.tree.at("scoring.alert"), 0.92);
  await editor.rollback(1, { ...ana, above: 5 });
  for (const { watcher } of [it, late]) {
    assert.equal((await watcher.reached(6)).state, "in_force");
  }
  await editor.set({ "logging.sampling": 6 }, ana);
  assert.equal((await it.watcher.reached(7)).state, "in_force");
  await using later = await begin({ store, lastGood });
  assert.equal(later.watcher.status().state, "in_force");
});

Deno.test("what follows an old state put back stays refused when what was known is let go, until it is meant", async () => {
  const options = { historyEntries: 3 };
  const { store, editor, all } = await written([0.9, 0.91, 0.92], options);
  await using it = await begin({ store });
  await putBack(store, "", all[0]!);
  for (let revision = 2; revision <= 9; revision++) {
    await editor.set({ "logging.sampling": revision }, { actor: "eva" });
    const reason = revision < 3
      ? /the store has 2/
      : new RegExp(`revision ${revision} of the store came about without it`);
    await refused(it.watcher, reason);
  }
  const above = { ...ana, above: 9 };
  await editor.set({ "scoring.alert": 0.92 }, above);
  assert.equal((await it.watcher.reached(10)).state, "in_force");
  await editor.set({ "scoring.alert": 0.93 }, ana);
  assert.equal((await it.watcher.reached(11)).state, "in_force");
});

Deno.test("a state that came back to what was known is taken again", async () => {
  const { store, config } = await written([0.9, 0.91]);
  await using it = await begin({ store });
  await putBack(store, "ml-defender/config/", config[0]!);
  await refused(it.watcher, /the store has 1/);
  await putBack(store, "ml-defender/config/", config[1]!);
  for (let i = 0; it.watcher.status().state !== "in_force"; i++) {
    assert.ok(i < 400);
    await new Promise((done) => setTimeout(done, 5));
  }
  assert.equal(it.watcher.tree.at("scoring.alert"), 0.91);
});

for (const historyEntries of [1, 3, 100]) {
  Deno.test(`a process that was away while revisions came takes the newest, of a history of ${historyEntries}`, async () => {
    const options = { historyEntries };
    const { store, editor } = await written([0.9, 0.91], options);
    const lastGood = new LastGoodPlace();
    for (const changes of [1, 2, 7]) {
      const subscribers = [new Probe("p")];
      const it = await begin({ store, lastGood, subscribers });
      const { state, refusal } = it.watcher.status();
      assert.equal(state, "in_force", refusal?.reason ?? "");
      await it.watcher.close();
      const others = [0, 1, 2].map((i) =>
        editor.set({ [`scoring.models.a${changes}_${i}`]: 0.5 }, ana)
      );
      await Promise.all(others);
      for (let i = 0; i < changes; i++) {
        await editor.set({ "logging.sampling": 10 + i }, ana);
      }
      const { revision } = await editor.get("");
      await editor.rollback(revision, ana);
    }
    await using it = await begin({ store, lastGood });
    assert.equal(it.watcher.status().applied.source, "store");
    assert.equal(it.watcher.tree.revision, (await editor.get("")).revision);
  });
}

Deno.test("ConfigEditor writes above what processes remember of an emptied store, also where nothing is set", async () => {
  const { store, editor } = await written([0.9, 0.91]);
  await using it = await begin({ store });
  await putBack(store, "", []);
  await refused(it.watcher, /was at revision 2 and now there is none/);
  const first = await editor.reset(["scoring"], ana);
  assert.deepEqual([first.revision, first.written], [1, true]);
  await refused(it.watcher, /the store has 1: .* \(--above 2\)$/);
  const again = await editor.reset(["scoring"], ana);
  assert.equal(again.written, false);
  const above = { ...ana, above: 2 };
  const result = await editor.set({ "scoring.alert": 0.8 }, above);
  assert.deepEqual([result.revision, result.written], [3, true]);
  assert.equal((await it.watcher.reached(3)).state, "in_force");
  assert.equal(it.watcher.tree.at("scoring.alert"), 0.8);
  const more = await editor.reset(["scoring"], { ...ana, above: 0 });
  assert.equal(more.revision, 4);
  for (const above of [-1, 1.5, 1e9 + 1]) {
    await assert.rejects(
      editor.reset([], { ...ana, above }),
      /'above' must be a whole number/,
    );
  }
});

Deno.test("ConfigEditor writes over no revision of the history, whatever comes between its reading and its writing", async () => {
  const { store, editor, config } = await written([0.9, 0.91]);
  const history = await saved(store, "ml-defender/history/");
  await putBack(store, "ml-defender/config/", config[0]!);
  const [second] = history.slice(1);
  await store.delete(second![0]);
  const transaction = store.transaction.bind(store);
  store.transaction = async (it) => {
    store.transaction = transaction;
    await store.set(...second as [string, Json]);
    return await transaction(it);
  };
  await assert.rejects(editor.set({ "logging.sampling": 2 }, ana), {
    code: "damaged",
    message: /says 1, and revision 2 is in the history/,
  });
  assert.deepEqual(await saved(store, "ml-defender/history/"), history);
});

Deno.test("ConfigEditor takes what others write while it reads for no old state put back, however often", async () => {
  const { store, editor } = await written([0.9]);
  const other = new ConfigEditor({ store, model: model() });
  const get = store.get.bind(store);
  let writes = 0;
  let writing = false;
  store.get = async (...args) => {
    if (!writing && writes < 5) {
      writing = true;
      await other.set({ "logging.sampling": 2 + writes++ }, ana);
      writing = false;
    }
    return await get(...args);
  };
  const { revision, value } = await editor.get("logging.sampling");
  assert.deepEqual([revision, value, writes], [6, 6, 5]);
});

Deno.test("ConfigEditor writes nothing from an old record of the last change, whatever section others wrote", async () => {
  const { store, editor } = await written([0.9]);
  const other = new ConfigEditor({ store, model: model() });
  const transaction = store.transaction.bind(store);
  store.transaction = async (it) => {
    store.transaction = transaction;
    await other.set({ "logging.sampling": 7 }, { actor: "eva", above: 9 });
    return await transaction(it);
  };
  const { revision } = await editor.set({ "scoring.alert": 0.95 }, ana);
  assert.equal(revision, 11);
  assert.deepEqual(
    (await editor.history()).map(({ revision, actor }) => [revision, actor]),
    [[11, "ana"], [10, "eva"], [1, "ana"]],
  );
  const { tree } = await editor.snapshot();
  assert.deepEqual(tree, {
    logging: { sampling: 7 },
    scoring: { alert: 0.95 },
  });
});

Deno.test("ConfigEditor keeps a history that the record of the last change says nothing of", async () => {
  const { store, editor } = await written([0.9, 0.91]);
  await force(store, { scoring: { alert: 0.92 } });
  const revisions = async () =>
    (await editor.history()).map(({ revision }) => revision);
  assert.deepEqual(await revisions(), [2, 1]);
  await editor.set({ "scoring.alert": 0.93 }, ana);
  assert.deepEqual(await revisions(), [4, 2, 1]);
});

Deno.test("ConfigEditor lets go of some revisions with each change, until as many are left as it is told", async () => {
  const { store } = await written(
    Array.from({ length: 130 }, (_, i) => 0.8 + i / 1000),
    { historyEntries: 1000 },
  );
  const few = new ConfigEditor({ store, model: model(), historyEntries: 5 });
  const left: number[] = [];
  for (let i = 0; i < 4; i++) {
    await few.set({ "scoring.alert": 0.95 + i / 100 }, ana);
    left.push((await store.list("ml-defender/history/")).entries.length);
  }
  assert.deepEqual(left, [91, 52, 13, 5]);
});

Deno.test("ConfigEditor.rollback and replace take away what others left, however much", async () => {
  for (const repair of ["rollback", "replace"] as const) {
    const { store, editor } = await written([0.9, 0.91]);
    for (let i = 0; i < 200; i++) {
      await store.set(`ml-defender/config/junk${i}`, i);
    }
    await assert.rejects(editor.set({ "scoring.alert": 0.92 }, ana), {
      code: "damaged",
    });
    assert.equal((await editor.damage()).length, 200);
    const { revision } = repair === "rollback"
      ? await editor.rollback(1, ana)
      : await editor.replace({ scoring: { alert: 0.9 } }, ana);
    assert.equal(revision, 3);
    assert.deepEqual(await editor.damage(), []);
    const { tree } = await editor.snapshot();
    assert.deepEqual(tree, { scoring: { alert: 0.9 } });
  }
});

Deno.test("ConfigEditor.history says of a revision that is kept and not there that it was taken away", async () => {
  const { store, editor } = await written([0.9, 0.91, 0.92]);
  await store.delete("ml-defender/history/000000000002");
  assert.deepEqual(
    (await editor.history()).map(({ revision, damage = "" }) => [
      revision,
      damage.replace(/.*: /, ""),
    ]),
    [[3, ""], [2, "it was taken away"], [1, ""]],
  );
});

Deno.test("ConfigEditor writes no revision that the history could not sort", async () => {
  const { store, editor } = await written([0.9]);
  const { value } = (await store.get(MARK))!;
  const last = { ...value as Record<string, Json>, revision: 999_999_999_999 };
  await store.set(MARK, last);
  await assert.rejects(editor.set({ "scoring.alert": 0.95 }, ana), RangeError);
  await store.set(MARK, { ...last, revision: 1_000_000_000_000 });
  assert.deepEqual((await editor.damage()).map(({ path }) => path), [MARK]);
});
