/// <reference lib="deno.worker" />
/** The worker's side: one search, asked by messages. */
import { openCore } from "@ml-defender/native";
import type { Embedder } from "../embedding/embedder.ts";
import { openStaticEmbedder } from "../embedding/static_embedder.ts";
import { type IndexFactory, OWN_INDEX } from "../index_factory.ts";
import { type EventSearch, openSearch } from "../search.ts";
import type { IngestOptions } from "../searcher.ts";
import {
  type FromWorker,
  plainError,
  type ToWorker,
  type WorkerSetup,
} from "./_protocol.ts";

let search: EventSearch | undefined;
let embedder: Embedder | undefined;
const running = new Map<number, AbortController>();
const calls = new Set<Promise<void>>();

const tell = (message: FromWorker) => self.postMessage(message);

self.onmessage = async ({ data }: MessageEvent<ToWorker>) => {
  switch (data.kind) {
    case "open":
      try {
        await open(data.setup);
        tell({ kind: "opened" });
      } catch (error) {
        tell({ kind: "failed", error: plainError(error) });
      }
      return;
    case "abort":
      running.get(data.id)?.abort();
      return;
    case "close":
      await close();
      tell({ kind: "closed" });
      self.close();
      return;
    case "call": {
      const called = call(data);
      calls.add(called);
      return await called.finally(() => calls.delete(called));
    }
  }
};

/** Closes what is open, after what is under way; what would never end is told to. */
async function close(): Promise<void> {
  for (const abort of running.values()) abort.abort();
  await Promise.allSettled(calls);
  await search?.close();
  await embedder?.close();
}

async function load(address: string) {
  try {
    return await import(address);
  } catch (error) {
    const { message } = plainError(error);
    throw Object.assign(
      new Error(`Cannot load ${address}: ${message.split("\n")[0]}`),
      { name: "ModuleError" },
    );
  }
}

async function open(setup: WorkerSetup): Promise<void> {
  const { directory, build = "auto", readOnly, homeNets } = setup;
  const core = await openCore({ build });
  const index: IndexFactory = setup.indexModule === undefined
    ? OWN_INDEX
    : (await load(setup.indexModule)).INDEX;
  if (setup.embedderModule === undefined) {
    embedder = await openStaticEmbedder();
  } else {
    const [address, argument] = setup.embedderModule;
    embedder = await (await load(address)).openEmbedder(argument);
  }
  search = await openSearch(directory, {
    core,
    embedder: embedder!,
    index,
    ...(readOnly === undefined ? {} : { readOnly }),
    ...(homeNets === undefined ? {} : { homeNets }),
  });
}

async function call(
  { id, method, args }: Extract<ToWorker, { kind: "call" }>,
): Promise<void> {
  const abort = new AbortController();
  running.set(id, abort);
  try {
    if (search === undefined) throw new TypeError("the search is not open");
    const target = search as unknown as Record<
      string,
      (...args: unknown[]) => Promise<unknown>
    >;
    const value = method === "ingest"
      ? await search.ingest(args[0] as string[], {
        ...args[1] as Omit<IngestOptions, "signal" | "onProgress">,
        signal: abort.signal,
        onProgress: (progress) =>
          tell({ kind: "progress", id, value: progress }),
      })
      : await target[method]!(...args);
    tell({ kind: "result", id, value });
  } catch (error) {
    tell({ kind: "error", id, error: plainError(error) });
  } finally {
    running.delete(id);
  }
}
