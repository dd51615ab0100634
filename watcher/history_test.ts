/** The history where something is wrong with it, or with the record of the last change. */
import assert from "node:assert/strict";
import { type Json, MemoryStore } from "@ml-defender/etcd-client";
import { ConfigEditor } from "./editor.ts";
import { begin } from "./testdata/probe.ts";
import { model } from "./testdata/sections.ts";
import { MARK, putBack, refused, saved, written } from "./testdata/states.ts";

const ana = { actor: "ana" };
const eva = { actor: "eva" };
const SCORING = "ml-defender/config/scoring";
const key = (revision: number) =>
  `ml-defender/history/${`${revision}`.padStart(12, "0")}`;

const revisions = async (editor: ConfigEditor) =>
  (await editor.history()).map(({ revision, damage }) =>
    damage === undefined ? revision : `${revision} damaged`
  );

Deno.test("a write that puts right, or is above others, keeps no revision that is not there any more", async () => {
  const writes: ((editor: ConfigEditor) => Promise<unknown>)[] = [
    (editor) => editor.rollback(3, ana),
    (editor) => editor.replace({ scoring: { alert: 0.9 } }, ana),
    (editor) => editor.set({ "logging.sampling": 2 }, { ...ana, above: 3 }),
  ];
  for (const write of writes) {
    const { store, editor } = await written([0.9, 0.91, 0.92]);
    const before = (await store.get(MARK))!.value as { kept: Json[] };
    await store.delete(key(2));
    assert.deepEqual(await revisions(editor), [3, "2 damaged", 1]);
    await write(editor);
    assert.deepEqual(await revisions(editor), [4, 3, 1]);
    const { kept } = (await store.get(MARK))!.value as { kept: Json[] };
    const old = before.kept.filter((_, i) => i !== 1);
    assert.deepEqual(kept.slice(0, 2), old);
  }
});

Deno.test("what was before a revision written above others binds nobody either when the record of that is lost, or was put back", async () => {
  for (const lost of ["deleted", "wrong", "put back"]) {
    const { store, editor, all } = await written([0.9, 0.91, 0.92]);
    await using it = await begin({ store });
    await putBack(store, "", all[0]!);
    await editor.set({ "logging.sampling": 2 }, eva);
    await editor.set({ "logging.sampling": 3 }, eva);
    await refused(it.watcher, /revision 3 of the store came about without it/);
    await it.watcher.close();
    const config = await saved(store, "ml-defender/config/");
    await editor.rollback(3, { ...ana, above: 3 });
    await editor.set({ "logging.sampling": 4 }, ana);
    if (lost === "deleted") await store.delete(MARK);
    if (lost === "wrong") await store.set(MARK, "wrong");
    if (lost === "put back") {
      await putBack(store, "ml-defender/config/", config);
    }
    const { revision } = await editor.rollback(5, ana);
    assert.equal(revision, 6);
    const sections = { scoring: { alert: 0.92 } };
    // As it was known to the one that ran revision 3 before all that.
    const { value } = all[2]!.map(([key, value]) => ({ key, value }))
      .find(({ key }) => key === MARK)!;
    const { kept } = value as { kept: [number, number, string][] };
    const known = { version: 1, revision: 3, actor: "ana", sections };
    const lastGood = {
      load: () => Promise.resolve({ ...known, digest: kept.at(-1)![2] }),
      save: () => Promise.resolve(),
    };
    await using late = await begin({ store, lastGood });
    const { state, refusal } = late.watcher.status();
    assert.equal(state, "in_force", refusal?.reason ?? "");
  }
});

Deno.test("ConfigEditor.damage and history look at all that is in the history, and not only at what follows", async () => {
  const { store, editor, config } = await written([0.9, 0.91, 0.92]);
  await putBack(store, "ml-defender/config/", config[0]!);
  await store.delete(key(2));
  assert.deepEqual(
    (await editor.damage()).map(({ path, message }) => [
      path,
      message.replace(/:.*/, ""),
    ]),
    [[MARK, "says 1, and revision 3 is in the history"]],
  );
  assert.deepEqual(await revisions(editor), [3, 1]);
  const result = await editor.rollback(3, ana);
  assert.deepEqual([result.revision, result.skipped], [4, [3]]);
  assert.deepEqual(await editor.damage(), []);
});

Deno.test("ConfigEditor.history says nothing of what was let go while it was read", async () => {
  const store = new MemoryStore();
  const options = { store, model: model(), historyEntries: 3 };
  const editor = new ConfigEditor(options);
  for (const alert of [0.9, 0.91, 0.92]) {
    await editor.set({ "scoring.alert": alert }, ana);
  }
  const other = new ConfigEditor(options);
  const get = store.get.bind(store);
  const write = async () => {
    await other.set({ "logging.sampling": 2 }, eva);
    await other.set({ "logging.sampling": 3 }, eva);
  };
  let writing: Promise<void> | undefined;
  store.get = async (...args) => {
    await (writing ??= write());
    return await get(...args);
  };
  assert.deepEqual(await revisions(editor), [3]);
  assert.deepEqual(await revisions(editor), [5, 4, 3]);
});

Deno.test("ConfigEditor takes nothing for done on an old state put back, which has what is asked for", async () => {
  const { store, editor, config } = await written([0.9, 0.91]);
  await putBack(store, "ml-defender/config/", config[0]!);
  await assert.rejects(editor.set({ "scoring.alert": 0.9 }, ana), {
    code: "damaged",
    message: /says 1, and revision 2 is in the history/,
  });
});

Deno.test("a revision that was written above others is refused where another of its number takes its place", async () => {
  const { store, editor, all } = await written([0.9, 0.91]);
  await editor.set({ "scoring.alert": 0.95 }, { ...ana, above: 4 });
  await using it = await begin({ store });
  assert.equal(it.watcher.tree.revision, 5);
  await putBack(store, "", all[0]!);
  await refused(it.watcher, /the store has 1/);
  await editor.set({ "scoring.alert": 0.7 }, { ...eva, above: 4 });
  await refused(it.watcher, /revision 5 of the store came about without it/);
  assert.equal(it.watcher.tree.at("scoring.alert"), 0.95);
});

Deno.test("a revision that came with damage has been all the same: what is older is refused afterwards", async () => {
  const { store, editor, all } = await written([0.9, 0.91]);
  await using it = await begin({ store });
  const transaction = store.transaction.bind(store);
  store.transaction = (it) => {
    store.transaction = transaction;
    const operations = it.operations.map((one) =>
      one.kind === "put" && one.key === SCORING
        ? { ...one, value: { alert: 0.7 } }
        : one
    );
    return transaction({ ...it, operations });
  };
  await editor.set({ "scoring.alert": 0.95 }, ana);
  await refused(it.watcher, /^scoring: is not what revision 3 has/);
  await putBack(store, "", all[1]!);
  await refused(it.watcher, /was at revision 3 and the store has 2/);
});

Deno.test("ConfigEditor writes only what changed, and everything that is set where it is to be above others", async () => {
  const { store, editor } = await written([0.9]);
  const { revision } = (await store.get(SCORING))!;
  await editor.set({ "logging.sampling": 2 }, ana);
  assert.equal((await store.get(SCORING))!.revision, revision);
  await editor.set({ "logging.sampling": 3 }, { ...ana, above: 2 });
  const after = (await store.get(SCORING))!;
  assert.ok(after.revision > revision);
  assert.deepEqual(after.value, { alert: 0.9 });
});
