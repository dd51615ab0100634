/**
 * What a sentence claims: the numbers, addresses, names and times in it, and whether it states a fact at all.
 *
 * @module
 */

import { isAdvice } from "./advice.ts";
import { hasConcept } from "./concepts.ts";
import { spelledNumbers } from "./number_words.ts";

/** A number in a sentence. */
export interface NumberClaim {
  /** As it stands there. */
  readonly text: string;
  /** What stands before it, up to 40 characters. */
  readonly before: string;
  /** What stands behind it, up to 40 characters. */
  readonly after: string;
  /** What it may mean, in base units: `1.234` is one reading in English and another in Spanish. */
  readonly readings: readonly {
    /** The value. */
    readonly value: number;
    /** Half of its last digit. */
    readonly tolerance: number;
  }[];
}

/** What a sentence claims. */
export interface Claims {
  /** Numbers in digits and in words, those of times and addresses left out. */
  readonly numbers: readonly NumberClaim[];
  /** Addresses, networks, names of hosts and hexadecimal identifiers, in lower case. */
  readonly names: readonly string[];
  /** Words that are written like names: with a capital letter, not at the beginning, no common word; in lower case. */
  readonly proper: readonly string[];
  /** Dates as `YYYY-MM-DD`, `YYYY-MM` or `MM-DD` and times of the day as `HH:MM` or `HH:MM:SS`. */
  readonly times: readonly string[];
  /** Whether it needs a citation: advice, questions and headings without a number, a name or a time do not. */
  readonly factual: boolean;
}

const IPV6 =
  /(?<![\w:.])(?=[0-9a-f]*:[0-9a-f:]*:)[0-9a-f:]{2,39}(?:\d{1,3}(?:\.\d{1,3}){3})?(?:%\w+)?(?:\/\d{1,3})?(?![\w:])/giu;
const IPV4 = /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?:\/\d{1,2})?(?![\d]|\.\d)/gu;
const CVE = /(?<![\p{L}\p{N}])cve-\d{4}-\d{2,8}(?!\d)/giu;
const DATE = /(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)/gu;
const CLOCK =
  /(?<![\da-f:])\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?(?!:?[\da-f]|::)/giu;
const HEX =
  /(?<![\p{L}\p{N}_])(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{8,64}(?![\p{L}\p{N}_])/giu;
const DOMAIN =
  /(?<![\p{L}\p{N}_.@-])(?:[\p{L}\p{N}_](?:[\p{L}\p{N}_-]{0,61}[\p{L}\p{N}_])?\.){1,12}(?:xn--[a-z0-9-]{1,59}|\p{L}{2,24})(?![\p{L}\p{N}_-]|\.[\p{L}\p{N}])/giu;
const NUMBER =
  /(?<![\p{L}\p{N}_]|\p{N}[.,]|\p{L}-)[-−]?\d+(?:[.,  ']\d+)*(?![\p{N}_])(?:\s?(?:%|[kMGT]i?B|bytes|ms|min|[smh])(?![\p{L}\p{N}]))?/giu;
const ABBREVIATION = /^(?:e\.g|i\.e|p\.ej|a\.m|p\.m|ee\.uu|u\.s|etc)$/iu;

/** Names of the months, those in Spanish behind those in English. */
export const MONTHS: readonly string[] = (
  "january february march april may june july august september october november december " +
  "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
).split(" ");
const MONTH = MONTHS.join("|");
/** "7 March 2026", "el 7 de marzo de 2026", "March 7, 2026", "March 2026". */
const WRITTEN_DATE = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:(?<d1>\\d{1,2})(?:st|nd|rd|th)?\\s+(?:of\\s+|de\\s+)?(?<m1>${MONTH})(?:,?\\s+(?:del?\\s+)?(?<y1>\\d{4}))?` +
    `|(?<m2>${MONTH})\\s+(?<d2>\\d{1,2})(?:st|nd|rd|th)?(?:,?\\s+(?<y2>\\d{4}))?` +
    `|(?<m3>${MONTH})\\s+(?:del?\\s+)?(?<y3>\\d{4}))(?![\\p{L}\\p{N}])`,
  "giu",
);
const PROPER = /(?<![\p{L}\p{N}])\p{Lu}[\p{L}\p{N}]+(?:['’]s)?(?![\p{L}])/gu;
/** Words that may have a capital letter without being the name of anything in the data. */
const COMMON = new Set(
  ("the this that these those it its they their there here an all some most one two both each every no none nothing in on at " +
    "from to by of for with between during after before since as when where what who which how and but or not if then also " +
    "el la los las un una unos unas este esta estos estas eso esto se su sus todo todos toda todas en de del al por para con " +
    "entre desde hasta cuando donde qué quién cómo y o no ni si también hay note nota " +
    "ip ips ipv4 ipv6 id ids ml utc gmt internet kb mb gb tb kib mib gib ok am pm")
    .split(" "),
);

const UNITS: Readonly<Record<string, number>> = {
  "%": 0.01,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
  tib: 1024 ** 4,
  ms: 0.001,
  min: 60,
  h: 3600,
};

/** Words that judge: with one of them a heading or a lead-in states something. */
const VERDICT =
  /(?<![\p{L}\p{N}])(?:no|not|none|nothing|never|zero|safe|clean|fine|normal|good|ok|okay|sin|nada|ning[uú]n\p{L}*|nunca|cero|segur[oa]s?|limpi[oa]s?|bien|normales)(?![\p{L}\p{N}])/iu;
/** What says nothing about the log: that it cannot say. */
const ABOUT_ANSWER =
  /^(?:the (?:log|data|entries) (?:does|do) not (?:say|show|hold|contain)|el (?:registro|log) no (?:dice|muestra|contiene)|los datos no (?:dicen|muestran|contienen))\b/iu;

/**
 * What a sentence claims.
 *
 * @param sentence The sentence without its citations.
 * @param heading Whether it is a heading.
 * @returns Its claims.
 */
export function claimsOf(sentence: string, heading = false): Claims {
  let text = sentence.trim();
  const names: string[] = [];
  const times: string[] = [];
  const take = (pattern: RegExp, into: (found: string) => void): void => {
    text = text.replaceAll(pattern, (found) => {
      into(found);
      return " ";
    });
  };
  take(DATE, (found) => times.push(found));
  text = text.replaceAll(WRITTEN_DATE, (...groups) => {
    const found = groups.at(-1) as Readonly<Record<string, string | undefined>>;
    times.push(writtenDate(found));
    return " ";
  });
  text = text.replaceAll(/ T(?=\d{2}:)/gu, " ")
    .replaceAll(/(?<=\d:\d{2}(?:\.\d+)?)(?:Z|[+-]\d{2}:\d{2})(?!\d)/gu, " ");
  take(IPV4, (found) => names.push(found));
  take(CLOCK, (found) => times.push(clock(found)));
  take(IPV6, (found) => names.push(found.toLowerCase()));
  take(CVE, (found) => names.push(found.toLowerCase()));
  take(HEX, (found) => names.push(found.toLowerCase()));
  take(DOMAIN, (found) => {
    if (!ABBREVIATION.test(found)) names.push(found.toLowerCase());
  });
  const around = (from: number, end: number) => ({
    before: text.slice(Math.max(0, from - 40), from),
    after: text.slice(end, end + 40),
  });
  const digits = [...text.matchAll(NUMBER)].map((match) => ({
    ...numberClaim(match[0]),
    ...around(match.index, match.index + match[0].length),
  }));
  const spelled = spelledNumbers(text).map((
    { text: words, end, ...reading },
  ) => ({
    text: words,
    readings: [reading],
    ...around(end - words.length, end),
  }));
  const bare = names.length + times.length + digits.length === 0;
  return {
    numbers: [...digits, ...spelled],
    names,
    proper: heading ? [] : properNames(text),
    times,
    factual: !(bare && saysNothing(text, heading, spelled.length > 0)),
  };
}

function writtenDate(
  { d1, d2, m1, m2, m3, y1, y2, y3 }: Readonly<
    Record<string, string | undefined>
  >,
): string {
  const month = MONTHS.indexOf((m1 ?? m2 ?? m3 ?? "").toLowerCase()) % 12 + 1;
  const pad = (n: number | string) => String(n).padStart(2, "0");
  const day = d1 ?? d2;
  return [y1 ?? y2 ?? y3, pad(month), day === undefined ? day : pad(day)]
    .filter((part) => part !== undefined).join("-");
}

/** Words with a capital letter that stand where a common word has none. */
function properNames(sentence: string): string[] {
  const text = sentence.replaceAll(/[*_`]+/gu, "");
  const start = /^[^\p{L}\p{N}]*[\p{L}\p{N}]+/u.exec(text)?.[0].length ?? 0;
  return [...text.slice(start).matchAll(PROPER)]
    .map(([word]) => word.replace(/['’]s?$/u, "").toLowerCase())
    .filter((word) => !COMMON.has(word));
}

/** Whether a text without numbers, names and times states nothing about the log. */
function saysNothing(
  marked: string,
  heading: boolean,
  spelled: boolean,
): boolean {
  const text = marked.replaceAll(/[*_`]+/gu, "");
  const words = text.match(/[\p{L}\p{N}]+/gu) ?? [];
  if (words.length === 0) return true;
  if (isAdvice(text)) return true;
  const about = ABOUT_ANSWER.exec(text)?.[0];
  if (about !== undefined) {
    // What is behind a further clause is said, not left open.
    return !/[;:—–]/u.test(text) &&
      !/,\s+(?:so|but|pero|as[ií])(?!\p{L})/iu.test(text);
  }
  if (spelled || VERDICT.test(text) || hasConcept(text)) return false;
  const title = heading || /^(\*\*|__).*\1:?$/u.test(marked);
  return title && words.length <= 4 || /[?:]\s*$/u.test(text);
}

function clock(text: string): string {
  const [hour = "", minute = "", second] = text.replace(/\..*$/u, "").split(
    ":",
  );
  return [
    hour.padStart(2, "0"),
    minute,
    ...(second === undefined ? [] : [second]),
  ]
    .join(":");
}

function numberClaim(text: string): Pick<NumberClaim, "text" | "readings"> {
  const [, digits = "", unit = ""] =
    /^[-−]?([\d.,  ']*\d)\s?(\D*)$/u.exec(text) ?? [];
  const scale = UNITS[unit.toLowerCase()] ?? 1;
  const plain = digits.replaceAll(/[  ']/gu, "");
  const readings = new Map<string, number>();
  for (const [group, point] of [[",", "."], [".", ","]] as const) {
    const grouped = new RegExp(
      `^\\d{1,3}(?:\\${group}\\d{3})+(?:\\${point}\\d+)?$`,
    )
      .test(plain);
    const simple = new RegExp(`^\\d+(?:\\${point}\\d+)?$`).test(plain);
    if (!grouped && !simple) continue;
    const [whole = "", part = ""] = plain.replaceAll(group, "").split(point);
    const normal = part === "" ? whole : `${whole}.${part}`;
    readings.set(normal, part.length);
  }
  return {
    text,
    readings: [...readings].flatMap(([normal, decimals]) => {
      const tolerance = 0.5 * 10 ** -decimals;
      const value = Number(normal);
      return unit === "" || scale === 1
        ? [{ value, tolerance }]
        : [{ value: value * scale, tolerance: tolerance * scale }];
    }),
  };
}
