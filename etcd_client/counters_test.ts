/** Counters in a file: what a restart finds, and what is refused. */
import assert from "node:assert/strict";
import { BackedStore } from "./backed_store.ts";
import {
  type CounterEntry,
  type CounterStore,
  FileCounters,
  MemoryCounters,
} from "./counters.ts";
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
        a!.replace("live", "lost"),
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

Deno.test("FileCounters forgets the first of the keys that are gone when they are more than 10,000, and no other, also after a restart", () =>
  inFile(async (path) => {
    const gone = (i: number) => ({ ...entry(i), state: "gone" }) as const;
    const check = (counters: CounterStore) => {
      assert.equal([...counters.names("h/")].length, 10_000);
      assert.equal(counters.get("h/500"), undefined);
      // They went, were written, and went again.
      assert.deepEqual(counters.get("h/7"), gone(9));
      assert.deepEqual([...counters.names("h/")].slice(-2), ["h/7", "h/9000"]);
      assert.deepEqual(counters.get("h/501"), gone(501));
      assert.deepEqual(counters.get("live"), entry(1));
      const deleted = { ...entry(2), state: "deleted" };
      assert.deepEqual(counters.get("deleted"), deleted);
    };
    const counters = await FileCounters.open(path);
    await counters.set("live", entry(1));
    await counters.set("deleted", { ...entry(2), state: "deleted" });
    for (let i = 0; i < 10_500; i++) {
      await counters.set(`h/${i}`, { ...entry(i), state: "expendable" });
      await counters.set(`h/${i}`, gone(i));
    }
    await counters.set("h/7", { ...entry(8), state: "expendable" });
    await counters.set("h/7", gone(9));
    await counters.set("h/9000", gone(9000));
    check(counters);
    // 60 bytes a line: what is remembered, and at most as much again.
    assert.ok((await Deno.stat(path)).size < 60 * 22_000);
    await counters.close();
    for (let i = 0; i < 2; i++) {
      const again = await FileCounters.open(path);
      check(again);
      await again.close();
    }
    check(await FileCounters.read(path));
  }));

Deno.test("FileCounters.open waits for another client as long as it may, and names the file", () =>
  inFile(async (path) => {
    const first = await FileCounters.open(path);
    const began = performance.now();
    const error = await FileCounters.open(path, { waitMs: 50 })
      .then(() => undefined, (e) => e);
    assert.ok(error instanceof EtcdError && error.code === "locked");
    assert.ok(error.message.includes(path), error.message);
    assert.match(error.message, /held it for 50 ms/);
    assert.ok(performance.now() - began >= 50);
    const waiting = FileCounters.open(path, { waitMs: 60_000 });
    await first.set("a", entry(1));
    await first.close();
    const second = await waiting;
    assert.deepEqual(second.get("a"), entry(1));
    await second.close();
    for (const waitMs of [-1, 0.5, 600_001]) {
      await assert.rejects(FileCounters.open(path, { waitMs }), RangeError);
    }
  }));

Deno.test("FileCounters.read takes what a file has while another client holds it, and nothing where there is none", () =>
  inFile(async (path) => {
    assert.deepEqual([...(await FileCounters.read(path)).names("")], []);
    const held = await FileCounters.open(path);
    await held.set("a", entry(1));
    const read = await FileCounters.read(path);
    await held.set("b", entry(2));
    assert.deepEqual([...read.names("")], ["a"]);
    assert.deepEqual(read.get("a"), entry(1));
    await read.set("c", entry(3));
    await held.close();
    const names = [...(await FileCounters.read(path)).names("")];
    assert.deepEqual(names, ["a", "b"]);
    await Deno.writeTextFile(path, "hello");
    await assert.rejects(FileCounters.read(path), /not a file of counters/);
  }));

Deno.test("FileCounters with sync has a value on the device before it is remembered, and without does not wait for it", () =>
  inFile(async (path) => {
    const { syncData } = Deno.FsFile.prototype;
    let flushes = 0;
    let broken = false;
    Deno.FsFile.prototype.syncData = function () {
      flushes++;
      if (broken) return Promise.reject(new Error("the device is gone"));
      return syncData.call(this);
    };
    try {
      for (const sync of [true, false]) {
        flushes = 0;
        const counters = await FileCounters.open(path, { sync });
        for (let i = 0; i < 3; i++) await counters.set("a", entry(i));
        assert.equal(flushes, sync ? 3 : 0);
        broken = true;
        const failed = await counters.set("b", entry(1))
          .then(() => false, () => true);
        broken = false;
        assert.equal(failed, sync);
        assert.equal(counters.get("b") === undefined, sync);
        await counters.close();
      }
    } finally {
      Deno.FsFile.prototype.syncData = syncData;
    }
  }));
