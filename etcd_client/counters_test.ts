/** Counters in a file: what a restart finds, and what is refused. */
import assert from "node:assert/strict";
import { type CounterEntry, FileCounters, MemoryCounters } from "./counters.ts";
import { EtcdError, type EtcdErrorCode } from "./error.ts";

function entry(counter: number): CounterEntry {
  return { counter, tag: "00", state: "live", revision: counter, store: "s" };
}

async function inFile(fn: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  await fn(`${folder}/counters`);
  await Deno.remove(folder, { recursive: true });
}

async function fails(path: string, code: EtcdErrorCode): Promise<void> {
  const error = await FileCounters.open(path).then(() => undefined, (e) => e);
  assert.ok(error instanceof EtcdError, `${error}`);
  assert.equal(error.code, code, error.message);
}

Deno.test("FileCounters gives after a restart what was set, without having been closed", () =>
  inFile(async (path) => {
    const counters = await FileCounters.open(path, { sync: true });
    for (let i = 0; i < 3000; i++) await counters.set(`k${i % 7}`, entry(i));
    assert.deepEqual(counters.get("k1"), entry(2997));
    const copy = `${path}.copy`;
    await Deno.copyFile(path, copy);
    const again = await FileCounters.open(copy);
    for (let k = 0; k < 7; k++) {
      assert.deepEqual(again.get(`k${k}`), counters.get(`k${k}`));
    }
    assert.ok((await Deno.stat(copy)).size < 1000);
    assert.deepEqual([...again.names("k")].length, 7);
    assert.deepEqual([...again.names("x")], []);
    await again.close();
    await counters.close();
    await counters.close();
    await assert.rejects(counters.set("k", entry(1)), EtcdError);
  }));

Deno.test("FileCounters is for one client, of its own format, whole, and drops only a torn end", () =>
  inFile(async (path) => {
    const counters = await FileCounters.open(path);
    await fails(path, "locked");
    await counters.set("a", entry(1));
    await counters.set("b", entry(2));
    await counters.close();
    const text = await Deno.readTextFile(path);
    await Deno.writeTextFile(path, text.slice(0, -4));
    const torn = await FileCounters.open(path);
    assert.deepEqual([torn.get("a"), torn.get("b")], [entry(1), undefined]);
    await torn.close();
    await Deno.writeTextFile(path, text.replace('"a"', "a"));
    await fails(path, "storage");
    await Deno.writeTextFile(path, "hello");
    await fails(path, "storage");
    await fails("/nowhere/at/all", "storage");
    const { mode } = await Deno.stat(`${path}.lock`);
    assert.equal(mode! & 0o077, 0);
  }));

Deno.test("MemoryCounters remembers", async () => {
  const counters = new MemoryCounters();
  await counters.set("a/b", entry(3));
  assert.deepEqual(counters.get("a/b"), entry(3));
  assert.deepEqual([...counters.names("a/")], ["a/b"]);
  await counters.close();
});
