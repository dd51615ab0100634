// deno-lint-ignore-file no-console
/**
 * Splits questions at random into the half that is worked with and the half that is looked at once, at the end.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { join } from "node:path";
import {
  runProgram,
  UsageError,
  userPath,
  wholeNumber,
} from "../../examples/_cli.ts";
import { parseQuestions, type Question } from "./questions.ts";

/** Both halves. */
export interface Halves {
  /** What the grammar may be made with. */
  readonly work: readonly Question[];
  /** What it is judged by. */
  readonly heldOut: readonly Question[];
}

/**
 * Split at random, half and half, within each language and within what can and cannot be answered: the questions of such
 * a group are put in the order of a hash of seed and id, and every other one is held out. Where a group is odd, the next
 * odd one has its extra question on the other side.
 *
 * @param questions All of them, in any order.
 * @param seed Decides which go where.
 * @returns Both halves, each in order of id.
 */
export function split(questions: readonly Question[], seed: number): Halves {
  const groups = Map.groupBy(
    questions,
    ({ language, unresolved }) => `${language} ${unresolved}`,
  );
  const halves: [Question[], Question[]] = [[], []];
  let next: 0 | 1 = 0;
  for (const name of [...groups.keys()].sort()) {
    const shuffled = (groups.get(name) ?? [])
      .map((question) => ({ question, key: rank(seed, question.id) }))
      .sort((a, b) => a.key < b.key ? -1 : 1);
    for (const { question } of shuffled) {
      halves[next].push(question);
      next = next === 0 ? 1 : 0;
    }
  }
  const [work, heldOut] = halves.map((half) =>
    half.sort((a, b) => a.id < b.id ? -1 : 1)
  ) as [Question[], Question[]];
  return { work, heldOut };
}

/**
 * The text of a file.
 *
 * @param questions What is in it.
 * @returns JSON Lines.
 */
export function jsonLines(questions: readonly Question[]): string {
  return questions.map((question) => JSON.stringify(question) + "\n").join("");
}

function rank(seed: number, id: string): string {
  return createHash("sha256").update(`${seed} ${id}`).digest("hex");
}

if (import.meta.main) {
  await runProgram({
    name: "split",
    help: `
Usage: deno run --allow-read --allow-write --allow-env tests/questions/split.ts [--seed N] ALL.jsonl FOLDER

Splits questions into FOLDER/work.jsonl and FOLDER/held_out.jsonl and prints the seed and the SHA-256 of both.
Without --seed, one is drawn.
`,
    options: { seed: { type: "string" } },
    positionals: true,
  }, async ({ seed: given }, [all, folder]) => {
    if (all === undefined || folder === undefined) {
      throw new UsageError("A file of questions and a folder are wanted");
    }
    const drawn = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
    const seed = wholeNumber("seed", given, drawn, [0, 2 ** 32 - 1]);
    const text = await Deno.readTextFile(userPath(all));
    const { work, heldOut } = split(parseQuestions(text), seed);
    console.log(`seed ${seed}`);
    for (
      const [name, half] of [["work", work], ["held_out", heldOut]] as const
    ) {
      const file = `${name}.jsonl`;
      const lines = jsonLines(half);
      await Deno.writeTextFile(join(userPath(folder), file), lines);
      const hash = createHash("sha256").update(lines).digest("hex");
      console.log(`${file}: ${half.length} questions, SHA-256 ${hash}`);
    }
  });
}
