/**
 * The words that questions are made of, in English and Spanish: data, by theme.
 *
 * @module
 */

import type { Language } from "../../result.ts";
import { ASKING } from "./asking.ts";
import { CHANGE_SYMBOLS, CHANGES } from "./changes.ts";
import { phrasesOf, type Sense, type Theme } from "./lexicon.ts";
import { MEASURES } from "./measures.ts";
import { NETWORK } from "./network.ts";
import { OTHER } from "./other.ts";
import { REAL } from "./real.ts";
import { SCOPE } from "./scope.ts";
import { THREATS } from "./threats.ts";
import { TIME } from "./time.ts";

const THEMES: readonly Theme[] = [
  THREATS,
  NETWORK,
  TIME,
  MEASURES,
  ASKING,
  OTHER,
  SCOPE,
  REAL,
  CHANGES,
];

/** Symbols of words that typing errors are not corrected to. */
const UNCORRECTED = new Set([
  ...["FUNCTION", "COMMON", "REAL"],
  ...CHANGE_SYMBOLS,
]);

/** A phrase of the lexicon, ready to be found. */
export interface Phrase {
  /** Its words. */
  readonly words: readonly string[];
  /** What it can mean. */
  readonly senses: readonly Sense[];
}

/** The words of one language. */
export interface Lexicon {
  /** Phrases by their first word. */
  readonly byFirst: ReadonlyMap<string, readonly Phrase[]>;
  /** Every word that occurs in a phrase. */
  readonly words: ReadonlySet<string>;
  /** Words that typing errors are corrected to, by first letter. */
  readonly targets: ReadonlyMap<string, readonly string[]>;
  /** Words that occur only in phrases for what the log does not hold. */
  readonly foreign: ReadonlySet<string>;
  /** Every terminal. */
  readonly symbols: ReadonlySet<string>;
}

/** The words of each language. */
export const LEXICONS: Readonly<Record<Language, Lexicon>> = {
  en: build("en"),
  es: build("es"),
};

/** What a word alone can mean, in either language. */
export function sensesOf(word: string): string[] {
  return Object.values(LEXICONS).flatMap(({ byFirst }) =>
    (byFirst.get(word) ?? []).filter(({ words }) => words.length === 1)
      .flatMap(({ senses }) => senses.map(({ symbol }) => symbol))
  );
}

function build(language: Language): Lexicon {
  const phrases = new Map<string, Sense[]>();
  const words = new Set<string>();
  const targets = new Set<string>();
  const foreign = new Set<string>();
  const own = new Set<string>();
  const symbols = new Set<string>();
  for (const theme of THEMES) {
    for (const [key, pattern] of Object.entries(theme[language])) {
      const [symbol = "", value = ""] = key.split("=");
      symbols.add(symbol);
      const list = pattern === "\\," ? [","] : phrasesOf(pattern);
      for (const phrase of list) {
        const senses = phrases.get(phrase) ?? [];
        senses.push({ symbol, value });
        phrases.set(phrase, senses);
        for (const word of phrase.split(" ")) {
          words.add(word);
          if (symbol === "TOPIC") foreign.add(word);
          else if (!UNCORRECTED.has(symbol)) own.add(word);
          if (!UNCORRECTED.has(symbol) && word.length >= 4) targets.add(word);
        }
      }
    }
  }
  const all = [...phrases].map(([text, senses]): Phrase => ({
    words: text.split(" "),
    senses,
  }));
  return {
    byFirst: Map.groupBy(all, ({ words: [first = ""] }) => first),
    words,
    targets: Map.groupBy(targets, (word) => word[0] ?? ""),
    foreign: foreign.difference(own),
    symbols,
  };
}
