import assert from "node:assert/strict";
import { ConfigEditor, ConfigWatcher } from "@ml-defender/watcher";
import { MemoryStore } from "@ml-defender/etcd-client";
import { configModel, liveConfig, MODELS, openConfig } from "./mod.ts";
import { inFolder } from "./testdata/in_folder.ts";

const ANA = { actor: "ana" };

Deno.test("a model file that cannot be used is refused while nothing is analysed, and is not what the program starts with next", async () => {
  await inFolder(async (folder) => {
    const file = `${folder}/none.json`;
    const options = {
      store: `file:${folder}/tree`,
      lastGood: `${folder}/last.json`,
    };
    {
      await using config = await openConfig(options);
      const good = await config.editor.set({ "log.perIncident": 3 }, ANA);
      await config.watcher.reached(good.revision);
      const bad = await config.editor.set({ "models.ddos.file": file }, ANA);
      const status = await config.watcher.reached(bad.revision);
      assert.deepEqual(
        [status.state, status.refusal?.kind, status.applied.revision],
        ["refused", "prepare", good.revision],
      );
      assert.match(status.refusal!.reason, /models\.ddos\.file: .*no such/);
    }
    {
      await using config = await openConfig(options);
      const { applied, state } = config.status();
      assert.deepEqual(
        [applied.source, applied.revision, state],
        ["last_good", 1, "refused"],
      );
      assert.equal((await config.live.current()).models.length > 0, true);
    }
    await Deno.remove(options.lastGood);
    await using config = await openConfig(options);
    assert.equal(config.status().applied.source, "defaults");
    assert.equal(config.watcher.tree.get(MODELS).ddos.file, "");
    assert.equal((await config.live.current()).models.length > 0, true);
  });
});

Deno.test("a model file of a change that was given up is read anew by the next attempt, and by no other", async () => {
  await using store = new MemoryStore();
  const model = configModel();
  await using watcher = await ConfigWatcher.start({
    store,
    model,
    retryMs: 600_000,
  });
  let reads = 0;
  let text = "no model";
  const live = liveConfig(watcher, {
    readText: () => {
      reads++;
      return Promise.resolve(text);
    },
  });
  const depths: number[] = [];
  const attached = await live.attach({
    name: "part",
    prepare: ({ models }) => ({
      commit: () => depths.push(models.length),
      abort: () => {},
    }),
  });
  let refuse = false;
  await watcher.subscribe({
    name: "sceptic",
    sections: [MODELS],
    prepare: async () => {
      // After the other one, so that what it made is to be dropped.
      await new Promise((done) => setTimeout(done, 20));
      if (refuse) throw new Error("not now");
      return { commit() {}, abort() {} };
    },
  });
  const editor = new ConfigEditor({ store, model });
  const { revision } = await editor.set({ "models.ddos.file": "x" }, ANA);
  const bad = await watcher.reached(revision);
  assert.match(bad.refusal!.reason, /models\.ddos\.file/);
  assert.equal(reads, 1);

  // The file is put right: what failed is not kept.
  const file = new URL("../models/ddos.json", import.meta.url);
  text = await Deno.readTextFile(file);
  refuse = true;
  assert.match((await watcher.retry()).refusal!.reason, /not now/);
  assert.equal(reads, 2);

  // It was made ready and given up: by now the file may be another one.
  assert.match((await watcher.retry()).refusal!.reason, /not now/);
  assert.equal(reads, 3);
  refuse = false;
  assert.equal((await watcher.retry()).state, "in_force");
  assert.equal(reads, 4);

  // It is in force: a change of something else does not read it again.
  const next = await editor.set({ "log.perIncident": 7 }, ANA);
  assert.equal((await watcher.reached(next.revision)).state, "in_force");
  assert.equal(reads, 4);
  assert.equal(depths.length, 3);
  attached.close();
});
