import assert from "node:assert/strict";
import { type Core, openCore } from "@ml-defender/native";
import {
  addIds,
  checkSearch,
  DIMENSIONS,
  MODEL,
  range,
  vectorOf,
} from "./_conformance.ts";
import { openVectorIndex, type OwnIndex } from "./own_index.ts";
import { errorCode, files, idsOf, temporary } from "./testdata/directory.ts";

const core: Core = await openCore({ build: "wasm" });
const OPTIONS = { core, model: MODEL, dimensions: DIMENSIONS };
const QUALITY = { tolerance: 0.01, recall: 0.97 };
const ROW_BYTES = 4 + DIMENSIONS;

Deno.test("OwnIndex begins a file each UTC day and when one is full", () =>
  temporary((directory) => {
    let now = Date.UTC(2026, 0, 1, 23, 59);
    const clock = () => now;
    const options = { ...OPTIONS, clock, segmentRows: 100 };
    {
      using index = openVectorIndex(directory, options);
      addIds(index, range(0, 60));
      index.flush();
      addIds(index, range(60, 60));
      index.flush();
      now += 120_000;
      addIds(index, range(120, 10));
      index.flush();
    }
    using again = openVectorIndex(directory, options);
    assert.deepEqual(again.segments, [
      "2026-01-01.1.vectors",
      "2026-01-01.2.vectors",
      "2026-01-02.3.vectors",
    ]);
    addIds(again, range(130, 10));
    again.flush();
    assert.equal(again.segments.length, 3);
    checkSearch(again, range(0, 140), QUALITY);
  }));

Deno.test("openVectorIndex refuses a directory of another model, of other dimensions, of nobody knows what, or in use", () =>
  temporary((directory) => {
    const open = (more: object) => () =>
      openVectorIndex(directory, { ...OPTIONS, ...more });
    {
      using index = openVectorIndex(directory, OPTIONS);
      addIds(index, [1]);
      assert.throws(open({}), errorCode("locked"));
    }
    assert.throws(open({ model: "other" }), errorCode("model"));
    assert.throws(open({ dimensions: 64 }), errorCode("model"));
    assert.throws(open({ maxRows: 0 }), RangeError);
    assert.throws(open({ segmentRows: 0 }), RangeError);
    using index = openVectorIndex(directory, OPTIONS);
    assert.equal(index.size, 1);
    index.close();
    for (const text of ["{", "null", '{"format":2}', '{"format":1}']) {
      Deno.writeTextFileSync(`${directory}/manifest.json`, text);
      assert.throws(open({}), errorCode("corrupt"));
    }
    Deno.removeSync(`${directory}/manifest.json`);
    assert.throws(open({}), errorCode("corrupt"));
    assert.throws(
      () => openVectorIndex(`${directory}/.lock/x`, OPTIONS),
      errorCode("io"),
    );
  }));

Deno.test("OwnIndex refuses vectors beyond its bound until it is compacted, and cannot be opened with less room", () =>
  temporary((directory) => {
    const options = { ...OPTIONS, maxRows: 50 };
    using index = openVectorIndex(directory, options);
    addIds(index, range(0, 50));
    index.remove([7]);
    assert.throws(() => addIds(index, [100]), errorCode("full"));
    assert.equal(index.size, 49);
    index.compact();
    addIds(index, [100]);
    index.close();
    const open = () => openVectorIndex(directory, { ...options, maxRows: 49 });
    assert.throws(open, errorCode("full"));
    using again = openVectorIndex(directory, options);
    checkSearch(
      again,
      [...range(0, 50).filter((id) => id !== 7), 100],
      QUALITY,
    );
  }));

/** An index of three blocks in one file: ids 0 to 29, 30 to 59, 60 to 89; 5 is removed. */
function threeBlocks(directory: string): string {
  using index = openVectorIndex(directory, { ...OPTIONS, clock: () => 0 });
  for (const from of [0, 30, 60]) {
    addIds(index, range(from, 30));
    index.flush();
  }
  index.remove([5]);
  return `${directory}/${index.segments[0]}`;
}

const BLOCK_BYTES = 20 + 30 * ROW_BYTES;
const WITHOUT_5 = range(0, 90).filter((id) => id !== 5);

Deno.test("openVectorIndex cuts a torn end at every length, and what is lost can be added again", () =>
  temporary((directory) => {
    const path = threeBlocks(directory);
    const whole = Deno.readFileSync(path);
    assert.equal(whole.length, 64 + 3 * BLOCK_BYTES);
    for (let length = whole.length - 1; length >= 0; length -= 97) {
      Deno.writeFileSync(path, whole.subarray(0, length));
      const blocks = Math.max(0, Math.floor((length - 64) / BLOCK_BYTES));
      const kept = WITHOUT_5.filter((id) => id < blocks * 30);
      using index = openVectorIndex(directory, { ...OPTIONS, clock: () => 0 });
      const { cutBytes, lostRows, corruptBlocks } = index.recovered;
      const rest = Math.max(0, length - 64 - blocks * BLOCK_BYTES);
      assert.equal(cutBytes, rest, `cut at ${length}`);
      assert.equal(lostRows, rest >= 20 ? 30 : 0);
      assert.equal(corruptBlocks, length > 0 && length < 64 ? 1 : 0);
      assert.deepEqual(idsOf(index, 100), kept);
      const lost = range(0, 90).filter((id) => !index.has(id));
      addIds(index, lost);
      index.flush();
      index.close();
      using again = openVectorIndex(directory, OPTIONS);
      checkSearch(again, range(0, 90), QUALITY);
      again.remove([5]);
      for (const name of again.segments.slice(1)) {
        Deno.removeSync(`${directory}/${name}`);
      }
      again.close();
      Deno.removeSync(directory, { recursive: true });
      Deno.mkdirSync(directory);
      threeBlocks(directory);
    }
  }));

Deno.test("openVectorIndex passes over a damaged block, says so, and compact rewrites what is left", () =>
  temporary((directory) => {
    const path = threeBlocks(directory);
    const whole = Deno.readFileSync(path);
    const middle = 64 + BLOCK_BYTES;
    const left = WITHOUT_5.filter((id) => id < 30 || id >= 60);
    // in the head, in the ids, in the last byte
    for (const at of [0, 5, 17, 25, BLOCK_BYTES - 1]) {
      const bytes = whole.slice();
      bytes[middle + at]! ^= 0x40;
      Deno.writeFileSync(path, bytes);
      using index = openVectorIndex(directory, OPTIONS);
      assert.deepEqual(index.recovered, {
        ...{ cutBytes: 0, corruptBlocks: 1, lostRows: 30, lostRemovals: 0 },
      });
      checkSearch(index, left, QUALITY);
      assert.deepEqual(idsOf(index, 100), left);
    }
    {
      using index = openVectorIndex(directory, OPTIONS);
      addIds(index, range(30, 30));
      index.compact();
    }
    using index = openVectorIndex(directory, OPTIONS);
    assert.equal(index.recovered.corruptBlocks, 0);
    checkSearch(index, WITHOUT_5, QUALITY);
  }));

Deno.test("openVectorIndex survives any damaged byte: what it finds is right, and the rest is missing", () =>
  temporary((directory) => {
    const path = threeBlocks(directory);
    const removed = `${directory}/2.removed`;
    const pristine = new Map(
      [path, removed].map((name) => [name, Deno.readFileSync(name)]),
    );
    let seed = 7;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return seed % below;
    };
    for (let round = 0; round < 150; round++) {
      for (const [name, bytes] of pristine) {
        const copy = bytes.slice();
        for (let i = random(3); i >= 0; i--) {
          copy[random(copy.length)] = random(256);
        }
        const length = random(4) === 0 ? random(copy.length) : copy.length;
        Deno.writeFileSync(name, copy.subarray(0, length));
      }
      using index = openVectorIndex(directory, OPTIONS);
      const found = idsOf(index, 200);
      assert.equal(found.length, index.size);
      assert.ok(found.every((id) => id < 90));
      if (found.length > 0) checkSearch(index, found, QUALITY);
      index.close();
      for (const name of files(directory)) {
        if (/^(?!.*\.1\.).*\.vectors$/.test(name)) {
          Deno.removeSync(`${directory}/${name}`);
        }
      }
    }
  }));

Deno.test("OwnIndex gives the same hits before and after it is compacted and opened again", () =>
  temporary((directory) => {
    const ask = (index: OwnIndex) =>
      range(0, 5).map((i) =>
        index.search(Float32Array.from(vectorOf(5000 + i)), 20)
      );
    const index = openVectorIndex(directory, OPTIONS);
    addIds(index, range(0, 900));
    index.remove(range(100, 300));
    const before = ask(index);
    index.compact();
    assert.equal(index.removedRows, 0);
    assert.deepEqual(ask(index), before);
    index.close();
    using again = openVectorIndex(directory, OPTIONS);
    assert.deepEqual(ask(again), before);
    assert.deepEqual(files(directory).length, 3);
  }));

Deno.test("OwnIndex keeps an id that was removed and came again before anything was written", () =>
  temporary((directory) => {
    {
      using index = openVectorIndex(directory, OPTIONS);
      addIds(index, [1, 2, 3]);
      index.remove([2]);
      addIds(index, [2]);
      index.remove([3]);
    }
    using index = openVectorIndex(directory, OPTIONS);
    assert.deepEqual(idsOf(index, 10), [1, 2]);
    checkSearch(index, [1, 2], QUALITY);
  }));

Deno.test("OwnIndex does not take new vectors for removed ones that were lost", () =>
  temporary((directory) => {
    const path = threeBlocks(directory);
    {
      using index = openVectorIndex(directory, OPTIONS);
      index.remove(range(60, 30));
    }
    Deno.truncateSync(path, 64 + 2 * BLOCK_BYTES + 1);
    {
      using index = openVectorIndex(directory, OPTIONS);
      assert.equal(index.recovered.cutBytes, 1);
      addIds(index, range(500, 30));
    }
    using index = openVectorIndex(directory, OPTIONS);
    assert.deepEqual(
      idsOf(index, 600),
      [...WITHOUT_5.filter((id) => id < 60), ...range(500, 30)],
    );
  }));
