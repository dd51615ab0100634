/**
 * Search over one store: entries in, questions answered.
 *
 * @module
 */

import type { Core } from "@ml-defender/native";
import { openCore } from "@ml-defender/native";
import { bucketMs } from "./_buckets.ts";
import { Meaning } from "./_meaning.ts";
import { retain } from "./_retention.ts";
import { runQuery } from "./_run_query.ts";
import { toHit } from "./_hits.ts";
import { ingestFolders } from "./_ingest_folders.ts";
import { incidentsOf } from "./_incidents_of.ts";
import { narrowed } from "./_narrowed.ts";
import type { Embedder } from "./embedding/embedder.ts";
import { openStaticEmbedder } from "./embedding/static_embedder.ts";
import type { Entry } from "./entry.ts";
import { type IndexFactory, OWN_INDEX } from "./index_factory.ts";
import type { SourcePosition } from "./ingest/position.ts";
import { understand } from "./language/understand.ts";
import { prepare } from "./prepare.ts";
import type { Query } from "./query/ast.ts";
import { contradictions } from "./query/check.ts";
import { describe } from "./query/describe.ts";
import type { Result, Understanding } from "./result.ts";
import type {
  Added,
  Explanation,
  IngestOptions,
  IngestProgress,
  Retention,
  Searcher,
  SearchRequest,
  SearchSettings,
  SearchStats,
  TimelineBucket,
} from "./searcher.ts";
import { checkRetention } from "./store/_retention.ts";
import { EventStore } from "./store/event_store.ts";

/** Options of {@linkcode openSearch}. */
export interface OpenSearchOptions {
  /** Core for vector scans; by default one is opened with `build: "auto"`. */
  readonly core?: Core;
  /** Makes vectors of texts; stays the caller's. @default {the static embedder} */
  readonly embedder?: Embedder;
  /** Which index of meaning. @default {OWN_INDEX} */
  readonly index?: IndexFactory;
  /** Only read, beside a process that writes. @default {false} */
  readonly readOnly?: boolean;
  /** Networks that are inside, in CIDR notation. @default {RFC 1918, ULA and link-local} */
  readonly homeNets?: readonly string[];
  /** The present, milliseconds since the Unix epoch. @default {Date.now} */
  readonly clock?: () => number;
}

/**
 * Open the search of a folder.
 *
 * @param directory Folder of its files; made where it is not there.
 * @param options What it is opened with.
 * @returns The search; to be closed.
 * @throws {StoreError} `busy` if another process writes to it, and the other codes as they say.
 * @throws {VectorIndexError} If the index of meaning cannot be opened.
 *
 * @example
 * ```ts
 * import { openSearch } from "@ml-defender/rag";
 *
 * await using search = await openSearch("./search");
 * await search.ingest(["./events-log"]);
 * const { understood, hits } = await search.find("port scans yesterday");
 * console.log(understood, hits.map(({ narrative }) => narrative));
 * ```
 */
export async function openSearch(
  directory: string,
  options: OpenSearchOptions = {},
): Promise<EventSearch> {
  const { readOnly = false, clock = Date.now, index = OWN_INDEX } = options;
  const embedder = options.embedder ?? await openStaticEmbedder();
  const core = options.core ?? await openCore({ build: "auto" });
  const store = EventStore.open(directory, { readOnly, clock });
  try {
    const setup = { core, clock, readOnly };
    const meaning = await Meaning.open(store, embedder, index, setup);
    return new EventSearch({
      store,
      meaning,
      embedder,
      clock,
      readOnly,
      index: index.name,
      build: core.build,
      homeNets: options.homeNets,
    });
  } catch (error) {
    store.close();
    throw error;
  }
}

interface Parts {
  readonly store: EventStore;
  readonly meaning: Meaning;
  readonly embedder: Embedder;
  readonly clock: () => number;
  readonly readOnly: boolean;
  readonly index: string;
  readonly build: string;
  readonly homeNets: readonly string[] | undefined;
}

/** A search in this thread, opened by {@linkcode openSearch}. SQLite and scans do not wait: see `openSearchWorker`. */
export class EventSearch implements Searcher, AsyncDisposable {
  readonly #parts: Parts;
  #settings: SearchSettings = { limit: 10, retention: {} };
  #retainedMs = 0;
  #skipped: Readonly<Record<string, number>> = {};
  /** What goes on to fail, by what it is about. */
  readonly #problems = new Map<"ingest" | "retention", string>();

  /** @ignore */
  constructor(parts: Parts) {
    this.#parts = parts;
  }

  // deno-lint-ignore require-await -- what goes wrong is a rejection, as with a worker
  async understand(
    question: string,
    request: SearchRequest = {},
  ): Promise<Understanding> {
    const { zone = "UTC", nowMs = this.#parts.clock(), language } = request;
    const { embedder } = this.#parts;
    const understanding = {
      question,
      ...understand(question, {
        zone,
        nowMs,
        ...(language === undefined ? {} : { language }),
        ...(knowsWords(embedder)
          ? { knows: (word: string) => embedder.hasWord(word) }
          : {}),
      }),
    };
    return request.filter === undefined
      ? understanding
      : this.#describe(understanding, request);
  }

  async find(question: string, request: SearchRequest = {}): Promise<Result> {
    return await this.#run(await this.understand(question, request), request);
  }

  async search(query: Query, request: SearchRequest = {}): Promise<Result> {
    const { zone = "UTC" } = request;
    const understanding: Understanding = {
      query: zone === "UTC" ? query : { zone, ...query },
      language: request.language ?? "en",
      understood: "",
      unresolved: [],
      contradictions: [],
    };
    return await this.#run(this.#describe(understanding, request), request);
  }

  async similar(id: string, request: SearchRequest = {}): Promise<Result> {
    const { kind, id: similarTo } = this.#required(id);
    return await this.search({ kind, similarTo }, request);
  }

  // deno-lint-ignore require-await -- what goes wrong is a rejection, as with a worker
  async explain(
    id: string,
    request: SearchRequest = {},
  ): Promise<Explanation | undefined> {
    const stored = this.#find(id);
    if (stored === undefined) return undefined;
    const { language = "en", zone = "UTC" } = request;
    const incidents = incidentsOf(this.#parts.store, stored);
    return {
      hit: toHit(stored, { language, zone }),
      entry: stored.entry,
      incidents: incidents.map((entry) => toHit(entry, { language, zone })),
    };
  }

  async recent(request: SearchRequest = {}): Promise<Result> {
    const { limit = this.#settings.limit } = request;
    const sort = { by: "time", order: "desc" } as const;
    return await this.search({ kind: "event", sort, limit }, request);
  }

  async timeline(
    question: string | undefined,
    buckets: number,
    request: SearchRequest = {},
  ): Promise<TimelineBucket[]> {
    const query: Query = question === undefined
      ? narrowed({ kind: "event" }, request.filter)
      : (await this.understand(question, request)).query;
    const { columns } = this.#fresh();
    const zone = query.zone ?? request.zone ?? "UTC";
    const set = columns.evaluate(query.filter, query.kind, zone);
    const { firstUs = 0, lastUs = 0 } = columns.summary(set);
    return columns.timeline(set, bucketMs(firstUs, lastUs, buckets));
  }

  // deno-lint-ignore require-await -- what goes wrong is a rejection, as with a worker
  async stats(): Promise<SearchStats> {
    const { meaning, index, build } = this.#parts;
    const problem = this.#problems.get("ingest") ??
      this.#problems.get("retention") ?? meaning.problem?.message;
    return {
      ...this.#fresh().stats(),
      vectors: meaning.size,
      model: meaning.model,
      index,
      build,
      repairs: meaning.repairs,
      skipped: this.#skipped,
      ...(problem === undefined ? {} : { problem }),
    };
  }

  async add(
    entries: readonly Entry[],
    positions: readonly SourcePosition[] = [],
  ): Promise<Added> {
    const { store, meaning, homeNets } = this.#parts;
    const options = homeNets === undefined ? {} : { homeNets };
    const prepared = entries.map((entry) => prepare(entry, options));
    const counts = store.append(prepared, positions);
    meaning.update();
    if (this.#parts.clock() - this.#retainedMs >= RETAIN_EVERY_MS) {
      // The entries are in: what could not be removed is no failure of adding them.
      await this.#retainNow().catch(() => {});
    }
    return counts;
  }

  ingest(
    directories: readonly string[],
    options: IngestOptions = {},
  ): Promise<IngestProgress> {
    const before = this.#skipped;
    return ingestFolders(this, this.#parts.store, directories, {
      ...options,
      onProgress: (progress) => {
        this.#skipped = sum(before, progress.skipped);
        this.#note("ingest", progress.problem);
        options.onProgress?.(progress);
      },
    });
  }

  async retain(retention: Retention): Promise<{
    /** Entries removed. */
    readonly removed: number;
  }> {
    const { store, meaning, clock } = this.#parts;
    return await retain(store, meaning, { retention, clockMs: clock() });
  }

  async configure(settings: SearchSettings): Promise<void> {
    checkRetention(settings.retention);
    this.#settings = settings;
    await this.#retainNow();
  }

  async #retainNow(): Promise<void> {
    const { readOnly, clock } = this.#parts;
    const { retention } = this.#settings;
    const { maxAgeDays, maxBytes } = retention;
    if (readOnly || maxAgeDays === undefined && maxBytes === undefined) return;
    this.#retainedMs = clock();
    try {
      await this.retain(retention);
      this.#note("retention", undefined);
    } catch (error) {
      this.#note("retention", messageOf(error));
      throw error;
    }
  }

  #note(part: "ingest" | "retention", problem: string | undefined): void {
    if (problem === undefined) this.#problems.delete(part);
    else this.#problems.set(part, problem);
  }

  async close(): Promise<void> {
    await this.#parts.meaning.close();
    this.#parts.store.close();
  }

  /** Close it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #describe(
    understanding: Understanding,
    request: SearchRequest,
  ): Understanding {
    const query = narrowed(understanding.query, request.filter);
    const { language } = understanding;
    return {
      ...understanding,
      query,
      understood: describe(query, language),
      contradictions: contradictions(query, language),
    };
  }

  async #run(
    understanding: Understanding,
    request: SearchRequest,
  ): Promise<Result> {
    const { meaning, embedder } = this.#parts;
    const { limit } = this.#settings;
    return await runQuery(understanding, { limit, ...request }, {
      store: this.#fresh(),
      meaning,
      weakBelow: weakBelow(embedder),
    });
  }

  /** The store, which must still be there; of a reader with what the writer did since. */
  #fresh(): EventStore {
    const { store, meaning, readOnly } = this.#parts;
    store.checkThere();
    if (readOnly && store.refresh()) meaning.update();
    return store;
  }

  /** The entry of an id as it is typed, in small letters, or of the first digits of one where they say which. */
  #find(id: string) {
    const store = this.#fresh();
    const wanted = id.toLowerCase();
    const stored = store.get(id) ?? store.get(wanted);
    if (stored !== undefined || !/^[0-9a-f]{8,63}$/.test(wanted)) return stored;
    const [first, second] = store.idsWithPrefix(wanted, 2);
    return first === undefined || second !== undefined
      ? undefined
      : store.get(first);
  }

  #required(id: string) {
    const stored = this.#find(id);
    if (stored !== undefined) return stored;
    throw new RangeError(
      "Cannot search for entries like one as there is no entry of that id",
    );
  }
}

/** How often what is not to be kept is looked for while entries are added. */
const RETAIN_EVERY_MS = 600_000;

function sum(
  one: Readonly<Record<string, number>>,
  other: Readonly<Record<string, number>>,
): Record<string, number> {
  const sums = { ...one };
  for (const [key, n] of Object.entries(other)) {
    sums[key] = (sums[key] ?? 0) + n;
  }
  return sums;
}

interface WordKnower {
  hasWord(word: string): boolean;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function knowsWords(embedder: object): embedder is WordKnower {
  return "hasWord" in embedder;
}

function weakBelow(embedder: object): number {
  const value = (embedder as { weakBelow?: unknown }).weakBelow;
  return typeof value === "number" ? value : 0;
}
