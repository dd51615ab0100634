/**
 * Numbers that are spelled out, in English and Spanish: "five million", "two thirds", "doscientos cuarenta", "dozens".
 *
 * @module
 */

/** A number in words. */
export interface SpelledNumber {
  /** The words. */
  readonly text: string;
  /** What it says. */
  readonly value: number;
  /** How far from it the number may be. */
  readonly tolerance: number;
  /** Where its words end. */
  readonly end: number;
}

const SMALL: Readonly<Record<string, number>> = {
  zero: 0,
  cero: 0,
  ...numbered(
    2,
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen",
  ),
  ...numbered(
    2,
    "dos tres cuatro cinco seis siete ocho nueve diez _ doce trece catorce quince dieciséis diecisiete dieciocho diecinueve " +
      "veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete veintiocho veintinueve",
  ),
  ...numbered(
    2,
    "twenty thirty forty fifty sixty seventy eighty ninety",
    10,
  ),
  ...numbered(
    3,
    "treinta cuarenta cincuenta sesenta setenta ochenta noventa",
    10,
  ),
  ...numbered(
    2,
    "doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos",
    100,
  ),
  ...numbered(
    2,
    "doscientas trescientas cuatrocientas quinientas seiscientas setecientas ochocientas novecientas",
    100,
  ),
  cien: 100,
  ciento: 100,
};
const SCALES: Readonly<Record<string, number>> = {
  dozen: 12,
  docena: 12,
  hundred: 100,
  thousand: 1e3,
  mil: 1e3,
  million: 1e6,
  "millón": 1e6,
  billion: 1e9,
};
/** Words that are a scale behind a number, and an indefinite amount alone: from the first to the second. */
const VAGUE: Readonly<Record<string, readonly [number, number]>> = {
  dozens: [24, 200],
  docenas: [24, 200],
  decenas: [20, 200],
  hundreds: [200, 10_000],
  cientos: [200, 10_000],
  centenares: [200, 10_000],
  thousands: [2_000, 1e6],
  miles: [2_000, 1e6],
  millions: [2e6, 1e9],
  millones: [2e6, 1e9],
  billions: [2e9, 1e12],
};
const PARTS: readonly (readonly [RegExp, number])[] = [
  [/(?:two|dos) (?:thirds|tercios)/giu, 2 / 3],
  [/(?:three|tres) (?:quarters|cuartos)/giu, 3 / 4],
  [/(?:an?|one|un) (?:third|tercio)/giu, 1 / 3],
  [/(?:an?|one|un) (?:quarter|cuarto)/giu, 1 / 4],
  [/(?:half|la mitad)(?= of| de)/giu, 1 / 2],
];

function numbered(
  first: number,
  words: string,
  scale = 1,
): Record<string, number> {
  return Object.fromEntries(
    words.split(" ").map((word, i) => [word, (first + i) * scale]),
  );
}

/**
 * The numbers of a text that are spelled out. "One" and its Spanish forms are left out, as they are articles too, and "once",
 * which is eleven in Spanish.
 */
export function spelledNumbers(text: string): SpelledNumber[] {
  const found: SpelledNumber[] = [];
  let rest = text;
  for (const [pattern, value] of PARTS) {
    rest = rest.replaceAll(
      new RegExp(
        `(?<![\\p{L}\\p{N}])${pattern.source}(?![\\p{L}\\p{N}])`,
        "giu",
      ),
      (words: string, at: number) => {
        found.push({
          text: words,
          value,
          tolerance: 0.02,
          end: at + words.length,
        });
        return " ".repeat(words.length);
      },
    );
  }
  let open: Run | undefined;
  for (const match of rest.matchAll(/[\p{L}]+/gu)) {
    const [word] = match;
    const gap = open === undefined ? "" : rest.slice(open.end, match.index);
    if (open !== undefined && !/^(?:[\s-]+|[\s-]+(?:and|y)\s+)$/iu.test(gap)) {
      if (!/^\s+$/u.test(gap)) open = close(open, found);
    }
    if (open !== undefined && /^(?:and|y)$/iu.test(word)) continue;
    // "DoS" is no number.
    const lower = /^\p{L}\p{Ll}*$/u.test(word) ? word.toLowerCase() : "";
    const next = grown(open, lower, match.index, word);
    if (next === undefined) open = close(open, found);
    else open = next;
  }
  close(open, found);
  return found;
}

interface Run {
  readonly from: number;
  readonly end: number;
  readonly text: string;
  readonly whole: number;
  readonly part: number;
  readonly vague?: readonly [number, number];
}

/** A number with a further word; undefined where the word is none of a number. */
function grown(
  open: Run | undefined,
  word: string,
  at: number,
  shown: string,
): Run | undefined {
  const end = at + shown.length;
  const text = open === undefined ? shown : `${open.text} ${shown}`;
  const base = { from: open?.from ?? at, end, text };
  const { whole = 0, part = 0 } = open ?? {};
  if (Object.hasOwn(SMALL, word)) {
    return { ...base, whole, part: part + SMALL[word]! };
  }
  const vague = Object.hasOwn(VAGUE, word) ? VAGUE[word] : undefined;
  if (vague !== undefined && open === undefined) {
    return { ...base, whole: 0, part: 0, vague };
  }
  const plural = word.replace(/(?:es|s)$/u, "");
  const scale = Object.hasOwn(SCALES, word)
    ? SCALES[word]
    : word === "millones"
    ? 1e6
    : Object.hasOwn(SCALES, plural)
    ? SCALES[plural]
    : undefined;
  if (scale === undefined) return undefined;
  return scale >= 1000
    ? { ...base, whole: whole + (part || 1) * scale, part: 0 }
    : { ...base, whole, part: (part || 1) * scale };
}

function close(open: Run | undefined, into: SpelledNumber[]): undefined {
  if (open === undefined) return;
  const { text, end, whole, part, vague } = open;
  if (vague !== undefined) {
    const [least, most] = vague;
    const value = (least + most) / 2;
    into.push({ text, value, tolerance: (most - least) / 2, end });
  } else into.push({ text, value: whole + part, tolerance: 0.5, end });
}
