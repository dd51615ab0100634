import assert from "node:assert/strict";
import type { LogRecord } from "@ml-defender/raglogger";
import type { Entry } from "../entry.ts";
import type { IngestBatch } from "./batch.ts";
import { fromEvents, type FromEventsOptions } from "./from_events.ts";
import {
  eventOf,
  incidentRecord,
  recordOf,
  scanVerdict,
} from "./testdata/entries.ts";

type Live = LogRecord | Entry;

function record(number: number): LogRecord {
  return recordOf(scanVerdict(number));
}

async function* each(values: readonly unknown[]) {
  for (const value of values) yield await Promise.resolve(value as Live);
}

async function gather(
  source: AsyncIterable<Live>,
  options: FromEventsOptions = {},
): Promise<IngestBatch[]> {
  const batches: IngestBatch[] = [];
  for await (const batch of fromEvents(source, options)) batches.push(batch);
  return batches;
}

Deno.test("fromEvents puts lines and entries into batches of bounded size, without positions", async () => {
  const values = [
    record(0),
    eventOf(scanVerdict(1)),
    { kind: "incident", record: incidentRecord(2) },
    record(3),
    record(4),
  ];
  const batches = await gather(each(values), { batchEntries: 2 });
  assert.deepEqual(batches.map(({ entries }) => entries.length), [2, 2, 1]);
  assert.deepEqual(batches.flatMap(({ positions }) => positions), []);
  const [first, second] = batches[0]!.entries;
  assert.ok(first?.kind === "event" && first.evidence === null);
  assert.ok(second?.kind === "event" && second.evidence !== null);
});

Deno.test("fromEvents leaves out and counts what is no event", async () => {
  const values = [
    null,
    7,
    {},
    { kind: "incident", record: record(0) },
    { kind: "event", record: { rag_metadata: {} }, evidence: null },
    record(1),
  ];
  const [batch] = await gather(each(values));
  assert.equal(batch?.entries.length, 1);
  assert.equal(batch.counters.lines, 6);
  assert.equal(batch.counters.skipped.foreign, 5);
});

Deno.test("fromEvents gives what waits when nothing more comes for a while", async () => {
  const release = Promise.withResolvers<void>();
  async function* slow() {
    yield record(0);
    await release.promise;
    yield record(1);
  }
  const batches = fromEvents(slow(), { lingerMs: 20 });
  const first = await batches.next();
  assert.equal(first.value?.entries.length, 1);
  release.resolve();
  const second = await batches.next();
  assert.equal(second.value?.entries.length, 1);
  assert.equal((await batches.next()).done, true);
});

Deno.test("fromEvents gives what came before its source failed, and then the failure", async () => {
  async function* failing() {
    yield record(0);
    await Promise.resolve();
    throw new TypeError("the source broke");
  }
  const batches = fromEvents(failing());
  assert.equal((await batches.next()).value?.entries.length, 1);
  await assert.rejects(batches.next(), /the source broke/);
});

Deno.test("fromEvents ends when its signal aborts although its source never yields again", async () => {
  const stop = new AbortController();
  async function* silent() {
    yield record(0);
    await new Promise(() => {});
  }
  setTimeout(() => stop.abort(), 20);
  const options = { lingerMs: 60_000, signal: stop.signal };
  const batches = await gather(silent(), options);
  assert.deepEqual(batches.map(({ entries }) => entries.length), [1]);
});

Deno.test("fromEvents refuses options out of range", () => {
  for (const options of [{ batchEntries: 0 }, { lingerMs: 0.5 }]) {
    assert.throws(() => fromEvents(each([]), options), RangeError);
  }
});
