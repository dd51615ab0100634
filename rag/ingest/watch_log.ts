/**
 * Reading a log directory: what is there, and then what comes.
 *
 * @module
 */

import { LogReader } from "./_reader.ts";
import { BATCH_ENTRIES } from "./_tally.ts";
import { Waker } from "./_waker.ts";
import type { IngestBatch, ReadProgress } from "./batch.ts";
import { toIngestError } from "./error.ts";
import type { SourcePosition } from "./position.ts";

/** Options of {@linkcode watchLog}. */
export interface WatchLogOptions {
  /** Positions that were committed with earlier batches: reading goes on there. @default {none} */
  readonly positions?: Iterable<SourcePosition>;
  /** Ends the iteration, without an error. */
  readonly signal?: AbortSignal;
  /** Told after each batch, and whenever everything that is there was read. */
  readonly onProgress?: (progress: ReadProgress) => void;
  /**
   * Longest time between two looks at the folder where the system tells of no change, milliseconds, 10 to 3,600,000.
   * A longer one costs less and finds later what the system does not tell, as on network file systems.
   *
   * @default {1000}
   */
  readonly pollMs?: number;
  /** Read what is there, and end. @default {false} */
  readonly once?: boolean;
  /** Entries of a batch at most, 1 to 100,000; more are quicker to commit and lose more work in a crash. @default {512} */
  readonly batchEntries?: number;
  /** Longest line, bytes, 1024 to 67,108,864; longer ones are left out. @default {1_048_576} */
  readonly maxLineBytes?: number;
  /** Largest artifact, bytes, 1024 to 67,108,864; larger ones are left out. @default {4_194_304} */
  readonly maxArtifactBytes?: number;
}

const MAX_BYTES = 67_108_864;

/**
 * Reads the entries of a folder and goes on with what comes, until the signal aborts. The folder is a log directory
 * (`events/`, `incidents.jsonl`, `changes.jsonl`, `artifacts/`), its `artifacts` alone, or any folder of `.jsonl` files;
 * rotated ones may be packed with gzip or zstd. Of each day the artifacts come before the lines, so that events come
 * with their evidence; where an artifact appears after its line, the event comes a second time, with it.
 *
 * Only whole lines are taken: a last one without its newline waits. What cannot be used is counted by reason. Files may
 * be rotated, packed, replaced and removed meanwhile. Commit each batch's positions together with its entries and give
 * them back next time; after a crash at most what was not committed comes again.
 *
 * @param directory The folder.
 * @param options Additional options.
 * @returns Batches; the next one is read when it is asked for.
 * @throws {RangeError} If an option is out of range.
 * @throws {IngestError} While iterating: when the folder is not there at the start, may not be read, or the device fails.
 */
export function watchLog(
  directory: string,
  options: WatchLogOptions = {},
): AsyncGenerator<IngestBatch, void, void> {
  const {
    positions = [],
    signal,
    onProgress,
    pollMs = 1000,
    once = false,
    batchEntries = BATCH_ENTRIES,
    maxLineBytes = 1_048_576,
    maxArtifactBytes = 4_194_304,
  } = options;
  check("pollMs", pollMs, 10, 3_600_000);
  check("batchEntries", batchEntries, 1, 100_000);
  check("maxLineBytes", maxLineBytes, 1024, MAX_BYTES);
  check("maxArtifactBytes", maxArtifactBytes, 1024, MAX_BYTES);
  const reader = new LogReader(directory, {
    positions,
    batchEntries,
    maxLineBytes,
    maxArtifactBytes,
  });
  return watch(reader, directory, { signal, onProgress, pollMs, once });
}

interface Watch {
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((progress: ReadProgress) => void) | undefined;
  readonly pollMs: number;
  readonly once: boolean;
}

async function* watch(
  reader: LogReader,
  directory: string,
  { signal, onProgress, pollMs, once }: Watch,
): AsyncGenerator<IngestBatch, void, void> {
  const report = (caughtUp: boolean) => {
    const counters = reader.tally.snapshot();
    const ofBytes = caughtUp
      ? counters.bytes
      : Math.max(reader.ofBytes, counters.bytes);
    onProgress?.({ ...counters, ofBytes, caughtUp });
  };
  checkFolder(directory);
  using waker = once ? undefined : new Waker(directory);
  while (!signal?.aborted) {
    for await (const batch of reader.round()) {
      yield batch;
      report(false);
      if (signal?.aborted) return;
    }
    report(true);
    if (waker === undefined) return;
    await waker.wait(pollMs, signal);
  }
}

function checkFolder(directory: string): void {
  try {
    for (const _ of Deno.readDirSync(directory)) return;
  } catch (error) {
    throw toIngestError(directory, error);
  }
}

function check(name: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new RangeError(
    `Cannot watch log as '${name}' must be a whole number from ${min} to ${max}: current value is ${value}`,
  );
}
