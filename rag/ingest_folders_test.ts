import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { openCore } from "@ml-defender/native";
import { optional } from "../tests/_optional.ts";
import { ingestFolders } from "./_ingest_folders.ts";
import { openStaticEmbedder } from "./embedding/static_embedder.ts";
import type { Entry } from "./entry.ts";
import type { SourcePosition } from "./ingest/position.ts";
import {
  artifactFile,
  artifactText,
  DAY,
  eventLine,
  Folder,
} from "./ingest/testdata/entries.ts";
import { type EventSearch, openSearch } from "./search.ts";
import type { Added, IngestProgress } from "./searcher.ts";
import { StoreError } from "./store/error.ts";
import { EventStore } from "./store/event_store.ts";
import { prepare } from "./prepare.ts";
import { cannotMount, mountTmpfs } from "./store/testdata/small_disk.ts";

const LOG = `log/events/${DAY}.jsonl`;
const core = await openCore({ build: "wasm" });
const embedder = await openStaticEmbedder();

/** Puts entries into a store, unless it is told to fail. */
class Adder {
  readonly store: EventStore;
  failure: Error | undefined;
  /** Calls that failed. */
  failed = 0;

  constructor(store: EventStore) {
    this.store = store;
  }

  // deno-lint-ignore require-await -- what goes wrong is a rejection
  async add(
    entries: readonly Entry[],
    positions: readonly SourcePosition[],
  ): Promise<Added> {
    if (this.failure !== undefined) {
      this.failed++;
      throw this.failure;
    }
    return this.store.append(entries.map((one) => prepare(one)), positions);
  }
}

const full = () => new StoreError("full", "Cannot append: disk is full");

/** Follows a log until some condition on its progress holds. */
function following(adder: Adder, folder: Folder) {
  const stop = new AbortController();
  const seen: IngestProgress[] = [];
  let wake = () => {};
  const done = ingestFolders(adder, adder.store, [`${folder.path}/log`], {
    follow: true,
    signal: stop.signal,
    onProgress: (progress) => {
      seen.push(progress);
      wake();
    },
  });
  const until = async (holds: (progress: IngestProgress) => boolean) => {
    const deadline = setTimeout(() => stop.abort(), 15_000);
    while (!holds(seen.at(-1) ?? {} as IngestProgress)) {
      ok(!stop.signal.aborted, `not in time: ${JSON.stringify(seen.at(-1))}`);
      await Promise.race([
        new Promise<void>((resolve) => wake = resolve),
        done,
      ]);
    }
    clearTimeout(deadline);
  };
  return { stop, seen, done, until };
}

Deno.test("ingest() that follows tells of a commit that failed, tries again and goes on, and loses and doubles nothing", async () => {
  using folder = new Folder();
  folder.write(LOG, eventLine(1));
  using store = EventStore.open(`${folder.path}/store`);
  const adder = new Adder(store);
  const { stop, done, until } = following(adder, folder);
  await until(({ added, caughtUp }) => added === 1 && caughtUp);
  adder.failure = full();
  folder.append(LOG, eventLine(2));
  await until(({ problem }) => problem !== undefined);
  folder.append(LOG, eventLine(3));
  await until(({ problem, caughtUp }) => {
    ok(!(problem !== undefined && caughtUp));
    return adder.failed >= 2;
  });
  equal(store.stats().entries.event, 1);
  adder.failure = undefined;
  await until(({ added, problem }) => added === 3 && problem === undefined);
  folder.append(LOG, eventLine(4));
  await until(({ added, caughtUp }) => added === 4 && caughtUp);
  stop.abort();
  const { added, updated, unchanged, problem } = await done;
  deepEqual({ added, updated, unchanged, problem }, {
    ...{ added: 4, updated: 0, unchanged: 0, problem: undefined },
  });
  const size = (await Deno.stat(`${folder.path}/${LOG}`)).size;
  deepEqual(store.positions().map(({ offset }) => offset), [size]);
});

Deno.test("ingest() that follows ends while a commit fails, and the next one reads what was not in", async () => {
  using folder = new Folder();
  folder.write(LOG, eventLine(1));
  using store = EventStore.open(`${folder.path}/store`);
  const adder = new Adder(store);
  adder.failure = full();
  const { stop, done, until } = following(adder, folder);
  await until(({ problem }) => problem !== undefined);
  stop.abort();
  match((await done).problem ?? "", /disk is full/);
  deepEqual(store.positions(), []);
  adder.failure = undefined;
  const { added } = await ingestFolders(
    adder,
    store,
    [`${folder.path}/log`],
    {},
  );
  equal(added, 1);
});

Deno.test("ingest() rejects at once when reading once, and when trying again cannot help", async () => {
  using folder = new Folder();
  folder.write(LOG, eventLine(1));
  using store = EventStore.open(`${folder.path}/store`);
  const adder = new Adder(store);
  adder.failure = full();
  const once = ingestFolders(adder, store, [`${folder.path}/log`], {});
  await rejects(once, { code: "full" });
  equal(adder.failed, 1);
  for (
    const failure of [
      new StoreError("gone", "gone"),
      new StoreError("corrupt", "damaged"),
      new TypeError("closed"),
    ]
  ) {
    adder.failure = failure;
    await rejects(following(adder, folder).done, failure);
  }
});

async function withSearch(
  path: string,
  run: (search: EventSearch) => Promise<void>,
): Promise<void> {
  await using search = await openSearch(path, { core, embedder });
  await run(search);
}

Deno.test("ingest() keeps how far it read with the entries: nothing is read again by the next process", async () => {
  using folder = new Folder();
  const [store, log] = [`${folder.path}/store`, `${folder.path}/log`];
  folder.write(LOG, eventLine(1) + eventLine(2, true));
  folder.write(`log/artifacts/${DAY}/${artifactFile(2)}`, artifactText(2));
  await withSearch(store, async (search) => {
    equal((await search.ingest([log])).added, 2);
  });
  await withSearch(store, async (search) => {
    const { added, updated, unchanged, bytes } = await search.ingest([log]);
    deepEqual([added, updated, unchanged, bytes], [0, 0, 0, 0]);
    folder.append(LOG, eventLine(3));
    const more = await search.ingest([log]);
    deepEqual([more.added, more.unchanged], [1, 0]);
    equal(more.bytes, eventLine(3).length);
  });
});

Deno.test("retain() forgets artifacts that are neither in the store nor on disk, and no others", async () => {
  using folder = new Folder();
  const [store, log] = [`${folder.path}/store`, `${folder.path}/log`];
  const artifacts = `log/artifacts/${DAY}`;
  for (let number = 1; number <= 30; number++) {
    folder.write(`${artifacts}/${artifactFile(number)}`, artifactText(number));
  }
  await withSearch(store, async (search) => {
    equal((await search.ingest([log])).added, 30);
  });
  const known = () => {
    using reader = EventStore.open(store, { readOnly: true });
    return reader.positions().length;
  };
  equal(known(), 30);
  // Events 1 to 20 are in the store no more, files 11 to 30 are gone.
  {
    using writer = EventStore.open(store);
    const ids = Array.from({ length: 20 }, (_, i) => i + 1);
    writer.remove(ids.map((id) => id.toString(16).padStart(32, "0")));
  }
  for (let number = 11; number <= 30; number++) {
    folder.remove(`${artifacts}/${artifactFile(number)}`);
  }
  await withSearch(store, async (search) => {
    equal((await search.retain({ maxAgeDays: 1 })).removed, 0);
    equal((await search.ingest([log])).added, 0);
  });
  equal(known(), 20);
  folder.remove("log/artifacts");
  await withSearch(store, async (search) => {
    equal((await search.retain({ maxBytes: 1 })).removed, 10);
  });
  equal(known(), 0);
});

Deno.test("a search whose folder is removed says so, and nothing fails beside", async () => {
  using folder = new Folder();
  const path = `${folder.path}/store`;
  folder.write(LOG, eventLine(1));
  const search = await openSearch(path, { core, embedder });
  await search.ingest([`${folder.path}/log`]);
  await Deno.remove(path, { recursive: true });
  folder.append(LOG, eventLine(2));
  const gone = { name: "StoreError", code: "gone" };
  await rejects(search.ingest([`${folder.path}/log`], { follow: true }), gone);
  await rejects(search.find("scans"), gone);
  await rejects(search.stats(), gone);
  await search.close();
});

optional({
  name:
    "a search follows its log through a full disk, and can be read where nothing can be written",
  available: await mountTmpfs.available(),
  reason: cannotMount,
  fn: async () => {
    using folder = new Folder();
    folder.write("disk/x", "");
    await using disk = await mountTmpfs(`${folder.path}/disk`, "24m");
    const path = `${folder.path}/disk/store`;
    const log = `${folder.path}/log`;
    let lines = 0;
    const write = (count: number) => {
      let text = "";
      for (let left = count; left > 0; left--) text += eventLine(lines++);
      folder.append(LOG, text);
    };
    folder.write(LOG, "");
    write(10);
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), 30_000);
    await withSearch(path, async (search) => {
      let state = "before";
      const { added, problem } = await search.ingest([log], {
        follow: true,
        signal: stop.signal,
        onProgress: (progress) => {
          if (state === "before" && progress.caughtUp) {
            state = "filling";
            disk.fill().then(() => write(3000));
          } else if (state === "filling" && progress.problem !== undefined) {
            state = "full";
            match(progress.problem, /full/);
            setTimeout(() => disk.empty(), 400);
          } else if (state === "full" && progress.added === lines) stop.abort();
        },
      });
      equal(state, "full");
      deepEqual([added, problem], [3010, undefined]);
      equal((await search.stats()).entries.event, 3010);
    });
    clearTimeout(timer);
    await disk.fill();
    const reads = async () => {
      const readOnly = true;
      await using search = await openSearch(path, { core, embedder, readOnly });
      equal((await search.find("port scans")).summary.total, 3010);
      equal((await search.recent()).hits.length, 10);
    };
    await reads();
    await disk.readOnly();
    await rejects(openSearch(path, { core, embedder }), { code: "io" });
    await reads();
  },
});
