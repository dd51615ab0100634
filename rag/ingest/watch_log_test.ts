import assert from "node:assert/strict";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { RagLogger } from "@ml-defender/raglogger";
import type { Entry } from "../entry.ts";
import type { IngestCounters } from "./batch.ts";
import { IngestError } from "./error.ts";
import type { SourcePosition } from "./position.ts";
import { watchLog, type WatchLogOptions } from "./watch_log.ts";
import {
  artifactFile,
  artifactText,
  changeRecord,
  DAY,
  eventLine,
  Folder,
  incidentLine,
  scanVerdict,
} from "./testdata/entries.ts";

const LOG = `events/${DAY}.jsonl`;

/** What a store keeps: positions by path. */
class Kept {
  readonly positions = new Map<string, SourcePosition>();
  counters: IngestCounters | undefined;

  async read(
    folder: Folder,
    options: WatchLogOptions = {},
  ): Promise<readonly Entry[]> {
    const all: Entry[] = [];
    const positions = [...this.positions.values()];
    const batches = watchLog(folder.path, {
      once: true,
      positions,
      ...options,
    });
    for await (const { entries, positions, counters } of batches) {
      all.push(...entries);
      for (const one of positions) this.positions.set(one.path, one);
      this.counters = counters;
    }
    return all;
  }
}

function idOf(entry: Entry): string {
  return entry.kind === "event"
    ? entry.record.rag_metadata.event_id
    : entry.record.id;
}

function ids(entries: readonly Entry[]): number[] {
  return entries.map((entry) => parseInt(idOf(entry), 16));
}

Deno.test("watchLog reads what RagLogger writes, each event once and with its evidence", async () => {
  using folder = new Folder();
  const logger = await RagLogger.open(`${folder.path}/log`, {
    now: () => Date.UTC(2026, 0, 2),
    artifactsPerIncident: 3,
  });
  for (let number = 0; number < 5; number++) {
    await logger.append(scanVerdict(number));
  }
  await logger.appendIncident({
    state: "opened",
    incident: {
      id: "f".repeat(32),
      subject: "192.0.2.7",
      category: "scan",
      severity: "alert",
      finalScore: 0.9,
      fastScore: 0.9,
      mlScore: null,
      divergence: null,
      authoritativeSource: "FAST_ONLY",
      firstSeenUs: 1_700_000_000_000_000,
      lastSeenUs: 1_700_000_001_000_000,
      flows: 3,
      windows: 1,
      peers: [],
      reasons: [],
      corroborated: false,
      eventIds: [],
    },
  });
  await logger.close();
  const kept = new Kept();
  const entries: Entry[] = [];
  for await (
    const batch of watchLog(`${folder.path}/log`, { once: true })
  ) {
    entries.push(...batch.entries);
    kept.counters = batch.counters;
  }
  const events = entries.filter((entry) => entry.kind === "event");
  assert.equal(events.length, 5);
  assert.equal(new Set(events.map(idOf)).size, 5);
  assert.equal(events.filter(({ evidence }) => evidence !== null).length, 3);
  assert.equal(entries.filter(({ kind }) => kind === "incident").length, 1);
  assert.equal(kept.counters?.covered, 3);
  assert.deepEqual(
    Object.values(kept.counters.skipped).filter((count) => count > 0),
    [],
  );
});

Deno.test("watchLog gives a day's artifacts before its lines, and the days in order", async () => {
  using folder = new Folder();
  folder.write("events/2026-01-02.1.jsonl", eventLine(3));
  folder.write("events/2026-01-02.jsonl", eventLine(1, true) + eventLine(2));
  folder.write("events/2026-01-01.jsonl", eventLine(0));
  folder.write(`artifacts/2026-01-02/${artifactFile(1)}`, artifactText(1));
  folder.write("incidents.jsonl", incidentLine(9));
  const entries = await new Kept().read(folder);
  assert.deepEqual(ids(entries.slice(0, 4)), [0, 1, 2, 3]);
  assert.deepEqual(entries.map(({ kind }) => kind).slice(4), ["incident"]);
});

Deno.test("watchLog goes on behind committed positions", async () => {
  using folder = new Folder();
  folder.write(LOG, eventLine(0) + eventLine(1, true));
  folder.write(`artifacts/${DAY}/${artifactFile(1)}`, artifactText(1));
  const kept = new Kept();
  assert.deepEqual(ids(await kept.read(folder)).sort(), [0, 1]);
  assert.deepEqual(await kept.read(folder), []);
  folder.append(LOG, eventLine(2));
  assert.deepEqual(ids(await kept.read(folder)), [2]);
});

Deno.test("watchLog loses and doubles nothing wherever the reader is stopped between batches", async () => {
  using folder = new Folder();
  const total = 40;
  let lines = "";
  for (let number = 0; number < total; number++) {
    lines += eventLine(number, number % 3 === 0);
    if (number % 3 === 0) {
      folder.write(
        `artifacts/${DAY}/${artifactFile(number)}`,
        artifactText(number),
      );
    }
  }
  folder.write(LOG, lines);
  const positions = new Map<string, SourcePosition>();
  const seen: number[] = [];
  let runs = 0;
  for (let done = false; !done; runs++) {
    assert.ok(runs < 100, "reading does not get on");
    done = true;
    const batches = watchLog(folder.path, {
      once: true,
      batchEntries: 3,
      positions: [...positions.values()],
    });
    let given = 0;
    for await (const batch of batches) {
      if (given++ === 2) {
        // The third batch is asked for, but not committed: the process ends here.
        done = false;
        break;
      }
      seen.push(...ids(batch.entries));
      for (const one of batch.positions) positions.set(one.path, one);
    }
  }
  assert.ok(runs > 5);
  assert.deepEqual(
    seen.sort((a, b) => a - b),
    Array.from({ length: total }, (_, number) => number),
  );
});

Deno.test("watchLog leaves a last line without its newline until it is whole", async () => {
  using folder = new Folder();
  const second = eventLine(1);
  folder.write(LOG, eventLine(0) + second.slice(0, 700));
  const kept = new Kept();
  assert.deepEqual(ids(await kept.read(folder)), [0]);
  folder.append(LOG, second.slice(700, -1));
  assert.deepEqual(await kept.read(folder), []);
  folder.append(LOG, "\n");
  assert.deepEqual(ids(await kept.read(folder)), [1]);
  assert.equal(kept.counters?.skipped.torn, 0);
});

Deno.test("watchLog knows incidents.jsonl again under the number that rotation gives it", async () => {
  using folder = new Folder();
  folder.write("incidents.jsonl", incidentLine(1) + incidentLine(2));
  const kept = new Kept();
  assert.equal((await kept.read(folder)).length, 2);
  folder.append("incidents.jsonl", incidentLine(3));
  folder.rename("incidents.jsonl", "incidents.1.jsonl");
  folder.write("incidents.jsonl", incidentLine(4));
  const names = (await kept.read(folder)).map((one) => idOf(one).at(-1));
  assert.deepEqual(names, ["3", "4"]);
  assert.deepEqual(await kept.read(folder), []);
});

Deno.test("watchLog reads a file anew that another took the name of, and one that was cut", async () => {
  using folder = new Folder();
  folder.write(LOG, eventLine(0) + eventLine(1));
  const kept = new Kept();
  await kept.read(folder);
  folder.write("events/new", eventLine(5) + eventLine(6) + eventLine(7));
  folder.rename("events/new", LOG);
  assert.deepEqual(ids(await kept.read(folder)), [5, 6, 7]);
  folder.write(LOG, eventLine(8));
  assert.deepEqual(ids(await kept.read(folder)), [8]);
  // As long as before and in the same place, but with another beginning.
  folder.write(LOG, eventLine(9));
  assert.deepEqual(ids(await kept.read(folder)), [9]);
});

Deno.test("watchLog reads a file anew that begins as the one before it and is another", async () => {
  using folder = new Folder();
  folder.write(LOG, eventLine(0) + eventLine(1));
  const kept = new Kept();
  await kept.read(folder);
  folder.write("events/new", eventLine(0) + eventLine(5));
  folder.rename("events/new", LOG);
  assert.deepEqual(ids(await kept.read(folder)), [0, 5]);
});

Deno.test("watchLog reads packed files, gzip and zstd, and passes over what it read before they were packed", async () => {
  using folder = new Folder();
  const text = eventLine(0) + eventLine(1);
  folder.write(LOG, text);
  folder.write(
    "events/2026-01-03.jsonl.zst",
    new Uint8Array(zstdCompressSync(eventLine(5))),
  );
  const kept = new Kept();
  assert.deepEqual(ids(await kept.read(folder)), [0, 1, 5]);
  folder.remove(LOG);
  folder.write(
    `${LOG}.gz`,
    new Uint8Array(gzipSync(text + eventLine(2))),
  );
  assert.deepEqual(ids(await kept.read(folder)), [2]);
  assert.deepEqual(await kept.read(folder), []);
  const fresh = await new Kept().read(folder);
  assert.deepEqual(ids(fresh), [0, 1, 2, 5]);
});

Deno.test("watchLog counts a damaged packed file as torn and goes on with the others", async () => {
  using folder = new Folder();
  const packed = new Uint8Array(gzipSync(eventLine(0).repeat(200)));
  folder.write("events/2026-01-01.jsonl.gz", packed.subarray(0, 300));
  folder.write(LOG, eventLine(1));
  const kept = new Kept();
  assert.equal(ids(await kept.read(folder)).at(-1), 1);
  assert.equal(kept.counters?.skipped.torn, 1);
});

Deno.test("watchLog gives an event again with its evidence when the artifact comes after the line", async () => {
  using folder = new Folder();
  folder.write(LOG, eventLine(0, true));
  const kept = new Kept();
  const [line] = await kept.read(folder);
  assert.equal(line?.kind === "event" && line.evidence, null);
  folder.write(`artifacts/${DAY}/${artifactFile(0)}`, artifactText(0));
  const later = await kept.read(folder);
  assert.deepEqual(ids(later), [0]);
  assert.ok(later[0]?.kind === "event" && later[0].evidence !== null);
});

Deno.test("watchLog counts what it leaves out, by reason", async () => {
  using folder = new Folder();
  folder.write(
    LOG,
    [
      '{"rag_metadata":{"event',
      "[1,2]",
      '"text"',
      '{"hello":1}',
      eventLine(1).replace('"log_version":"1.0"', '"log_version":"2.0"').trim(),
      eventLine(2).replace(/"detection_timestamp":"[^"]*"/, '"x":1').trim(),
      "",
      "x".repeat(3000),
      eventLine(0).trim(),
    ].join("\n") + "\n",
  );
  folder.write(`artifacts/${DAY}/${artifactFile(7)}`, artifactText(8));
  folder.write(`artifacts/${DAY}/${artifactFile(9)}`, "{");
  folder.write(`artifacts/${DAY}/.${artifactFile(9)}.tmp`, "{");
  const kept = new Kept();
  const entries = await kept.read(folder, { maxLineBytes: 2800 });
  assert.deepEqual(ids(entries), [0]);
  assert.deepEqual(kept.counters?.skipped, {
    torn: 2,
    notObject: 2,
    foreign: 3,
    wrongVersion: 1,
    tooLarge: 1,
    denied: 0,
    vanished: 0,
  });
});

Deno.test("watchLog takes a torn artifact once it is whole", async () => {
  using folder = new Folder();
  const name = `artifacts/${DAY}/${artifactFile(0)}`;
  folder.write(name, artifactText(0).slice(0, 900));
  const stop = new AbortController();
  const seen: number[] = [];
  for await (
    const { entries } of watchLog(folder.path, {
      pollMs: 20,
      signal: stop.signal,
      onProgress: ({ skipped, caughtUp }) => {
        if (caughtUp && skipped.torn === 1) folder.write(name, artifactText(0));
      },
    })
  ) {
    seen.push(...ids(entries));
    if (seen.length > 0) stop.abort();
  }
  assert.deepEqual(seen, [0]);
});

Deno.test("watchLog accepts the artifacts alone, and a bare folder of JSON lines", async () => {
  using folder = new Folder();
  folder.write(`${DAY}/${artifactFile(1)}`, artifactText(1));
  folder.write(artifactFile(2), artifactText(2));
  assert.deepEqual(ids(await new Kept().read(folder)).sort(), [1, 2]);
  using bare = new Folder();
  bare.write("export.jsonl", eventLine(3) + incidentLine(4));
  bare.write("more.jsonl", `${JSON.stringify(changeRecord())}\r\n`);
  bare.write("notes.txt", "nothing");
  const kinds = (await new Kept().read(bare)).map(({ kind }) => kind);
  assert.deepEqual(kinds, ["event", "incident", "change"]);
});

Deno.test("watchLog tells how far it is, up to all of it", async () => {
  using folder = new Folder();
  folder.write(LOG, eventLine(0).repeat(100));
  const shares: number[] = [];
  let last: unknown;
  await new Kept().read(folder, {
    batchEntries: 20,
    onProgress: (progress) => {
      shares.push(progress.bytes / progress.ofBytes);
      last = [progress.caughtUp, progress.lines];
    },
  });
  assert.ok(shares.length >= 5);
  assert.deepEqual(shares, shares.toSorted((a, b) => a - b));
  assert.ok(shares[0]! < 0.5);
  assert.equal(shares.at(-1), 1);
  assert.deepEqual(last, [true, 100]);
});

Deno.test("watchLog follows a growing, rotated and removed log until it is told to stop", async () => {
  using folder = new Folder();
  folder.write(LOG, eventLine(0));
  const stop = new AbortController();
  const seen: number[] = [];
  const steps = [
    () => folder.append(LOG, eventLine(1)),
    () => folder.write(`events/${DAY}.1.jsonl`, eventLine(2)),
    () => folder.remove("events"),
    () => folder.write(LOG, eventLine(3)),
  ];
  const onProgress = ({ caughtUp }: { caughtUp: boolean }) => {
    if (!caughtUp) return;
    const removing = steps.length === 2;
    if (seen.length >= 4 - steps.length || removing) steps.shift()?.();
  };
  const { signal } = stop;
  const timer = setTimeout(() => stop.abort(), 10_000);
  for await (
    const { entries } of watchLog(folder.path, {
      pollMs: 20,
      signal,
      onProgress,
    })
  ) {
    seen.push(...ids(entries));
    if (seen.includes(3)) stop.abort();
  }
  clearTimeout(timer);
  assert.deepEqual(seen, [0, 1, 2, 3]);
});

Deno.test("watchLog rests while nothing changes: its own reading does not wake it", async () => {
  using folder = new Folder();
  folder.write(LOG, eventLine(0));
  folder.write(`artifacts/${DAY}/${artifactFile(1)}`, artifactText(1));
  const stop = new AbortController();
  let looks = 0;
  const batches = watchLog(folder.path, {
    pollMs: 60_000,
    signal: stop.signal,
    onProgress: ({ caughtUp }) => caughtUp && looks++,
  });
  setTimeout(() => stop.abort(), 300);
  for await (const _ of batches);
  assert.ok(looks >= 1 && looks <= 3, `${looks} looks`);
});

Deno.test("watchLog ends at once when its signal aborts while it waits", async () => {
  using folder = new Folder();
  const stop = new AbortController();
  const batches = watchLog(folder.path, {
    pollMs: 60_000,
    signal: stop.signal,
  });
  const next = batches.next();
  setTimeout(() => stop.abort(), 20);
  assert.equal((await next).done, true);
});

Deno.test("watchLog refuses a folder that is not there, and options out of range", async () => {
  using folder = new Folder();
  await assert.rejects(
    watchLog(`${folder.path}/missing`, { once: true }).next(),
    (error) => error instanceof IngestError && error.code === "notFound",
  );
  for (
    const options of [
      { pollMs: 1 },
      { batchEntries: 0 },
      { maxLineBytes: 10.5 },
      { maxArtifactBytes: Infinity },
    ]
  ) assert.throws(() => watchLog(folder.path, options), RangeError);
});

Deno.test({
  name: "watchLog says that reading its folder is not allowed",
  permissions: { read: false },
  fn: async () => {
    await assert.rejects(
      watchLog("/nowhere", { once: true }).next(),
      (error) => error instanceof IngestError && error.code === "denied",
    );
  },
});
