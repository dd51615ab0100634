/** What of a question about changes of configuration the log does not answer, and why. */
import type { Language, Unresolved } from "../result.ts";
import type { Edge, Parts } from "./chart.ts";
import type { Context } from "./_context.ts";
import { sensesOf } from "./lexicon/mod.ts";
import type { Change } from "./_meanings_changes.ts";

/** Settings that a question names. */
export interface Place {
  /** Their paths; none where no path is known for what was said. */
  readonly paths: readonly string[];
  /** What of it is not known. */
  readonly noted: readonly Unresolved[];
}

/** Senses of words that do not say which setting. */
const EMPTY = new Set([
  ...["FUNCTION", "NOISE", "DET", "UNIT", "OF", "WHICH", "THIS", "LAST"],
  ...[
    "TODAY",
    "YESTERDAY",
    "WEEKDAY",
    "MONTH",
    "CH_WHAT",
    "CH_BY",
    "CH_SETTING",
  ],
]);

type Reason = "asker" | "decider" | "setting" | "value";

const WHY: Readonly<Record<Reason, Readonly<Record<Language, string>>>> = {
  asker: {
    en: "the log does not know who that is; name the author",
    es: "el registro no sabe quién es; nombre al autor",
  },
  decider: {
    en:
      "the log names who asked for a change, not who or what refused it or took it back",
    es:
      "el registro nombra a quien pidió un cambio, no a quien o lo que lo rechazó o lo deshizo",
  },
  setting: {
    en: "no setting is known by these words; ask for its path",
    es: "ningún ajuste se conoce por estas palabras; pregunte por su ruta",
  },
  value: {
    en: "changes are found by their settings, not by the values of these",
    es: "los cambios se buscan por sus ajustes, no por los valores de estos",
  },
};

/** Words that the log does not answer, and why. */
export function noted(
  text: string,
  reason: Reason,
  { language }: Context,
): Unresolved[] {
  return [{ text, why: WHY[reason][language] }];
}

/** Words of a question. */
export function within(
  [from, to]: readonly [number, number],
  { tokens }: Context,
): string {
  return tokens.slice(from, to).map(({ text }) => text).join(" ");
}

/** A setting by words for which no path is known; undefined where the words are none that say of which. */
export function strangePlace(
  parts: Parts,
  context: Context,
): Place | undefined {
  const words = parts.all<string>("WORD");
  const empty = words.some((word) =>
    sensesOf(word).some((sense) => EMPTY.has(sense))
  );
  const span = parts.spanOf(["WORD", "CH_SETTING"]);
  return empty
    ? undefined
    : { paths: [], noted: noted(within(span, context), "setting", context) };
}

/** What the constituents of a question about changes say that the log does not answer. */
export function notesOf(cover: readonly (Edge | number)[]): Unresolved[] {
  return cover.flatMap((piece) => {
    if (typeof piece === "number") return [];
    if (piece.symbol === "CQ") return piece.value as Unresolved[];
    return piece.symbol === "CHG" ? (piece.value as Change).noted ?? [] : [];
  });
}
