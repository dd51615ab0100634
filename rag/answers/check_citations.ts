/**
 * Holds an answer to what was found: every citation must exist, every fact must cite, and what a sentence names must stand
 * in what it cites.
 *
 * What it does not see: a false statement in plain words without a number, a name, a time, a kind of threat or a word of
 * outcome that it knows, beside the citation of an entry; a true number in a false place, such as a port for a number of
 * hosts; a name that begins a sentence or is written in small letters; who did what to whom; relative times such as
 * "yesterday"; and what a heading of up to four words, a question, a lead-in or advice implies. It reads English and
 * Spanish. A sentence that is not marked is one in which nothing was found to be invented, not one that was proved.
 *
 * @module
 */

import type { Sentence } from "../result.ts";
import { claimsOf } from "./claims.ts";
import type { KnownFacts } from "./known_facts.ts";
import { splitSentences } from "./sentences.ts";
import { unknownClaim } from "./supported.ts";

export {
  type Known,
  type KnownFacts,
  knownFacts,
  type KnownShare,
} from "./known_facts.ts";

/** Stands behind a sentence that is not supported. */
export const UNSUPPORTED_MARK = "[?]";

/** A text whose citations were checked. */
export interface CheckedText {
  /** The text: citations in full, those that do not exist removed, sentences that are not supported marked. */
  readonly text: string;
  /** Its sentences, without marks. */
  readonly sentences: readonly Sentence[];
  /** Ids that it cites, in the order in which they first occur. */
  readonly citations: readonly string[];
}

const BRACKETS = /[ \t]*\[([^\[\]\n]{1,400})\]/gu;
const MARK = /[ \t]*\[\?\]/gu;
/** A link of Markdown, whose text is kept. */
const LINK = /!?\[([^\[\]\n]{0,200})\]\([^()\n]{0,400}\)/gu;

/**
 * Check the citations of a text.
 *
 * @param text Prose with citations as `[id]`, `[id, id]` or `[prefix]` of at least 8 hexadecimal digits.
 * @param retrieved Ids that may be cited.
 * @param facts What they say; without them only the existence of citations is checked.
 * @returns Its sentences. A sentence is supported if each of its citations exists, and it has one where it states a fact
 * (where nothing was retrieved it needs none), and, with `facts`, every number, address, name and time, every kind of threat
 * and outcome in it stands in an entry that it cites. A number of the summary is enough where the sentence counts entries.
 */
export function checkCitations(
  text: string,
  retrieved: readonly string[],
  facts?: KnownFacts,
): Sentence[] {
  return [...checkText(text, retrieved, facts).sentences];
}

/**
 * Check the citations of a text and mark it.
 *
 * @param text As for {@linkcode checkCitations}.
 * @param retrieved Ids that may be cited.
 * @param facts What they say.
 * @returns The text with marks, its sentences and citations.
 */
export function checkText(
  text: string,
  retrieved: readonly string[],
  facts?: KnownFacts,
): CheckedText {
  const ids = resolver(retrieved);
  const citations = new Set<string>();
  const sentences: Sentence[] = [];
  let out = "";
  const plain = text.replaceAll(MARK, "").replaceAll(
    LINK,
    (_, label: string) => typeof ids(label) === "string" ? `[${label}]` : label,
  );
  for (const piece of splitSentences(plain)) {
    const sentence = checked(piece.text, piece.heading, ids, retrieved, facts);
    sentences.push(sentence);
    for (const id of sentence.citations) citations.add(id);
    out += piece.gap + sentence.text +
      (sentence.supported ? "" : ` ${UNSUPPORTED_MARK}`);
  }
  return { text: out.trim(), sentences, citations: [...citations] };
}

type Resolver = (text: string) => string | null | undefined;

/** An id that is not hexadecimal, as logs may have: it is no plain word, nor a number. */
const OTHER_ID = /^(?=.*\d)(?=.*[A-Za-z_-])[A-Za-z0-9_-]{4,64}$/u;

/**
 * Text in brackets to an id; null for a citation that does not exist, undefined for what is no citation. Where every id that
 * may be cited is hexadecimal, only such text is a citation.
 */
function resolver(retrieved: readonly string[]): Resolver {
  const ids = new Set(retrieved);
  const others = retrieved.some((id) => !/^[0-9a-f]+$/u.test(id));
  return (text) => {
    if (ids.has(text)) return text;
    const lower = text.toLowerCase();
    if (ids.has(lower)) return lower;
    if (!/^[0-9a-f]{4,64}(?:\.{3}|…)?$/u.test(lower)) {
      return others && OTHER_ID.test(text) ? null : undefined;
    }
    const prefix = lower.replace(/\W+$/u, "");
    if (prefix.length < 8) return null;
    const found = retrieved.filter((id) => id.startsWith(prefix));
    return new Set(found).size === 1 ? found[0]! : null;
  };
}

function checked(
  raw: string,
  heading: boolean,
  resolve: Resolver,
  retrieved: readonly string[],
  facts: KnownFacts | undefined,
): Sentence {
  const cited: string[] = [];
  let missing = false;
  const text = raw.replaceAll(BRACKETS, (whole, inside: string) => {
    const gap = whole.slice(0, whole.indexOf("["));
    const exact = resolve(inside.trim());
    const found = typeof exact === "string"
      ? [exact]
      : inside.split(/[\s,;]+/u).filter((part) =>
        !/^(?:id[:=]?|#)?$/iu.test(part)
      )
        .map((part) => resolvePart(part, resolve));
    if (found.every((id) => id === undefined)) {
      return found.length === 0 ? "" : whole;
    }
    const known = found.filter((id) => typeof id === "string");
    missing ||= known.length < found.length;
    cited.push(...known);
    return known.length === 0
      ? ""
      : gap + known.map((id) => `[${id}]`).join("");
  });
  const citations = [...new Set(cited)];
  return {
    text,
    citations,
    supported: !missing &&
      isSupported(text, heading, citations, retrieved.length > 0, facts),
  };
}

/** An id, also behind "id:" or "#". */
function resolvePart(part: string, resolve: Resolver) {
  const exact = resolve(part);
  const bare = part.replace(/^(?:id[:=]|#)/iu, "");
  return typeof exact === "string" || bare === part ? exact : resolve(bare);
}

function isSupported(
  text: string,
  heading: boolean,
  citations: readonly string[],
  mustCite: boolean,
  facts: KnownFacts | undefined,
): boolean {
  const plain = citations.reduce((t, id) => t.replaceAll(`[${id}]`, " "), text);
  const claims = claimsOf(plain, heading);
  if (!claims.factual) return true;
  if (citations.length === 0 && mustCite) return false;
  if (facts === undefined) return true;
  const known = citations.flatMap((id) => facts.entries.get(id) ?? []);
  if (known.length === 0 && citations.length > 0) return false;
  return unknownClaim(plain, known, facts, heading) === undefined;
}
