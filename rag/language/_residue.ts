import type { Edge } from "./chart.ts";
import type { Context } from "./_context.ts";
import { LEXICONS } from "./lexicon/mod.ts";
import { type Token, wordOf } from "./tokens.ts";

/** What no filter took. */
export interface Residue {
  /** The words that are left, in order. */
  readonly text: string;
  /** Those of them that are known behaviours. */
  readonly known: string;
  /** How many words are left. */
  readonly words: number;
  /** What the log does not hold. */
  readonly topics: readonly string[];
  /** Whether a number that is asked for is not one of such things. */
  readonly countable: boolean;
  /** Whether not one word says anything about the log. */
  readonly nothing: boolean;
}

/** Pieces that do not show that a part of a question was understood. */
const FILLING = new Set([
  ...["NOT", "OR", "LIM", "NOUN", "FLOWNOUN", "ONE", "TOPN", "AT_ONCE"],
]);
const OF = new Set(["of", "de", "del", "for", "para"]);
const BETWEEN_WHICH = new Set([
  ...["other", "the", "type", "kind", "of", "tipo", "de", "otros", "otras"],
  ...["otra", "otro", "el", "la", "los", "las"],
]);

/**
 * What is left of a question beside its filters, and what of that the log does not hold: words of the lexicon for such
 * things, and unknown words where they are what is asked for ("which frobs", "the frob of 10.0.0.5", "... and the frob").
 *
 * @param cover Constituents, and the indices of tokens left out.
 * @param context What their meaning depends on.
 * @param options Which words the search by meaning knows, and whether the question's uploads or downloads are in a filter.
 * @returns The rest.
 */
export function residueOf(
  cover: readonly (Edge | number)[],
  context: Context,
  options: {
    readonly knows: (word: string) => boolean;
    readonly amountUsed: boolean;
  },
): Residue {
  const { tokens, language } = context;
  const asked = askedUnknown(cover, context, options.knows);
  const all: string[] = [];
  const known: string[] = [];
  const topics: string[] = [];
  let countable = true;
  let before: Edge | number | undefined;
  const topic = (from: number, to: number) => {
    topics.push(tokens.slice(from, to).map((t) => t.text).join(" "));
    if (
      typeof before === "object" &&
      ["AGG", "TOPN", "LIM"].includes(before.symbol)
    ) {
      countable = false;
    }
  };
  for (const piece of cover) {
    if (typeof piece === "number") {
      const token = tokens[piece]!;
      if (!isContent(tokens, piece, language)) continue;
      if (asked.has(piece)) topic(piece, piece + 1);
      else {
        const word = wordOf(token);
        all.push(word);
        if (isKnown(token, options.knows)) known.push(word);
      }
    } else if (piece.symbol === "TX") {
      all.push(piece.value as string);
      known.push(piece.value as string);
    } else if (piece.symbol === "MEASURE") {
      all.push(
        ...tokens.slice(piece.from, piece.to).filter((t) =>
          t.kind !== "sign" && (t.kind !== "word" || !isEmpty(t.norm, language))
        ).map(wordOf),
      );
    } else if (piece.symbol === "TOPIC") topic(piece.from, piece.to);
    else if (
      (piece.symbol === "UPLOAD" || piece.symbol === "DOWNLOAD") &&
      !options.amountUsed
    ) {
      const words = tokens.slice(piece.from, piece.to).map(wordOf);
      all.push(words.join(" "));
      known.push(words.join(" "));
    }
    before = piece;
  }
  return {
    text: all.join(" "),
    known: known.join(" "),
    words: all.length,
    topics,
    countable,
    nothing: tokens.length > 0 && all.length === 0 &&
      cover.every((piece) =>
        typeof piece === "number" &&
        !hasSense(tokens[piece]!, language, "NOISE")
      ),
  };
}

function isKnown(token: Token, knows: (word: string) => boolean): boolean {
  return token.kind !== "word" || knows(token.norm);
}

/** Indices of unknown words that are what a question, or a part of it, asks for. */
function askedUnknown(
  cover: readonly (Edge | number)[],
  { tokens, language }: Context,
  knows: (word: string) => boolean,
): Set<number> {
  const found = new Set<number>();
  const isUnknown = (piece: Edge | number | undefined): piece is number =>
    typeof piece === "number" && isContent(tokens, piece, language) &&
    !isKnown(tokens[piece]!, knows);
  for (const [i, piece] of cover.entries()) {
    if (!isUnknown(piece)) continue;
    const next = cover.slice(i + 1).find((p) => !isUnknown(p));
    if (
      typeof next === "object" && next.symbol === "F" &&
      OF.has(tokens[next.from]!.norm) &&
      ["ip", "name"].includes((next.value as { kind: string }).kind)
    ) found.add(piece);
    if (isAskedFor(tokens, piece, language)) found.add(piece);
  }
  const parts = partsOf(cover);
  const understood = parts.map((part) => part.some(isUnderstood));
  for (const [i, part] of parts.entries()) {
    const last = parts[i - 1]?.at(-1);
    if (i === 0 || understood[i] || isUnknown(last)) continue;
    if (understood.some((u) => u)) {
      part.filter(isUnknown).forEach((p) => found.add(p));
    }
  }
  return found;
}

function isUnderstood(piece: Edge | number): boolean {
  if (typeof piece === "number") return false;
  if (piece.symbol !== "AGG") return !FILLING.has(piece.symbol);
  const { weak, groupBy } = piece.value as {
    weak?: boolean;
    groupBy?: unknown;
  };
  return weak !== true && groupBy !== undefined;
}

/** A cover, cut at "and" and at commas. */
function partsOf(cover: readonly (Edge | number)[]): (Edge | number)[][] {
  const parts: (Edge | number)[][] = [[]];
  for (const piece of cover) {
    const cuts = typeof piece === "object" &&
      (piece.symbol === "AND" || piece.symbol === "COMMA");
    if (cuts) parts.push([]);
    else parts.at(-1)!.push(piece);
  }
  return parts;
}

/** Whether "which", "what" or "how many" stands right before a word, at the beginning or after "and". */
function isAskedFor(
  tokens: readonly Token[],
  index: number,
  language: Context["language"],
): boolean {
  let at = index - 1;
  while (at > 0 && BETWEEN_WHICH.has(tokens[at]!.norm)) at--;
  const word = tokens[at];
  if (word === undefined) return false;
  const asks = hasSense(word, language, "WHICH") ||
    hasSense(word, language, "HOW_MANY") ||
    language === "en" && word.norm === "many" && tokens[at - 1]?.norm === "how";
  if (!asks || /^(?:show|list|name)$/.test(word.norm)) return false;
  const before = tokens[word.norm === "many" ? at - 2 : at - 1];
  return before === undefined || before.kind === "sign" ||
    hasSense(before, language, "AND");
}

/** Whether a token alone can mean something. */
export function hasSense(
  { norm }: Token,
  language: Context["language"],
  symbol: string,
): boolean {
  return (LEXICONS[language].byFirst.get(norm) ?? []).some((p) =>
    p.words.length === 1 && p.senses.some((s) => s.symbol === symbol)
  );
}

/** Whether a token that nothing took says something: no sign, no word without a meaning of its own. */
export function isContent(
  tokens: readonly Token[],
  index: number,
  language: Context["language"],
): boolean {
  const token = tokens[index]!;
  if (token.kind === "sign") return false;
  return token.kind !== "word" || !isEmpty(token.norm, language);
}

const EMPTY = new Set([
  ...["FUNCTION", "NOISE", "CONTACT", "SENT", "RECEIVED", "WITH", "LASTING"],
]);

/** Whether a word says nothing of its own. */
export function isEmpty(
  word: string,
  language: Context["language"],
): boolean {
  return (LEXICONS[language].byFirst.get(word) ?? []).some((p) =>
    p.words.length === 1 && p.senses.some((s) => EMPTY.has(s.symbol))
  );
}
