// deno-lint-ignore-file no-console
/** Ask a question of an event log. */
import {
  type Answer,
  answerData,
  type SearchRequest,
  showAnswer,
  showGroups,
} from "@ml-defender/rag";
import { runProgram, UsageError, wholeNumber } from "./_cli.ts";
import { backfill, embedded, openFor } from "./_open_search.ts";
import {
  checkFolders,
  filterOf,
  questionOptions,
  SEARCH_HELP,
  SEARCH_OPTIONS,
} from "./_search.ts";
import { dropPermissions, hasModel, openWriter } from "./_writer.ts";

const HELP = `
Usage: deno task ask "QUESTION" [OPTION...]

Answers a question about what happened, in English or Spanish, from the log that \`analyze --out\` writes. Reads what is new in
the log first. Says what was understood; docs/queries.md says which words mean what.

Examples:
  deno task ask "show me high divergence events from yesterday"
  deno task ask "SSH or RDP guessing from 10.0.0.0/8 last week, outside business hours"
  deno task ask "¿qué equipos hablaron con muchos servidores SMB?" --zone Europe/Madrid
  deno task ask --filter 'category = scan and dst_port in (22, 3389)'

Options:
      --filter FILTER    exactly these events, beside what the question says; with or without a question;
                         of several all must hold
      --limit N          events at most; default 10
      --each             list every event by itself: do not fold those that are alike
      --explain          say why each event is there
      --json             print {understood, ast, unresolved, weak, hits, answer, citations}
      --no-ingest        do not read the log first${SEARCH_HELP}
  -h, --help             show this text

Exit code: 0, 1 where something failed or not all of the log could be read, 2 wrong use, 130 interrupted.
`;

await runProgram({
  name: "ask",
  help: HELP,
  positionals: true,
  options: {
    ...SEARCH_OPTIONS,
    filter: { type: "string", multiple: true },
    limit: { type: "string" },
    each: { type: "boolean" },
    explain: { type: "boolean" },
    json: { type: "boolean" },
    "no-ingest": { type: "boolean" },
  },
}, async (values, positionals, signal) => {
  const question = positionals.join(" ").trim();
  const asked = questionOptions(values);
  const filter = filterOf(values.filter, asked);
  if (question === "" && filter === undefined) {
    throw new UsageError("a question or --filter is needed");
  }
  const request: SearchRequest = {
    ...asked,
    limit: wholeNumber("limit", values.limit, 10, [1, 1_000_000]),
    fold: values.each !== true,
    ...(filter === undefined ? {} : { filter }),
  };
  const ingest = values["no-ingest"] !== true;
  await checkFolders(values, { ingest });
  await using writer = await openWriter(values, asked.nowMs);
  await dropPermissions(values, { serve: false });
  const running = { program: "ask", worker: false, signal };
  await using opened = await openFor(values, running);
  const { searcher, readOnly } = opened;
  let complete = !(ingest && readOnly === "unwritable");
  if (ingest && readOnly === undefined) {
    complete = (await backfill(searcher, values, running)).complete;
  }
  if (signal.aborted) return;
  if (!await embedded(searcher, running)) complete = false;
  if (signal.aborted) return;
  const result = question === ""
    ? await searcher.search({ kind: "event" }, request)
    : await searcher.find(question, request);
  const streaming = values.json !== true && Deno.stdout.isTerminal() &&
    hasModel(values);
  const answer = await writer.write(result, {
    language: asked.language ?? result.language,
    signal,
    ...(streaming
      ? {
        onText: (text: string) => {
          Deno.stdout.writeSync(new TextEncoder().encode(text));
        },
      }
      : {}),
  });
  if (signal.aborted) return;
  if (streaming) console.log("\n");
  console.log(
    values.json ? JSON.stringify(answerData(answer)) : shown(answer, values),
  );
  return complete ? 0 : 1;
});

function shown(answer: Answer, values: { explain?: boolean }): string {
  const text = showAnswer(answer, { explain: values.explain === true });
  const { groups = [] } = answer;
  return groups.length === 0 ? text : `${text}\n\n${showGroups(groups)}`;
}
