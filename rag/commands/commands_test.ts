import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { templateAnswer } from "../answers/write_answer.ts";
import { openSearch } from "../search.ts";
import { day, id, made } from "../testdata/events.ts";
import type { CommandContext, Role } from "./command.ts";
import { commandOf, COMMANDS, RefusedError, runCommand } from "./commands.ts";
import {
  printable,
  showAnswer,
  showGroups,
  showHits,
  showStats,
  showTimeline,
  showUnderstanding,
} from "./show.ts";

const NOW = Date.UTC(2026, 2, 18, 15, 30);

async function withContext(
  role: Role,
  run: (context: CommandContext) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await using searcher = await openSearch(folder, { clock: () => NOW });
    await searcher.add(day());
    await run({
      searcher,
      role,
      language: "en",
      request: { nowMs: NOW },
      ask: async (question, request) =>
        templateAnswer(await searcher.find(question, request), {
          nowUs: NOW * 1000,
        }),
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("commandOf() takes what is no command for a question", () => {
  const nameOf = (line: string) => commandOf(line).command.name;
  equal(nameOf("stats"), "stats");
  equal(nameOf("recent 5"), "recent");
  equal(nameOf(`similar ${id(1)}`), "similar");
  equal(nameOf("similar events to that of yesterday"), "query");
  equal(nameOf("recent scans"), "query");
  equal(nameOf("stats of last week"), "query");
  equal(nameOf("explain yourself"), "query");
  deepEqual(commandOf("  timeline  port scans ").argument, "port scans");
});

Deno.test("runCommand() runs each command and gives text and data", async () => {
  await withContext("operator", async (context) => {
    const lines: Readonly<Record<string, RegExp>> = {
      "query port scans yesterday": /understood as: .*scan/,
      "understand port scans yesterday": /understood as/,
      [`similar [${id(6)}]`]: /bruteforce|password|login/i,
      [`explain ${id(1)}`]: /203\.0\.113\.7/,
      "recent 3": /^1\. \[/,
      "timeline lateral movement": /lateral/,
      stats: /events +26/,
    };
    for (const [line, expected] of Object.entries(lines)) {
      const { text, data } = await runCommand(line, context);
      match(text, expected, line);
      ok(data !== undefined);
    }
    equal(Object.keys(lines).length, COMMANDS.length);
  });
});

Deno.test("runCommand() refuses what the role may not", async () => {
  await withContext("viewer", async (context) => {
    await rejects(runCommand(`explain ${id(1)}`, context), RefusedError);
  });
});

Deno.test("runCommand() says what an argument must be", async () => {
  await withContext("operator", async (context) => {
    await rejects(runCommand("similar", context), SyntaxError);
    await rejects(runCommand("recent -4", context), SyntaxError);
    await rejects(
      runCommand(`explain ${"0".repeat(32)}`, context),
      SyntaxError,
    );
  });
});

/** An event of an id as another logger may give it. */
function named(id: string, number: number) {
  const event = made({ number, time: "2026-03-18T08:00:00Z" });
  const { record } = event;
  const rag_metadata = { ...record.rag_metadata, event_id: id };
  return { ...event, record: { ...record, rag_metadata } as typeof record };
}

Deno.test("runCommand() takes every id that a log may have, as it is typed", async () => {
  await withContext("operator", async (context) => {
    const ids = ["evt_42", "Order-Seven", "ABCDEF012345", "yourselves", "7"];
    const { searcher } = context;
    await searcher.add(ids.map((one, i) => named(one, 500 + i)));
    const lower = named("abcdef0123", 600);
    await searcher.add([lower]);
    for (const one of ids) {
      for (const typed of [one, `[${one}]`]) {
        const { data, text } = await runCommand(`explain ${typed}`, context);
        equal((data as { event_id: string }).event_id, one);
        ok(text.startsWith(`[${one}]`));
        const alike = await runCommand(`similar ${typed}`, context);
        const { hits } = alike.data as { hits: { event_id: string }[] };
        ok(hits.length > 0 && hits.every((hit) => hit.event_id !== one));
      }
    }
    const prefix = await runCommand(`explain ${id(3).slice(0, 9)}`, context);
    equal((prefix.data as { event_id: string }).event_id, id(3));
    match(
      (await runCommand("explain yourself", context)).text,
      /understood as/,
    );
  });
});

Deno.test("similar, recent and explain give programs the names that a question gives", async () => {
  await withContext("operator", async (context) => {
    const dataOf = async (line: string) =>
      (await runCommand(line, context)).data as Record<string, unknown>;
    const asked = await dataOf("query port scans yesterday");
    const names = (data: Record<string, unknown>) => Object.keys(data).sort();
    const [hit] = asked["hits"] as Record<string, unknown>[];
    for (const line of ["recent 3", `similar ${id(6)}`]) {
      const data = await dataOf(line);
      deepEqual(
        names(data),
        names(asked).filter((name) =>
          !["answer", "citations", "writer"].includes(name)
        ),
      );
      const hits = data["hits"] as Record<string, unknown>[];
      ok(hits.length > 0);
      for (const one of hits) deepEqual(names(one), names(hit!));
    }
    const found = await dataOf(`explain ${id(1)}`);
    equal(found["event_id"], id(1));
    ok(names(hit!).every((name) => name in found));
  });
});

Deno.test("every command of search only reads", () => {
  ok(COMMANDS.every(({ writes }) => !writes));
});

Deno.test("printable() lets no control and no direction mark through", () => {
  equal(printable("a\x1b[31mb\u202ec\n"), "a\\u{1b}[31mb\\u{202e}c\\u{a}");
});

Deno.test("what is shown of a result, of its groups and of repairs lets no control character through", async () => {
  await withContext("viewer", async ({ searcher }) => {
    const bad = "a\x1b]0;owned\x07\u202eb\x9b2Jc\r";
    const result = await searcher.recent({ limit: 1 });
    const hits = result.hits.map((hit) => ({ ...hit, narrative: bad }));
    const shown = { ...result, hits, understood: bad };
    const answer = { ...shown, answer: `${bad}\n${bad}`, sentences: [] };
    const written = {
      ...answer,
      citations: [],
      writer: "x",
      writerProblem: bad,
    };
    for (
      const text of [
        showHits(shown, { explain: true }),
        showUnderstanding({
          ...shown,
          unresolved: [{ text: bad, why: bad }],
          contradictions: [bad],
        }),
        showAnswer(written),
        showGroups([{ key: [bad], value: 1, ids: [] }]),
        showTimeline(
          [{ startMs: 0, count: 1, categories: { [bad]: 1 } }],
          "en",
        ),
        showStats({ ...await searcher.stats(), repairs: [bad] }),
      ]
    ) {
      ok(!/[\p{Cc}\p{Cf}]/u.test(text.replaceAll("\n", "")), text);
      match(
        text,
        /a\\u\{1b\}\]0;owned\\u\{7\}\\u\{202e\}b\\u\{9b\}2Jc\\u\{d\}/,
      );
    }
  });
});

Deno.test("showTimeline() draws the longest bar for the most", () => {
  const text = showTimeline([
    { startMs: 0, count: 1, categories: { scan: 1 } },
    { startMs: 3_600_000, count: 40, categories: { c2: 30, scan: 10 } },
  ], "en");
  const [first, second] = text.split("\n");
  match(first!, /^1970-01-01T00:00:00Z +1 # scan$/);
  match(second!, /#{40} c2$/);
});
