import type { Language } from "../result.ts";
import type { Edge } from "./chart.ts";
import { LEXICONS } from "./lexicon/mod.ts";
import type { Token } from "./tokens.ts";
import { nearest } from "./typos.ts";

const SIZES: Readonly<Record<string, number>> = {
  b: 1,
  k: 1e3,
  m: 1e6,
  g: 1e9,
  t: 1e12,
};
const TIMES = new Set([
  ...["ms", "s", "sec", "secs", "seg", "segs", "m", "min", "mins"],
  ...["h", "hr", "hrs", "hs", "d", "w"],
]);

/** Shorter words are not taken for mistyped words of what the log does not hold. */
const FOREIGN_LENGTH = 7;

/** Shorter words that the search by meaning knows are not taken for mistyped ones. */
const KNOWN_LENGTH = 9;

/** What each further word of a phrase adds: a phrase says more than its words. */
const PHRASE = 0.1;

/** A word that was read as another. */
export interface Correction {
  /** As it was written. */
  readonly from: string;
  /** As it was read. */
  readonly to: string;
}

/** The language that most of a question's words are of; English where none is. */
export function languageOf(
  tokens: readonly Token[],
  question: string,
): Language {
  let spanish = /[¿¡ñ]/i.test(question) ? 2 : 0;
  for (const { kind, norm, text } of tokens) {
    if (kind !== "word") continue;
    const en = LEXICONS.en.words.has(norm);
    const es = LEXICONS.es.words.has(norm);
    if (es && !en) spanish++;
    if (en && !es) spanish--;
    if (/[áéíóúñ]/i.test(text)) spanish++;
  }
  if (spanish !== 0) return spanish > 0 ? "es" : "en";
  const strangers = tokens.filter(({ kind, norm }) =>
    kind === "word" && !LEXICONS.en.words.has(norm) &&
    !LEXICONS.es.words.has(norm)
  );
  const farness = (language: Language) =>
    strangers.reduce(
      (sum, { norm }) =>
        sum + (nearest(norm, LEXICONS[language].targets)?.distance ?? 3),
      0,
    );
  return farness("es") < farness("en") ? "es" : "en";
}

/** The tokens with typing errors corrected, and which were. */
export function corrected(
  tokens: readonly Token[],
  language: Language,
  knows: (word: string) => boolean,
): { readonly tokens: readonly Token[]; readonly corrections: Correction[] } {
  const other = language === "en" ? "es" : "en";
  const corrections: Correction[] = [];
  const read = tokens.map((token) => {
    const { kind, norm, text } = token;
    if (
      kind !== "word" || LEXICONS[language].words.has(norm) ||
      LEXICONS[other].words.has(norm)
    ) return token;
    const found = nearest(norm, LEXICONS[language].targets);
    if (found === undefined) return token;
    const { word: to, distance } = found;
    const foreign = LEXICONS[language].foreign.has(to);
    if (knows(norm) && (foreign || !isClearlyMistyped(norm, found))) {
      return token;
    }
    if (foreign && (distance > 1 || norm.length < FOREIGN_LENGTH)) return token;
    corrections.push({ from: text, to });
    return { ...token, norm: to };
  });
  return { tokens: read, corrections };
}

/**
 * Whether a word is a mistyped one of the lexicon though the search by meaning knows it: that one knows mistyped words
 * too. Not so for short words, and where the ends differ, which may be forms of another word.
 */
function isClearlyMistyped(
  norm: string,
  { word, distance }: { readonly word: string; readonly distance: number },
): boolean {
  return distance === 1 && norm.length >= KNOWN_LENGTH &&
    norm[0] === word[0] && norm.slice(-2) === word.slice(-2);
}

/** Every terminal over a question's tokens. */
export function leavesOf(
  tokens: readonly Token[],
  language: Language,
): Edge[] {
  const leaves: Edge[] = [];
  for (const [from, token] of tokens.entries()) {
    const add = (symbol: string, value: unknown, score = 1) =>
      leaves.push({ symbol, from, to: from + 1, value, score });
    if (token.kind === "number") numberLeaf(token, add);
    else if (token.kind === "vulnerability") add("TOPIC", "");
    else if (token.kind !== "word" && token.kind !== "sign") {
      add(
        token.kind.toUpperCase(),
        token.value ?? token.text.toLowerCase(),
      );
    }
    if (token.kind === "word") add("WORD", token.norm, 0.5);
    if (token.kind !== "word" && token.kind !== "sign") continue;
    for (const phrase of phrasesAt(tokens, from, language)) {
      const to = from + phrase.words.length;
      for (const { symbol, value } of phrase.senses) {
        leaves.push({
          symbol,
          from,
          to,
          value: valueOf(value),
          score: to - from + PHRASE * (to - from - 1),
        });
      }
    }
  }
  return leaves;
}

function phrasesAt(
  tokens: readonly Token[],
  from: number,
  language: Language,
) {
  const first = tokens[from]?.norm ?? "";
  const other = language === "en" ? "es" : "en";
  const lexicon =
    LEXICONS[LEXICONS[language].words.has(first) ? language : other];
  return (lexicon.byFirst.get(first) ?? []).filter(({ words }) =>
    words.every((word, i) => {
      const token = tokens[from + i];
      return token !== undefined && token.norm === word &&
        (token.kind === "word" || token.kind === "sign");
    })
  );
}

/** Numbers of the lexicon as numbers. */
function valueOf(value: string): string | number {
  return /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : value;
}

function numberLeaf(
  { value, unit = "" }: Token,
  add: (symbol: string, value: unknown) => void,
): void {
  const number = value as number;
  const size = /^([kmgt]?)(i?)b(?:yte|ytes)?(\/s|ps)?$/.exec(unit);
  if (unit === "") add("NUMBER", number);
  else if (unit === "k") add("NUMBER", number * 1000);
  else if (unit === "%") add("PCT", { value: number });
  else if (/^(?:st|nd|rd|th)$/.test(unit)) add("ORDINAL", number);
  else if (TIMES.has(unit)) add("TIMED", { value: number, unit });
  else if (size !== null) {
    const [, prefix = "", binary, rate] = size;
    const power = Math.log10(SIZES[prefix || "b"] ?? 1) / 3;
    const factor = binary === "i" ? 1024 ** power : 1000 ** power;
    add(rate === undefined ? "SIZED" : "RATE", {
      value: Math.round(number * factor),
      factor,
    });
  }
}
