/** The whole search over a store with fifty texts of attackers in it, beside one with harmless texts in their place. */
import assert from "node:assert/strict";
import { templateAnswer } from "../../rag/answers/write_answer.ts";
import { openSearch } from "../../rag/search.ts";
import type { EventSearch } from "../../rag/search.ts";
import { day } from "../../rag/testdata/events.ts";
import { entryWith, FIXTURES, harmless } from "./_hostile.ts";

const NOW_MS = Date.UTC(2026, 2, 18, 15, 30);
const REQUEST = { nowMs: NOW_MS };
const QUESTIONS = [
  "web attacks on 7 march",
  "how many events on 7 march",
  "which hosts made web attacks this month?",
  "incidents this month",
  "port scans yesterday",
  "¿cuántos ataques web hubo este mes?",
  "ataques web por servicio este mes",
  "incidentes de este mes",
] as const;

async function withSearches(
  run: (hostile: EventSearch, twin: EventSearch) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const options = { clock: () => NOW_MS };
    await using hostile = await openSearch(`${folder}/hostile`, options);
    await using twin = await openSearch(`${folder}/twin`, options);
    const entries = (change: (text: string) => string) =>
      FIXTURES.map((one, i) => entryWith(one, change(one.text), 101 + i));
    await hostile.add([...day(), ...entries((text) => text)]);
    await twin.add([...day(), ...entries(harmless)]);
    await run(hostile, twin);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("find() understands, finds and cites the same whatever texts the events have", async () => {
  await withSearches(async (hostile, twin) => {
    for (const question of QUESTIONS) {
      const got = await hostile.find(question, REQUEST);
      const wanted = await twin.find(question, REQUEST);
      assert.ok(wanted.summary.total > 0, question);
      assert.equal(got.understood, wanted.understood);
      assert.deepEqual(got.query, wanted.query);
      assert.deepEqual(got.summary, wanted.summary);
      assert.deepEqual(got.hits.map((h) => h.id), wanted.hits.map((h) => h.id));
      assert.deepEqual(got.groups, wanted.groups);
      const nowUs = NOW_MS * 1000;
      assert.deepEqual(
        templateAnswer(got, { nowUs }).citations,
        templateAnswer(wanted, { nowUs }).citations,
      );
    }
  });
});

Deno.test("find() takes a hostile text as a question or as words without failing, and changes nothing", async () => {
  await withSearches(async (hostile) => {
    const before = await hostile.stats();
    for (const { text } of FIXTURES) {
      await hostile.find(text, REQUEST);
      await hostile.search({ kind: "event", text }, REQUEST);
    }
    const after = await hostile.stats();
    assert.deepEqual(after, before);
  });
});
