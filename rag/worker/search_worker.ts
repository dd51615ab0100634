/**
 * A search in a worker: SQLite and vector scans do not wait, so they do not belong where detection runs.
 *
 * The worker has the permissions of the program: `read` and `write` of the store, `read` of the logs, and those of the modules
 * that it is told to load. What is given up in one of them is given up in both.
 *
 * @module
 */

import type { Entry } from "../entry.ts";
import type { SourcePosition } from "../ingest/position.ts";
import type { Query } from "../query/ast.ts";
import type { Result, Understanding } from "../result.ts";
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
} from "../searcher.ts";
import { StoreError } from "../store/error.ts";
import type {
  FromWorker,
  MethodName,
  PlainError,
  ToWorker,
  WorkerSetup,
} from "./_protocol.ts";

/** How a worker is set up: plain data. */
export interface SearchWorkerOptions {
  /** Build of the core. @default {"auto"} */
  readonly build?: "auto" | "native" | "wasm";
  /** Whether it only reads, beside a process that writes. @default {false} */
  readonly readOnly?: boolean;
  /** Networks that are inside, in CIDR notation. */
  readonly homeNets?: readonly string[];
  /** Address of a module whose `INDEX` makes the index of meaning, such as that of `@ml-defender/rag/faiss`. */
  readonly indexModule?: string;
  /** Address of a module whose `openEmbedder(argument)` opens the embedder, and its argument. */
  readonly embedderModule?: readonly [string, string];
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress?: (progress: IngestProgress) => void;
}

/**
 * Open a search in a worker of its own.
 *
 * @param directory Folder of the store; made where it is not there.
 * @param options What it opens, and a signal that ends the opening.
 * @returns The search; closing it ends the worker.
 * @throws {StoreError} If the store cannot be opened.
 * @throws {DOMException} If the signal aborts first.
 */
export async function openSearchWorker(
  directory: string,
  options: SearchWorkerOptions & {
    /** Ends the opening: that of a large store takes seconds. */
    readonly signal?: AbortSignal;
  } = {},
): Promise<Searcher> {
  const { signal, ...setup } = options;
  signal?.throwIfAborted();
  const address = new URL("./_host.ts", import.meta.url);
  const worker = new Worker(address, { type: "module", name: "search" });
  const client = new WorkerSearch(worker);
  const stop = () => client.end(signal?.reason);
  signal?.addEventListener("abort", stop, { once: true });
  try {
    await client.open({ ...setup, directory });
    return client;
  } catch (error) {
    worker.terminate();
    throw error;
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

class WorkerSearch implements Searcher {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #opened = Promise.withResolvers<void>();
  readonly #closed = Promise.withResolvers<void>();
  #next = 1;
  #closing = false;
  #broken: Error | undefined;

  constructor(worker: Worker) {
    this.#worker = worker;
    this.#closed.promise.catch(() => {});
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#hear(data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.#break(new Error(`the search worker ended: ${event.message}`));
    };
  }

  async open(setup: WorkerSetup): Promise<void> {
    this.#tell({ kind: "open", setup });
    await this.#opened.promise;
  }

  /** End it at once, whatever it is doing. */
  end(reason: Error): void {
    this.#break(reason);
    this.#worker.terminate();
  }

  find(question: string, request?: SearchRequest): Promise<Result> {
    return this.#call("find", [question, request]);
  }

  search(query: Query, request?: SearchRequest): Promise<Result> {
    return this.#call("search", [query, request]);
  }

  understand(
    question: string,
    request?: SearchRequest,
  ): Promise<Understanding> {
    return this.#call("understand", [question, request]);
  }

  similar(id: string, request?: SearchRequest): Promise<Result> {
    return this.#call("similar", [id, request]);
  }

  explain(
    id: string,
    request?: SearchRequest,
  ): Promise<Explanation | undefined> {
    return this.#call("explain", [id, request]);
  }

  recent(request?: SearchRequest): Promise<Result> {
    return this.#call("recent", [request]);
  }

  timeline(
    question: string | undefined,
    buckets: number,
    request?: SearchRequest,
  ): Promise<TimelineBucket[]> {
    return this.#call("timeline", [question, buckets, request]);
  }

  stats(): Promise<SearchStats> {
    return this.#call("stats", []);
  }

  add(
    entries: readonly Entry[],
    positions?: readonly SourcePosition[],
  ): Promise<Added> {
    return this.#call("add", [entries, positions]);
  }

  async ingest(
    directories: readonly string[],
    options: IngestOptions = {},
  ): Promise<IngestProgress> {
    const { signal, onProgress, ...plain } = options;
    const id = this.#next;
    const done = this.#call<IngestProgress>(
      "ingest",
      [directories, plain],
      onProgress,
    );
    const stop = () => this.#tell({ kind: "abort", id });
    if (signal?.aborted) stop();
    signal?.addEventListener("abort", stop, { once: true });
    try {
      return await done;
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }

  retain(retention: Retention): Promise<{ removed: number }> {
    return this.#call("retain", [retention]);
  }

  configure(settings: SearchSettings): Promise<void> {
    return this.#call("configure", [settings]);
  }

  async close(): Promise<void> {
    if (!this.#closing && this.#broken === undefined) {
      this.#closing = true;
      this.#tell({ kind: "close" });
    }
    await this.#closed.promise.catch(() => {});
    this.#worker.terminate();
  }

  #tell(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #call<T>(
    method: MethodName,
    args: readonly unknown[],
    onProgress?: (progress: IngestProgress) => void,
  ): Promise<T> {
    if (this.#closing || this.#broken !== undefined) {
      return Promise.reject(
        this.#broken ?? new TypeError(`Cannot ${method} as it is closed`),
      );
    }
    const id = this.#next++;
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, {
        resolve: resolve as (value: unknown) => void,
        reject,
        ...(onProgress === undefined ? {} : { onProgress }),
      });
      this.#tell({ kind: "call", id, method, args });
    });
  }

  #hear(message: FromWorker): void {
    switch (message.kind) {
      case "opened":
        return this.#opened.resolve();
      case "failed":
        return this.#opened.reject(revived(message.error));
      case "closed":
        this.#break(new TypeError("the search is closed"));
        return this.#closed.resolve();
      case "progress":
        return this.#waiting.get(message.id)?.onProgress?.(
          message.value as IngestProgress,
        );
      case "result":
        this.#waiting.get(message.id)?.resolve(message.value);
        break;
      case "error":
        this.#waiting.get(message.id)?.reject(revived(message.error));
        break;
    }
    this.#waiting.delete(message.id);
  }

  #break(error: Error): void {
    this.#broken ??= error;
    this.#opened.reject(error);
    this.#closed.resolve();
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

const CLASSES: Readonly<Record<string, new (message: string) => Error>> = {
  RangeError,
  SyntaxError,
  TypeError,
};

function revived({ name, message, code }: PlainError): Error {
  if (name === "StoreError") {
    return new StoreError(code as StoreError["code"], message);
  }
  const Class = CLASSES[name];
  if (Class !== undefined) return new Class(message);
  return Object.assign(
    new Error(message),
    { name, ...(code === undefined ? {} : { code }) },
  );
}
