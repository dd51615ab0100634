/** What a watcher says of itself in the store, where others have its id or another tree. */
import assert from "node:assert/strict";
import {
  type Component,
  type Json,
  MemoryStore,
} from "@ml-defender/etcd-client";
import { ConfigEditor } from "./editor.ts";
import { begin } from "./testdata/probe.ts";
import { force, model } from "./testdata/sections.ts";

const COMPONENT = { id: "sensor-1", version: "1" };

async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 15_000;
  while (!(await what())) {
    assert.ok(performance.now() < end, `not so after 15 s: ${what}`);
    await new Promise((done) => setTimeout(done, 10));
  }
}

function dataOf(component: Component): Record<string, Json> {
  return component.data as Record<string, Json>;
}

Deno.test("ConfigWatcher whose id another process takes says so, is seen under an id of its own, and comes back", async () => {
  await using store = new MemoryStore();
  const told: boolean[] = [];
  const onTaken = (taken: boolean) => {
    told.push(taken);
    throw new Error("nobody hears this");
  };
  const seen = async () =>
    (await store.discover("pipeline", { prefix: "ml-defender" }))
      .toSorted((a, b) => a.id < b.id ? -1 : 1);
  const refused = () => store.get("ml-defender/refused/sensor-1");
  const first = (await begin({
    store,
    component: { ...COMPONENT, onTaken },
    reportMs: 0,
  })).watcher;
  await until(async () => (await seen()).length === 1);
  assert.equal(dataOf((await seen())[0]!).idTaken, false);
  const second =
    (await begin({ store, component: COMPONENT, reportMs: 0 })).watcher;
  await until(() => first.status().idTaken);
  await until(async () => (await seen()).length === 2);
  assert.deepEqual(told, [true]);
  const [own, aside] = await seen();
  assert.deepEqual([own!.id, dataOf(own!).idTaken], ["sensor-1", false]);
  assert.match(aside!.id, /^sensor-1~[0-9a-f]{8}$/);
  assert.equal(dataOf(aside!).idTaken, true);
  assert.equal(second.status().idTaken, false);

  await force(store, { scoring: { alert: 0.9 } });
  assert.equal((await first.reached(1)).state, "in_force", "it goes on");
  await until(async () =>
    (await seen()).every((one) => dataOf(one).appliedRevision === 1)
  );
  await force(store, { scoring: { alert: 9 } });
  await until(async () =>
    (await seen()).every(({ status }) => status === "refused")
  );
  await until(async () => await refused() !== undefined);
  assert.equal(first.status().counters.reportFailures, 0);

  await second.close();
  await until(() => !first.status().idTaken);
  await until(async () => (await seen()).length === 1);
  const [back] = await seen();
  await until(async () => dataOf((await seen())[0]!).idTaken === false);
  assert.equal(back!.id, "sensor-1");
  assert.deepEqual(told, [true, false]);
  await force(store, { scoring: { alert: 0.9 } });
  await until(async () => await refused() === undefined);
  await first.close();
  assert.deepEqual(await seen(), []);
});

Deno.test("ConfigWatcher of one tree is not in the fleet of another tree of the same store", async () => {
  await using store = new MemoryStore();
  const component = { ...COMPONENT, kind: "pipeline" };
  const places = ["ml-defender", "lab"];
  const watchers = [];
  for (const prefix of places) {
    const { watcher } = await begin({ store, prefix, component, reportMs: 0 });
    watchers.push(watcher);
  }
  for (const prefix of places) {
    const editor = new ConfigEditor({ store, model: model(), prefix });
    await until(async () => (await editor.fleet()).length === 1);
    assert.equal((await editor.fleet())[0]!.id, "sensor-1");
  }
  for (const watcher of watchers) {
    assert.equal(watcher.status().idTaken, false);
    await watcher.close();
  }
});

Deno.test("ConfigWatcher whose id is as long as can be, and taken, is seen all the same", async () => {
  await using store = new MemoryStore();
  const component = { id: "\u{1f600}".repeat(50), version: "" };
  const [first] = [
    await begin({ store, component, reportMs: 0 }),
    await begin({ store, component, reportMs: 0 }),
  ].map(({ watcher }) => watcher);
  const seen = () => store.discover("pipeline", { prefix: "ml-defender" });
  await until(() => first!.status().idTaken);
  await until(async () => (await seen()).length === 2);
  assert.equal(first!.status().counters.reportFailures, 0);
});
