// deno-lint-ignore-file no-console
/** How well search understands questions and finds by meaning, on its test sets. */
import { openStaticEmbedder } from "@ml-defender/rag";
import { readLeftOut } from "../tests/meaning_evaluation/documents.ts";
import { evaluateMeaning } from "../tests/meaning_evaluation/evaluate.ts";
import { embedderWithout } from "../tests/meaning_evaluation/left_out.ts";
import { reportLines } from "../tests/meaning_evaluation/report.ts";
import { askWholeSearch } from "../tests/meaning_evaluation/whole_search.ts";
import { parseQuestions } from "../tests/questions/questions.ts";
import { score } from "../tests/questions/score.ts";
import { runProgram, UsageError } from "./_cli.ts";

const HELP = `
Usage: deno task evaluate-search [--half work|held_out] [--left-out] [--json]

Measures search on its test sets, of which one half was worked with and the other was not:
  questions    how many become exactly the query that was written down before there was a grammar
  paraphrases  events found by meaning, by vectors and by words alone and together
  whole        the same paraphrases and literal queries asked as a user would

Options:
      --half HALF    work or held_out; default both
      --left-out     also with five behaviours left out of the embedder's training (trains for a minute)
      --json         print one JSON object
  -h, --help         show this text
`;

const HALVES = ["work", "held_out"] as const;

await runProgram({
  name: "evaluate-search",
  help: HELP,
  options: {
    half: { type: "string" },
    "left-out": { type: "boolean" },
    json: { type: "boolean" },
  },
}, async (values) => {
  const half = HALVES.find((name) => name === values.half);
  if (values.half !== undefined && half === undefined) {
    throw new UsageError(`--half is neither work nor held_out: ${values.half}`);
  }
  const embedder = await openStaticEmbedder();
  const leftOut = values["left-out"] ? await readLeftOut() : [];
  const without = values["left-out"] ? await embedderWithout() : undefined;
  const report: Record<string, unknown> = {};
  for (const name of half === undefined ? HALVES : [half]) {
    const questions = await readQuestions(name);
    const understood = score(questions, (word) => embedder.hasWord(word));
    const meaning = await evaluateMeaning({
      half: name,
      embedder,
      weakBelow: embedder.weakBelow,
      leftOut,
    });
    const less = without === undefined
      ? undefined
      : await evaluateMeaning({ half: name, embedder: without, leftOut });
    const { missed: _, ...whole } = await askWholeSearch(name, embedder);
    const { all, silent, lost, milliseconds } = understood;
    const share = all.right / all.of;
    report[name] = {
      questions: { exact: share, of: all.of, silent, lost, milliseconds },
      meaning,
      ...(less === undefined ? {} : { without: less }),
      whole,
    };
    if (values.json) continue;
    console.log(
      `${name}: ${all.right} of ${all.of} questions exact (${
        (100 * share).toFixed(1)
      } %), ${silent} contradictions not reported, ${
        (100 * lost).toFixed(2)
      } % of what is asked for left out`,
    );
    for (const line of reportLines(meaning)) console.log(`  ${line}`);
    if (less !== undefined) {
      console.log("  trained without the behaviours that are left out:");
      for (const line of reportLines(less)) console.log(`    ${line}`);
    }
    console.log(
      `  whole search: R@10 ${whole.recall.toFixed(3)}, nDCG@10 ${
        whole.ndcg.toFixed(3)
      }, literal ${
        whole.literal.toFixed(3)
      }, without a hit ${whole.unanswered}, filtered out ${whole.filteredOut} of ${whole.questions}`,
    );
  }
  if (values.json) console.log(JSON.stringify(report));
});

async function readQuestions(half: string) {
  const file = new URL(`../tests/questions/${half}.jsonl`, import.meta.url);
  return parseQuestions(await Deno.readTextFile(file));
}
