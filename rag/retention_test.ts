import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { openCore } from "@ml-defender/native";
import { openStaticEmbedder } from "./embedding/static_embedder.ts";
import { type EventSearch, openSearch } from "./search.ts";
import { made } from "./testdata/events.ts";

const NOW = Date.UTC(2026, 2, 18, 15, 30);
const core = await openCore({ build: "wasm" });
const embedder = await openStaticEmbedder();

async function withSearch(
  run: (search: EventSearch, folder: string) => Promise<void>,
  clock: () => number = () => NOW,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await using search = await openSearch(folder, { core, embedder, clock });
    await run(search, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** One event a day, the last one at a time. */
function days(count: number, lastMs: number) {
  return Array.from({ length: count }, (_, i) =>
    made({
      number: i + 1,
      time: `${new Date(lastMs - i * 86_400_000).toISOString().slice(0, 19)}Z`,
    }));
}

Deno.test("retain() is not misled by an event of a year to come: the others are as old as they were", async () => {
  await withSearch(async (search) => {
    await search.add(days(10, NOW - 3_600_000));
    await search.add([made({ number: 99, time: "2099-01-01T00:00:00Z" })]);
    deepEqual(await search.retain({ maxAgeDays: 30 }), { removed: 0 });
    deepEqual(await search.retain({ maxAgeDays: 4.5 }), { removed: 5 });
    equal((await search.stats()).entries.event, 6);
  });
});

Deno.test("retain() counts from the newest event where the clock is ahead, and removes nothing where it is behind all events", async () => {
  const years = 40 * 365 * 86_400_000;
  await withSearch(async (search) => {
    await search.add(days(10, NOW));
    deepEqual(await search.retain({ maxAgeDays: 4.5 }), { removed: 5 });
  }, () => NOW + years);
  await withSearch(async (search) => {
    await search.add(days(10, NOW));
    deepEqual(await search.retain({ maxAgeDays: 4.5 }), { removed: 0 });
  }, () => NOW - years);
});

Deno.test("retain() and configure() refuse bounds that are not above 0, and keep everything", async () => {
  await withSearch(async (search) => {
    await search.add(days(10, NOW));
    for (const value of [0, -5, NaN]) {
      for (const retention of [{ maxAgeDays: value }, { maxBytes: value }]) {
        await rejects(search.retain(retention), RangeError);
        await rejects(search.configure({ limit: 10, retention }), RangeError);
      }
    }
    deepEqual(await search.retain({}), { removed: 0 });
    equal((await search.stats()).entries.event, 10);
  });
});

Deno.test("add() goes on where what is not to be kept cannot be removed, and stats() tells of it", async () => {
  let nowMs = NOW;
  await withSearch(async (search) => {
    await search.configure({ limit: 10, retention: { maxAgeDays: 4.5 } });
    await search.add(days(10, NOW));
    const { retain } = search;
    search.retain = () => Promise.reject(new Error("no space left"));
    nowMs += 600_000;
    const one = made({ number: 50, time: "2026-03-18T15:00:00Z" });
    equal((await search.add([one])).added, 1);
    match((await search.stats()).problem ?? "", /no space left/);
    search.retain = retain;
    nowMs += 600_000;
    await search.add([]);
    const { problem, entries } = await search.stats();
    equal(problem, undefined);
    equal(entries.event, 6);
  }, () => nowMs);
});
