import assert from "node:assert/strict";
import { FileStore } from "./mod.ts";

Deno.test("FileStore.health says whether the folder could be used the last time, also where nothing is watched", async () => {
  const folder = await Deno.makeTempDir();
  await using store = await FileStore.open(folder);
  await store.set("a", 1);
  assert.equal(store.health().reachable, true);
  const log = `${folder}/config.log`;
  const bytes = await Deno.readFile(log);
  await Deno.remove(log);
  await assert.rejects(store.get("a"), { code: "storage" });
  const { reachable, lastError } = store.health();
  assert.equal(reachable, false);
  assert.match(lastError!, /config\.log: it is not there/);
  await Deno.writeFile(log, bytes, { mode: 0o600 });
  // That what was asked cannot be had says nothing of the folder.
  await assert.rejects(store.get("a", { revision: 99 }), RangeError);
  assert.deepEqual([store.health().reachable, store.health().lastError], [
    true,
    undefined,
  ]);
  await Deno.remove(folder, { recursive: true });
});
