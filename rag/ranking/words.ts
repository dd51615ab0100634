/**
 * Words of a question for search by exact words.
 *
 * @module
 */

const MOST = 32;

/**
 * The words of a residual text: split at white space, quotes and punctuation at the ends taken off, in lower case, without
 * repeats, at most 32.
 */
export function wordsOf(text: string): string[] {
  const words = text.toLowerCase().split(/\s+/)
    .map((word) => word.replaceAll(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, ""))
    .filter((word) => word !== "");
  return [...new Set(words)].slice(0, MOST);
}

/** Share of some words that occur in a text, endings apart: "floods" occurs in "a flood". */
export function coverageOf(words: readonly string[], text: string): number {
  if (words.length === 0) return 0;
  const there = new Set(text.toLowerCase().split(/[^\p{L}\p{N}]+/u).map(stem));
  const found = words.filter((word) =>
    word.split(/[^\p{L}\p{N}]+/u).every((part) => there.has(stem(part)))
  );
  return found.length / words.length;
}

function stem(word: string): string {
  return word.length > 4 ? word.replace(/(ings?|ed|es|s)$/, "") : word;
}
