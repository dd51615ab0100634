/**
 * A store as JSON lines and back: every entry with its evidence, exactly.
 *
 * @module
 */

import type { RowSet } from "../columns/row_set.ts";
import type { Entry, PreparedEntry } from "../entry.ts";
import { isIncident } from "../ingest/_incident.ts";
import type { EventStore } from "./event_store.ts";
import type { AppendCounts, StoredEntry } from "./types.ts";

/** Options of an export. */
export interface ExportOptions {
  /** Entries that are meant. @default {all} */
  readonly rows?: RowSet;
}

/** Options of an import. */
export interface ImportOptions {
  /** Makes an entry ready for the store; `prepare` of this package with its home networks. */
  readonly prepare: (entry: Entry) => PreparedEntry;
  /** Entries in a transaction; more are faster and need more memory. @default {2000} */
  readonly batchSize?: number;
  /** Ends it between two batches; what is committed stays. */
  readonly signal?: AbortSignal;
}

/** What an import did. */
export interface ImportCounts extends AppendCounts {
  /** Lines that are no entry. */
  readonly skipped: number;
}

const LINES = 500;
const MAX_LINE = 16_000_000;
const KINDS: ReadonlySet<unknown> = new Set(["event", "incident", "change"]);

/**
 * The entries of a store as JSON lines, in the order in which they came: `{"kind", "record", "evidence"}`, evidence of
 * events only.
 *
 * @param store The store; what is removed from it meanwhile is left out.
 * @param options Which entries.
 * @returns Text of 500 whole lines at a time.
 */
export function* exportJsonl(
  store: EventStore,
  options: ExportOptions = {},
): Generator<string> {
  let text = "";
  let lines = 0;
  for (const { entry } of storedEntries(store, options)) {
    text += `${JSON.stringify(entry)}\n`;
    if (++lines % LINES !== 0) continue;
    yield text;
    text = "";
  }
  if (text !== "") yield text;
}

/**
 * The entries of a store as they are stored, in the order in which they came.
 *
 * @param store The store; what is removed from it meanwhile is left out.
 * @param options Which entries.
 */
export function* storedEntries(
  store: EventStore,
  options: ExportOptions = {},
): Generator<StoredEntry> {
  const rows = options.rows?.toRows() ?? store.columns.oldest().rows.sort();
  for (const row of rows) {
    const stored = store.at(row);
    if (stored !== undefined) yield stored;
  }
}

/**
 * Adds JSON lines, as `exportJsonl` gives them, to a store. Entries that are there already stay; lines that are no entry
 * are counted, and the others taken.
 *
 * @param store Where they go.
 * @param source Text or bytes in pieces of any length, such as the stream of a file.
 * @param options How entries are made ready.
 * @throws {StoreError} As `EventStore.append` does; whole batches are there then.
 */
export async function importJsonl(
  store: EventStore,
  source: AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>,
  options: ImportOptions,
): Promise<ImportCounts> {
  let malformed = 0;
  async function* entries(): AsyncGenerator<Entry> {
    for await (const line of linesOf(source)) {
      const entry = toEntry(line);
      if (entry !== undefined) yield entry;
      else if (line.trim() !== "") malformed++;
    }
  }
  const counts = await importEntries(store, entries(), options);
  return { ...counts, skipped: counts.skipped + malformed };
}

/**
 * Adds entries to a store, a batch at a time. Those that cannot be made ready are counted, and the others taken.
 *
 * @param store Where they go.
 * @param source The entries.
 * @param options How they are made ready.
 * @throws {StoreError} As `EventStore.append` does; whole batches are there then.
 */
export async function importEntries(
  store: EventStore,
  source: AsyncIterable<Entry> | Iterable<Entry>,
  options: ImportOptions,
): Promise<ImportCounts> {
  const { prepare, batchSize = 2000, signal } = options;
  if (!(batchSize >= 1)) {
    throw new RangeError(
      `Cannot import as 'batchSize' must be at least 1: current value is ${batchSize}`,
    );
  }
  const counts = { added: 0, updated: 0, unchanged: 0, skipped: 0 };
  let batch: PreparedEntry[] = [];
  const commit = () => {
    signal?.throwIfAborted();
    const { added, updated, unchanged } = store.append(batch);
    counts.added += added;
    counts.updated += updated;
    counts.unchanged += unchanged;
    batch = [];
  };
  for await (const entry of source) {
    try {
      batch.push(prepare(entry));
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof RangeError)) {
        throw error;
      }
      counts.skipped++;
    }
    if (batch.length >= batchSize) commit();
  }
  if (batch.length > 0) commit();
  return counts;
}

/** The entry of a JSON text; undefined where it is none. */
export function toEntry(text: string): Entry | undefined {
  let value: Partial<Record<string, unknown>> | null;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { kind, record, evidence } = value;
  if (!KINDS.has(kind) || typeof record !== "object" || record === null) {
    return undefined;
  }
  if (kind === "event" && evidence === undefined) return undefined;
  if (kind === "incident" && !isIncident(record)) return undefined;
  return value as unknown as Entry;
}

/** Whole lines of a text in pieces; the last needs no end. */
async function* linesOf(
  source: AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>,
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const piece of source) {
    const text = typeof piece === "string"
      ? piece
      : decoder.decode(piece, { stream: true });
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
    if (rest.length > MAX_LINE) {
      throw new SyntaxError(
        `Cannot import a line as it must have at most ${MAX_LINE} characters: it has ${rest.length} so far`,
      );
    }
  }
  rest += decoder.decode();
  if (rest !== "") yield rest;
}
