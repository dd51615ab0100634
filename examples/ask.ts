// deno-lint-ignore-file no-console
/** Ask a question of an event log. */
import {
  answerData,
  parseFilter,
  type SearchRequest,
  showAnswer,
  showGroups,
} from "@ml-defender/rag";
import { runProgram, UsageError, wholeNumber } from "./_cli.ts";
import {
  backfill,
  logFolders,
  openFor,
  openWriter,
  questionOptions,
  SEARCH_HELP,
  SEARCH_OPTIONS,
} from "./_search.ts";

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
      --filter FILTER    exactly these events, beside what the question says; with or without a question
      --limit N          events at most; default 10
      --each             list every event by itself: do not fold those that are alike
      --explain          say why each event is there
      --json             print {understood, ast, unresolved, weak, hits, answer, citations}
      --no-ingest        do not read the log first${SEARCH_HELP}
  -h, --help             show this text
`;

await runProgram({
  name: "ask",
  help: HELP,
  positionals: true,
  options: {
    ...SEARCH_OPTIONS,
    filter: { type: "string" },
    limit: { type: "string" },
    each: { type: "boolean" },
    explain: { type: "boolean" },
    json: { type: "boolean" },
    "no-ingest": { type: "boolean" },
  },
}, async (values, positionals, signal) => {
  const question = positionals.join(" ").trim();
  const asked = questionOptions(values);
  if (question === "" && values.filter === undefined) {
    throw new UsageError("a question or --filter is needed");
  }
  const request: SearchRequest = {
    ...asked,
    limit: wholeNumber("limit", values.limit, 10, [1, 1_000_000]),
    fold: values.each !== true,
    ...(values.filter === undefined ? {} : {
      filter: parseFilter(values.filter, {
        zone: asked.zone,
        nowMs: asked.nowMs ?? Date.now(),
      }),
    }),
  };
  await using writer = await openWriter(values);
  await using opened = await openFor(values);
  const { searcher, readOnly } = opened;
  if (!readOnly && values["no-ingest"] !== true) {
    await backfill(searcher, logFolders(values), signal);
  }
  const result = question === ""
    ? await searcher.search({ kind: "event" }, request)
    : await searcher.find(question, request);
  const streaming = values.json !== true && Deno.stdout.isTerminal() &&
    (values.model ?? values.gguf) !== undefined;
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
  if (values.json) {
    console.log(JSON.stringify(answerData(answer)));
    return;
  }
  if (streaming) console.log("\n");
  console.log(showAnswer(answer, { explain: values.explain === true }));
  if (answer.groups !== undefined && answer.groups.length > 0) {
    console.log(`\n${showGroups(answer.groups)}`);
  }
});
