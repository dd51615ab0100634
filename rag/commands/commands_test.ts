import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { templateAnswer } from "../answers/write_answer.ts";
import { openSearch } from "../search.ts";
import { day, id } from "../testdata/events.ts";
import type { CommandContext, Role } from "./command.ts";
import { commandOf, COMMANDS, RefusedError, runCommand } from "./commands.ts";
import { printable, showTimeline } from "./show.ts";

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

Deno.test("every command of search only reads", () => {
  ok(COMMANDS.every(({ writes }) => !writes));
});

Deno.test("printable() lets no control and no direction mark through", () => {
  equal(printable("a\x1b[31mb\u202ec\n"), "a\\u{1b}[31mb\\u{202e}c\\u{a}");
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
