/** Counters in a file: what a restart finds, and what is refused. */
import assert from "node:assert/strict";
import { BackedStore } from "./backed_store.ts";
import { type CounterEntry, FileCounters, MemoryCounters } from "./counters.ts";
import { EtcdError, type EtcdErrorCode } from "./error.ts";
import { KeyRing, newKeyLine } from "./key_ring.ts";
import { MemoryBackend } from "./_memory_backend.ts";

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
    // 3000 lines of 40 bytes, had they all been kept.
    assert.ok((await Deno.stat(path)).size < 60_000);
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
    const [first, a] = text.split("\n");
    for (
      const line of [
        "null",
        "7",
        "{}",
        '["a",1]',
        a!.replace(",1,", ',"1",'),
        a!.replace(",1,", ",1.5,"),
        a!.replace("live", "gone"),
        a!.replace('"a"', "0"),
      ]
    ) {
      assert.notEqual(line, a);
      await Deno.writeTextFile(path, `${first}\n${line}\n`);
      await fails(path, "storage");
    }
    await Deno.writeTextFile(path, "hello");
    await fails(path, "storage");
    await fails("/nowhere/at/all", "storage");
    const { mode } = await Deno.stat(`${path}.lock`);
    assert.equal(mode! & 0o077, 0);
  }));

/** A disk that takes half of what is written to it, then no more, until it has room again. */
function fullDisk(): Disposable {
  const { write } = Deno.FsFile.prototype;
  let full = false;
  Deno.FsFile.prototype.write = function (bytes) {
    if (full) {
      const error = new Error("No space left on device");
      return Promise.reject(Object.assign(error, { code: "ENOSPC" }));
    }
    full = true;
    return write.call(this, bytes.subarray(0, bytes.length >> 1));
  };
  return {
    [Symbol.dispose]: () => {
      Deno.FsFile.prototype.write = write;
    },
  };
}

Deno.test("FileCounters on a full disk remembers nothing that is not stored, and goes on when there is room", () =>
  inFile(async (path) => {
    const counters = await FileCounters.open(path);
    await counters.set("a", entry(1));
    const before = await Deno.readTextFile(path);
    {
      using _disk = fullDisk();
      for (const name of ["a", "b"]) {
        const error = await counters.set(name, entry(2))
          .then(() => undefined, (e) => e);
        assert.ok(error instanceof EtcdError, `${error}`);
        assert.equal(error.code, "storage");
      }
    }
    assert.deepEqual(counters.get("a"), entry(1));
    assert.equal(counters.get("b"), undefined);
    assert.equal(await Deno.readTextFile(path), before);
    await counters.set("b", entry(3));
    await counters.close();
    const again = await FileCounters.open(path);
    assert.deepEqual([again.get("a"), again.get("b")], [entry(1), entry(3)]);
    await again.close();
  }));

Deno.test("a value is not given out while its counter cannot be stored", () =>
  inFile(async (path) => {
    const keys = KeyRing.parse(newKeyLine("k1"));
    const backend = new MemoryBackend(100);
    const writer = new BackedStore(backend, { seal: { keys } });
    const counters = await FileCounters.open(path);
    const reader = new BackedStore(backend, { seal: { keys, counters } });
    await writer.set("a", 1);
    {
      using _disk = fullDisk();
      for (let i = 0; i < 3; i++) {
        const error = await reader.get("a").then(() => undefined, (e) => e);
        assert.equal((error as EtcdError | undefined)?.code, "storage");
      }
    }
    assert.equal((await reader.get("a"))?.value, 1);
    assert.equal(counters.get("a")?.state, "live");
    await reader.close();
    await counters.close();
  }));

Deno.test("MemoryCounters remembers", async () => {
  const counters = new MemoryCounters();
  await counters.set("a/b", entry(3));
  assert.deepEqual(counters.get("a/b"), entry(3));
  assert.deepEqual([...counters.names("a/")], ["a/b"]);
  await counters.close();
});
