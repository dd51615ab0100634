/**
 * A question cut into typed tokens: numbers with units, addresses, dates, clock times, domain names, words.
 *
 * @module
 */

import { parseAddress, parseNetwork } from "../query/network.ts";
import { isDomainName } from "./_domains.ts";
import { literalLength, programNames } from "./_literals.ts";

/** What a token is. */
export type TokenKind =
  | "word"
  | "number"
  | "address"
  | "network"
  | "domain"
  | "id"
  | "date"
  | "instant"
  | "clock"
  | "quoted"
  | "vulnerability"
  | "literal"
  | "sign";

/** A clock time. */
export interface Clock {
  /** 0 to 24. */
  readonly hour: number;
  /** 0 to 59. */
  readonly minute: number;
  /** Whether minutes were said: 15:20, not 15:00. */
  readonly exact: boolean;
}

/** A date that was written in digits. */
export interface DigitDate {
  /** Its numbers: `year, month, day` of an ISO date; two or three as written of one with slashes. */
  readonly numbers: readonly number[];
  /** Whether it begins with the year. */
  readonly iso: boolean;
}

/** One piece of a question. */
export interface Token {
  /** What it is. */
  readonly kind: TokenKind;
  /** As it was written. */
  readonly text: string;
  /** In lower case and without accents; as corrected, where it was. */
  readonly norm: string;
  /** Value of a number (`unit` beside it), of a date or of a clock time. */
  readonly value?: number | Clock | DigitDate;
  /** Unit that was written onto a number, in lower case. */
  readonly unit?: string;
  /** Whether a hyphen ties it to the token before. */
  readonly tied: boolean;
}

/** Longest question that is read; the rest is left out. */
export const MAX_CHARACTERS = 1_000;
/** Most tokens that are read; the rest is left out. */
export const MAX_TOKENS = 80;

const SHAPES: readonly (readonly [RegExp, string])[] = [
  [/["“«]([^"”»]*)["”»]/y, "quoted"],
  [/CVE-\d{4}-\d{4,7}/iy, "vulnerability"],
  [/[0-9a-f]{32}(?![\p{L}\p{N}])/iuy, "id"],
  [/[0-9a-f]*:[0-9a-f:]*:[0-9a-f.:]*(?:\/\d{1,3})?(?![\p{L}\p{N}])/iuy, "ip"],
  [/\d{1,3}(?:\.\d{1,3}){3}(?:\/\d{1,2})?(?![\p{L}\p{N}])/uy, "ip"],
  [
    /\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)/iy,
    "instant",
  ],
  [/(\d{4})-(\d{1,2})-(\d{1,2})(?:T(?=\d))?(?=$|\D|(?<=T)\d)/iy, "iso"],
  [/(\d{1,2})\/(\d{1,2})(?:\/(\d{2,4}))?(?![\d/])/y, "slashed"],
  [/(\d{1,2}):(\d\d)(?::\d\d)?(?:\s?([ap])\.?m\b\.?)?(?:h\b)?/iy, "clock"],
  [/(\d{1,2})\s?([ap])\.?m\b\.?/iy, "half"],
  [
    /(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)+[a-z]{2,24}(?![\p{L}\p{N}])/iuy,
    "domain",
  ],
  [
    /([-+]?(?:\d{1,3}(?:[.,]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?|[.,]\d+))(?:\s?(%|[kmgt]i?b(?:ytes?)?(?:\/s|ps)?)(?![\p{L}\p{N}])|([a-z]{1,5})(?![\p{L}\p{N}]))?/iuy,
    "number",
  ],
  [/[\p{L}\p{N}_]+(?:['’&][\p{L}\p{N}_]+)*/uy, "word"],
  [/>=|<=|==|!=|&&|\|\||[≥≤<>=,;:/&|()!?.+¿¡-]/y, "sign"],
];

const UNITS = new Set([
  ...["ms", "s", "sec", "secs", "seg", "segs", "m", "min", "mins", "h", "hr"],
  ...["hrs", "hs", "d", "w", "k", "kb", "mb", "gb", "tb", "b"],
  ...["kib", "mib", "gib", "tib", "st", "nd", "rd", "th", "pps"],
]);

/** Lower case, without accents. */
export function normalize(text: string): string {
  return text.toLowerCase().normalize("NFD").replaceAll(/\p{M}/gu, "")
    .replace(/['’]s$/, "").replaceAll(/['’]/g, "");
}

/**
 * A token as a word of a text: in lower case, as corrected where it was, otherwise with its accents; what is quoted, an
 * identifier or a name of something as it was written.
 */
export function wordOf({ kind, text, norm }: Token): string {
  return kind === "quoted" || kind === "literal" || kind === "id"
    ? text
    : normalize(text) === norm
    ? text.toLowerCase()
    : norm;
}

/**
 * The tokens of a question.
 *
 * @param question Any text; what is beyond 1,000 characters or 80 tokens is left out.
 * @returns Its tokens, in order.
 */
export function tokenize(question: string): Token[] {
  const text = question.slice(0, MAX_CHARACTERS).normalize("NFC");
  const tokens: Token[] = [];
  let at = 0;
  let hyphen = false;
  while (at < text.length && tokens.length < MAX_TOKENS) {
    const char = text[at] ?? "";
    if (/\s/.test(char)) {
      at++;
      hyphen = false;
      continue;
    }
    const before = tokens.at(-1);
    const [token, length] = nameAt(text, at, before) ??
      literalAt(text, at, before) ?? tokenAt(text, at, hyphen, before);
    if (token !== undefined) tokens.push(token);
    hyphen = char === "-" && at > 0 && !/\s/.test(text[at - 1] ?? " ");
    if (hyphen && before?.kind !== "word" && /\d/.test(text[at + 1] ?? "")) {
      tokens.push({ kind: "sign", text: "-", norm: "-", tied: true });
    }
    at += Math.max(1, length);
  }
  const isName = programNames(
    tokens.map((t) =>
      t.kind === "word" || t.kind === "literal" ? t.text : undefined
    ),
  );
  return tokens.map((token, i) =>
    isName[i] ? { ...token, kind: "literal" } : token
  );
}

function literalAt(
  text: string,
  at: number,
  before: Token | undefined,
): [Token, number] | undefined {
  const length = literalLength(text, at, before?.norm);
  if (length === 0) return undefined;
  const name = text.slice(at, at + length);
  const norm = normalize(name);
  return [{ kind: "literal", text: name, norm, tied: false }, length];
}

/** Words after which a name comes that may have hyphens and digits. */
const NAMED = new Set([
  ...["node", "nodo", "sensor", "interface", "interfaz", "nic"],
]);
const NAME = /(?=[\p{L}_]*[\p{N}-])[\p{L}\p{N}_]+(?:[-.][\p{L}\p{N}_]+)*/uy;

function nameAt(
  text: string,
  at: number,
  before: Token | undefined,
): [Token, number] | undefined {
  if (before === undefined || !NAMED.has(before.norm)) return undefined;
  NAME.lastIndex = at;
  const name = NAME.exec(text)?.[0];
  if (name === undefined || /^\d/.test(name)) return undefined;
  const token = { kind: "word", text: name, norm: normalize(name) } as const;
  return [{ ...token, tied: false }, name.length];
}

function tokenAt(
  text: string,
  at: number,
  tied: boolean,
  before: Token | undefined,
): [Token | undefined, number] {
  const afterWord = /[\p{L}\p{N}]/u.test(text[at - 1] ?? " ");
  for (const [pattern, shape] of SHAPES) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match === null) continue;
    if (shape === "number" && /^[-+]/.test(match[0]) && afterWord) continue;
    if (shape === "domain" && !isDomainName(match[0], before?.norm)) continue;
    const token = tokenOf(shape, match, tied);
    if (token === "none") continue;
    return [token, match[0].length];
  }
  return [undefined, 1];
}

function tokenOf(
  shape: string,
  match: RegExpExecArray,
  tied: boolean,
): Token | undefined | "none" {
  const [text] = match;
  const made = (kind: TokenKind, rest: Partial<Token> = {}): Token => ({
    kind,
    text,
    norm: normalize(text),
    tied,
    ...rest,
  });
  switch (shape) {
    case "quoted":
      return made("quoted", { text: match[1] ?? "" });
    case "ip":
      return parseNetwork(text) !== undefined
        ? made("network")
        : parseAddress(text) !== undefined
        ? made("address")
        : "none";
    case "instant": {
      const atMs = Date.parse(text.toUpperCase());
      return Number.isFinite(atMs) ? made("instant", { value: atMs }) : "none";
    }
    case "iso":
      return dateToken(made, match.slice(1, 4).map(Number), true);
    case "slashed":
      return dateToken(
        made,
        match.slice(1, 4).flatMap((n) => n === undefined ? [] : [Number(n)]),
        false,
      );
    case "clock":
    case "half":
      return clockToken(made, match, shape === "clock") ?? "none";
    case "number":
      return numberToken(made, match) ?? "none";
    case "sign":
      return text === "-" || /[?!¿¡.()]/.test(text) && text.length === 1
        ? undefined
        : made("sign");
    default:
      return made(shape as TokenKind);
  }
}

type Make = (kind: TokenKind, rest?: Partial<Token>) => Token;

function dateToken(
  made: Make,
  numbers: number[],
  iso: boolean,
): Token | "none" {
  const [first = 0, second = 0, third = 0] = numbers;
  const isDate = iso
    ? second >= 1 && second <= 12 && third >= 1 && third <= 31
    : first >= 1 && second >= 1 && Math.max(first, second) <= 31 &&
      Math.min(first, second) <= 12;
  return isDate ? made("date", { value: { numbers, iso } }) : "none";
}

function clockToken(
  made: Make,
  match: RegExpExecArray,
  withMinutes: boolean,
): Token | undefined {
  const half = (withMinutes ? match[3] : match[2])?.toLowerCase();
  const minute = withMinutes ? Number(match[2]) : 0;
  let hour = Number(match[1]);
  if (half !== undefined) {
    if (hour < 1 || hour > 12) return undefined;
    hour = hour % 12 + (half === "p" ? 12 : 0);
  }
  if (hour > 24 || minute > 59 || hour === 24 && minute > 0) return undefined;
  return made("clock", { value: { hour, minute, exact: minute > 0 } });
}

function numberToken(made: Make, match: RegExpExecArray): Token | undefined {
  const [, digits = "", size, letters] = match;
  const unit = (size ?? letters)?.toLowerCase();
  if (letters !== undefined && !UNITS.has(letters.toLowerCase())) {
    return undefined;
  }
  const value = Number(plainDigits(digits));
  if (!Number.isFinite(value)) return undefined;
  return made("number", unit === undefined ? { value } : { value, unit });
}

/** Thousands separators out, a decimal comma as a point: groups of three after one to three digits are thousands. */
function plainDigits(digits: string): string {
  const last = Math.max(digits.lastIndexOf("."), digits.lastIndexOf(","));
  if (last < 0) return digits;
  const sign = digits[last];
  const isGroup = /^[-+]?[1-9]\d{0,2}(?:[.,]\d{3})+$/.test(digits) &&
    (sign === "," || digits.indexOf(".") !== last || /\.\d{3}$/.test(digits));
  if (isGroup) return digits.replaceAll(/[.,]/g, "");
  return `${digits.slice(0, last).replaceAll(/[.,]/g, "")}.${
    digits.slice(last + 1)
  }`;
}
