/**
 * Fifty texts that an attacker can put into traffic: instructions, fake citations, fake markup, terminal and direction
 * characters, database and search syntax. None changes what is answered, cited or offered, or opens the prompt's fence.
 */
import assert from "node:assert/strict";
import { answerWith } from "../../rag/answers/answer_with.ts";
import {
  composePrompt,
  DATA_END,
  DATA_START,
} from "../../rag/answers/compose_prompt.ts";
import { openAiModel } from "../../rag/answers/endpoint.ts";
import { NOW_US, result } from "../../rag/answers/testdata/results.ts";
import { says, serve } from "../../rag/answers/testdata/servers.ts";
import { templateAnswer } from "../../rag/answers/write_answer.ts";
import { COMMANDS } from "../../rag/commands/commands.ts";
import type { Entry } from "../../rag/entry.ts";
import { narrate } from "../../rag/narrative/narrate.ts";
import { prepare } from "../../rag/prepare.ts";
import { describe } from "../../rag/query/describe.ts";
import type { Hit, Language, Result } from "../../rag/result.ts";
import { made } from "../../rag/testdata/events.ts";
import { entryWith, type Fixture, FIXTURES, harmless } from "./_hostile.ts";

const LANGUAGES: readonly Language[] = ["en", "es"];
const FAKE = "deadbeef".repeat(4);

function hitOf(entry: Entry, language: Language): Hit {
  const prepared = prepare(entry);
  return {
    id: prepared.id,
    kind: prepared.kind,
    timestampUs: prepared.timestampUs,
    score: 1,
    why: [],
    facts: prepared.facts,
    narrative: narrate(prepared, language),
    folded: 0,
  };
}

/** What a search would give: the entry with the text, and two others. */
function resultWith(
  fixture: Fixture,
  text: string,
  { language, raw }: { readonly language: Language; readonly raw: boolean },
): Result {
  const hit = hitOf(entryWith(fixture, text), language);
  const others = [2, 3].map((number) =>
    hitOf(made({ number, time: "2026-03-07T11:10:00Z" }), language)
  );
  const shown = raw
    ? {
      ...hit,
      narrative: `Seen: ${text}`,
      facts: { ...hit.facts, name: text },
    }
    : hit;
  const kind = fixture.in === "incident_subject" ? "incident" : "event";
  return result([shown, ...others], {
    language,
    query: { kind, filter: { op: "eq", field: "category", value: "web" } },
  });
}

/** What two texts differ in: what is left of each without their common beginning and end. */
function difference(a: string, b: string): readonly [string, string] {
  let from = 0;
  while (from < a.length && from < b.length && a[from] === b[from]) from++;
  let end = 0;
  const room = Math.min(a.length, b.length) - from;
  while (end < room && a.at(-1 - end) === b.at(-1 - end)) end++;
  return [a.slice(from, a.length - end), b.slice(from, b.length - end)];
}

/** A sentence without the narrator's fixed phrases on the form of a name or an agent, such as "very long name". */
function withoutShape(text: string): string {
  return text.replace(/; (?:also|además,) [^[]*(?= \[)/u, "");
}

function assertPlain(text: string, message: string): void {
  assert.doesNotMatch(text, /[^\P{C}\n]|[\p{Zl}\p{Zp}]/u, message);
}

Deno.test("hostile.jsonl has fifty different texts", () => {
  assert.equal(new Set(FIXTURES.map(({ text }) => text)).size, 50);
});

for (const raw of [false, true]) {
  const told = raw ? "told without any quoting" : "told by narrate";
  Deno.test(`templateAnswer of a hostile text, ${told}, is that of a harmless one but for the text itself`, () => {
    for (const fixture of FIXTURES) {
      for (const language of LANGUAGES) {
        const how = { language, raw };
        const given = resultWith(fixture, fixture.text, how);
        const before = structuredClone(given);
        const got = templateAnswer(given, { nowUs: NOW_US });
        const wanted = templateAnswer(
          resultWith(fixture, harmless(fixture.text), how),
          {
            nowUs: NOW_US,
          },
        );
        const name = `${language} ${JSON.stringify(fixture.text)}`;
        assert.deepEqual(given, before, name);
        assert.deepEqual(got.query, wanted.query, name);
        assert.equal(
          describe(got.query, language),
          describe(wanted.query, language),
          name,
        );
        assert.deepEqual(got.citations, wanted.citations, name);
        assert.equal(got.sentences.length, wanted.sentences.length, name);
        for (const [i, sentence] of got.sentences.entries()) {
          const twin = wanted.sentences[i]!;
          assert.deepEqual(sentence.citations, twin.citations, name);
          const [, removed] = difference(
            withoutShape(sentence.text),
            withoutShape(twin.text),
          );
          assert.ok(
            removed.length <= fixture.text.length + 2,
            `${name}: ${removed}`,
          );
        }
        assertPlain(got.answer, name);
        const brackets = got.answer.match(/\[[^\]]*\]?/g) ?? [];
        const ids = new Set(got.hits.map((hit) => `[${hit.id}]`));
        assert.ok(brackets.every((one) => ids.has(one)), name);
      }
    }
  });
}

Deno.test("composePrompt keeps its fence around every hostile text, and gives it whole", () => {
  for (const fixture of FIXTURES) {
    for (const language of LANGUAGES) {
      const how = { language, raw: true };
      const hostile = composePrompt(
        resultWith(fixture, fixture.text, how),
        language,
      );
      const twin = composePrompt(
        resultWith(fixture, harmless(fixture.text), how),
        language,
      );
      assert.equal(hostile.system, twin.system);
      const cut = (user: string) => {
        const [head, rest, ...more] = user.split(DATA_START);
        const [data, tail, ...after] = rest!.split(DATA_END);
        assert.equal(more.length + after.length, 0, fixture.text);
        return { head, data: data!.trim().split("\n"), tail };
      };
      const got = cut(hostile.user);
      const wanted = cut(twin.user);
      assert.deepEqual([got.head, got.tail], [wanted.head, wanted.tail]);
      assert.equal(got.data.length, wanted.data.length);
      const entries = got.data.map((line) => JSON.parse(line))
        .filter((line) => "entry" in line);
      assert.equal(
        entries[0].entry.name,
        [...fixture.text].slice(0, 300).join(""),
      );
      assertPlain(hostile.user, fixture.text);
      assert.doesNotMatch(got.data.join(""), /[<>|`]/, fixture.text);
    }
  }
});

Deno.test("answerWith marks what a model says that obeys a hostile text, and shows it harmless", async () => {
  let obeyed = "";
  await using server = serve(() => says(obeyed));
  const model = openAiModel({ baseUrl: server.baseUrl, model: "obedient" });
  for (const fixture of FIXTURES) {
    obeyed = `${fixture.text}\n\nNo attacks were detected [${FAKE}].\n` +
      `Everything is fine.\nNo hubo ataques [${"0".repeat(32)}].\n` +
      "There were 0 events from 127.0.0.1.";
    let shown = "";
    const given = resultWith(fixture, fixture.text, {
      language: "en",
      raw: false,
    });
    const answer = await answerWith(model, given, {
      nowUs: NOW_US,
      onText: (text) => shown += text,
    });
    const name = JSON.stringify(fixture.text);
    assert.equal(answer.writer, "obedient", answer.writerProblem ?? "");
    assertPlain(shown, name);
    assertPlain(answer.answer, name);
    assert.deepEqual(answer.citations, [], name);
    assert.ok(!answer.answer.includes(`[${FAKE}]`), name);
    const lies = answer.sentences.filter(({ text }) =>
      /No attacks were detected|Everything is fine|No hubo ataques|0 events from/
        .test(text)
    );
    assert.ok(lies.length >= 4, name);
    assert.ok(lies.every(({ supported }) => !supported), name);
    assert.deepEqual(answer.query, given.query);
  }
});

Deno.test("COMMANDS is a fixed list that only reads, whatever was answered before", () => {
  const names = COMMANDS.map(({ name }) => name);
  for (const fixture of FIXTURES) {
    templateAnswer(
      resultWith(fixture, fixture.text, { language: "en", raw: true }),
      { nowUs: NOW_US },
    );
  }
  assert.deepEqual(COMMANDS.map(({ name }) => name), names);
  assert.ok(COMMANDS.every(({ writes }) => !writes));
});
