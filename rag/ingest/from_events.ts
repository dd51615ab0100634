/**
 * Events as they happen, in the same batches as those of a folder.
 *
 * @module
 */

import type { Json, LogRecord } from "@ml-defender/raglogger";
import { type JsonObject, objectOf } from "../_evidence.ts";
import type { Entry } from "../entry.ts";
import { type Classified, classifyObject } from "./_classify.ts";
import { BATCH_ENTRIES, Filling, Tally } from "./_tally.ts";
import type { IngestBatch } from "./batch.ts";

/** Options of {@linkcode fromEvents}. */
export interface FromEventsOptions {
  /** Entries of a batch at most, 1 to 100,000. @default {512} */
  readonly batchEntries?: number;
  /**
   * Longest time that an entry waits for others, milliseconds, 1 to 60,000; more make fewer, larger batches.
   *
   * @default {200}
   */
  readonly lingerMs?: number;
  /** Ends the iteration, without an error; what waits is given first. */
  readonly signal?: AbortSignal;
}

type Stop = "linger" | "abort";

/**
 * Puts events of a running program into batches. There are no positions to commit: what is lost here is lost, unless a
 * log holds it.
 *
 * @param source Lines of the log, or entries; what is neither is counted and left out.
 * @param options Additional options.
 * @throws {RangeError} If an option is out of range.
 */
export function fromEvents(
  source: AsyncIterable<LogRecord | Entry>,
  options: FromEventsOptions = {},
): AsyncGenerator<IngestBatch, void, void> {
  const { batchEntries = BATCH_ENTRIES, lingerMs = 200, signal } = options;
  check("batchEntries", batchEntries, 100_000);
  check("lingerMs", lingerMs, 60_000);
  return gather(source, { batchEntries, lingerMs, signal });
}

async function* gather(
  source: AsyncIterable<LogRecord | Entry>,
  { batchEntries, lingerMs, signal }: {
    batchEntries: number;
    lingerMs: number;
    signal: AbortSignal | undefined;
  },
): AsyncGenerator<IngestBatch, void, void> {
  const tally = new Tally();
  const filling = new Filling(tally, batchEntries);
  const events = source[Symbol.asyncIterator]();
  let next = events.next();
  let since = 0;
  let failure: { readonly error: unknown } | undefined;
  try {
    while (!signal?.aborted) {
      const limit = filling.empty ? undefined : since + lingerMs - Date.now();
      const came = await first(next, limit, signal);
      if (came === "abort") break;
      if (came === "linger") {
        yield filling.take();
        continue;
      }
      if (came.done) break;
      if (filling.empty) since = Date.now();
      const { entry, skip } = classify(came.value);
      tally.lines++;
      if (entry === undefined) tally.skip(skip);
      else filling.add(entry);
      if (filling.full) yield filling.take();
      next = events.next();
    }
  } catch (error) {
    failure = { error };
  }
  try {
    // What came before the source failed is not lost with it.
    if (!filling.empty) yield filling.take();
    if (failure) throw failure.error;
  } finally {
    // A source that never yields again cannot be waited for.
    next.catch(() => {});
    events.return?.()?.catch(() => {});
  }
}

/** What comes first: the next event, the end of the time, or of it all. */
async function first<T>(
  next: Promise<T>,
  limitMs: number | undefined,
  signal: AbortSignal | undefined,
): Promise<T | Stop> {
  const { promise, resolve } = Promise.withResolvers<Stop>();
  const timer = limitMs === undefined
    ? undefined
    : setTimeout(() => resolve("linger"), Math.max(0, limitMs));
  const abort = () => resolve("abort");
  signal?.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([next, promise]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}

function classify(value: unknown): Classified {
  const object = objectOf(value);
  const { kind, record, evidence } = object;
  if (kind === undefined) return classifyObject(object);
  const found = classifyObject(objectOf(record) as JsonObject);
  if (found.entry === undefined) return found;
  if (found.entry.kind !== kind) return { skip: "foreign" };
  return found.entry.kind === "event"
    ? { entry: { ...found.entry, evidence: (evidence ?? null) as Json } }
    : found;
}

function check(name: string, value: number, max: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= max) return;
  throw new RangeError(
    `Cannot take events as '${name}' must be a whole number from 1 to ${max}: current value is ${value}`,
  );
}
