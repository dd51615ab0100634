import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { StoreError } from "../store/error.ts";
import { day, id } from "../testdata/events.ts";
import { openSearchWorker } from "./search_worker.ts";

const NOW = Date.UTC(2026, 2, 18, 15, 30);

async function withFolder(run: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("openSearchWorker() answers as a search in this thread does", async () => {
  await withFolder(async (folder) => {
    const search = await openSearchWorker(`${folder}/search`, {
      build: "wasm",
    });
    await search.add(day());
    const { hits, summary } = await search.find("port scans yesterday", {
      nowMs: NOW,
    });
    equal(summary.total, 5);
    deepEqual(hits.map((hit) => hit.id).sort(), [1, 2, 3, 4, 5].map(id).sort());
    equal((await search.stats()).build, "wasm");
    await search.close();
    await search.close();
    await rejects(search.stats(), TypeError);
  });
});

Deno.test("openSearchWorker() gives errors with their classes and codes", async () => {
  await withFolder(async (folder) => {
    const search = await openSearchWorker(folder);
    await rejects(
      openSearchWorker(folder),
      (error) => error instanceof StoreError && error.code === "busy",
    );
    await rejects(search.similar("0".repeat(32)), RangeError);
    await search.close();
  });
});

Deno.test("ingest() of a worker follows a folder until it is told to end", async () => {
  await withFolder(async (folder) => {
    const search = await openSearchWorker(`${folder}/search`);
    await Deno.mkdir(`${folder}/log/events`, { recursive: true });
    const file = `${folder}/log/events/2026-03-17.jsonl`;
    const lines = day().map((entry) => `${JSON.stringify(entry.record)}\n`);
    await Deno.writeTextFile(file, lines.slice(0, 10).join(""));
    const abort = new AbortController();
    const first = Promise.withResolvers<void>();
    const second = Promise.withResolvers<void>();
    const done = search.ingest([`${folder}/log`], {
      follow: true,
      signal: abort.signal,
      onProgress: ({ caughtUp }) => {
        if (caughtUp) first.resolve();
      },
    });
    await first.promise;
    await Deno.writeTextFile(file, lines.slice(10).join(""), { append: true });
    const watch = setInterval(async () => {
      if ((await search.stats()).entries.event === 26) second.resolve();
    }, 20);
    await second.promise;
    clearInterval(watch);
    abort.abort();
    const { added, skipped } = await done;
    equal(added, 26);
    deepEqual(skipped, {});
    const again = await search.ingest([`${folder}/log`]);
    equal(again.added, 0);
    ok(again.caughtUp);
    await search.close();
  });
});

Deno.test("openSearchWorker() ends at once where its signal aborts while it opens", async () => {
  await withFolder(async (folder) => {
    const abort = new AbortController();
    const opening = openSearchWorker(folder, { signal: abort.signal });
    setTimeout(() => abort.abort(), 5);
    await rejects(opening, { name: "AbortError" });
    await rejects(openSearchWorker(folder, { signal: abort.signal }), {
      name: "AbortError",
    });
    const search = await openSearchWorker(folder);
    await search.close();
  });
});

Deno.test("openSearchWorker() takes index and embedder from modules, and says which does not load", async () => {
  await withFolder(async (folder) => {
    const index = "data:text/javascript,export const INDEX = " +
      "{ name: 'none', open: () => { throw new RangeError('no index today') } }";
    await rejects(openSearchWorker(folder, { indexModule: index }), {
      ...{ name: "RangeError", message: "no index today" },
    });
    await rejects(
      openSearchWorker(folder, { indexModule: "file:///no/such.ts" }),
      { name: "ModuleError", message: /^Cannot load file:\/\/\/no\/such\.ts/ },
    );
    const embedder = "data:text/javascript,export const openEmbedder = " +
      "(argument) => { throw new Error(`embedder of ${argument}`) }";
    await rejects(
      openSearchWorker(folder, { embedderModule: [embedder, "me"] }),
      /embedder of me/,
    );
  });
});

Deno.test("close() of a worker ends an ingest that follows, and what it had read is there", async () => {
  await withFolder(async (folder) => {
    const search = await openSearchWorker(`${folder}/search`);
    await Deno.mkdir(`${folder}/log/events`, { recursive: true });
    const file = `${folder}/log/events/2026-03-17.jsonl`;
    const lines = day().map((entry) => `${JSON.stringify(entry.record)}\n`);
    await Deno.writeTextFile(file, lines.join(""));
    const caughtUp = Promise.withResolvers<void>();
    const done = search.ingest([`${folder}/log`], {
      follow: true,
      onProgress: (progress) => {
        if (progress.caughtUp) caughtUp.resolve();
      },
    });
    await caughtUp.promise;
    await search.close();
    equal((await done).added, 26);
    const again = await openSearchWorker(`${folder}/search`);
    equal((await again.stats()).entries.event, 26);
    await again.close();
  });
});
