/** The configuration as a program and its operators use it: on a real etcd, and asked about afterwards. */
import assert from "node:assert/strict";
import { openConfig, SEARCH } from "@ml-defender/sdk/config";
import { force } from "../watcher/testdata/sections.ts";
import { runTask } from "./cli/run.ts";
import { EtcdServer, noEtcd } from "./etcd_server.ts";
import { optional } from "./_optional.ts";

const ANA = { actor: "ana" };

async function inFolder(fn: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "config-" });
  try {
    await fn(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function until(what: () => boolean, ms = 15_000): Promise<void> {
  const end = performance.now() + ms;
  while (!what()) {
    assert.ok(performance.now() < end, `not so after ${ms} ms: ${what}`);
    await new Promise((done) => setTimeout(done, 10));
  }
}

Deno.test('deno task ask "what changed in config today?" finds and cites what was applied and what was refused', async () => {
  await inFolder(async (folder) => {
    const log = `${folder}/log`;
    {
      await using config = await openConfig({ store: "memory", changes: log });
      const { revision } = await config.editor.set(
        { "policy.thresholds.alert": 0.8 },
        ANA,
      );
      await config.watcher.reached(revision);
      // Past the editor, which would not let it in.
      await force(config.store, { search: { limit: 0 } }, "max");
      await until(() => config.status().refusal !== undefined);
    }
    const ids = (await Deno.readTextFile(`${log}/changes.jsonl`)).trimEnd()
      .split("\n").map((line) => JSON.parse(line).id as string);
    assert.equal(ids.length, 2);
    const { code, out, err } = await runTask("ask", [
      "what changed in config today?",
      "--log",
      log,
      "--json",
    ]);
    assert.equal(code, 0, err);
    const { hits, answer, citations } = JSON.parse(out);
    const found = hits.map((hit: { event_id: string }) => hit.event_id);
    assert.deepEqual(found.toSorted(), ids.toSorted());
    const cited = JSON.stringify(citations);
    for (const id of ids) assert.ok(cited.includes(id), `${id} in ${cited}`);
    assert.match(JSON.stringify(answer), /policy\.thresholds\.alert/);
    const told = JSON.stringify(hits);
    assert.match(told, /ana/);
    assert.match(told, /must be a whole number from 1/);
  });
});

optional({
  name:
    "openConfig starts without etcd, joins it when it comes, goes on while it is gone, and ends at once",
  available: noEtcd === undefined,
  reason: noEtcd ?? "",
  fn: () =>
    inFolder(async (folder) => {
      await using server = await EtcdServer.start();
      const store = `etcd:${server.endpoint}`;
      const lastGood = `${folder}/last.json`;
      {
        await using config = await openConfig({ store, lastGood });
        const { revision } = await config.editor.set(
          { "search.limit": 7 },
          ANA,
        );
        await config.watcher.reached(revision);
      }
      await server.kill();
      await using config = await openConfig({
        store,
        lastGood,
        timeoutMs: 1000,
        startTimeoutMs: 500,
      });
      assert.equal(config.status().applied.source, "last_good");
      assert.equal(config.watcher.tree.get(SEARCH).limit, 7);
      await until(() => config.status().storeFailure?.code === "unreachable");
      await server.up();
      const up = performance.now();
      await until(() => config.status().applied.source === "store");
      const tookMs = performance.now() - up;
      assert.ok(tookMs < 5000, `joined after ${tookMs} ms`);
      const { revision } = await config.editor.set({ "search.limit": 8 }, ANA);
      await config.watcher.reached(revision);
      assert.equal(config.watcher.tree.get(SEARCH).limit, 8);
      await server.kill();
      const closing = performance.now();
      await config.close();
      assert.ok(performance.now() - closing < 3000);
    }),
});
