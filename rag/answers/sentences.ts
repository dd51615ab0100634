/**
 * Where the sentences of a text end, in English and Spanish prose with lists, Markdown, addresses and citations in it.
 *
 * @module
 */

/** A sentence and what stands before it. */
export interface Piece {
  /** White space and marks of lists and headings before it. */
  readonly gap: string;
  /** The sentence with the citations behind it. */
  readonly text: string;
  /** Whether it is a heading. */
  readonly heading: boolean;
}

/** Abbreviations after which a sentence goes on. */
const GOES_ON = new Set(
  ("e.g i.e vs cf approx fig no nos nr mr mrs ms dr prof st resp incl min max sec ca p.ej ej núm num nº n.º " +
    "sr sra srta dra ud uds aprox pág págs vol art cap tel máx mín p pp")
    .split(" "),
);
/** Abbreviations that may end a sentence as well: it goes on where a small letter follows. */
const MAY_END = new Set(
  "etc a.m p.m a.m p.m ee.uu u.s inc ltd corp s.a co".split(" "),
);

/** What begins a line of its own: quotes, headings, bullets, numbers. */
const MARKER =
  /^[ \t]*(?:>[ \t]*)*(?:#{1,6}[ \t]+|(?:[-*+•–]|\d{1,3}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?|\|)|^[ \t]*(?:>[ \t]*)+/u;
const RULE = /^[ \t]*(?:[-*_=]{3,}|[|:\- \t]+|`{3,}.*|~{3,}.*)[ \t]*$/u;
const CITATION = /^\s*\[[^\[\]\n]{1,400}\]/u;

/**
 * Cut a text into sentences. A list item, a heading and a row of a table begin a new one; decimal numbers, addresses,
 * domain names and abbreviations do not end one; text in quotation marks is not cut; citations after the full
 * stop belong to the sentence before.
 *
 * @param text Any text.
 * @returns The sentences in order; gaps and texts joined give the text again, but for white space at its end.
 */
export function splitSentences(text: string): Piece[] {
  const pieces: Piece[] = [];
  let gap = "";
  for (const block of blocksOf(text)) {
    gap += block.gap;
    if (block.text === "") continue;
    for (const sentence of cut(block.text)) {
      pieces.push({
        gap: gap + sentence.gap,
        text: sentence.text,
        heading: block.heading,
      });
      gap = "";
    }
  }
  return pieces;
}

interface Block {
  gap: string;
  text: string;
  heading: boolean;
}

/** Paragraphs, list items, headings, rows; their texts keep single line breaks. */
function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let open: Block | undefined;
  let pending = "";
  const lines = text.split("\n");
  for (const [index, line] of lines.entries()) {
    const end = index === lines.length - 1 ? "" : "\n";
    if (line.trim() === "" || RULE.test(line)) {
      open = undefined;
      pending += line + end;
      continue;
    }
    const mark = MARKER.exec(line)?.[0] ?? "";
    if (mark === "" && open !== undefined && !endsBlock(open, line)) {
      open.text += pending + line;
      pending = end;
      continue;
    }
    const heading = mark.includes("#");
    const body = line.slice(mark.length);
    const indent = body.length - body.trimStart().length;
    open = {
      gap: pending + mark + body.slice(0, indent),
      text: body.slice(indent),
      heading,
    };
    pending = end;
    blocks.push(open);
    if (heading) open = undefined;
  }
  return blocks;
}

/** Whether a line break after a block is more than a wrapped line. */
function endsBlock(block: Block, next: string): boolean {
  if (CITATION.test(next)) return false;
  return /[.!?…:\]][\s"'”’»)*_`]*$/u.test(block.text) ||
    !/^\s*\p{Ll}/u.test(next);
}

function cut(text: string): { gap: string; text: string }[] {
  const masked = withoutQuotedStops(text);
  const out: { gap: string; text: string }[] = [];
  let start = 0;
  const ending = /[.!?…]+["'”’»)*_`]*/gu;
  for (let m = ending.exec(masked); m !== null; m = ending.exec(masked)) {
    let end = m.index + m[0].length;
    let cited = false;
    for (
      let c = CITATION.exec(text.slice(end, end + 420));
      c !== null;
      c = CITATION.exec(text.slice(end, end + 420))
    ) {
      end += c[0].length;
      cited = true;
    }
    if (cited && /^[.;,]/u.test(text.slice(end))) end++;
    if (end < text.length && !/\s/u.test(text[end]!)) continue;
    if (!cited && end < text.length && goesOn(text, m.index, m[0], end)) {
      continue;
    }
    pushPart(out, text.slice(start, end));
    start = end;
    ending.lastIndex = end;
  }
  pushPart(out, text.slice(start));
  return out;
}

function pushPart(out: { gap: string; text: string }[], part: string): void {
  const body = part.trimStart();
  if (body.trimEnd() === "") return;
  out.push({
    gap: part.slice(0, part.length - body.length),
    text: body.trimEnd(),
  });
}

/** Whether a full stop belongs to an abbreviation, an initial or an enumeration. */
function goesOn(text: string, at: number, mark: string, end: number): boolean {
  const before = /[\p{L}\p{N}.º&]+$/u.exec(text.slice(Math.max(0, at - 24), at))
    ?.[0] ?? "";
  const word = before.toLowerCase();
  const next = text.slice(end).trimStart();
  if (/^(?:\.{3}|…|[.!?]+["'”’»)])/u.test(mark)) return /^\p{Ll}/u.test(next);
  if (mark[0] !== ".") return false;
  if (word === "p") return /^(?:ej|\d)/iu.test(next);
  if (word === "no" || word === "st") return /^\d/u.test(next);
  if (GOES_ON.has(word)) return true;
  if (MAY_END.has(word)) return /^[\p{Ll}(]/u.test(next);
  return /^\p{Lu}$/u.test(before) && /^\p{Lu}/u.test(next);
}

/** The text with every stop inside balanced quotation marks, but for the last, as `_`: equally long. */
function withoutQuotedStops(text: string): string {
  return text.replaceAll(
    /“[^“”]*”|«[^«»]*»|"(?:[^"\\\n]|\\.){0,300}"/gu,
    (quoted) => quoted.replaceAll(/[.!?…](?!.?$)/gu, "_"),
  );
}
