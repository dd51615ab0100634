/**
 * A result in prose by a model, its citations checked; without the model where it fails.
 *
 * @module
 */

import type { Answer, Language, Result } from "../result.ts";
import { type AnswerModel, ModelError } from "./answer_model.ts";
import { checkText } from "./check_citations.ts";
import { cleanText, TextCleaner } from "./clean_text.ts";
import { citableIds, composePrompt } from "./compose_prompt.ts";
import { knownFacts } from "./known_facts.ts";
import { templateAnswer } from "./write_answer.ts";

/** How a model's answer is written. */
export interface AnswerWithOptions {
  /** Language of the answer. @default {the question's} */
  readonly language?: Language;
  /** Now, microseconds since the Unix epoch. */
  readonly nowUs: number;
  /** Stops the model; the answer is then without it. */
  readonly signal?: AbortSignal;
  /**
   * Called with each piece of the model's text as it comes: without control and escape characters, but not checked yet.
   * What holds is the answer that is returned.
   */
  readonly onText?: (text: string) => void;
  /** Longest text of a model in characters. @default {32768} */
  readonly maxCharacters?: number;
  /** Longest prompt in characters. @default {12000} */
  readonly maxPromptCharacters?: number;
}

/**
 * Let a model write a result as prose.
 *
 * @param model Who writes.
 * @param result What was found; where nothing was, the model is not asked.
 * @param options Language, now, and how it is watched and stopped.
 * @returns The answer: sentences of the model that are not supported are marked. Where the model fails, is stopped, writes
 * nothing or too much, it is the one without a model, and `writerProblem` says why.
 */
export async function answerWith(
  model: AnswerModel,
  result: Result,
  options: AnswerWithOptions,
): Promise<Answer> {
  const language = options.language ?? result.language;
  const ids = citableIds(result);
  if (ids.length === 0) {
    return fallBack(result, options, "nothing was found to write about");
  }
  const reader: Reader = { text: "" };
  try {
    await read(model, result, language, options, reader);
  } catch (error) {
    if (reader.failed === true) throw error;
    return fallBack(result, options, problemOf(error));
  }
  const { text } = reader;
  const checked = checkText(text, ids, knownFacts(result));
  return {
    ...result,
    answer: checked.text,
    sentences: checked.sentences,
    citations: checked.citations,
    writer: cleanText(model.name),
  };
}

interface Reader {
  /** What came, clean. */
  text: string;
  /** Whether `onText` threw: that is the caller's error. */
  failed?: boolean;
}

async function read(
  model: AnswerModel,
  result: Result,
  language: Language,
  options: AnswerWithOptions,
  reader: Reader,
): Promise<void> {
  const { signal, onText, maxCharacters = 32_768 } = options;
  const prompt = composePrompt(result, language, {
    maxCharacters: options.maxPromptCharacters ?? 12_000,
  });
  const cleaner = new TextCleaner();
  let received = 0;
  const how = signal === undefined ? {} : { signal };
  for await (const piece of model.generate(prompt, how)) {
    received += piece.length;
    if (received > maxCharacters) {
      throw new ModelError(
        "too_long",
        `Cannot use the model's answer as it must have at most ${maxCharacters} characters: it goes on`,
      );
    }
    if (signal?.aborted === true) {
      throw new ModelError("cancelled", "The model's answer was cancelled");
    }
    const clean = cleaner.push(piece);
    reader.text += clean;
    reader.failed = true;
    if (clean !== "") onText?.(clean);
    reader.failed = false;
  }
  if (reader.text.trim() === "") {
    throw new ModelError("protocol", "The model answered without any text");
  }
}

function fallBack(
  result: Result,
  options: AnswerWithOptions,
  problem: string,
): Answer {
  return { ...templateAnswer(result, options), writerProblem: problem };
}

function problemOf(error: unknown): string {
  return cleanText(error instanceof Error ? error.message : String(error));
}
