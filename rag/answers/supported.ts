/**
 * Whether what a sentence claims stands in what it cites.
 *
 * @module
 */

import { type Claims, claimsOf, type NumberClaim } from "./claims.ts";
import { unknownConcept } from "./concepts.ts";
import {
  hasNumber,
  hasWord,
  type Known,
  type KnownFacts,
  type KnownShare,
} from "./known_facts.ts";

const QUOTED = /“[^“”]*”|«[^«»]*»|"[^"\n]*"/gu;
const NEGATED =
  /(?<![\p{L}])(?:no|not|none|never|nothing|without|sin|ning[uú]n\p{L}*|nunca|nada)(?![\p{L}])/iu;
/** What stands behind a number that counts entries: their noun, after words that change nothing. */
const ENTRIES =
  /^\s*(?:(?:matching|similar|such|of|the|these|those|more|other|malicious|suspicious|benign|configuration|security|network|de|los|las|estos|estas|más)\s+){0,3}(?:events?|entry|entries|incidents?|(?:configuration\s+)?changes?|match(?:es)?|records?|rows?|times|closest|latest|more|fewer|eventos?|entradas?|incidentes?|cambios?|coinciden(?:cias?)?|registros?|filas?|veces|más|menos)(?![\p{L}])/iu;
/** What stands behind a number whose noun is said before. */
const BARE =
  /^\s*(?:$|[).,;:]|(?:was|were|is|are|came|come|and|se|fue|fueron|es|son|y|e|vienen|vinieron)(?![\p{L}]))/iu;
/** What stands before the number of all, in a sentence about some. */
const OF_ALL =
  /(?<![\p{L}])(?:of|among|de|entre)\s+(?:the\s+|all\s+|los\s+|las\s+)?$/iu;

/**
 * What a sentence claims that what it cites does not have.
 *
 * Names, times, words with a capital letter, kinds of threat and words of outcome must stand in an entry that is cited, and
 * so must numbers, but for numbers of the summary in a sentence that counts entries: a number with the noun of entries
 * behind it, a percentage, or one whose noun is said before. Where the sentence names a value, that is the number of entries
 * with this value, or the number of all behind "of". What is in quotation marks and was found or asked is left out, and a
 * sentence that denies may name the kind of threat that was asked for.
 *
 * @param text The sentence without its citations.
 * @param cited What is known of the entries that it cites; without any, it may say what the question says.
 * @param facts What is known of the result.
 * @param heading Whether it is a heading.
 * @returns The first such claim; undefined where there is none.
 */
export function unknownClaim(
  text: string,
  cited: readonly Known[],
  facts: KnownFacts,
  heading = false,
): string | undefined {
  const known = cited.length === 0 ? [facts.summary] : cited;
  const everything = [...known, facts.summary].map((k) => loose(k.text));
  const said = text.replaceAll(
    QUOTED,
    (quote) => everything.some((t) => t.includes(loose(quote))) ? " " : quote,
  );
  const claims = claimsOf(said, heading);
  return unknownName(claims, known) ??
    unknownWord(said, known, facts) ??
    claims.numbers.find((claim) =>
      !known.some((k) => inEntry(k, claim)) &&
      !(claim.text === String(cited.length) && cited.length > 1) &&
      !isSpelledCount(claim, cited.length) &&
      !hasNumber(facts.metric, claim) &&
      !isCount(claim, said.toLowerCase(), facts)
    )?.text;
}

function loose(text: string): string {
  return text.toLowerCase().replaceAll(/[“”"«»()\[\]\\]+/gu, " ")
    .replaceAll(/\s+/gu, " ").trim();
}

function unknownName(
  { names, proper, times }: Claims,
  known: readonly Known[],
): string | undefined {
  return [...names, ...proper, ...times].find((name) =>
    !known.some(({ text }) => hasWord(text, name))
  );
}

function unknownWord(
  said: string,
  known: readonly Known[],
  { summary }: KnownFacts,
): string | undefined {
  const texts = known.map(({ plain }) => plain);
  if (NEGATED.test(said) || known[0] === summary) texts.push(summary.text);
  return unknownConcept(said, texts);
}

function inEntry(known: Known, claim: NumberClaim): boolean {
  return claim.readings.length === 0
    ? hasWord(known.text, claim.text.trim())
    : hasNumber(known.numbers, claim);
}

/** "Two hosts" with two citations. */
function isSpelledCount({ readings }: NumberClaim, cited: number): boolean {
  return cited > 1 && readings.length === 1 && readings[0]?.value === cited;
}

/** Whether a number counts entries as the summary does. */
function isCount(
  claim: NumberClaim,
  sentence: string,
  { counts, shares }: KnownFacts,
): boolean {
  const { text, before, after } = claim;
  const named = shares.filter(({ names }) =>
    names.some((name) => hasWord(sentence, name))
  );
  const follows = (share: KnownShare) =>
    share.names.some((name) => after.trim().toLowerCase().startsWith(name));
  const counting = /%\s*$/u.test(text) || ENTRIES.test(after) ||
    BARE.test(after) || named.some(follows);
  if (!counting) return false;
  const ofNamed = named.flatMap(({ numbers }) => numbers);
  if (hasNumber(ofNamed, claim)) return true;
  const some = named.some(({ all }) => !all);
  return (!some || OF_ALL.test(before)) && hasNumber(counts, claim);
}
