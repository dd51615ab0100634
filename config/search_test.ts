import assert from "node:assert/strict";
import { openSearch, openSearchWorker } from "@ml-defender/rag";
import { openConfig, searchSubscriber } from "./mod.ts";

const NOW = Date.UTC(2026, 10, 23);
const DAY_MS = 86_400_000;

/** Changes of configuration are the smallest entries that there are. */
function entry(number: number, daysAgo: number) {
  return {
    kind: "change",
    record: {
      id: number.toString(16).padStart(32, "0"),
      time: new Date(NOW - daysAgo * DAY_MS).toISOString(),
      actor: "ana",
      revision: `${number}`,
      outcome: "applied",
      changes: [{ path: "a.b", before: `${number}`, after: "x" }],
    },
  } as const;
}

for (
  const [where, open] of [
    ["in this thread", openSearch],
    ["in a worker", openSearchWorker],
  ] as const
) {
  Deno.test(`a search ${where} takes limit and retention while it runs`, async () => {
    const folder = await Deno.makeTempDir({ prefix: "config-" });
    const search = await open(folder);
    try {
      await using config = await openConfig({ store: "memory" });
      const errors: unknown[] = [];
      await config.watcher.subscribe(
        searchSubscriber(search, { onError: (error) => errors.push(error) }),
      );
      await search.add(
        Array.from({ length: 30 }, (_, i) => entry(i, i % 10)),
      );
      const shown = async () =>
        (await search.search({ kind: "change" }, { fold: false })).hits.length;
      assert.equal(await shown(), 10);
      const { revision } = await config.editor.set({
        "search.limit": 3,
        "search.retention.maxAgeDays": 4.5,
      }, { actor: "ana" });
      await config.watcher.reached(revision);
      // Calls are answered one after the other: the settings are taken before this one.
      assert.equal(await shown(), 3);
      assert.equal((await search.stats()).entries.change, 15);
      assert.deepEqual(errors, []);
    } finally {
      await search.close();
      await Deno.remove(folder, { recursive: true });
    }
  });
}
