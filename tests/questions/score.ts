// deno-lint-ignore-file no-console
/**
 * How many questions of a file are understood exactly, and how much is lost by filtering for more than was asked.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { runProgram, UsageError, userPath } from "../../examples/_cli.ts";
import { understand } from "../../rag/language/understand.ts";
import type { Query } from "../../rag/query/ast.ts";
import { canonicalQuery } from "../../rag/query/canonical.ts";
import { matches, randomOf, randomRow } from "../../rag/query/testdata/rows.ts";
import {
  NOW,
  parseQuestions,
  type Question,
  type Reading,
  sameReading,
} from "./questions.ts";

/** Exactly understood, of how many. */
export interface Share {
  /** Understood exactly. */
  readonly right: number;
  /** Asked. */
  readonly of: number;
}

/** A question that was not understood exactly. */
export interface Failure {
  /** The question and what was expected. */
  readonly question: Question;
  /** What was understood. */
  readonly given: Reading;
}

/** How well a file's questions are understood. */
export interface Score {
  /** All questions. */
  readonly all: Share;
  /** By language. */
  readonly languages: ReadonlyMap<string, Share>;
  /** By what is asked: answerable, unresolved, contradiction. */
  readonly constructs: ReadonlyMap<string, Share>;
  /** Contradictions that were not reported. */
  readonly silent: number;
  /** Milliseconds that one question took: median, 95th percentile. */
  readonly milliseconds: readonly [median: number, p95: number];
  /** Share of the entries that questions ask for that their readings leave out. */
  readonly lost: number;
  /** What was not understood exactly. */
  readonly failures: readonly Failure[];
}

const ROWS = 5_000;

/**
 * Read questions and compare with what was expected.
 *
 * @param questions What is asked.
 * @param knows Words that the embedder has, as search gives them to the grammar.
 */
export function score(
  questions: readonly Question[],
  knows?: (word: string) => boolean,
): Score {
  const nowMs = Date.parse(NOW);
  const languages = new Map<string, Share>();
  const constructs = new Map<string, Share>();
  const failures: Failure[] = [];
  const times: number[] = [];
  let silent = 0;
  const readings: Reading[] = [];
  for (const question of questions) {
    const started = performance.now();
    const made = understand(question.question, {
      nowMs,
      zone: question.zone,
      ...(knows === undefined ? {} : { knows }),
    });
    times.push(performance.now() - started);
    const given: Reading = {
      query: canonicalQuery(made.query),
      unresolved: made.unresolved.length > 0,
      contradiction: made.contradictions.length > 0,
    };
    readings.push(given);
    const right = sameReading(question, given);
    count(languages, question.language, right);
    count(constructs, constructOf(question), right);
    if (!right) failures.push({ question, given });
    if (question.contradiction && !given.contradiction) silent++;
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(times.length * share)] ?? 0;
  const right = questions.length - failures.length;
  return {
    all: { right, of: questions.length },
    languages,
    constructs,
    silent,
    milliseconds: [at(0.5), at(0.95)],
    lost: lostShare(questions, readings),
    failures,
  };
}

function constructOf(question: Question): string {
  return question.contradiction
    ? "contradiction"
    : question.unresolved
    ? "unresolved"
    : "answerable";
}

function count(
  shares: Map<string, { right: number; of: number }>,
  name: string,
  right: boolean,
): void {
  const share = shares.get(name) ?? { right: 0, of: 0 };
  shares.set(name, {
    right: share.right + (right ? 1 : 0),
    of: share.of + 1,
  });
}

/** Of all entries that match what was expected, over all questions, the share that what was understood leaves out. */
function lostShare(
  questions: readonly Question[],
  readings: readonly Reading[],
): number {
  const random = randomOf(7);
  const rows = Array.from({ length: ROWS }, () => randomRow(random));
  let wanted = 0;
  let lost = 0;
  for (const [i, question] of questions.entries()) {
    const given = readings[i]!;
    if (question.contradiction) continue;
    const zone = question.zone;
    for (const row of rows) {
      if (!isIn(question.query, row, zone)) continue;
      wanted++;
      if (given.contradiction || !isIn(given.query, row, zone)) lost++;
    }
  }
  return wanted === 0 ? 0 : lost / wanted;
}

function isIn(
  { filter }: Query,
  row: Parameters<typeof matches>[1],
  zone: string,
): boolean {
  return filter === undefined || matches(filter, row, zone);
}

/** A share as text: `93.1 % (243 of 261)`. */
export function shareText({ right, of }: Share): string {
  return `${(100 * right / Math.max(1, of)).toFixed(1)} % (${right} of ${of})`;
}

function failureText({ question, given }: Failure): string {
  const part = ({ query, unresolved, contradiction }: Reading) =>
    JSON.stringify(query) + (unresolved ? " unresolved" : "") +
    (contradiction ? " contradiction" : "");
  return `${question.id} ${question.question}\n  expected ${
    part(question)
  }\n  given    ${part(given)}`;
}

if (import.meta.main) {
  await runProgram({
    name: "score",
    help: `
Usage: deno run --allow-read --allow-env tests/questions/score.ts [--failures] [FILE.jsonl]

Prints the share of a file's questions that is understood exactly (work.jsonl without a file). With --failures, those
that are not, with what was expected: not for questions that are held out.
`,
    options: { failures: { type: "boolean" } },
    positionals: true,
  }, async ({ failures }, files) => {
    const [file] = files;
    if (files.length > 1) throw new UsageError("At most one file is wanted");
    const path = file === undefined
      ? fileURLToPath(new URL("work.jsonl", import.meta.url))
      : userPath(file);
    const result = score(parseQuestions(await Deno.readTextFile(path)));
    console.log(`exact: ${shareText(result.all)}`);
    for (const [name, share] of [...result.languages, ...result.constructs]) {
      console.log(`  ${name}: ${shareText(share)}`);
    }
    console.log(`contradictions not reported: ${result.silent}`);
    console.log(
      `asked for and left out: ${(100 * result.lost).toFixed(2)} %`,
    );
    const [median, p95] = result.milliseconds;
    console.log(
      `milliseconds a question: median ${median.toFixed(2)}, p95 ${
        p95.toFixed(2)
      }`,
    );
    if (failures) console.log(result.failures.map(failureText).join("\n"));
  });
}
