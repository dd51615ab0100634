/** Many who write configuration at the same time: each comes through, and nothing is lost. */
import assert from "node:assert/strict";
import { FileStore, MemoryStore } from "@ml-defender/etcd-client";
import { ConfigEditor } from "@ml-defender/watcher";
import { model } from "../../watcher/testdata/sections.ts";

const WRITERS = 50;
const WRITES = 4;

for (const kind of ["memory", "file"] as const) {
  Deno.test(`ConfigEditor.set comes through among ${WRITERS} writers at once (${kind})`, async () => {
    const folder = await Deno.makeTempDir({ prefix: "writers-" });
    const shared = new MemoryStore();
    const open = () =>
      kind === "memory" ? shared : FileStore.open(`${folder}/tree`);
    try {
      await Promise.all(Array.from({ length: WRITERS }, async (_, i) => {
        const store = await open();
        const editor = new ConfigEditor({ store, model: model() });
        for (let j = 0; j < WRITES; j++) {
          const values = { [`scoring.models.w${i}_${j}`]: 0.5 };
          await editor.set(values, { actor: "ana" });
        }
        if (kind === "file") await store.close();
      }));
      await using store = await open();
      const editor = new ConfigEditor({ store, model: model() });
      const { value, revision } = await editor.get("scoring.models");
      assert.equal(revision, WRITERS * WRITES);
      assert.equal(Object.keys(value!).length, WRITERS * WRITES + 1);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
