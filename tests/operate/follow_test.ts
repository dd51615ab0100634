import assert from "node:assert/strict";
import type { Searcher } from "@ml-defender/rag";
import { followConfig } from "../../examples/_follow.ts";

type Settings = Parameters<Searcher["configure"]>[0];

Deno.test("followConfig gives a search its settings at the start and at each change, and registers it", async () => {
  const seen: Settings[] = [];
  await using running = await followConfig({ store: "memory" }, {
    configure: (settings) => Promise.resolve(void seen.push(settings)),
  }, { id: "search-1", onFailure: assert.fail });
  assert.deepEqual(seen, [{ limit: 10, retention: {} }]);
  const { revision } = await running.editor.set({
    "search.limit": 25,
    "search.retention.maxAgeDays": 30,
  }, { actor: "ana" });
  await running.watcher.reached(revision);
  assert.deepEqual(seen.at(-1), { limit: 25, retention: { maxAgeDays: 30 } });
  const end = Date.now() + 10_000;
  for (;;) {
    const [member] = await running.editor.fleet();
    if (member?.appliedRevision === revision) {
      assert.deepEqual([member.kind, member.id], ["search", "search-1"]);
      break;
    }
    assert.ok(Date.now() < end, "it did not register");
    await new Promise((done) => setTimeout(done, 20));
  }
});

Deno.test("followConfig tells what a search could not apply, and goes on", async () => {
  const failures: string[] = [];
  await using running = await followConfig({ store: "memory" }, {
    configure: () => Promise.reject(new Error("disk full")),
  }, { id: "search-1", onFailure: (reason) => failures.push(reason) });
  await new Promise((done) => setTimeout(done));
  assert.deepEqual(failures, ["disk full"]);
  assert.equal(running.status().state, "in_force");
});
