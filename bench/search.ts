// deno-lint-ignore-file no-console
/**
 * Search: ingest rate, and the time from a question to a cited answer, in one process:
 * `deno run -A bench/search.ts [--events N] [--folder DIR] [--build native|wasm] [--runs N] [--json]`.
 *
 * Events are records of generated captures with other particulars, over 30 days. Questions are those of `tests/questions`
 * that can be answered. A folder that is given is kept, and used again.
 */
import { parseArgs } from "node:util";
import { openCore } from "@ml-defender/native";
import { openSearch, type Searcher, templateAnswer } from "@ml-defender/rag";
import { NOW, parseQuestions } from "../tests/questions/questions.ts";
import { entryLines, templates } from "./_entries.ts";
import { machine } from "./_measure.ts";

const SEED = 1;
const NOW_MS = Date.parse(NOW);
const LINES_PER_WRITE = 2000;

const { values } = parseArgs({
  options: {
    events: { type: "string", default: "10000" },
    folder: { type: "string" },
    build: { type: "string", default: "auto" },
    runs: { type: "string", default: "3" },
    json: { type: "boolean" },
  },
});
const count = Number(values.events);
const folder = values.folder ??
  await Deno.makeTempDir({ prefix: "ml-defender-bench-" });
try {
  await bench();
} finally {
  if (values.folder === undefined) {
    await Deno.remove(folder, { recursive: true });
  }
}

async function writeLog(): Promise<void> {
  const path = `${folder}/log/events/2026-03-18.jsonl`;
  if (await Deno.stat(path).then(() => true, () => false)) return;
  await Deno.mkdir(`${folder}/log/events`, { recursive: true });
  using file = await Deno.open(`${path}.part`, { write: true, create: true });
  const plan = { count, endMs: NOW_MS, seed: SEED };
  const encoder = new TextEncoder();
  let lines: string[] = [];
  const flush = async () => {
    if (lines.length === 0) return;
    const bytes = encoder.encode(`${lines.join("\n")}\n`);
    for (let done = 0; done < bytes.length;) {
      done += await file.write(bytes.subarray(done));
    }
    lines = [];
  };
  for (const line of entryLines(await templates(), plan)) {
    if (lines.push(line) === LINES_PER_WRITE) await flush();
  }
  await flush();
  await Deno.rename(`${path}.part`, path);
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[
    Math.min(sorted.length - 1, Math.floor(sorted.length * share))
  ]!;
}

async function timeQuestions(
  search: Searcher,
  questions: readonly { question: string; zone: string }[],
): Promise<{ p50: number; p95: number; max: number }> {
  const times: number[] = [];
  for (let run = 0; run <= Number(values.runs); run++) {
    for (const { question, zone } of questions) {
      const from = performance.now();
      const result = await search.find(question, { zone, nowMs: NOW_MS });
      templateAnswer(result, { nowUs: NOW_MS * 1000 });
      if (run > 0) times.push(performance.now() - from);
    }
  }
  times.sort((a, b) => a - b);
  return {
    p50: quantile(times, 0.5),
    p95: quantile(times, 0.95),
    max: times.at(-1)!,
  };
}

async function bench(): Promise<void> {
  await writeLog();
  await Deno.remove(`${folder}/store`, { recursive: true }).catch(() => {});
  const build = values.build as "auto" | "native" | "wasm";
  const core = await openCore({ build });
  const opened = await openSearch(`${folder}/store`, {
    core,
    clock: () => NOW_MS,
  });
  const from = performance.now();
  const { added } = await opened.ingest([`${folder}/log`]);
  const ingestSeconds = (performance.now() - from) / 1000;
  await opened.close();
  const openFrom = performance.now();
  await using search = await openSearch(`${folder}/store`, {
    core,
    clock: () => NOW_MS,
  });
  const openMs = performance.now() - openFrom;
  const text = await Deno.readTextFile(
    new URL("../tests/questions/work.jsonl", import.meta.url),
  );
  const asked = parseQuestions(text).filter((q) =>
    !q.unresolved && !q.contradiction && q.query.similarTo === undefined
  );
  const filtered = asked.filter(({ query }) => query.filter !== undefined);
  const open = [
    ...asked.filter(({ query }) => query.filter === undefined),
    ...[
      "find botnet-like behavior",
      "someone is guessing passwords",
      "a machine that talks to its master again and again",
    ]
      .map((question) => ({ question, zone: "UTC" })),
  ];
  const withFilter = await timeQuestions(search, filtered);
  const without = await timeQuestions(search, open);
  const { texts, bytes } = await search.stats();
  const report = {
    machine: await machine(),
    build: core.build,
    events: added,
    texts,
    eventsPerSecond: Math.round(added / ingestSeconds),
    storeBytes: bytes,
    openMs,
    withFilter: { questions: filtered.length, ...withFilter },
    withoutFilter: { questions: open.length, ...without },
    rssBytes: Deno.memoryUsage().rss,
  };
  console.log(JSON.stringify(report, null, values.json ? 0 : 2));
}
