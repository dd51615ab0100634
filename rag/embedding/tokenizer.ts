/**
 * Text to content words: lower case, without accents, digits masked, without function words. Addresses, domain names,
 * numbers and identifiers are no words.
 *
 * @module
 */

const LETTER = 1;
const DIGIT = 2;
const MAX_WORD = 32;
/** From this length on a word of hexadecimal digits is an identifier. */
const MIN_IDENTIFIER = 8;

const CLASS = new Uint8Array(128);
for (let code = 97; code <= 122; code++) CLASS[code] = LETTER;
for (let code = 48; code <= 57; code++) CLASS[code] = DIGIT;

/**
 * Lower case without accents.
 *
 * @param text Any text.
 * @returns Text whose Latin letters are of a to z.
 */
export function plain(text: string): string {
  const lower = text.toLowerCase();
  for (let i = 0; i < lower.length; i++) {
    if (lower.charCodeAt(i) > 127) {
      return lower.normalize("NFKD").replaceAll(/\p{M}/gu, "").replaceAll(
        "ß",
        "ss",
      );
    }
  }
  return lower;
}

/**
 * The words of a text, function words among them.
 *
 * @param text Any text.
 * @returns Words of a to z and 0 for a run of digits, in their order, of 2 to 32 characters.
 */
export function wordsOf(text: string): string[] {
  const words: string[] = [];
  const clean = plain(text).replaceAll("c&c", "c2");
  let start = 0;
  const { length } = clean;
  // A chunk is what stands between spaces and brackets: it is judged as a whole before it is cut.
  for (let i = 0; i <= length; i++) {
    if (i < length && !isSpace(clean.charCodeAt(i))) continue;
    if (i > start) cut(clean, { from: start, to: i, words });
    start = i + 1;
  }
  return words;
}

function isSpace(code: number): boolean {
  return code <= 32 || code === 40 || code === 41 || code === 44 ||
    code === 59 || code === 160;
}

interface Chunk {
  readonly from: number;
  readonly to: number;
  readonly words: string[];
}

function cut(text: string, { from, to, words }: Chunk): void {
  let end = to;
  while (end > from && kindAt(text, end - 1) === 0) end--;
  let dots = 0;
  let simple = true;
  for (let i = from; i < end; i++) {
    const kind = kindAt(text, i);
    if (kind === LETTER) continue;
    simple = false;
    const code = text.charCodeAt(i);
    if (code === 46 || code === 58) dots++;
  }
  if (simple) {
    if (end - from >= 2) addWord(text.slice(from, end), words);
    return;
  }
  if (dots > 0 && isName(text.slice(from, end))) return;
  for (let i = from; i < end;) {
    if (kindAt(text, i) === 0) {
      i++;
      continue;
    }
    let stop = i + 1;
    while (stop < end && kindAt(text, stop) !== 0) stop++;
    if (stop - i >= 2) addWord(text.slice(i, stop), words);
    i = stop;
  }
}

function kindAt(text: string, index: number): number {
  const code = text.charCodeAt(index);
  return code < 128 ? CLASS[code]! : 0;
}

const NAME = /^[a-z0-9_-]+(\.[a-z0-9_-]+)+(:\d+)?(\/.*)?$|^[a-z]+:\/\//;
const ADDRESS = /^[0-9a-f.:]*[.:][0-9a-f.:]*(%\w+)?(\/\d+)?$/;

function isName(chunk: string): boolean {
  return NAME.test(chunk) || (ADDRESS.test(chunk) && /\d/.test(chunk));
}

const IDENTIFIER = /^[0-9a-f]+$/;

function addWord(raw: string, words: string[]): void {
  if (raw.length > MAX_WORD) return;
  let digits = 0;
  for (let i = 0; i < raw.length; i++) {
    if (raw.charCodeAt(i) < 58) digits++;
  }
  if (digits === raw.length) return;
  if (raw.length >= MIN_IDENTIFIER && digits > 0 && IDENTIFIER.test(raw)) {
    return;
  }
  if (digits === 0 && raw.length >= 16 && IDENTIFIER.test(raw)) return;
  words.push(digits === 0 ? raw : raw.replaceAll(/\d+/g, "0"));
}

/** FNV-1a over the characters of a word, from a start value that keeps kinds of features apart. */
export function hashText(text: string, start: number): number {
  let hash = (0x811c9dc5 ^ start) | 0;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return finish(hash);
}

/** Hash of two words in their order. */
export function hashPair(first: number, second: number): number {
  return finish(Math.imul(first, 0x9e3779b1) + second | 0);
}

function finish(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
