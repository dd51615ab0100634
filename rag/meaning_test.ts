import { deepEqual, equal, match, ok } from "node:assert/strict";
import { openCore } from "@ml-defender/native";
import { openStaticEmbedder } from "./embedding/static_embedder.ts";
import type { Entry } from "./entry.ts";
import type { IndexFactory } from "./index_factory.ts";
import { openSearch } from "./search.ts";
import { EventStore } from "./store/event_store.ts";
import { day, id, made } from "./testdata/events.ts";
import { checkVectors } from "./testdata/vectors.ts";
import { VectorIndexError } from "./vectors/index.ts";
import { openVectorIndex } from "./vectors/own_index.ts";

const NOW = Date.UTC(2026, 2, 18, 15, 30);
const core = await openCore({ build: "wasm" });
const embedder = await openStaticEmbedder();

const REASONS = [
  "many destination ports probed in a short time",
  "messages at even intervals inside a connection of unknown protocol",
  "names of random letters were asked for",
  "many failed logins from one address",
  "much more was sent than received",
  "requests that carry commands of a database",
];

/** Events of texts of their own: those of another group have other texts. */
function group(name: string, count = 40): Entry[] {
  return Array.from({ length: count }, (_, i) =>
    made({
      number: 1000 + name.charCodeAt(0) * 100 + i,
      time: "2026-03-18T10:00:00Z",
      category: ["scan", "c2", "dns", "bruteforce", "exfiltration"][i % 5]!,
      port: [22, 53, 80, 443, 445, 3389, 25][(i + name.charCodeAt(0)) % 7]!,
      reason: `${name} ${REASONS[(i + name.charCodeAt(0)) % 6]} of kind ${
        "abcdefghijklmnopqrstuvwxyz"[i % 26]
      }${name}`,
    }));
}

async function withFolder(
  run: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Opens the search, adds entries and closes it; what was repaired. */
async function addTo(
  folder: string,
  entries: readonly Entry[],
): Promise<readonly string[]> {
  await using search = await openSearch(folder, {
    core,
    embedder,
    clock: () => NOW,
  });
  await search.add(entries);
  return (await search.stats()).repairs;
}

function holds(folder: string): void {
  const { texts, vectors, wrong } = checkVectors(folder, core, embedder);
  deepEqual(wrong, []);
  equal(vectors, texts);
  ok(texts > 10, `${texts} texts`);
}

function sumsOf(folder: string): string {
  const found = [...Deno.readDirSync(folder)]
    .find(({ name }) => name.startsWith("vectors-"));
  return `${folder}/${found?.name}/texts.sums`;
}

Deno.test("the index has the vectors of the store's texts after the database was deleted and begun anew", async () => {
  await withFolder(async (folder) => {
    deepEqual(await addTo(folder, group("a")), []);
    await Deno.remove(`${folder}/events.db`);
    const repairs = await addTo(folder, group("b"));
    match(repairs.join(), /\d+ vectors removed whose texts are not there/);
    holds(folder);
  });
});

Deno.test("the index has the vectors of the store's texts after an older database was put back, however much was added before it is opened", async () => {
  await withFolder(async (folder) => {
    await addTo(folder, group("a"));
    await Deno.copyFile(`${folder}/events.db`, `${folder}/older`);
    await addTo(folder, group("b"));
    await Deno.copyFile(`${folder}/older`, `${folder}/events.db`);
    const repairs = await addTo(folder, group("c"));
    match(repairs.join(), /\d+ vectors removed whose texts are not there/);
    holds(folder);
    await Deno.copyFile(`${folder}/older`, `${folder}/events.db`);
    {
      // As another program would that leaves the index alone.
      using store = EventStore.open(folder);
      const { prepare } = await import("./prepare.ts");
      store.append(group("d").map((entry) => prepare(entry)));
    }
    match((await addTo(folder, [])).join(), /\d+ texts embedded anew/);
    holds(folder);
    deepEqual(await addTo(folder, []), []);
  });
});

Deno.test("the index has the vectors of the store's texts where it is not known what they were made of", async () => {
  await withFolder(async (folder) => {
    await addTo(folder, group("a"));
    await Deno.copyFile(`${folder}/events.db`, `${folder}/older`);
    await addTo(folder, group("b"));
    const path = sumsOf(folder);
    const sums = await Deno.readFile(path);
    ok(sums.length % 16 === 0 && sums.length > 160);
    for (
      const damaged of [
        sums.subarray(0, 100),
        sums.map((byte, at) => at > 50 && at < 90 ? byte ^ 0xff : byte),
        new Uint8Array(0),
      ]
    ) {
      await Deno.writeFile(path, damaged);
      match((await addTo(folder, [])).join(), /\d+ texts embedded anew/);
      holds(folder);
      deepEqual(await addTo(folder, []), []);
    }
    // Nothing is known of the vectors, and the store has fewer texts.
    await Deno.copyFile(`${folder}/older`, `${folder}/events.db`);
    await Deno.writeFile(path, new Uint8Array(0));
    match((await addTo(folder, group("c"))).join(), /vectors removed/);
    holds(folder);
  });
});

Deno.test("the index lets go of texts that the store removed before a crash", async () => {
  await withFolder(async (folder) => {
    await addTo(folder, [...group("a"), ...day()]);
    {
      using store = EventStore.open(folder);
      const ids = group("a").flatMap((entry) =>
        entry.kind === "event" ? entry.record.rag_metadata.event_id : []
      );
      ok(store.remove(ids.slice(0, 30)).texts.length > 0);
      ok(store.remove([id(1), id(2)]).removed > 0);
    }
    match((await addTo(folder, [])).join(), /vectors removed/);
    holds(folder);
  });
});

Deno.test("retain() leaves the index with the vectors of the texts that are left, also when it is opened again", async () => {
  await withFolder(async (folder) => {
    {
      await using search = await openSearch(folder, {
        core,
        embedder,
        clock: () => NOW,
      });
      await search.add(group("a"));
      await search.add([
        made({ number: 1, time: "2026-01-01T00:00:00Z", reason: "old thing" }),
      ]);
      await search.add(group("b"));
      equal((await search.retain({ maxAgeDays: 30 })).removed, 1);
    }
    deepEqual(await addTo(folder, []), []);
    holds(folder);
    const { texts } = checkVectors(folder, core, embedder);
    equal((await Deno.stat(sumsOf(folder))).size, texts * 16);
  });
});

Deno.test("a search goes on by words where its index cannot be written, tells of it, and completes the index later", async () => {
  await withFolder(async (folder) => {
    let broken = false;
    const index: IndexFactory = {
      name: "own",
      open(directory, setup) {
        const opened = openVectorIndex(directory!, setup);
        const flush = opened.flush.bind(opened);
        opened.flush = () => {
          if (broken) throw new VectorIndexError("diskFull", "no space left");
          flush();
        };
        return opened;
      },
    };
    {
      await using search = await openSearch(folder, { core, embedder, index });
      await search.add(group("a"));
      broken = true;
      equal((await search.add(group("b"))).added, 40);
      match((await search.stats()).problem ?? "", /no space left/);
      equal((await search.find("port scans")).summary.total > 0, true);
      broken = false;
      await search.add(group("c"));
      equal((await search.stats()).problem, undefined);
    }
    deepEqual(await addTo(folder, []), []);
    holds(folder);
  });
});
