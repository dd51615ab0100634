import { resolve } from "node:path";
import type { Entry } from "./entry.ts";
import type { IngestBatch, ReadProgress } from "./ingest/batch.ts";
import type { SourcePosition } from "./ingest/position.ts";
import { watchLog } from "./ingest/watch_log.ts";
import type { Added, IngestOptions, IngestProgress } from "./searcher.ts";
import { StoreError } from "./store/error.ts";
import type { EventStore } from "./store/event_store.ts";

/** Entries of one transaction: more are faster and wait longer. */
const COMMIT_ENTRIES = 4096;
/** What was read waits no longer than this for more. */
const WAIT_MS = 50;
const PROGRESS_MS = 100;
/** A commit that failed is tried again after this long, then after twice as long each time up to the most. */
const RETRY_MS = 250;
const RETRY_MOST_MS = 15_000;

interface Adder {
  add(
    entries: readonly Entry[],
    positions: readonly SourcePosition[],
  ): Promise<Added>;
}

/**
 * Read folders into a store, one after the other, or all at once where what comes is waited for. What cannot be committed
 * ends reading once; while following it is held, told of and tried again, and nothing more is read until it is in: the
 * log itself is the queue.
 */
export async function ingestFolders(
  adder: Adder,
  store: EventStore,
  directories: readonly string[],
  options: IngestOptions,
): Promise<IngestProgress> {
  const { follow = false } = options;
  const total = new Total(directories.length, options.onProgress);
  const stop = new AbortController();
  const signals = [stop.signal, ...options.signal ? [options.signal] : []];
  const signal = AbortSignal.any(signals);
  const read = (directory: string, place: number) =>
    new FolderIngest(adder, store, resolve(directory), {
      ...{ total, place, follow, signal },
    }).run();
  if (follow) {
    const all = directories.map(read);
    try {
      await Promise.all(all);
    } finally {
      stop.abort();
      await Promise.allSettled(all);
    }
  } else {
    for (const [place, directory] of directories.entries()) {
      await read(directory, place);
    }
  }
  return total.finish();
}

/** What all folders came to. */
class Total {
  readonly #of: (ReadProgress | undefined)[];
  readonly #onProgress: IngestOptions["onProgress"];
  /** Why what was read of a folder is not in, by its place. */
  readonly #problems = new Map<number, string>();
  /** Folders of which something was read that is not in yet. */
  readonly #waiting = new Set<number>();
  #counts: Added = { added: 0, updated: 0, unchanged: 0 };
  #toldAt = -Infinity;

  constructor(folders: number, onProgress: IngestOptions["onProgress"]) {
    this.#of = new Array(folders).fill(undefined);
    this.#onProgress = onProgress;
  }

  read(place: number, progress: ReadProgress): void {
    this.#of[place] = progress;
    const now = performance.now();
    if (now - this.#toldAt < PROGRESS_MS && !progress.caughtUp) return;
    this.#toldAt = now;
    this.#onProgress?.(this.progress());
  }

  /** Something was read, and is not in yet. */
  take(place: number): void {
    this.#waiting.add(place);
  }

  /** A commit failed, and is tried again. */
  fail(place: number, problem: string): void {
    this.#problems.set(place, problem);
    this.#onProgress?.(this.progress());
  }

  count(place: number, { added, updated, unchanged }: Added): void {
    const failed = this.#problems.delete(place);
    this.#counts = {
      added: this.#counts.added + added,
      updated: this.#counts.updated + updated,
      unchanged: this.#counts.unchanged + unchanged,
    };
    this.#waiting.delete(place);
    const progress = this.progress();
    if (failed || progress.caughtUp) this.#onProgress?.(progress);
  }

  progress(): IngestProgress {
    const skipped: Record<string, number> = {};
    let bytes = 0;
    let ofBytes = 0;
    for (const progress of this.#of) {
      bytes += progress?.bytes ?? 0;
      ofBytes += progress?.ofBytes ?? 0;
      for (const [reason, n] of Object.entries(progress?.skipped ?? {})) {
        if (n > 0) skipped[reason] = (skipped[reason] ?? 0) + n;
      }
    }
    const [problem] = this.#problems.values();
    return {
      ...this.#counts,
      skipped,
      bytes,
      ofBytes,
      caughtUp: problem === undefined && this.#waiting.size === 0 &&
        this.#of.every((progress) => progress?.caughtUp === true),
      ...(problem === undefined ? {} : { problem }),
    };
  }

  finish(): IngestProgress {
    const progress = this.progress();
    this.#onProgress?.(progress);
    return progress;
  }
}

interface Following {
  readonly total: Total;
  /** Which of the folders it is. */
  readonly place: number;
  readonly follow: boolean;
  readonly signal: AbortSignal;
}

/** One folder: its batches gathered into transactions. */
class FolderIngest {
  readonly #adder: Adder;
  readonly #store: EventStore;
  readonly #folder: string;
  readonly #options: Following;
  #entries: Entry[] = [];
  #positions = new Map<string, SourcePosition>();

  constructor(
    adder: Adder,
    store: EventStore,
    folder: string,
    options: Following,
  ) {
    this.#adder = adder;
    this.#store = store;
    this.#folder = folder;
    this.#options = options;
  }

  async run(): Promise<void> {
    const { total, place, follow, signal } = this.#options;
    const stop = new AbortController();
    const batches = watchLog(this.#folder, {
      positions: this.#known(),
      once: !follow,
      batchEntries: COMMIT_ENTRIES,
      onProgress: (progress) => total.read(place, progress),
      signal: AbortSignal.any([stop.signal, signal]),
    });
    try {
      let next = nextOf(batches);
      for (;;) {
        const came = this.#waiting ? await within(next, WAIT_MS) : await next;
        if (came === undefined) {
          if (!await this.#commit()) return;
          continue;
        }
        if (came.done) break;
        this.#take(came.value);
        next = nextOf(batches);
        if (this.#entries.length < COMMIT_ENTRIES) continue;
        if (!await this.#commit()) return;
      }
      await this.#commit();
    } finally {
      // A batch that is waited for would keep the iterator from ending.
      stop.abort();
      await batches.return();
    }
  }

  get #waiting(): boolean {
    return this.#entries.length > 0 || this.#positions.size > 0;
  }

  #take({ entries, positions }: IngestBatch): void {
    const { total, place } = this.#options;
    total.take(place);
    for (const entry of entries) this.#entries.push(entry);
    for (const position of positions) {
      const path = `${this.#folder}/${position.path}`;
      this.#positions.set(path, { ...position, path });
    }
  }

  /** Commits what was read, or tries until it can or is told to end; whether it is in. What is not is read again. */
  async #commit(): Promise<boolean> {
    if (!this.#waiting) return true;
    const { total, place, follow, signal } = this.#options;
    for (let waitMs = RETRY_MS;; waitMs = Math.min(2 * waitMs, RETRY_MOST_MS)) {
      try {
        const positions = [...this.#positions.values()];
        const added = await this.#adder.add(this.#entries, positions);
        this.#entries = [];
        this.#positions = new Map();
        total.count(place, added);
        return true;
      } catch (error) {
        if (!follow || !mayPass(error)) throw error;
        total.fail(place, error.message);
      }
      await pause(waitMs, signal);
      if (signal.aborted) return false;
    }
  }

  #known(): SourcePosition[] {
    const prefix = `${this.#folder}/`;
    return this.#store.positions()
      .filter(({ path }) => path.startsWith(prefix))
      .map((position) => ({
        ...position,
        path: position.path.slice(prefix.length),
      }));
  }
}

/** The next batch; where it fails while something else is waited for, that is no failure of its own. */
function nextOf(
  batches: AsyncGenerator<IngestBatch, void, void>,
): Promise<IteratorResult<IngestBatch, void>> {
  const next = batches.next();
  next.catch(() => {});
  return next;
}

/** Whether trying again may help: not where the store is gone, damaged or closed, nor where an entry cannot be taken. */
function mayPass(error: unknown): error is Error {
  if (error instanceof StoreError) {
    return error.code === "full" || error.code === "io" ||
      error.code === "busy";
  }
  return error instanceof Error &&
    !["TypeError", "RangeError", "SyntaxError"].includes(error.name);
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = () => resolve();
  const timer = setTimeout(end, ms);
  signal.addEventListener("abort", end, { once: true });
  await promise;
  clearTimeout(timer);
  signal.removeEventListener("abort", end);
}

/** What a promise gives, or undefined where it takes longer. */
async function within<T>(
  promise: Promise<T>,
  ms: number,
): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
