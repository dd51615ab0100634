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
import { DISK, type Disk } from "./disk.ts";
import { VectorIndexError } from "./index.ts";
import { openVectorIndex, OwnIndex } from "./own_index.ts";

const core: Core = await openCore({ build: "wasm" });
const OPTIONS = { core, model: MODEL, dimensions: DIMENSIONS };
const QUALITY = { tolerance: 0.01, recall: 0.97 };
const ROW_BYTES = 4 + DIMENSIONS;

async function temporary(
  use: (directory: string) => void | Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "own_index_" });
  try {
    await use(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function idsOf(index: OwnIndex, upTo: number): number[] {
  return range(0, upTo).filter((id) => index.has(id));
}

function files(directory: string): string[] {
  return [...Deno.readDirSync(directory)].map(({ name }) => name).sort();
}

function errorCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof VectorIndexError && error.code === code;
}

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

/** A disk of which every step from number `first` on fails, as if the machine had stopped. */
function stoppingDisk(first: number): { disk: Disk; steps: () => number } {
  let steps = 0;
  const step = (): void => {
    if (++steps > first) throw new VectorIndexError("io", "stopped");
  };
  const disk: Disk = {
    ...DISK,
    open: (path) => {
      step();
      const file = DISK.open(path);
      return {
        write: (offset, bytes): void => {
          try {
            step();
          } catch (error) {
            // half of it is there
            file.write(offset, bytes.subarray(0, bytes.length >> 1));
            throw error;
          }
          file.write(offset, bytes);
        },
        truncate: (bytes): void => {
          step();
          file.truncate(bytes);
        },
        sync: step,
        close: () => file.close(),
      };
    },
    rename: (from, to): void => {
      step();
      DISK.rename(from, to);
    },
    remove: (path): void => {
      step();
      DISK.remove(path);
    },
  };
  return { disk, steps: () => steps };
}

Deno.test("OwnIndex stopped at any step of flushing and compacting has everything acknowledged when opened again", () =>
  temporary((root) => {
    const work = (directory: string, disk: Disk): Set<number>[] => {
      /** What may be there: as acknowledged, or as it was about to be. */
      let acknowledged = new Set<number>();
      let wanted = new Set<number>();
      const options = { ...OPTIONS, segmentRows: 70 };
      try {
        const index = new OwnIndex(directory, options, disk);
        try {
          for (let round = 0; round < 3; round++) {
            const ids = range(round * 100, 60);
            addIds(index, ids);
            index.remove(ids.slice(0, 9));
            wanted = new Set([...acknowledged, ...ids.slice(9)]);
            index.flush();
            acknowledged = wanted;
            index.remove([round * 100 + 20]);
            wanted = new Set(acknowledged);
            wanted.delete(round * 100 + 20);
            index.compact();
            acknowledged = wanted;
          }
        } finally {
          index.close();
        }
      } catch (error) {
        assert.match(String(error), /stopped/);
      }
      return [acknowledged, wanted];
    };
    const counting = stoppingDisk(Infinity);
    work(`${root}/all`, counting.disk);
    const steps = counting.steps();
    assert.ok(steps > 50, `${steps} steps`);
    for (let stop = 0; stop < steps; stop++) {
      const directory = `${root}/${stop}`;
      const [acknowledged, wanted] = work(directory, stoppingDisk(stop).disk);
      using index = openVectorIndex(directory, OPTIONS);
      const found = new Set(idsOf(index, 400));
      for (const id of found) {
        assert.ok(
          acknowledged!.has(id) || wanted!.has(id) || id % 100 < 9,
          `step ${stop}: ${id} came back`,
        );
      }
      for (const id of acknowledged!) {
        assert.ok(
          found.has(id) || !wanted!.has(id),
          `step ${stop}: ${id} is lost`,
        );
      }
      assert.equal(index.recovered.corruptBlocks, 0, `step ${stop}`);
      checkSearch(index, [...found], QUALITY);
    }
  }));

Deno.test("OwnIndex goes on after a full disk: the same flush succeeds when there is room", () =>
  temporary((directory) => {
    let full = false;
    const disk: Disk = {
      ...DISK,
      open: (path) => {
        const file = DISK.open(path);
        return {
          ...file,
          write: (offset, bytes): void => {
            if (!full) return file.write(offset, bytes);
            file.write(offset, bytes.subarray(0, 10));
            throw new VectorIndexError("diskFull", "no space");
          },
        };
      },
    };
    const index = new OwnIndex(directory, OPTIONS, disk);
    addIds(index, range(0, 30));
    index.flush();
    full = true;
    addIds(index, range(30, 30));
    index.remove([3]);
    assert.throws(() => index.flush(), errorCode("diskFull"));
    assert.throws(() => index.compact(), errorCode("diskFull"));
    checkSearch(index, range(0, 60).filter((id) => id !== 3), QUALITY);
    full = false;
    index.flush();
    index.compact();
    addIds(index, [3]);
    index.close();
    using again = openVectorIndex(directory, OPTIONS);
    assert.equal(again.recovered.cutBytes, 0);
    checkSearch(again, range(0, 60), QUALITY);
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

const PROGRAM = new URL("./testdata/add_forever.ts", import.meta.url);

/** Runs the program until some time after its first line, kills it, and gives the whole lines. */
async function killedLines(
  directory: string,
  from: number,
  wait: number,
): Promise<string[]> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-prompt", "--no-check", "--cached-only"],
      ...[`--allow-read=${directory}`, `--allow-write=${directory}`],
      ...[PROGRAM.href, directory, `${from}`],
    ],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let text = "";
  let timer: ReturnType<typeof setTimeout> | undefined;
  const decoder = new TextDecoder();
  for await (const chunk of child.stdout) {
    text += decoder.decode(chunk, { stream: true });
    timer ??= setTimeout(() => child.kill("SIGKILL"), wait);
  }
  clearTimeout(timer);
  assert.equal((await child.status).signal, "SIGKILL", text);
  return text.split("\n").slice(0, -1);
}

Deno.test("after each of 20 kill -9 OwnIndex has every acknowledged vector and no removed one", () =>
  temporary(async (directory) => {
    const there = new Set<number>();
    const unsure = new Set<number>();
    for (let round = 0; round < 20; round++) {
      const from = round * 1_000_000;
      const lines = await killedLines(directory, from, (round * 7.31) % 60);
      for (const line of lines) {
        const [kind, first = 0, count = 0] = line.split(" ").map((word, i) =>
          i === 0 ? word : Number(word)
        ) as [string, number, number];
        if (kind === "+") {
          for (const id of range(first, count)) there.add(id);
        }
        if (kind === "?") unsure.add(first);
        if (kind === "-") {
          there.delete(first);
          unsure.delete(first);
        }
      }
      const index = openVectorIndex(directory, OPTIONS);
      for (const id of there) {
        assert.ok(index.has(id) || unsure.has(id), `${id} is lost`);
      }
      const last = Math.max(...there);
      for (const id of range(from, last - from)) {
        const expected = there.has(id) || unsure.has(id);
        assert.ok(expected || !index.has(id), `${id} came back`);
      }
      for (const id of unsure) if (!index.has(id)) there.delete(id);
      unsure.clear();
      assert.equal(index.recovered.corruptBlocks, 0);
      index.close();
    }
  }));
