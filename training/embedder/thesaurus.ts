/**
 * The thesaurus: what people say and what the log writes about the same thing, as text files.
 *
 * A file has sections. `[name] broader broader` begins a concept; lines `event:`, `en:` and `es:` hold its phrases,
 * separated by semicolons; `rules:` names rules of the detectors whose texts are its phrases, `features:` metrics whose
 * texts are, `category:` a class of events, `services:` services and protocols, `shapes:` phrases of the narrative, and
 * `near:` concepts that are akin. `look:` says what an event of an ordinary kind looks like: services and shapes separated
 * by semicolons, alternatives by bars, `-` for nothing. A line without a key goes on with the one before. `#` begins a
 * comment.
 */

/** Languages of phrases, and the wording of events. */
export type Voice = "event" | "en" | "es";

/** A thing that can be meant. */
export interface Concept {
  /** Its name. */
  readonly id: string;
  /** Name of the file that it is in, without ending. */
  readonly theme: string;
  /** What it is a kind of. */
  readonly broader: readonly string[];
  /** What is akin to it. */
  readonly near: readonly string[];
  /** Codes of rules. */
  readonly rules: readonly string[];
  /** Names of metrics. */
  readonly features: readonly string[];
  /** Class of events that it is, if it is one. */
  readonly category: string | undefined;
  /** Services and protocols. */
  readonly services: readonly string[];
  /** Phrases of the narrative, by their names. */
  readonly shapes: readonly string[];
  /** What its events look like: alternatives for each part. */
  readonly looks: readonly (readonly (readonly string[])[])[];
  /** Its phrases. */
  readonly phrases: Readonly<Record<Voice, readonly string[]>>;
}

const NAMES = [
  ...["rules", "features", "near", "category", "services", "shapes"] as const,
];
const LISTS = [...NAMES, "look", "event", "en", "es"] as const;
type Key = typeof LISTS[number];
const KEYS: ReadonlySet<string> = new Set(LISTS);

interface Draft {
  readonly id: string;
  readonly theme: string;
  readonly broader: string[];
  readonly lists: Record<Key, string[]>;
}

/**
 * Read a file of the thesaurus.
 *
 * @param text Its text.
 * @param theme Its name.
 * @returns Its concepts, in their order.
 * @throws {SyntaxError} With the line that is not understood.
 */
export function parseThesaurus(text: string, theme: string): Concept[] {
  const drafts: Draft[] = [];
  let key: Key | undefined;
  text.split("\n").forEach((raw, index) => {
    const line = raw.replace(/#.*$/, "").trim();
    if (line === "") return;
    const where = `${theme}, line ${index + 1}`;
    const head = line.match(/^\[([a-z0-9_]+)\]\s*([a-z0-9_ ]*)$/);
    if (head) {
      key = undefined;
      drafts.push({
        id: head[1]!,
        theme,
        broader: head[2]!.split(" ").filter((name) => name !== ""),
        lists: Object.fromEntries(LISTS.map((name) => [name, []])) as never,
      });
      return;
    }
    const named = line.match(/^([a-z]+):\s*(.*)$/);
    if (named && KEYS.has(named[1]!)) key = named[1] as Key;
    const draft = drafts.at(-1);
    if (draft === undefined || key === undefined) {
      throw new SyntaxError(`Cannot read thesaurus: ${where}: ${line}`);
    }
    const rest = named && KEYS.has(named[1]!) ? named[2]! : line;
    if (key === "look") {
      draft.lists.look.push(rest);
      return;
    }
    const names = (NAMES as readonly string[]).includes(key);
    const separator = names ? /[;\s]+/ : /;/;
    draft.lists[key].push(
      ...rest.split(separator).map((item) => item.trim()).filter((item) =>
        item !== ""
      ),
    );
  });
  return drafts.map(({ id, theme, broader, lists }) => ({
    ...{ id, theme, broader },
    near: lists.near,
    rules: lists.rules,
    features: lists.features,
    category: lists.category[0],
    services: lists.services,
    shapes: lists.shapes,
    looks: lists.look.map((line) =>
      line.split(";").map((part) =>
        part.split("|").map((name) => name.trim()).filter((name) => name !== "")
      )
    ),
    phrases: { event: lists.event, en: lists.en, es: lists.es },
  }));
}

/** Names of concepts that a thesaurus uses without having them, and names that it has twice. */
export function danglingNames(concepts: readonly Concept[]): string[] {
  const ids = new Set(concepts.map(({ id }) => id));
  const twice = concepts.filter(({ id }, i) =>
    concepts.findIndex((other) => other.id === id) !== i
  );
  return [
    ...concepts.flatMap(({ broader, near }) => [...broader, ...near])
      .filter((id) => !ids.has(id)),
    ...twice.map(({ id }) => id),
  ];
}

/** For each concept the indices of itself and of every kind of it. */
export function kindsOf(concepts: readonly Concept[]): Set<number>[] {
  const index = new Map(concepts.map(({ id }, i) => [id, i]));
  const kinds = concepts.map((_, i) => new Set([i]));
  const climb = (from: number, at: number) => {
    for (const id of concepts[at]!.broader) {
      const up = index.get(id)!;
      kinds[up]!.add(from);
      climb(from, up);
    }
  };
  concepts.forEach((_, i) => climb(i, i));
  return kinds;
}

/** Lists of words beside the concepts: a file with one or more words in each line. */
export function parseWords(text: string): string[] {
  return text.split("\n").flatMap((line) =>
    line.replace(/#.*$/, "").trim().split(/\s+/).filter((word) => word !== "")
  );
}

/** A thesaurus as it lies in a folder. */
export interface Thesaurus {
  /** Every concept. */
  readonly concepts: readonly Concept[];
  /** Words without content. */
  readonly skipped: readonly string[];
  /** Words of everyday life that mean nothing here, for noise. */
  readonly foreign: readonly string[];
  /** Questions that no log of a network answers. */
  readonly unrelated: readonly string[];
}

/**
 * Read the thesaurus of a folder.
 *
 * @param folder URL that ends with a slash.
 * @returns Its concepts in the order of file names, and its lists of words.
 */
export async function readThesaurus(folder: URL): Promise<Thesaurus> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (name.endsWith(".txt")) names.push(name);
  }
  const concepts: Concept[] = [];
  for (const name of names.sort()) {
    if (name.startsWith("_")) continue;
    const text = await Deno.readTextFile(new URL(name, folder));
    concepts.push(...parseThesaurus(text, name.replace(/\.txt$/, "")));
  }
  const dangling = danglingNames(concepts);
  if (dangling.length > 0) {
    throw new SyntaxError(
      `Cannot read thesaurus as these names are missing or twice: ${
        dangling.join(", ")
      }`,
    );
  }
  const list = async (name: string) =>
    await Deno.readTextFile(new URL(name, folder));
  return {
    concepts,
    skipped: parseWords(await list("_skipped.txt")),
    foreign: parseWords(await list("_foreign.txt")),
    unrelated: (await list("_unrelated.txt")).split("\n").filter((line) =>
      line !== "" && !line.startsWith("#")
    ),
  };
}
