/**
 * Results as text for people: plain lines, no colours, control characters escaped.
 *
 * @module
 */

import type {
  Answer,
  Group,
  Hit,
  Language,
  Result,
  Understanding,
} from "../result.ts";
import type { SearchStats, TimelineBucket } from "../searcher.ts";

const WORDS = {
  en: {
    understood: "understood as",
    unresolved: "not answered",
    contradiction: "cannot be true at once",
    weak: "weak match: what follows may have nothing to do with the question",
    alike: "more like it",
    why: "why",
    none: "nothing",
  },
  es: {
    understood: "entendido como",
    unresolved: "sin respuesta",
    contradiction: "no puede cumplirse a la vez",
    weak:
      "coincidencia débil: lo que sigue puede no tener que ver con la pregunta",
    alike: "más como este",
    why: "por qué",
    none: "nada",
  },
} as const;

/**
 * Text of hostile traffic made printable: control and format characters become escapes, so that a terminal shows them and
 * does not obey them.
 */
export function printable(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (c) => `\\u{${c.codePointAt(0)!.toString(16)}}`,
  );
}

/** A time in microseconds as RFC 3339 in UTC with seconds. */
export function showTime(timestampUs: number): string {
  return new Date(timestampUs / 1000).toISOString().replace(/\.\d+Z$/, "Z");
}

/** What was made of a question, each part on its line. */
export function showUnderstanding(understanding: Understanding): string {
  const words = WORDS[understanding.language];
  const lines = [`${words.understood}: ${understanding.understood}`];
  for (const { text, why } of understanding.unresolved) {
    lines.push(`${words.unresolved}: "${text}" (${why})`);
  }
  for (const text of understanding.contradictions) {
    lines.push(`${words.contradiction}: ${text}`);
  }
  return printableLines(lines);
}

/** The hits of a result, numbered, a few lines each. */
export function showHits(
  result: Result,
  options: {
    /** Whether to say why each hit is there. @default {false} */
    readonly explain?: boolean;
  } = {},
): string {
  const words = WORDS[result.language];
  const lines: string[] = [];
  if (result.weak && result.hits.length > 0) lines.push(words.weak);
  result.hits.forEach((hit, index) => {
    const folded = hit.folded > 0 ? ` (+${hit.folded} ${words.alike})` : "";
    lines.push(`${index + 1}. [${hit.id}]${folded}`, `   ${hit.narrative}`);
    if (options.explain) lines.push(...showWhy(hit, words.why));
  });
  return printableLines(lines);
}

function showWhy(hit: Hit, title: string): string[] {
  const parts = hit.why.map(({ signal, weight, text }) =>
    `     ${signal.padEnd(8)} ${weight.toFixed(3)}  ${text}`
  );
  return [`   ${title}: ${hit.score.toFixed(3)}`, ...parts];
}

/** The groups of a result, one a line. */
export function showGroups(groups: readonly Group[]): string {
  return printableLines(groups.map(({ key, value }) => {
    const name = key.map((k) => k === null ? "-" : String(k)).join("  ");
    const number = value === null ? "-" : String(Number(value.toFixed(3)));
    return name === "" ? number : `${name.padEnd(40)} ${number}`;
  }));
}

/**
 * A whole answer: what was understood, the prose, and the hits that the prose does not tell; with `explain` every hit.
 * Ids are cut to their first digits where those tell the hits apart.
 */
export function showAnswer(
  answer: Answer,
  options: {
    /** Whether to say why each hit is there. @default {false} */
    readonly explain?: boolean;
  } = {},
): string {
  const { explain = false } = options;
  const told = new Set(explain ? [] : answer.citations);
  const hits = answer.hits.filter(({ id }) => !told.has(id));
  const parts = [showUnderstanding(answer), answer.answer];
  if (answer.writerProblem !== undefined) {
    parts.push(`(${answer.writerProblem})`);
  }
  parts.push(showHits({ ...answer, weak: false, hits }, { explain }));
  const text = parts.filter((part) => part !== "").map((part) =>
    printableLines(part.split("\n"))
  ).join("\n\n");
  return withShortIds(text, [
    ...answer.citations,
    ...answer.hits.map(({ id }) => id),
  ]);
}

const SHORT = 8;

function withShortIds(text: string, ids: readonly string[]): string {
  const unique = new Set(ids);
  const short = new Set([...unique].map((id) => id.slice(0, SHORT)));
  if (short.size !== unique.size) return text;
  return text.replaceAll(
    /\[([0-9a-f]{32})\]/g,
    (whole, id) => unique.has(id) ? `[${id.slice(0, SHORT)}]` : whole,
  );
}

/** A time line, one bar a line. */
export function showTimeline(
  buckets: readonly TimelineBucket[],
  language: Language,
): string {
  if (buckets.length === 0) return WORDS[language].none;
  const most = Math.max(1, ...buckets.map(({ count }) => count));
  return printableLines(buckets.map(({ startMs, count, categories }) => {
    const bar = "#".repeat(Math.ceil(count / most * 40));
    const main = Object.entries(categories).sort(([, a], [, b]) => b - a)[0];
    const what = main === undefined ? "" : ` ${main[0]}`;
    return `${showTime(startMs * 1000)} ${
      String(count).padStart(8)
    } ${bar}${what}`;
  }));
}

/** What a store holds, one figure a line. */
export function showStats(stats: SearchStats): string {
  const lines = [
    `events     ${stats.entries.event}`,
    `incidents  ${stats.entries.incident}`,
    `changes    ${stats.entries.change}`,
    `texts      ${stats.texts}`,
    `vectors    ${stats.vectors} (${stats.index}, ${stats.build})`,
    `model      ${stats.model.slice(0, 12)}`,
    `on disk    ${(stats.bytes / 1e6).toFixed(1)} MB`,
  ];
  if (stats.firstUs !== undefined && stats.lastUs !== undefined) {
    lines.push(
      `from       ${showTime(stats.firstUs)}`,
      `to         ${showTime(stats.lastUs)}`,
    );
  }
  const left = Object.entries(stats.skipped);
  if (left.length > 0) {
    const reasons = left.map(([reason, n]) => `${n} ${reason}`).join(", ");
    lines.push(`left out   ${reasons} (lines and files, since it was opened)`);
  }
  if (stats.problem !== undefined) lines.push(`problem    ${stats.problem}`);
  for (const repair of stats.repairs) lines.push(`put right  ${repair}`);
  return printableLines(lines);
}

function printableLines(lines: readonly string[]): string {
  return lines.map(printable).join("\n");
}
