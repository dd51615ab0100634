/** The events of the test set as search sees them. */
import { prepare } from "../../rag/prepare.ts";
import { buildAll, readBehaviours } from "../meaning/build.ts";
import type { LiteralQuery, Paraphrase } from "../meaning/relevance.ts";

/** An event as what search looks at. */
export interface Document {
  /** `behaviour#index`. */
  readonly id: string;
  /** What kind of thing happened: what is embedded. */
  readonly behaviour: string;
  /** Names and identifiers. */
  readonly words: string;
}

/** Which half of the paraphrases. */
export type Half = "work" | "held_out";

const FOLDER = new URL("../meaning/", import.meta.url);

/** Every event of the test set, prepared as search prepares it. */
export async function readDocuments(): Promise<Document[]> {
  const events = buildAll(await readBehaviours());
  return [...events].map(([id, { record, evidence }]) => {
    const { behaviour, words } = prepare({ kind: "event", record, evidence });
    return { id, behaviour, words };
  });
}

/** The paraphrases of a half. */
export async function readParaphrases(half: Half): Promise<Paraphrase[]> {
  return await readLines(`${half}.jsonl`);
}

/** The literal queries. */
export async function readLiteral(): Promise<LiteralQuery[]> {
  return await readLines("literal.jsonl");
}

/** Behaviours that one experiment leaves out of training. */
export async function readLeftOut(): Promise<string[]> {
  const text = await Deno.readTextFile(new URL("left_out.json", FOLDER));
  return JSON.parse(text).behaviours;
}

/** Questions without an answer in the test set: of everyday life, and of computers. */
export async function readUnrelated(): Promise<
  { readonly everyday: string[]; readonly computers: string[] }
> {
  const text = await Deno.readTextFile(
    new URL("unrelated.txt", import.meta.url),
  );
  const [everyday = "", computers = ""] = text.split("# everyday\n")[1]!
    .split("# computers\n");
  const lines = (part: string) =>
    part.split("\n").filter((line) => line !== "");
  return { everyday: lines(everyday), computers: lines(computers) };
}

async function readLines<T>(name: string): Promise<T[]> {
  const text = await Deno.readTextFile(new URL(name, FOLDER));
  return text.split("\n").filter((line) => line !== "").map((line) =>
    JSON.parse(line)
  );
}
