/**
 * A result in prose, without a model: templates over its facts, each fact with the ids of entries that show it.
 *
 * @module
 */

import type { Answer, Language, Result, Sentence } from "../result.ts";
import { clause, dataText } from "./clean_text.ts";
import { nextSteps } from "./next_steps.ts";
import { ENGLISH } from "./phrases_en.ts";
import { SPANISH } from "./phrases_es.ts";
import { writeGroups } from "./write_groups.ts";
import { writeList } from "./write_list.ts";
import { writeNothing } from "./write_nothing.ts";
import type { Line, Paragraph, Writing } from "./writing.ts";

/** How an answer is written. */
export interface WriteOptions {
  /** Language of the answer. @default {the question's} */
  readonly language?: Language;
  /** Now, microseconds since the Unix epoch, so that today and yesterday can be said. */
  readonly nowUs: number;
}

/** An answer in prose. */
export interface WrittenAnswer {
  /** The prose: paragraphs and lists, citations as `[id]`. */
  readonly text: string;
  /** Its sentences. */
  readonly sentences: readonly Sentence[];
  /** Ids that it cites, in the order in which they first occur. */
  readonly citations: readonly string[];
}

const MAX_CITATIONS = 3;

/**
 * Write a result as prose.
 *
 * @param result What was found.
 * @param options Language, and now. The same arguments give the same text.
 * @returns The text. Every sentence that states what the log holds cites up to three entries of the hits or groups, where
 * there are any; the rest (what could not be answered, what to try, next steps) states nothing of it.
 */
export function writeAnswer(
  result: Result,
  options: WriteOptions,
): WrittenAnswer {
  const language = options.language ?? result.language;
  const phrases = language === "es" ? SPANISH : ENGLISH;
  const zone = result.query.zone ?? "UTC";
  const writing = { result, phrases, zone, nowUs: options.nowUs };
  const paragraphs = [questionParagraph(writing), ...foundParagraphs(writing)];
  const steps = stepsOf(result, language);
  if (steps.length > 0) {
    paragraphs.push({
      title: phrases.nextTitle,
      lines: steps.map((text) => ({ text })),
    });
  }
  return rendered(paragraphs);
}

/**
 * A result with its prose, written without a model.
 *
 * @param result What was found.
 * @param options Language, and now.
 * @returns The answer, its writer `templates`.
 */
export function templateAnswer(result: Result, options: WriteOptions): Answer {
  const { text, sentences, citations } = writeAnswer(result, options);
  return { ...result, answer: text, sentences, citations, writer: "templates" };
}

/** Parts of the question that have no answer. */
function questionParagraph({ result, phrases }: Writing): Paragraph {
  const lines: Line[] = result.unresolved.map(({ text, why }) => ({
    text: phrases.unresolved({
      text: dataText(text).replaceAll(/[“”«»]/g, '"'),
      why: clause(why),
    }),
  }));
  for (const text of result.contradictions) {
    lines.push({ text: phrases.contradiction(clause(text)) });
  }
  if (result.contradictions.length > 0) {
    lines.push({ text: phrases.contradictionHint });
  }
  return { lines };
}

function foundParagraphs(writing: Writing): Paragraph[] {
  const { result } = writing;
  if (result.contradictions.length > 0) return [];
  const { groups, hits, summary, query } = result;
  if (query.aggregate !== undefined && groups !== undefined) {
    const overNothing = query.aggregate.groupBy.length === 0 &&
      summary.total === 0;
    return groups.length === 0 || overNothing
      ? [writeNothing(writing)]
      : writeGroups(writing);
  }
  return hits.length === 0 ? [writeNothing(writing)] : writeList(writing);
}

function stepsOf(result: Result, language: Language): readonly string[] {
  const { hits, groups = [], summary, query } = result;
  if (hits.length === 0 && !groups.some(({ ids }) => ids.length > 0)) return [];
  const [top] = summary.categories.filter(({ value }) => value !== "unknown");
  return nextSteps({
    kind: query.kind,
    ...(top === undefined ? {} : { category: top.value }),
  }, language);
}

function rendered(paragraphs: readonly Paragraph[]): WrittenAnswer {
  const sentences: Sentence[] = [];
  const citations = new Set<string>();
  const texts: string[] = [];
  for (const { title, lines } of paragraphs) {
    if (lines.length === 0) continue;
    if (title !== undefined) {
      sentences.push({ text: title, citations: [], supported: true });
    }
    const shown = lines.map((line) => {
      const ids = [...new Set(line.ids ?? [])].slice(0, MAX_CITATIONS);
      for (const id of ids) citations.add(id);
      const cited = ids.map((id) => `[${id}]`).join("");
      const text = `${line.text}${cited === "" ? "" : ` ${cited}`}.`;
      sentences.push({ text, citations: ids, supported: true });
      return text;
    });
    texts.push(
      title === undefined
        ? shown.join(" ")
        : [title, ...shown.map((text) => `- ${text}`)].join("\n"),
    );
  }
  return { text: texts.join("\n\n"), sentences, citations: [...citations] };
}
