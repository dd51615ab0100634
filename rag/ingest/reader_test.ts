import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import type { Entry } from "../entry.ts";
import { LineSplitter } from "./_lines.ts";
import type { IngestCounters } from "./batch.ts";
import type { SourcePosition } from "./position.ts";
import {
  artifactFile,
  artifactText,
  DAY,
  eventLine,
  Folder,
} from "./testdata/entries.ts";
import { watchLog, type WatchLogOptions } from "./watch_log.ts";

const LOG = `events/${DAY}.jsonl`;

interface Read {
  readonly entries: readonly Entry[];
  readonly counters: IngestCounters | undefined;
}

/** Reads what is new and keeps its positions, as a process does that ends afterwards. */
async function read(
  folder: Folder,
  positions: Map<string, SourcePosition>,
  options: WatchLogOptions = {},
): Promise<Read> {
  const entries: Entry[] = [];
  let counters: IngestCounters | undefined;
  const known = [...positions.values()];
  for await (
    const batch of watchLog(folder.path, {
      once: true,
      positions: known,
      ...options,
    })
  ) {
    entries.push(...batch.entries);
    for (const one of batch.positions) positions.set(one.path, one);
    counters = batch.counters;
  }
  return { entries, counters };
}

function ids(entries: readonly Entry[]): number[] {
  return entries.map((entry) =>
    entry.kind === "event"
      ? parseInt(entry.record.rag_metadata.event_id, 16)
      : NaN
  );
}

Deno.test("LineSplitter holds no more of an endless line than its bound, and goes on where it was left", () => {
  const splitter = new LineSplitter(100);
  const encoder = new TextEncoder();
  const give = (to: LineSplitter, text: string) => {
    const bytes = encoder.encode(text);
    const room = to.room(bytes.length);
    assert.ok(room.buffer.byteLength <= 4000, `${room.buffer.byteLength}`);
    room.set(bytes);
    to.filled(bytes.length);
    const line = to.next();
    return line && new TextDecoder().decode(line);
  };
  assert.equal(give(splitter, "one\n"), "one");
  for (let piece = 0; piece < 1000; piece++) {
    assert.equal(give(splitter, "x".repeat(1000)), undefined);
  }
  assert.equal(splitter.consumed, 4);
  assert.equal(splitter.passed, 1_000_000);
  const later = new LineSplitter(100, splitter.passed);
  assert.equal(give(later, "end"), undefined);
  assert.equal(give(later, "\ntwo\n"), "two");
  assert.equal(later.tooLarge, 1);
  assert.equal(later.consumed, 1_000_003 + 1 + 4);
  assert.equal(give(splitter, "end\ntwo\n"), "two");
  assert.equal(splitter.consumed, 4 + later.consumed);
});

Deno.test("watchLog commits no position inside a line that is too long: its rest is no line of its own for the next process", async () => {
  using folder = new Folder();
  const positions = new Map<string, SourcePosition>();
  const options = { maxLineBytes: 4096 };
  folder.write(LOG, eventLine(1) + "x".repeat(700_000));
  assert.deepEqual(ids((await read(folder, positions, options)).entries), [1]);
  assert.equal(positions.get(LOG)?.offset, eventLine(1).length);
  folder.append(LOG, eventLine(7) + eventLine(8));
  const { entries, counters } = await read(folder, positions, options);
  assert.deepEqual(ids(entries), [8]);
  assert.equal(counters?.skipped.tooLarge, 1);
  assert.equal(
    positions.get(LOG)?.offset,
    (await Deno.stat(`${folder.path}/${LOG}`)).size,
  );
});

Deno.test("watchLog follows a line that is too long and comes in pieces, and takes what comes behind it", async () => {
  using folder = new Folder();
  folder.write(LOG, eventLine(1) + "x".repeat(9000));
  const stop = new AbortController();
  const steps = [
    () => folder.append(LOG, "y".repeat(9000)),
    () => folder.append(LOG, eventLine(7) + eventLine(8)),
  ];
  const timer = setTimeout(() => stop.abort(), 10_000);
  const seen: number[] = [];
  let counters: IngestCounters | undefined;
  for await (
    const batch of watchLog(folder.path, {
      maxLineBytes: 4096,
      pollMs: 20,
      signal: stop.signal,
      onProgress: ({ caughtUp }) => caughtUp && steps.shift()?.(),
    })
  ) {
    seen.push(...ids(batch.entries));
    ({ counters } = batch);
    if (seen.includes(8)) stop.abort();
  }
  clearTimeout(timer);
  assert.deepEqual(seen, [1, 8]);
  assert.equal(counters?.skipped.tooLarge, 1);
});

Deno.test("watchLog passes over all the lines that it read before a file was packed, however large", async () => {
  using folder = new Folder();
  const positions = new Map<string, SourcePosition>();
  const count = 200;
  const lines = Array.from({ length: count + 3 }, (_, i) => eventLine(i));
  const before = lines.slice(0, count).join("");
  assert.ok(before.length > 400_000);
  folder.write(LOG, before);
  assert.equal((await read(folder, positions)).entries.length, count);
  folder.remove(LOG);
  folder.write(`${LOG}.gz`, new Uint8Array(gzipSync(lines.join(""))));
  const { entries } = await read(folder, positions);
  assert.deepEqual(ids(entries), [count, count + 1, count + 2]);
  assert.deepEqual((await read(folder, positions)).entries, []);
});

Deno.test("watchLog leaves out an artifact that is too large, and gives its event by its line", async () => {
  using folder = new Folder();
  folder.write(LOG, eventLine(1, true) + eventLine(2, true));
  folder.write(`artifacts/${DAY}/${artifactFile(1)}`, artifactText(1));
  folder.write(
    `artifacts/${DAY}/${artifactFile(2)}`,
    artifactText(2).trimEnd() + " ".repeat(9000),
  );
  const { entries, counters } = await read(folder, new Map(), {
    maxArtifactBytes: 8192,
  });
  assert.deepEqual(ids(entries), [1, 2]);
  assert.deepEqual(
    entries.map((entry) => entry.kind === "event" && entry.evidence !== null),
    [true, false],
  );
  assert.equal(counters?.skipped.tooLarge, 1);
  assert.equal(counters.artifacts, 1);
});

Deno.test("watchLog takes artifacts at once after the clock was put back", async () => {
  using folder = new Folder();
  const stop = new AbortController();
  folder.write(`artifacts/${DAY}/${artifactFile(1)}`, artifactText(1));
  const { now } = Date;
  const timer = setTimeout(() => stop.abort(), 10_000);
  const seen: number[] = [];
  try {
    for await (
      const { entries } of watchLog(folder.path, {
        pollMs: 20,
        signal: stop.signal,
      })
    ) {
      seen.push(...ids(entries));
      if (seen.length > 1) stop.abort();
      else {
        Date.now = () => now() - 3_600_000;
        folder.write(`artifacts/${DAY}/${artifactFile(2)}`, artifactText(2));
      }
    }
  } finally {
    Date.now = now;
    clearTimeout(timer);
  }
  assert.deepEqual(seen, [1, 2]);
});

Deno.test("watchLog gives artifacts again whose folder went and came back, as after a mount", async () => {
  using folder = new Folder();
  const stop = new AbortController();
  const name = `artifacts/${DAY}/${artifactFile(1)}`;
  folder.write(name, artifactText(1));
  folder.write(LOG, eventLine(2));
  const timer = setTimeout(() => stop.abort(), 10_000);
  const steps = [
    () => folder.remove("artifacts"),
    () => folder.write(name, artifactText(1)),
  ];
  const seen: number[] = [];
  for await (
    const { entries } of watchLog(folder.path, {
      pollMs: 20,
      signal: stop.signal,
      onProgress: ({ caughtUp }) => caughtUp && steps.shift()?.(),
    })
  ) {
    seen.push(...ids(entries));
    if (seen.length > 2) stop.abort();
  }
  clearTimeout(timer);
  assert.deepEqual(seen, [1, 2, 1]);
});
