import { isField } from "../query/fields.ts";
import { isDomainName } from "./_domains.ts";
import { SECTIONS } from "./lexicon/changes.ts";
import { LEXICONS } from "./lexicon/mod.ts";
import { isSettingPath } from "./lexicon/settings.ts";

const CHUNK = /[^\s"“”«»,;?!()¿¡|&]+/y;
const COMMUNITY_ID = /^1:[A-Za-z0-9+/]{27}=$/;
const OPTION = /^(?:--\p{L}[\p{L}\p{N}-]*(?:=.*)?|-\p{L}\d*)$/u;
const PATH = /^\/(?=[\p{L}_.~])[^/]+(\/.*)?$/u;
const PRODUCT = /^(\p{L}[\p{L}\p{N}_.-]*)\/v?\d[\p{L}\p{N}._-]*$/u;
const ENDPOINT = /^(?=\p{L}[\p{L}_]*[\p{N}-])[\p{L}\p{N}_-]+:\d{1,5}$/u;
const DOTTED =
  /^(?=\d*[\p{L}_])[\p{L}\p{N}_][\p{L}\p{N}_-]*(?:\.[\p{L}\p{N}_-]+)+$/u;
/** Every setting below a path: `rules.*`. */
const BELOW = /^[\p{L}_][\p{L}\p{N}_-]*(?:\.[\p{L}\p{N}_-]+)*\.\*$/u;
const HYPHENED = /^[\p{L}\p{N}_]+(?:-[\p{L}\p{N}_]+)+$/u;
const SINGLE = /^[\p{L}\p{N}_]+$/u;
const INNER_CAPITAL = /\p{Ll}\p{Lu}/u;
const INNER_LINE = /[\p{L}\p{N}]_+[\p{L}\p{N}]/u;

/** Words that say how the parts of a compound are joined: "dnscat2-like", "non-ssh2". */
const JOINING = ["LIKE", "NOT", "AND", "OR", "OR_MORE", "OR_LESS"];
/** Words that a compound with a service in it is read for, and is no name of a program. */
const READABLE = [
  ...JOINING,
  ...["CAT", "DEC", "LEVEL", "FLOW", "ATTACK", "ALERT", "BEHAVIOUR", "ONLY"],
  ...["TO_ADDRESS", "FROM_ADDRESS", "ABOUT_ADDRESS", "INSIDE", "OUTSIDE"],
  ...["CMP", "PER", "PORT", "FIRED", "NOUN", "FLOWNOUN", "UPLOAD", "DOWNLOAD"],
];
const SERVICES = ["SVC", "PROTO", "APP"];
/** What stands beside a service in the name of a program. */
const BESIDE = ["ROLE", "HOSTWORD", "TOPIC"];

/**
 * The length of a word that is one thing as it stands and is not to be read: an identifier, a path, a file, the name of
 * a program; 0 where there is none.
 *
 * @param text The question.
 * @param at Where in it the word begins.
 * @param before The word before it, in lower case and without accents.
 */
export function literalLength(text: string, at: number, before = ""): number {
  if (at > 0 && !/[\s"“«(,;¿¡|&]/u.test(text[at - 1] ?? "")) return 0;
  CHUNK.lastIndex = at;
  const word = CHUNK.exec(text)?.[0].replace(/[.:'’]+$/, "") ?? "";
  const setting = word.split("=")[0] ?? "";
  if (setting !== word && isSettingPath(setting)) return setting.length;
  return isLiteral(word, before) ? word.length : 0;
}

function isLiteral(word: string, before: string): boolean {
  if (OPTION.test(word)) return true;
  if (word.length < 3) return false;
  if (COMMUNITY_ID.test(word) || ENDPOINT.test(word)) return true;
  const path = PATH.exec(word);
  if (path !== null) return path[1] !== undefined || !isRead(word.slice(1));
  const product = PRODUCT.exec(word);
  if (product !== null) {
    return word.slice(product[1]?.length).includes(".") ||
      !isRead(product[1] ?? "");
  }
  if (BELOW.test(word)) {
    return SECTIONS.has(word.split(".")[0] ?? "") || word.split(".").length > 2;
  }
  if (DOTTED.test(word)) {
    return !isDomainName(word, before) && !/^(?:\p{L}\.)*\p{L}$/u.test(word) &&
      !isRead(word);
  }
  if (HYPHENED.test(word)) return isCompoundName(word.split("-"));
  return SINGLE.test(word) && !isRead(word) &&
    !isField(word.toLowerCase()) &&
    (INNER_CAPITAL.test(word) || INNER_LINE.test(word));
}

/**
 * Whether a word with hyphens is a name: words with capitals of which one is unknown (`Windows-Update-Agent`), a word
 * with digits (`srv-db03`), or a service among words that say nothing about it (`Go-http-client`).
 */
function isCompoundName(parts: readonly string[]): boolean {
  if (parts.some((part) => has(part, JOINING))) return false;
  const read = readParts(parts);
  const unknown = parts.filter((_, i) => read[i] === false);
  const isCapital = (part: string) => /^\p{Lu}/u.test(part);
  if (unknown.length > 0 && parts.filter(isCapital).length >= 2) return true;
  if (unknown.some((part) => /^\p{L}+\d+\p{L}*$/u.test(part))) return true;
  return parts.length >= 3 && parts.some((part) => has(part, SERVICES)) &&
    !parts.some((part) => /^\d+$/.test(part) || has(part, READABLE));
}

/**
 * Which of some words in a row are the name of a program: three or more with capitals, one of them a service, one
 * unknown, and none that says something else ("Microsoft WinRM Client").
 */
export function programNames(
  words: readonly (string | undefined)[],
): boolean[] {
  const is = words.map(() => false);
  let from = 0;
  for (let at = 0; at <= words.length; at++) {
    if (isOfName(words[at])) continue;
    const run = words.slice(from, at) as string[];
    if (
      run.length >= 3 && run.some((word) => has(word, SERVICES)) &&
      run.some((word) => !isRead(word))
    ) is.fill(true, from, at);
    from = at + 1;
  }
  return is;
}

function isOfName(word: string | undefined): boolean {
  return word !== undefined && /^\p{Lu}/u.test(word) &&
    (!isRead(word) || has(word, SERVICES) || has(word, BESIDE));
}

function isRead(word: string): boolean {
  return readParts([word])[0] === true;
}

/** Which of some words are in a phrase of a lexicon that they hold as a whole. */
function readParts(parts: readonly string[]): boolean[] {
  const words = parts.map((part) => part.toLowerCase());
  const read = words.map(() => false);
  for (const [from, word] of words.entries()) {
    for (const { byFirst } of Object.values(LEXICONS)) {
      for (const phrase of byFirst.get(word) ?? []) {
        if (phrase.words.every((w, i) => words[from + i] === w)) {
          read.fill(true, from, from + phrase.words.length);
        }
      }
    }
  }
  return read;
}

function has(word: string, symbols: readonly string[]): boolean {
  return Object.values(LEXICONS).some(({ byFirst }) =>
    (byFirst.get(word.toLowerCase()) ?? []).some((phrase) =>
      phrase.words.length === 1 &&
      phrase.senses.some(({ symbol }) => symbols.includes(symbol))
    )
  );
}
