import assert from "node:assert/strict";
import { type Core, openCore } from "@ml-defender/native";
import {
  addIds,
  checkSearch,
  DIMENSIONS,
  MODEL,
  range,
} from "./_conformance.ts";
import { DISK, type Disk } from "./disk.ts";
import { VectorIndexError } from "./index.ts";
import { openVectorIndex, OwnIndex } from "./own_index.ts";
import { errorCode, idsOf, temporary } from "./testdata/directory.ts";

const core: Core = await openCore({ build: "wasm" });
const OPTIONS = { core, model: MODEL, dimensions: DIMENSIONS };
const QUALITY = { tolerance: 0.01, recall: 0.97 };

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
