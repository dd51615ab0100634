/**
 * What a sentence claims: the numbers, addresses, names and times in it, and whether it states a fact at all.
 *
 * @module
 */

/** A number in a sentence. */
export interface NumberClaim {
  /** As it stands there. */
  readonly text: string;
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
  /** Numbers, those of times and addresses left out. */
  readonly numbers: readonly NumberClaim[];
  /** Addresses, networks, names of hosts and hexadecimal identifiers, in lower case. */
  readonly names: readonly string[];
  /** Dates as `YYYY-MM-DD` and times of the day as `HH:MM` or `HH:MM:SS`. */
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

const ADVICE = new RegExp(
  "^(?:(?:then|also|next|after that|first|finally|luego|después|además|primero|por último),?\\s+)?(?:" +
    "check|look|review|verify|confirm|compare|ask|inspect|examine|find out|see whether|consider|isolate|block|capture|" +
    "search|widen|investigate|correlate|collect|keep|rotate|change|reset|disable|patch|monitor|watch|limit|talk|" +
    "determine|list|make sure|leave out|use|" +
    "compr(?:uebe|ueba|obar)|revis[ea]r?|verifi(?:que|ca|car)|confirm[ea]r?|compar[ea]r?|pregunt[ea]r?|" +
    "inspeccion[ea]r?|examin[ea]r?|averi(?:güe|gua|guar)|mir[ea]r?|consider[ea]r?|aísl[ea]|aislar|bloque[ea]r?|bloquee|" +
    "busque|busca|buscar|amplí[ea]|ampliar|investi(?:gue|ga|gar)|correlacion[ea]r?|recoja|recoge|recoger|conserv[ea]r?|" +
    "rote|rotar|cambi[ea]r?|restable(?:zca|ce|cer)|desactiv[ea]r?|vigil[ea]r?|limit[ea]r?|hable|hablar|" +
    "determin[ea]r?|asegúrese|quite|use|usar" +
    ")(?![\\p{L}\\p{N}])",
  "iu",
);
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
  text = text.replaceAll(/ T(?=\d{2}:)/gu, " ");
  take(IPV4, (found) => names.push(found));
  take(CLOCK, (found) => times.push(clock(found)));
  take(IPV6, (found) => names.push(found.toLowerCase()));
  take(CVE, (found) => names.push(found.toLowerCase()));
  take(HEX, (found) => names.push(found.toLowerCase()));
  take(DOMAIN, (found) => {
    if (!ABBREVIATION.test(found)) names.push(found.toLowerCase());
  });
  const numbers = [...text.matchAll(NUMBER)].map(([found]) =>
    numberClaim(found)
  );
  const bare = names.length + times.length + numbers.length === 0;
  return {
    numbers,
    names,
    times,
    factual: !(bare && saysNothing(text, heading)),
  };
}

/** Whether a text without numbers, names and times states nothing about the log. */
function saysNothing(marked: string, heading: boolean): boolean {
  const text = marked.replaceAll(/[*_`]+/gu, "");
  const words = text.match(/[\p{L}\p{N}]+/gu) ?? [];
  if (words.length === 0) return true;
  if (ADVICE.test(text) || ABOUT_ANSWER.test(text)) return true;
  if (VERDICT.test(text)) return false;
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

function numberClaim(text: string): NumberClaim {
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
