/** Keys that went away behind the back of clients that remember them, and what it takes to go on. */
import assert from "node:assert/strict";
import {
  type CounterStore,
  FileCounters,
  FileStore,
  KeyRing,
  MemoryCounters,
} from "@ml-defender/etcd-client";
import { ConfigEditor, ConfigWatcher } from "@ml-defender/watcher";
import { logging, model, scoring } from "../../watcher/testdata/sections.ts";

const ana = { actor: "ana" };
const CONFIG = "ml-defender/config/";
const keys = new KeyRing([
  { id: "one", bytes: new Uint8Array(32).fill(1) },
]);

function open(folder: string, counters: CounterStore = new MemoryCounters()) {
  return FileStore.open(folder, { seal: { keys, counters }, pollMs: 20 });
}

/** What somebody without keys takes away. */
async function remove(folder: string, prefix: string): Promise<void> {
  await using raw = await FileStore.open(folder);
  const { entries, invalid } = await raw.list(prefix);
  const operations = [...entries, ...invalid].map(({ key }) => ({
    ...{ kind: "delete" as const, key },
  }));
  await raw.transaction({ operations });
}

async function within(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function inForce(watcher: ConfigWatcher): Promise<void> {
  for (let i = 0; i < 400 && watcher.status().state !== "in_force"; i++) {
    await new Promise((done) => setTimeout(done, 10));
  }
  const { state, refusal } = watcher.status();
  assert.equal(state, "in_force", refusal?.reason ?? "");
}

for (const gone of ["logging", "@change"]) {
  for (const how of ["rollback", "replace"] as const) {
    for (const above of [undefined, 20]) {
      Deno.test(
        `ConfigEditor.${how} puts right that ${gone} went away, for whoever remembers it${
          above === undefined ? "" : ", also above a revision"
        }`,
        () =>
          within(async (folder) => {
            await using store = await open(folder);
            const conflictMs = 300;
            const options = { store, model: model(), conflictMs };
            const editor = new ConfigEditor(options);
            await editor.set({ "scoring.alert": 0.9 }, ana);
            await editor.set({ "logging.sampling": 5 }, ana);
            await using watcher = await ConfigWatcher.start({
              store,
              model: model(),
            });
            await remove(folder, CONFIG + gone);
            const list = await store.list(CONFIG);
            assert.deepEqual(
              list.invalid.map(({ key, revision }) => [key, revision]),
              [[CONFIG + gone, 0]],
            );
            const write = above === undefined ? ana : { ...ana, above };
            const { revision } = how === "rollback"
              ? await editor.rollback(1, write)
              : await editor.replace({ scoring: { alert: 0.9 } }, write);
            assert.equal(revision, above === undefined ? 3 : 21);
            assert.deepEqual(await editor.damage(), []);
            await watcher.reached(revision);
            await inForce(watcher);
            assert.equal(watcher.tree.get(logging).sampling, 1);
          }),
      );
    }
  }
}

/** A process that remembers what it saw, as it starts. */
async function sensor(folder: string, memory: string) {
  const counters = await FileCounters.open(memory);
  const store = await open(folder, counters);
  const watcher = await ConfigWatcher.start({
    store,
    model: model(),
    retryMs: 50,
  });
  return {
    watcher,
    async [Symbol.asyncDispose]() {
      await watcher.close();
      await store.close();
      await counters.close();
    },
  };
}

Deno.test("a process that remembers sections of a state that was lost takes what is written above it, by one who remembers nothing", () =>
  within(async (folder) => {
    const tree = `${folder}/tree`;
    const memory = `${folder}/counters`;
    {
      await using store = await open(tree);
      const editor = new ConfigEditor({ store, model: model() });
      await editor.set({ "scoring.alert": 0.9 }, ana);
      await editor.set({ "logging.sampling": 5 }, ana);
    }
    await using it = await sensor(tree, memory);
    assert.equal(it.watcher.tree.get(logging).sampling, 5);
    await remove(tree, "");
    await using store = await open(tree);
    const editor = new ConfigEditor({ store, model: model() });
    const above = { ...ana, above: 2 };
    await editor.set({ "scoring.alert": 0.95 }, above);
    await it.watcher.reached(3);
    await inForce(it.watcher);
    assert.equal(it.watcher.tree.get(scoring).alert, 0.95);
    assert.equal(it.watcher.tree.get(logging).sampling, 1);
  }));

Deno.test("a process that remembers newer values takes what is written above it on a restored backup, also of sections that stay as they are there", () =>
  within(async (folder) => {
    const tree = `${folder}/tree`;
    const log = `${tree}/config.log`;
    const memory = `${folder}/counters`;
    const clock = Date.now() - 60_000;
    const values = { "scoring.alert": 0.9, "logging.sampling": 5 };
    {
      await using store = await FileStore.open(tree, {
        seal: { keys },
        now: () => clock,
      });
      const editor = new ConfigEditor({ store, model: model() });
      await editor.set(values, ana);
    }
    const backup = await Deno.readFile(log);
    {
      await using store = await open(tree);
      const editor = new ConfigEditor({ store, model: model() });
      await editor.set({ "logging.sampling": 6 }, ana);
      await editor.reset(["scoring"], ana);
      await using it = await sensor(tree, memory);
      assert.equal(it.watcher.tree.get(logging).sampling, 6);
    }
    await Deno.writeFile(log, backup);
    await using store = await open(tree);
    const editor = new ConfigEditor({ store, model: model() });
    await editor.set({ "feed.url": "https://b.test" }, { ...ana, above: 3 });
    await using it = await sensor(tree, memory);
    await inForce(it.watcher);
    assert.equal(it.watcher.tree.revision, 4);
    assert.equal(it.watcher.tree.get(logging).sampling, 5);
    assert.equal(it.watcher.tree.get(scoring).alert, 0.9);
  }));

Deno.test("a process that moves to a copy takes it, though a section that it remembers was given back meanwhile", () =>
  within(async (folder) => {
    const memory = `${folder}/counters`;
    await using from = await open(`${folder}/a`);
    const editor = new ConfigEditor({ store: from, model: model() });
    await editor.set({ "scoring.alert": 0.9, "logging.sampling": 5 }, ana);
    {
      await using it = await sensor(`${folder}/a`, memory);
      assert.equal(it.watcher.tree.get(logging).sampling, 5);
    }
    await editor.reset(["logging"], ana);
    const { revision, tree } = await editor.snapshot();
    await using to = await open(`${folder}/b`);
    const other = new ConfigEditor({ store: to, model: model() });
    await other.replace(tree, { ...ana, above: revision });
    await using it = await sensor(`${folder}/b`, memory);
    await inForce(it.watcher);
    assert.equal(it.watcher.tree.revision, 3);
    assert.equal(it.watcher.tree.get(logging).sampling, 1);
    assert.equal(it.watcher.tree.get(scoring).alert, 0.9);
  }));
