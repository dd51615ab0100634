/**
 * Questions in English and Spanish as queries, by a grammar: typed tokens, a lexicon, a chart parser, and the best cover
 * of the question by its constituents. Nothing is learned and nothing is guessed at random: the same question gives the
 * same query.
 *
 * @module
 */

import type { Filter } from "../query/ast.ts";
import { contradictions } from "../query/check.ts";
import { describe } from "../query/describe.ts";
import type { Language, Understanding } from "../result.ts";
import { assemble } from "./_assemble.ts";
import type { Context } from "./_context.ts";
import { corrected, type Correction, languageOf, leavesOf } from "./_leaves.ts";
import { ASKING_MEANINGS } from "./_meanings_asking.ts";
import { CHANGE_MEANINGS } from "./_meanings_changes.ts";
import { FILTER_MEANINGS } from "./_meanings_filters.ts";
import { notesOf } from "./_notes_changes.ts";
import { CLOCK_MEANINGS } from "./_meanings_clock.ts";
import { described } from "./_descriptions.ts";
import { TIME_MEANINGS } from "./_meanings_time.ts";
import { PIECES } from "./_pieces.ts";
import { isBare } from "./_bare_changes.ts";
import { isEmpty } from "./_residue.ts";
import { ASKING_RULES } from "./_rules_asking.ts";
import { CHANGE_RULES } from "./_rules_changes.ts";
import { FILTER_RULES } from "./_rules_filters.ts";
import { TIME_RULES } from "./_rules_time.ts";
import { Calendar } from "./calendar.ts";
import { bestCover, compileGrammar, type Edge, fillChart } from "./chart.ts";
import { tokenize } from "./tokens.ts";

/** What a question is asked with. */
export interface UnderstandOptions {
  /** Now, for "yesterday" and such; milliseconds since the Unix epoch. */
  readonly nowMs: number;
  /** IANA zone that the question's times are in. @default {"UTC"} */
  readonly zone?: string;
  /** Language of the question; found out where absent. */
  readonly language?: Language;
  /** Whether a word, in lower case and without accents, is known to the search by meaning. @default {() => false} */
  readonly knows?: (word: string) => boolean;
}

const GRAMMAR = compileGrammar([
  ...TIME_RULES,
  ...FILTER_RULES,
  ...ASKING_RULES,
  ...CHANGE_RULES,
]);
const ACTIONS = {
  ...FILTER_MEANINGS,
  ...ASKING_MEANINGS,
  ...TIME_MEANINGS,
  ...CLOCK_MEANINGS,
  ...CHANGE_MEANINGS,
};

/**
 * What a question asks for.
 *
 * @param question In English or Spanish; what is beyond 1,000 characters or 80 words is left out.
 * @param options Now, zone, language, and which words the search by meaning knows.
 * @returns The query, what of the question cannot be answered, and what of it cannot be true at once.
 * @throws {RangeError} For an unknown zone.
 */
export function understand(
  question: string,
  options: UnderstandOptions,
): Understanding {
  const { nowMs, zone = "UTC", knows = () => false } = options;
  const written = tokenize(question);
  const language = options.language ?? languageOf(written, question);
  const { tokens, corrections } = corrected(written, language, knows);
  const context: Context = {
    calendar: new Calendar(nowMs, zone),
    language,
    tokens,
    knows,
  };
  const cover = coverOf(context);
  const { query: asked, unresolved } = assemble(
    described(cover.pieces, cover.context, knows),
    cover.context,
    knows,
  );
  const query = zone === "UTC" ? asked : { ...asked, zone };
  return {
    query,
    language,
    understood: describe(query, language) +
      correctionText(
        corrections.filter(({ from }) => !isActor(query.filter, from)),
        language,
      ),
    unresolved: [...notesOf(cover.pieces), ...unresolved],
    contradictions: contradictions(query, language),
  };
}

/**
 * The best cover of a question. One about changes of configuration is read again as such: then what comes after "by" is the
 * name of an author, whatever word it is.
 */
function coverOf(context: Context): {
  readonly pieces: readonly (Edge | number)[];
  readonly context: Context;
} {
  const { tokens, language, changes } = context;
  const chart = fillChart(GRAMMAR, leavesOf(tokens, language), {
    length: tokens.length,
    actions: ACTIONS,
    context,
  });
  const pieces = bestCover(chart, {
    pieces: PIECES,
    skipCost: (index) => {
      const { kind, norm } = tokens[index]!;
      return kind === "sign" || isEmpty(norm, language) ? 0.1 : 1;
    },
  });
  if (changes !== undefined) return { pieces, context };
  const has = (...symbols: string[]) =>
    pieces.some((piece) =>
      typeof piece === "object" && symbols.includes(piece.symbol) &&
      (piece.symbol !== "KIND" || piece.value === "change")
    );
  if (has("CHG", "KIND")) return coverOf({ ...context, changes: true });
  return has("CHB")
    ? coverOf({ ...context, changes: isBare(pieces, context) })
    : { pieces, context };
}

/** Whether a filter has a word as the name of an author: then it was read as it stands. */
function isActor(filter: Filter | undefined, word: string): boolean {
  if (filter === undefined) return false;
  if (filter.op === "and" || filter.op === "or") {
    return filter.of.some((part) => isActor(part, word));
  }
  if (filter.op === "not") return isActor(filter.of, word);
  const names = filter.op === "eq"
    ? [filter.value]
    : filter.op === "in"
    ? filter.values
    : [];
  return "field" in filter && filter.field === "actor" &&
    names.some((name) => String(name).includes(word));
}

function correctionText(
  corrections: readonly Correction[],
  language: Language,
): string {
  if (corrections.length === 0) return "";
  const list = corrections.map(({ from, to }) =>
    language === "en" ? `"${from}" as "${to}"` : `"${from}" como "${to}"`
  ).join(", ");
  return language === "en" ? ` (read ${list})` : ` (leído ${list})`;
}
