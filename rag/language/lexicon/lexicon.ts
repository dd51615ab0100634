/** Words and phrases of one theme: what they are, by language. */
export interface Theme {
  /** English. */
  readonly en: Entries;
  /** Spanish. */
  readonly es: Entries;
}

/**
 * A terminal of the grammar, with its value behind `=` where it has one, and the phrases that are it: separated by
 * commas, in lower case and without accents; `scan(s|ning|)` is three phrases.
 */
export type Entries = Readonly<Record<string, string>>;

/** One meaning of a phrase. */
export interface Sense {
  /** Terminal. */
  readonly symbol: string;
  /** Its value; the empty text where it has none. */
  readonly value: string;
}

/** The phrases of an entry. */
export function phrasesOf(pattern: string): string[] {
  return pattern.split(",").flatMap((part) => expand(part.trim())).map((p) =>
    p.replaceAll(/\s+/g, " ").trim()
  ).filter((p) => p !== "");
}

function expand(pattern: string): string[] {
  const match = /^([^(]*)\(([^)]*)\)(.*)$/.exec(pattern);
  if (match === null) return [pattern];
  const [, before = "", choices = "", after = ""] = match;
  return choices.split("|").flatMap((choice) =>
    expand(after).map((rest) => before + choice + rest)
  );
}
