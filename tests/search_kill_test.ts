/** Search killed in the middle of its work: what was acknowledged is there, once, and the index agrees with the store. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { openCore } from "@ml-defender/native";
import { openSearch, openStaticEmbedder } from "@ml-defender/rag";
import { entryLines, templates } from "../bench/_entries.ts";
import { checkVectors } from "../rag/testdata/vectors.ts";

const KILLS = 50;
const EVENTS = 40_000;
const CHILD = new URL("search/ingest_child.ts", import.meta.url).pathname;

interface Outcome {
  /** Entries that were acknowledged before it ended. */
  readonly acknowledged: number;
  /** Whether it came to its end. */
  readonly done: boolean;
}

async function runAndKill(
  store: string,
  log: string,
  killAfterMs: number,
): Promise<Outcome> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", CHILD, store, log],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let acknowledged = 0;
  let done = false;
  const lines = child.stdout.pipeThrough(new TextDecoderStream());
  for await (const text of lines) {
    for (const line of text.split("\n")) {
      if (line === "ready") {
        timer = setTimeout(() => child.kill("SIGKILL"), killAfterMs);
      }
      if (line === "done") done = true;
      if (/^\d+$/.test(line)) acknowledged = Number(line);
    }
  }
  clearTimeout(timer);
  await child.status;
  return { acknowledged, done };
}

/** Entries by id as the database has them, without the code that wrote them. */
function countRows(store: string): { rows: number; ids: number } {
  using db = new DatabaseSync(`${store}/events.db`);
  const found = db.prepare(
    "SELECT count(*) AS rows, count(DISTINCT id) AS ids FROM entries",
  ).get();
  return { rows: Number(found?.rows), ids: Number(found?.ids) };
}

Deno.test("search keeps what it acknowledged through 50 kills, and its vectors are those of its texts", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const log = `${folder}/log`;
    await Deno.mkdir(`${log}/events`, { recursive: true });
    const plan = { count: EVENTS, endMs: Date.UTC(2026, 2, 18), seed: 7 };
    const lines = [...entryLines(await templates(), plan)];
    await Deno.writeTextFile(
      `${log}/events/2026-03-18.jsonl`,
      `${lines.join("\n")}\n`,
    );
    const core = await openCore({ build: "wasm" });
    const embedder = await openStaticEmbedder();
    let killed = 0;
    let round = 0;
    let before = 0;
    while (killed < KILLS) {
      const store = `${folder}/store-${round}`;
      const outcome = await runAndKill(store, log, killed * 37 % 400);
      if (!outcome.done) killed++;
      const { rows, ids } = countRows(store);
      equal(rows, ids);
      ok(
        rows >= before + outcome.acknowledged,
        "an acknowledged event is lost",
      );
      before = rows;
      {
        await using search = await openSearch(store, { core, embedder });
        const stats = await search.stats();
        equal(stats.entries.event, rows);
        equal(stats.vectors, stats.texts);
      }
      const { texts, vectors, wrong } = checkVectors(store, core, embedder);
      deepEqual(wrong, []);
      equal(vectors, texts);
      if (!outcome.done) continue;
      equal(rows, EVENTS);
      round++;
      before = 0;
    }
    const store = `${folder}/store-${round}`;
    await using search = await openSearch(store, { core });
    await search.ingest([log]);
    deepEqual(countRows(store), { rows: EVENTS, ids: EVENTS });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
