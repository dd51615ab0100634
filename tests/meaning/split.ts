/**
 * Splits the paraphrases into the half to work with and the half that is held out, by a seed, and draws the behaviours
 * that one experiment leaves out of training.
 */
import { createHash } from "node:crypto";
import { runProgram } from "../../examples/_cli.ts";
import { readBehaviours } from "./build.ts";
import type { Paraphrase } from "./relevance.ts";

/** Seed of the split in the tree. */
export const SEED = 20_261_123;
/** Behaviours that are left out. */
export const LEFT_OUT = 5;

/** The two halves. */
export interface Halves {
  /** To be looked at while search is made. */
  readonly work: Paraphrase[];
  /** To be measured with at the end. */
  readonly heldOut: Paraphrase[];
}

/**
 * Halves paraphrases within each behaviour and language; where their number is odd, the halves get the larger part in
 * turn. The order of the input does not matter.
 */
export function splitParaphrases(
  paraphrases: readonly Paraphrase[],
  seed: number,
): Halves {
  const strata = Map.groupBy(
    byRank(paraphrases, seed),
    ({ behaviour, language }) => `${behaviour}.${language}`,
  );
  const work: Paraphrase[] = [];
  const heldOut: Paraphrase[] = [];
  let larger = 0;
  for (const [, members] of [...strata].sort(([a], [b]) => a < b ? -1 : 1)) {
    const odd = members.length % 2 === 1;
    const cut = Math.floor(members.length / 2) + (odd ? larger : 0);
    if (odd) larger = 1 - larger;
    work.push(...members.slice(0, cut));
    heldOut.push(...members.slice(cut));
  }
  return { work: byId(work), heldOut: byId(heldOut) };
}

/** Draws the behaviours to leave out. */
export function drawLeftOut(
  behaviours: readonly { readonly id: string }[],
  seed: number,
): string[] {
  const ids = behaviours.map(({ id }) => ({ id }));
  return byRank(ids, seed).slice(0, LEFT_OUT).map(({ id }) => id).sort();
}

/** By the SHA-256 of seed and id: an order that nobody chose. */
function byRank<T extends { readonly id: string }>(
  all: readonly T[],
  seed: number,
): T[] {
  const rank = ({ id }: T) =>
    createHash("sha256").update(`${seed} ${id}`).digest("hex");
  return all.map((one) => ({ one, key: rank(one) }))
    .sort((a, b) => a.key < b.key ? -1 : 1).map(({ one }) => one);
}

function byId<T extends { readonly id: string }>(all: T[]): T[] {
  return all.sort((a, b) => a.id < b.id ? -1 : 1);
}

function linesOf(all: readonly unknown[]): string {
  return all.map((one) => `${JSON.stringify(one)}\n`).join("");
}

async function main(input: string | undefined, folder: URL): Promise<number> {
  if (input === undefined) {
    console.error("Cannot split as the file of paraphrases must be given");
    return 2;
  }
  const lines = (await Deno.readTextFile(input)).trim().split("\n");
  const paraphrases = lines.map((line): Paraphrase => JSON.parse(line));
  const { work, heldOut } = splitParaphrases(paraphrases, SEED);
  const leftOut = drawLeftOut(await readBehaviours(), SEED);
  const files: readonly (readonly [string, string])[] = [
    ["work.jsonl", linesOf(work)],
    ["held_out.jsonl", linesOf(heldOut)],
    [
      "left_out.json",
      `${JSON.stringify({ seed: SEED, behaviours: leftOut }, null, 2)}\n`,
    ],
  ];
  console.log(`seed ${SEED}`);
  for (const [name, text] of files) {
    await Deno.writeTextFile(new URL(name, folder), text);
    console.log(
      createHash("sha256").update(text).digest("hex"),
      name,
    );
  }
  return 0;
}

if (import.meta.main) {
  await runProgram(
    {
      name: "split",
      help: `
Usage: deno run --allow-read --allow-write tests/meaning/split.ts FILE

Splits a file of paraphrases, one JSON object to a line, into work.jsonl and held_out.jsonl beside this program, writes
left_out.json, and prints the seed and the digests. Never prints a paraphrase.
`,
      options: {},
      positionals: true,
    },
    (_values, positionals) =>
      main(positionals[0], new URL(".", import.meta.url)),
  );
}
