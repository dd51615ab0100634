import { Rng } from "../../generator/rng.ts";
import { StaticEmbedder } from "../../rag/embedding/static_embedder.ts";
import { hashText } from "../../rag/embedding/tokenizer.ts";
import { dot } from "./concept_space.ts";
import { Documents } from "./documents.ts";
import { makeModel, type Parameters } from "./make_model.ts";
import { type Phrase, phrasesOf } from "./samples.ts";
import { kindsOf, type Thesaurus } from "./thesaurus.ts";

/** Every so many phrases one is held out. */
const HELD_OUT = 8;
const TEXTS = 6;
const DEPTH = 10;
/** Share of questions without an answer that are to be called weak; more would call many with an answer so. */
const CALLED_WEAK = 0.9;

/** How a model does on phrases that it has not learned. */
export interface Validation {
  /** Phrases held out. */
  readonly phrases: number;
  /** Share whose concept is the nearest of all. */
  readonly first: number;
  /** Mean of 1 / place of the concept. */
  readonly reciprocal: number;
  /** R@10 of texts of events made for the concept or a kind of it, over phrases that have such. */
  readonly recall: number;
  /** The same for phrases none of whose words the model knows. */
  readonly recallUnknown: number;
  /**
   * Cosine of the nearest text, times the square root of the share of known words, that nine in ten questions of everyday
   * life stay below.
   */
  readonly weakBelow: number;
  /** How well that product tells them: area under the ROC curve. */
  readonly weakArea: number;
}

/**
 * Train without every eighth phrase of people and see how the model does on those.
 *
 * @param thesaurus The thesaurus, the log's wording in it.
 */
export function validate(
  thesaurus: Thesaurus,
  parameters: Parameters,
): Validation {
  const { model, directions } = makeModel(thesaurus, parameters, {
    keep: (phrase) => !isHeldOut(phrase),
  });
  const embedder = new StaticEmbedder(model, "validation");
  const { concepts } = thesaurus;
  const questions = phrasesOf(concepts, new Set(model.skipped))
    .filter(isHeldOut);
  const vector = new Float32Array(model.dimensions);
  const texts = textsOf(thesaurus, embedder);
  const below = kindsOf(thesaurus.concepts);
  const places: number[] = [];
  const recalls: { known: boolean; recall: number }[] = [];
  const nearest: number[] = [];
  for (const { text, concept } of questions) {
    const share = embedder.embedInto(text, vector);
    const known = share > 0;
    const scores = directions.map((direction) => dot(vector, direction));
    places.push(1 + scores.filter((one) => one > scores[concept]!).length);
    const recall = recallOf(vector, texts, below[concept]!);
    if (recall !== undefined) {
      recalls.push({ known, recall });
      nearest.push(nearestOf(vector, texts) * Math.sqrt(share));
    }
  }
  const unrelated = thesaurus.unrelated.map((question) => {
    const share = embedder.embedInto(question, vector);
    return nearestOf(vector, texts) * Math.sqrt(share);
  });
  return {
    phrases: questions.length,
    first: mean(places.map((place) => place === 1 ? 1 : 0)),
    reciprocal: mean(places.map((place) => 1 / place)),
    recall: mean(recalls.map(({ recall }) => recall)),
    recallUnknown: mean(
      recalls.filter(({ known }) => !known).map(({ recall }) => recall),
    ),
    ...separation(nearest, unrelated),
  };
}

interface EventText {
  readonly of: number;
  readonly vector: Float32Array;
}

function isHeldOut({ voice, words }: Phrase): boolean {
  return voice !== "event" && hashText(words.join(" "), 7) % HELD_OUT === 0;
}

function textsOf(
  { concepts }: Thesaurus,
  embedder: StaticEmbedder,
): EventText[] {
  const documents = new Documents(concepts, new Rng("validation"));
  return documents.makeable().flatMap((concept) =>
    Array.from({ length: TEXTS }, () => {
      const vector = new Float32Array(embedder.dimensions);
      embedder.embedInto(documents.of(concept).text, vector);
      return { of: concept, vector };
    })
  );
}

function recallOf(
  question: Float32Array,
  texts: readonly EventText[],
  meant: ReadonlySet<number>,
): number | undefined {
  const relevant = texts.filter(({ of }) => meant.has(of)).length;
  if (relevant === 0) return undefined;
  const found = texts
    .map(({ of, vector }) => ({ of, score: dot(question, vector) }))
    .sort((a, b) => b.score - a.score || a.of - b.of)
    .slice(0, DEPTH)
    .filter(({ of }) => meant.has(of)).length;
  return found / Math.min(DEPTH, relevant);
}

function nearestOf(
  question: Float32Array,
  texts: readonly EventText[],
): number {
  return texts.reduce(
    (best, { vector }) => Math.max(best, dot(question, vector)),
    0,
  );
}

function separation(
  answered: readonly number[],
  unrelated: readonly number[],
): { weakBelow: number; weakArea: number } {
  const sorted = unrelated.toSorted((a, b) => a - b);
  const limit = sorted[Math.floor(CALLED_WEAK * sorted.length)] ?? 0;
  let above = 0;
  for (const a of answered) {
    for (const b of unrelated) above += a > b ? 1 : a === b ? 0.5 : 0;
  }
  return {
    weakBelow: Math.round(limit * 100) / 100,
    weakArea: above / (answered.length * unrelated.length),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
