import assert from "node:assert/strict";
import { RagLogger } from "./logger.ts";
import { LOG_RECORD_SCHEMA } from "./schema.ts";
import { faults } from "./testdata/check_schema.ts";
import { verdict } from "./testdata/events.ts";
import { eventIds, names, records, temporaryFolder } from "./testdata/files.ts";
import { verifyLog } from "./verify.ts";

const MIDNIGHT = Date.UTC(2026, 0, 3);

/** Appends through workers and returns how many were acknowledged. */
async function workers(logger: RagLogger, count: number): Promise<number> {
  const url = new URL("./testdata/producer_worker.ts", import.meta.url);
  const runs = Array.from({ length: 2 }, async (_, i) => {
    const worker = new Worker(url, { type: "module" });
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
    const port = logger.connect();
    worker.postMessage({ port, from: 1_000_000 * (i + 1), count }, [port]);
    const written = await promise;
    worker.terminate();
    return written;
  });
  return (await Promise.all(runs)).reduce((a, b) => a + b, 0);
}

Deno.test("8 producers, rotation every 100 lines and a midnight: every acknowledged line is there once, and valid", async () => {
  await using folder = await temporaryFolder();
  let clock = MIDNIGHT - 1000;
  const logger = await RagLogger.open(folder.path, {
    maxFileLines: 100,
    chainEvery: 30,
    artifactsPerIncident: 5,
    now: () => clock,
  });
  const each = 400;
  const tasks = Array.from({ length: 6 }, async (_, producer) => {
    let written = 0;
    for (let i = 0; i < each; i++) {
      if (producer === 0 && i === each / 2) clock = MIDNIGHT;
      const { state } = await logger.append(verdict(producer * each + i));
      if (state === "written") written++;
      if (i % 17 === producer) await new Promise((go) => setTimeout(go, 0));
    }
    return written;
  });
  const inWorkers = workers(logger, each);
  const own = (await Promise.all(tasks)).reduce((a, b) => a + b, 0);
  const acknowledged = own + await inWorkers;
  await logger.close();
  assert.equal(acknowledged, 8 * each);
  assert.equal(logger.stats().acknowledged, acknowledged);
  const files = await records(folder.path);
  const all = [...files.values()].flat();
  assert.equal(all.length, acknowledged);
  assert.deepEqual(all.flatMap((one) => faults(LOG_RECORD_SCHEMA, one)), []);
  assert.equal(new Set(await eventIds(folder.path)).size, acknowledged);
  for (const [name, found] of files) {
    assert.ok(found.length <= 100, name);
    const date = name.slice(0, 10);
    assert.ok(
      found.every((one) => one.rag_metadata.logged_at.startsWith(date)),
    );
  }
  assert.ok(files.has("2026-01-02.jsonl") && files.has("2026-01-03.1.jsonl"));
  assert.equal(logger.stats().rotations, files.size - 1);
  const check = await verifyLog(folder.path);
  assert.equal(check.intact, true, JSON.stringify(check));
});

Deno.test("RagLogger begins a new file when one would grow past maxFileBytes", async () => {
  await using folder = await temporaryFolder();
  const logger = await RagLogger.open(folder.path, {
    maxFileBytes: 10_000,
    artifactsPerIncident: 0,
    now: () => MIDNIGHT,
  });
  await Promise.all(
    Array.from({ length: 40 }, (_, i) => logger.append(verdict(i))),
  );
  await logger.close();
  assert.equal((await eventIds(folder.path)).length, 40);
  const files = (await names(`${folder.path}/events`))
    .filter((name) => name.endsWith(".jsonl"));
  assert.ok(files.length > 3);
  for (const name of files) {
    const { size } = await Deno.stat(`${folder.path}/events/${name}`);
    assert.ok(size <= 10_000, `${name}: ${size}`);
  }
});

Deno.test("RagLogger writes a line longer than a file into a file of its own", async () => {
  await using folder = await temporaryFolder();
  const options = { maxFileBytes: 1024, chainEvery: 1 };
  const logger = await RagLogger.open(folder.path, options);
  for (let i = 0; i < 3; i++) await logger.append(verdict(i));
  await logger.close();
  const files = [...(await records(folder.path)).values()];
  assert.deepEqual(files.map((found) => found.length), [1, 1, 1]);
  assert.equal((await verifyLog(folder.path)).intact, true);
});

Deno.test("RagLogger continues the day's last file, its chain and its count of lines", async () => {
  await using folder = await temporaryFolder();
  const options = { maxFileLines: 10, chainEvery: 4, now: () => MIDNIGHT };
  for (let run = 0; run < 5; run++) {
    const logger = await RagLogger.open(folder.path, options);
    for (let i = 0; i < 5; i++) await logger.append(verdict(run * 5 + i));
    await logger.close();
  }
  const files = await records(folder.path);
  assert.deepEqual(
    [...files].map(([name, found]) => [name, found.length]).sort(),
    [
      ["2026-01-03.1.jsonl", 10],
      ["2026-01-03.2.jsonl", 5],
      ["2026-01-03.jsonl", 10],
    ],
  );
  assert.equal((await verifyLog(folder.path)).intact, true);
  const unchained = { ...options, chainEvery: 0 };
  const logger = await RagLogger.open(folder.path, unchained);
  for (let i = 0; i < 6; i++) await logger.append(verdict(100 + i));
  await logger.close();
  const last = (await records(folder.path)).get("2026-01-03.2.jsonl");
  assert.equal(last?.length, 10);
});

Deno.test("RagLogger compresses files that are full, and the chain still holds", async () => {
  await using folder = await temporaryFolder();
  const options = {
    maxFileLines: 10,
    chainEvery: 3,
    compress: "gzip",
    now: () => MIDNIGHT,
  } as const;
  for (let run = 0; run < 2; run++) {
    const logger = await RagLogger.open(folder.path, options);
    for (let i = 0; i < 14; i++) await logger.append(verdict(run * 20 + i));
    await logger.close();
  }
  assert.deepEqual(
    (await names(`${folder.path}/events`))
      .filter((name) => !name.endsWith(".chain")),
    ["2026-01-03.1.jsonl.gz", "2026-01-03.2.jsonl", "2026-01-03.jsonl.gz"],
  );
  const check = await verifyLog(folder.path);
  assert.equal(check.intact, true, JSON.stringify(check));
  assert.deepEqual(check.files.map(({ lines }) => lines), [10, 10, 8]);
});

Deno.test("RagLogger finishes a compression that a crash cut short", async () => {
  await using folder = await temporaryFolder();
  const events = `${folder.path}/events`;
  await Deno.mkdir(events);
  await Deno.writeTextFile(`${events}/2026-01-01.jsonl`, "{}\n");
  await Deno.writeTextFile(`${events}/2026-01-01.jsonl.gz`, "whole");
  await Deno.writeTextFile(`${events}/2026-01-02.jsonl`, "{}\n");
  await Deno.writeTextFile(`${events}/2026-01-02.jsonl.gz.tmp`, "half");
  await (await RagLogger.open(folder.path)).close();
  assert.deepEqual(await names(events), [
    "2026-01-01.jsonl.gz",
    "2026-01-02.jsonl",
  ]);
});

Deno.test("RagLogger removes days older than maxAgeDays with their artifacts", async () => {
  await using folder = await temporaryFolder();
  let clock = MIDNIGHT;
  const options = { retention: { maxAgeDays: 3 }, now: () => clock };
  const logger = await RagLogger.open(folder.path, options);
  for (let day = 0; day < 7; day++) {
    clock = MIDNIGHT + day * 86_400_000 + 1000;
    await logger.append(verdict(day, { incidentId: `i${day}` }));
  }
  await logger.close();
  assert.deepEqual(
    [...(await records(folder.path)).keys()],
    [
      "2026-01-06.jsonl",
      "2026-01-07.jsonl",
      "2026-01-08.jsonl",
      "2026-01-09.jsonl",
    ],
  );
  assert.deepEqual(await names(`${folder.path}/artifacts`), [
    "2026-01-06",
    "2026-01-07",
    "2026-01-08",
    "2026-01-09",
  ]);
  assert.equal(logger.stats().removed, 6);
  const check = await verifyLog(folder.path);
  assert.equal(check.intact, true, JSON.stringify(check));
});

Deno.test("RagLogger removes the oldest files until the log is at most maxBytes, never the one being written", async () => {
  await using folder = await temporaryFolder();
  const logger = await RagLogger.open(folder.path, {
    maxFileLines: 5,
    retention: { maxBytes: 40_000 },
    artifactsPerIncident: 0,
    now: () => MIDNIGHT,
  });
  for (let i = 0; i < 83; i++) await logger.append(verdict(i));
  await logger.close();
  const ids = await eventIds(folder.path);
  assert.ok(ids.includes(verdict(82).eventId));
  assert.ok(!ids.includes(verdict(0).eventId));
  let total = 0;
  for (const name of await names(`${folder.path}/events`)) {
    total += (await Deno.stat(`${folder.path}/events/${name}`)).size;
  }
  assert.ok(total <= 40_000 + 20_000, `${total} bytes`);
  assert.equal((await verifyLog(folder.path)).intact, true);
});
