import { resolve } from "node:path";
import type { Entry } from "./entry.ts";
import type { IngestBatch, ReadProgress } from "./ingest/batch.ts";
import type { SourcePosition } from "./ingest/position.ts";
import { watchLog } from "./ingest/watch_log.ts";
import type { Added, IngestOptions, IngestProgress } from "./searcher.ts";
import type { EventStore } from "./store/event_store.ts";

/** Entries of one transaction: more are faster and wait longer. */
const COMMIT_ENTRIES = 4096;
/** What was read waits no longer than this for more. */
const WAIT_MS = 50;
const PROGRESS_MS = 100;

interface Adder {
  add(
    entries: readonly Entry[],
    positions: readonly SourcePosition[],
  ): Promise<Added>;
}

/** Read folders into a store, one after the other, or all at once where what comes is waited for. */
export async function ingestFolders(
  adder: Adder,
  store: EventStore,
  directories: readonly string[],
  options: IngestOptions,
): Promise<IngestProgress> {
  const total = new Total(directories.length, options.onProgress);
  const read = (place: number, signal: AbortSignal | undefined) => {
    const folder = resolve(directories[place]!);
    return new FolderIngest(adder, store, folder, total)
      .run(place, options.follow === true, signal);
  };
  if (options.follow) {
    const stop = new AbortController();
    const signals = [stop.signal, ...options.signal ? [options.signal] : []];
    const signal = AbortSignal.any(signals);
    try {
      await Promise.all(directories.map((_, place) => read(place, signal)));
    } finally {
      stop.abort();
    }
  } else {
    for (const place of directories.keys()) await read(place, options.signal);
  }
  return total.finish();
}

/** What all folders came to. */
class Total {
  readonly #of: (ReadProgress | undefined)[];
  readonly #onProgress: IngestOptions["onProgress"];
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

  count({ added, updated, unchanged }: Added): void {
    this.#counts = {
      added: this.#counts.added + added,
      updated: this.#counts.updated + updated,
      unchanged: this.#counts.unchanged + unchanged,
    };
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
    return {
      ...this.#counts,
      skipped,
      bytes,
      ofBytes,
      caughtUp: this.#of.every((progress) => progress?.caughtUp === true),
    };
  }

  finish(): IngestProgress {
    const progress = this.progress();
    this.#onProgress?.(progress);
    return progress;
  }
}

/** One folder: its batches gathered into transactions. */
class FolderIngest {
  readonly #adder: Adder;
  readonly #store: EventStore;
  readonly #folder: string;
  readonly #total: Total;
  #entries: Entry[] = [];
  #positions = new Map<string, SourcePosition>();

  constructor(adder: Adder, store: EventStore, folder: string, total: Total) {
    this.#adder = adder;
    this.#store = store;
    this.#folder = folder;
    this.#total = total;
  }

  async run(
    place: number,
    follow: boolean,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const batches = watchLog(this.#folder, {
      positions: this.#known(),
      once: !follow,
      batchEntries: COMMIT_ENTRIES,
      onProgress: (progress) => this.#total.read(place, progress),
      ...(signal === undefined ? {} : { signal }),
    })[Symbol.asyncIterator]();
    try {
      let next = batches.next();
      for (;;) {
        const came = this.#waiting ? await within(next, WAIT_MS) : await next;
        if (came === undefined) {
          await this.#commit();
          continue;
        }
        if (came.done) break;
        this.#take(came.value);
        next = batches.next();
        if (this.#entries.length >= COMMIT_ENTRIES) await this.#commit();
      }
      await this.#commit();
    } finally {
      await batches.return?.();
    }
  }

  get #waiting(): boolean {
    return this.#entries.length > 0 || this.#positions.size > 0;
  }

  #take({ entries, positions }: IngestBatch): void {
    for (const entry of entries) this.#entries.push(entry);
    for (const position of positions) {
      const path = `${this.#folder}/${position.path}`;
      this.#positions.set(path, { ...position, path });
    }
  }

  async #commit(): Promise<void> {
    if (!this.#waiting) return;
    const entries = this.#entries;
    const positions = [...this.#positions.values()];
    this.#entries = [];
    this.#positions = new Map();
    this.#total.count(await this.#adder.add(entries, positions));
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
