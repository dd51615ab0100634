import assert from "node:assert/strict";
import { MODELS, openConfig } from "./mod.ts";

const ANA = { actor: "ana" };

async function inFolder(fn: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "config-" });
  try {
    await fn(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

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
