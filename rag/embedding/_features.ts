import { hashPair, hashText } from "./tokenizer.ts";

const WORD = 0x57;
const PART = 0x50;

/** Hash of a word as a whole. */
export function wordHash(word: string): number {
  return hashText(word, WORD);
}

/** Row of a word as a whole. */
export function wordRow(hash: number, rows: number): number {
  return hash & (rows - 1);
}

/** Row of two words that follow each other. */
export function pairRow(first: number, second: number, rows: number): number {
  return hashPair(first, second) & (rows - 1);
}

/** Rows of the parts of a word: each run of so many characters, the word's ends marked. */
export function partRows(
  word: string,
  { parts, rows }: { readonly parts: readonly number[]; readonly rows: number },
): number[] {
  const marked = `<${word}>`;
  const found: number[] = [];
  for (const size of parts) {
    for (let i = 0; i + size <= marked.length; i++) {
      found.push(hashText(marked.slice(i, i + size), PART) & (rows - 1));
    }
  }
  return found;
}
