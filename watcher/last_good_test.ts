import assert from "node:assert/strict";
import type { Json } from "@ml-defender/etcd-client";
import { begin, Probe } from "./testdata/probe.ts";
import { force } from "./testdata/sections.ts";

/** A place in memory. */
function place() {
  const saved: Json[] = [];
  return {
    saved,
    load: () => Promise.resolve(saved.at(-1)),
    save: (value: Json) => {
      saved.push(value);
      return Promise.resolve();
    },
  };
}

Deno.test("ConfigWatcher keeps as the last good configuration only what a subscriber has made ready", async () => {
  const lastGood = place();
  await using it = await begin({ lastGood });
  await force(it.store, { scoring: { alert: 0.9 } });
  await it.watcher.reached(1);
  assert.deepEqual(lastGood.saved, []);
  const probe = new Probe("p");
  probe.behaviour.prepare = () => {
    throw new Error("no");
  };
  await assert.rejects(it.watcher.subscribe(probe), { code: "start" });
  assert.deepEqual(lastGood.saved, []);
  await it.watcher.subscribe(new Probe("q"));
  await it.watcher.close();
  assert.deepEqual(
    lastGood.saved.map((value) => (value as { revision: number }).revision),
    [1],
  );
});
