import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { templateAnswer } from "./answers/write_answer.ts";
import { showStats } from "./commands/show.ts";
import { type EventSearch, openSearch } from "./search.ts";
import { day, id, made } from "./testdata/events.ts";

const NOW = Date.UTC(2026, 2, 18, 15, 30);
const request = { nowMs: NOW };

async function withSearch(
  run: (search: EventSearch, folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await using search = await openSearch(folder, { clock: () => NOW });
    await search.add(day());
    await run(search, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("find() gives the events of a category and a day, and cites them", async () => {
  await withSearch(async (search) => {
    const result = await search.find("port scans yesterday", request);
    equal(result.summary.total, 5);
    deepEqual(
      result.hits.map((hit) => hit.id).sort(),
      [1, 2, 3, 4, 5].map(id).sort(),
    );
    const { citations, sentences } = templateAnswer(result, {
      nowUs: NOW * 1000,
    });
    ok(citations.length > 0);
    ok(sentences.every(({ supported }) => supported));
    const ids = new Set(result.hits.map((hit) => hit.id));
    ok(citations.every((citation) => ids.has(citation)));
  });
});

Deno.test("find() finds by meaning what no filter says, folded where it is alike", async () => {
  await withSearch(async (search) => {
    const result = await search.find(
      "someone is guessing passwords on a login service again and again",
      request,
    );
    const [first, second] = result.hits;
    equal(first?.facts.category, "bruteforce");
    equal(second?.facts.category, "bruteforce");
    equal(first.folded + second.folded, 6);
    ok(first.why.some(({ signal }) => signal === "meaning"));
  });
});

Deno.test("find() lists every event by itself where folding is off", async () => {
  await withSearch(async (search) => {
    const result = await search.find(
      "someone is guessing passwords on a login service again and again",
      {
        ...request,
        fold: false,
        limit: 8,
      },
    );
    equal(result.hits.length, 8);
    ok(result.hits.every(({ facts }) => facts.category === "bruteforce"));
    ok(result.hits.every(({ folded }) => folded === 0));
  });
});

Deno.test("find() groups hosts by how many they talked to", async () => {
  await withSearch(async (search) => {
    const result = await search.find(
      "¿qué equipos hablaron con muchos servidores SMB?",
      request,
    );
    deepEqual(result.groups?.map(({ key, value }) => [key, value]), [
      [["10.0.0.33"], 12],
    ]);
    equal(result.language, "es");
  });
});

Deno.test("find() finds a name that only the artifact has", async () => {
  await withSearch(async (search) => {
    const result = await search.find("updates.example.com", request);
    deepEqual(result.hits.map((hit) => hit.id), [id(26)]);
  });
});

Deno.test("find() searches nothing where the question contradicts itself", async () => {
  await withSearch(async (search) => {
    const result = await search.find(
      "score above 0.9 and score below 0.2",
      request,
    );
    ok(result.contradictions.length > 0);
    equal(result.hits.length, 0);
  });
});

Deno.test("find() searches nothing where the log can answer nothing of it", async () => {
  await withSearch(async (search) => {
    const result = await search.find("what is the weather in Madrid", request);
    ok(result.unresolved.length > 0);
    equal(result.hits.length, 0);
  });
});

Deno.test("search() takes a query as data and a filter beside it", async () => {
  await withSearch(async (search) => {
    const { summary, understood } = await search.search({
      kind: "event",
      filter: { op: "eq", field: "category", value: "bruteforce" },
    }, { filter: { op: "eq", field: "src_ip", value: "10.1.0.6" } });
    equal(summary.total, 4);
    match(understood, /10\.1\.0\.6/);
  });
});

Deno.test("search() counts the period before for the trend", async () => {
  await withSearch(async (search) => {
    const { summary } = await search.find("events yesterday", request);
    equal(summary.total, 25);
    equal(summary.before, 1);
  });
});

Deno.test("similar() gives events of the same behaviour, not the event itself", async () => {
  await withSearch(async (search) => {
    const { hits } = await search.similar(id(6));
    ok(hits.length > 0);
    ok(hits.every((hit) => hit.id !== id(6)));
    equal(hits[0]?.facts.category, "bruteforce");
    await rejects(search.similar("0".repeat(32)), RangeError);
  });
});

Deno.test("explain() takes the first digits of an id and names the event's incidents", async () => {
  await withSearch(async (search) => {
    await search.add([{
      kind: "incident",
      record: {
        state: "closed",
        id: "f".repeat(32),
        subject: "203.0.113.7",
        category: "scan",
        severity: "high",
        final_score: 0.9,
        fast_score: 0.9,
        ml_score: 0.8,
        divergence: 0.1,
        authoritative_source: "CONSENSUS",
        first_seen: "2026-03-17T08:00:00.000000Z",
        last_seen: "2026-03-17T08:00:05.000000Z",
        flows: 5,
        windows: 0,
        peers: ["10.0.0.9"],
        reasons: [],
        corroborated: true,
        event_ids: [id(1)],
      },
    }]);
    const found = await search.explain(id(2).slice(0, 12));
    equal(found?.hit.id, id(2));
    deepEqual(found.incidents.map((hit) => hit.id), ["f".repeat(32)]);
    equal(await search.explain("0".repeat(32)), undefined);
  });
});

Deno.test("add() is idempotent by id", async () => {
  await withSearch(async (search) => {
    deepEqual(await search.add(day()), { added: 0, updated: 0, unchanged: 26 });
    equal((await search.stats()).entries.event, 26);
  });
});

Deno.test("timeline() spreads the matches of a question over their time", async () => {
  await withSearch(async (search) => {
    const buckets = await search.timeline("lateral movement", 24, request);
    equal(buckets.reduce((sum, { count }) => sum + count, 0), 12);
    ok(
      buckets.every(({ categories }) =>
        Object.keys(categories).every((c) => c === "lateral")
      ),
    );
  });
});

Deno.test("retain() removes old entries from the store and from the index of meaning", async () => {
  await withSearch(async (search) => {
    const before = await search.stats();
    deepEqual(await search.retain({ maxAgeDays: 0.5 }), { removed: 6 });
    const after = await search.stats();
    equal(after.entries.event, 20);
    equal(after.vectors, after.texts);
    ok(after.texts < before.texts);
  });
});

Deno.test("openSearch() makes a damaged index of meaning anew from the store", async () => {
  await withSearch(async (search, folder) => {
    const { texts } = await search.stats();
    await search.close();
    for await (const entry of Deno.readDir(folder)) {
      if (!entry.name.startsWith("vectors-")) continue;
      for await (const file of Deno.readDir(`${folder}/${entry.name}`)) {
        if (!file.isFile) continue;
        const path = `${folder}/${entry.name}/${file.name}`;
        const bytes = await Deno.readFile(path);
        await Deno.writeFile(path, bytes.map((b) => b ^ 0x5a));
      }
    }
    await using again = await openSearch(folder, { clock: () => NOW });
    const stats = await again.stats();
    equal(stats.vectors, texts);
    ok(stats.repairs.length > 0);
    const { hits } = await again.find(
      "someone is guessing passwords on a login service again and again",
      request,
    );
    equal(hits[0]?.facts.category, "bruteforce");
  });
});

Deno.test("a reader beside a writer sees what the writer adds", async () => {
  await withSearch(async (search, folder) => {
    await using reader = await openSearch(folder, {
      readOnly: true,
      clock: () => NOW,
    });
    equal((await reader.stats()).entries.event, 26);
    await search.add([made({
      number: 100,
      time: "2026-03-18T10:00:00Z",
      category: "mining",
      reason:
        "messages at even intervals inside a connection of unknown protocol",
    })]);
    const { hits } = await reader.find("mining today", request);
    deepEqual(hits.map((hit) => hit.id), [id(100)]);
    await rejects(reader.add([]), TypeError);
  });
});

Deno.test("stats() tells what lines of the logs were left out, and showStats() says so", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/log/events`, { recursive: true });
    const lines = day().map(({ record }) => `${JSON.stringify(record)}\n`);
    await Deno.writeTextFile(
      `${folder}/log/events/2026-03-17.jsonl`,
      `${lines.join("")}{torn\n{"a":1}\n{"b":\n`,
    );
    await using search = await openSearch(`${folder}/search`);
    deepEqual((await search.stats()).skipped, {});
    await search.ingest([`${folder}/log`]);
    const stats = await search.stats();
    deepEqual(stats.skipped, { torn: 2, foreign: 1 });
    match(showStats(stats), /left out {3}2 torn, 1 foreign/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("ingest() says that it caught up when everything that it read can be found, not before", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/log/events`, { recursive: true });
    const lines = day().map(({ record }) => `${JSON.stringify(record)}\n`);
    const file = `${folder}/log/events/2026-03-17.jsonl`;
    await Deno.writeTextFile(file, lines.join(""));
    await using search = await openSearch(`${folder}/search`);
    const stop = new AbortController();
    const caughtUp = Promise.withResolvers<number>();
    const done = search.ingest([`${folder}/log`], {
      ...{ follow: true, signal: stop.signal },
      onProgress: async (progress) => {
        if (!progress.caughtUp) return;
        caughtUp.resolve((await search.stats()).entries.event);
      },
    });
    equal(await caughtUp.promise, 26);
    stop.abort();
    await done;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
