/** Opening the search of `ask` and `rag`, and reading the log into it. */
import { openCore } from "@ml-defender/native";
import {
  type Embedder,
  type IndexFactory,
  type IngestProgress,
  openSearch,
  openSearchWorker,
  openStaticEmbedder,
  OWN_INDEX,
  type Searcher,
  StoreError,
} from "@ml-defender/rag";
import { complain, progress, shownPath, UsageError, userPath } from "./_cli.ts";
import { logFolders, type SearchValues, storeFolder } from "./_search.ts";
import { howFar, leftOut, within } from "./_watching.ts";

const FAISS = new URL("../rag/faiss/mod.ts", import.meta.url).href;
const TRANSFORMERS =
  new URL("../rag/sentence_transformers/mod.ts", import.meta.url).href;
/** How long the first to write to a new store is waited for: until there is one, and until there is something in it. */
const FIRST_MS = 10_000;
const EMPTY_MS = 2000;
const RETRY_MS = 50;
/** How long an interrupted program waits for its search to close. */
const CLOSE_MS = 400;

/** A search and what it holds open. */
export interface OpenedSearch extends AsyncDisposable {
  /** The search. */
  readonly searcher: Searcher;
  /** Why it only reads, so that the log is not read into it; absent where it writes. */
  readonly readOnly?: "busy" | "unwritable";
}

/** How the search is opened. */
export interface OpenOptions {
  /** Name of the program, for what it says. */
  readonly program: string;
  /** Whether it runs in a worker, so that this thread stays free. */
  readonly worker: boolean;
  /** Ends it. */
  readonly signal: AbortSignal;
}

type Opener = (
  readOnly: boolean,
) => Promise<{ searcher: Searcher; close(): Promise<void> }>;

/**
 * Open the search that the options name: for reading only where another process writes to it, or it cannot be written.
 *
 * @throws {Error} If it can be neither written nor read.
 */
export async function openFor(
  values: SearchValues,
  options: OpenOptions,
): Promise<OpenedSearch> {
  const open = options.worker
    ? workerOpener(values, options.signal)
    : await threadOpener(values);
  const { searcher, close, readOnly } = await openEither(values, open, options);
  return {
    searcher,
    ...(readOnly === undefined ? {} : { readOnly }),
    async [Symbol.asyncDispose]() {
      if (!options.signal.aborted) return await close();
      await within(close().catch(() => {}), CLOSE_MS);
    },
  };
}

async function openEither(
  values: SearchValues,
  open: Opener,
  { program, signal }: OpenOptions,
) {
  const folder = shownPath(storeFolder(values));
  const began = performance.now();
  for (;;) {
    let reason: StoreError;
    try {
      return { ...await open(false), readOnly: undefined };
    } catch (error) {
      const known = unwritable(error);
      if (known === undefined) throw error;
      reason = known;
    }
    signal.throwIfAborted();
    const busy = reason.code === "busy";
    try {
      const opened = await open(true);
      const { entries } = await opened.searcher.stats();
      if (busy && entries.event === 0 && performance.now() < began + EMPTY_MS) {
        await opened.close();
      } else {
        complain(
          program,
          busy
            ? `another process writes to ${folder}: reading what it has, ${entries.event} events`
            : `${folder} cannot be written (${reason.message}): reading what it has, ${entries.event} events; --store DIR names another place`,
        );
        return {
          ...opened,
          readOnly: busy ? "busy" as const : "unwritable" as const,
        };
      }
    } catch (error) {
      signal.throwIfAborted();
      if (!busy || performance.now() >= began + FIRST_MS) {
        throw new Error(
          `${folder} can be neither written (${reason.message}) nor read (${
            messageOf(error)
          }): name another place with --store DIR`,
          { cause: error },
        );
      }
    }
    await sleep(RETRY_MS, signal);
  }
}

/** The error, where it says that there is no writing here but perhaps reading. */
function unwritable(error: unknown): StoreError | undefined {
  if (error instanceof StoreError) {
    const { code } = error;
    return code === "busy" || code === "full" || code === "io"
      ? error
      : undefined;
  }
  const { name, code } = error as { name?: unknown; code?: unknown };
  if (name !== "VectorIndexError") return undefined;
  if (code === "locked") return new StoreError("busy", messageOf(error));
  return code === "diskFull" || code === "io"
    ? new StoreError(code === "io" ? "io" : "full", messageOf(error))
    : undefined;
}

function workerOpener(values: SearchValues, signal: AbortSignal): Opener {
  const { index = "own", embedder } = values;
  checkIndex(index);
  const setup = {
    build: values.wasm ? "wasm" : "auto",
    ...(index === "faiss" ? { indexModule: FAISS } : {}),
    ...(embedder === undefined ? {} : {
      embedderModule: [TRANSFORMERS, userPath(embedder)] as const,
    }),
  } as const;
  return async (readOnly) => {
    try {
      const searcher = await openSearchWorker(storeFolder(values), {
        ...{ ...setup, readOnly, signal },
      });
      return { searcher, close: () => searcher.close() };
    } catch (error) {
      const { name, message } = error as Error;
      if (name !== "ModuleError" || !message.includes(FAISS)) throw error;
      throw noFaiss(error);
    }
  };
}

async function threadOpener(values: SearchValues): Promise<Opener> {
  const index = await indexFactory(values.index ?? "own");
  const core = await openCore({ build: values.wasm ? "wasm" : "auto" });
  return async (readOnly) => {
    const embedder = await embedderOf(values.embedder);
    try {
      const searcher = await openSearch(storeFolder(values), {
        ...{ core, embedder, index, readOnly },
      });
      const close = async () => {
        await searcher.close();
        await embedder.close();
      };
      return { searcher, close };
    } catch (error) {
      await embedder.close();
      throw error;
    }
  };
}

function checkIndex(name: string): void {
  if (name !== "own" && name !== "faiss") {
    throw new UsageError(`--index is neither own nor faiss: ${name}`);
  }
}

async function indexFactory(name: string): Promise<IndexFactory> {
  checkIndex(name);
  if (name === "own") return OWN_INDEX;
  try {
    return (await import(FAISS)).FAISS_FLAT;
  } catch (cause) {
    throw noFaiss(cause);
  }
}

function noFaiss(cause: unknown): Error {
  return new Error("faiss-node does not load: run `deno task faiss`", {
    cause,
  });
}

async function embedderOf(folder: string | undefined): Promise<Embedder> {
  if (folder === undefined) return await openStaticEmbedder();
  return await (await import(TRANSFORMERS)).openSentenceTransformer(
    userPath(folder),
  );
}

/** What reading the log came to. */
export interface Backfilled {
  /** How far it is. */
  readonly read: IngestProgress;
  /** Whether all of it was read. */
  readonly complete: boolean;
}

/**
 * Read the log's folders once, with progress, and say what was left out.
 *
 * @returns How far it came: to the end, to where it was interrupted, or to where the store could not be written any more.
 */
export async function backfill(
  searcher: Searcher,
  values: SearchValues,
  { program, signal }: Pick<OpenOptions, "program" | "signal">,
): Promise<Backfilled> {
  let read: IngestProgress = {
    ...{ added: 0, updated: 0, unchanged: 0, skipped: {} },
    ...{ bytes: 0, ofBytes: 0, caughtUp: false },
  };
  let problem: unknown;
  try {
    read = await searcher.ingest(logFolders(values), {
      signal,
      onProgress: (now) => {
        read = now;
        progress(`reading the log: ${howFar(now)}`);
      },
    });
  } catch (error) {
    if (!signal.aborted && unwritable(error) === undefined) throw error;
    problem = error;
  }
  progress("");
  const left = leftOut(read);
  if (left !== undefined) complain(program, left);
  if (signal.aborted) {
    complain(
      program,
      `interrupted: ${
        howFar(read)
      } of the log was read, the next time goes on there`,
    );
  } else if (problem !== undefined) {
    complain(
      program,
      `only ${howFar(read)} of the log was read: ${messageOf(problem)}`,
    );
  }
  const complete = problem === undefined && !signal.aborted;
  return { read, complete };
}

/**
 * Wait until every text has its vector: a model of one's own embeds in the background.
 *
 * @returns Whether every text has one; where not, it has been said.
 */
export async function embedded(
  searcher: Searcher,
  { program, signal }: Pick<OpenOptions, "program" | "signal">,
): Promise<boolean> {
  for (;;) {
    const { texts, vectors, problem } = await searcher.stats();
    if (vectors >= texts) break;
    if (problem !== undefined || signal.aborted) {
      progress("");
      const why = problem === undefined
        ? "interrupted"
        : `embedding ended: ${problem}`;
      complain(program, `${why}: ${vectors} of ${texts} texts are embedded`);
      return false;
    }
    progress(`embedding: ${vectors} of ${texts} texts`);
    await sleep(RETRY_MS, signal).catch(() => {});
  }
  progress("");
  return true;
}

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    signal.addEventListener("abort", stop, { once: true });
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
