/** Ways to rank the events of the test set for a question. */
import type { SyncEmbedder } from "../../rag/embedding/embedder.ts";
import { fuse, weightsFor } from "../../rag/ranking/fuse.ts";
import { coverageOf, wordsOf } from "../../rag/ranking/words.ts";
import { hashText } from "../../rag/embedding/tokenizer.ts";
import { Bm25 } from "./bm25.ts";
import type { Document } from "./documents.ts";

/** Ids, best first. */
export type Ranker = (question: string) => readonly string[];

/** Ways by their name. */
export type Rankers = Readonly<Record<string, Ranker>>;

const RRF = 60;
/** Places of each list that plain fusion looks at. */
const FUSED = 100;

/**
 * BM25 over behaviour and names, vectors alone, plain reciprocal rank fusion of both, and the weighted ranking. Among
 * equal scores the order is by a hash of the id: none that the file's order would give away.
 */
export function rankersOf(
  documents: readonly Document[],
  embedder: SyncEmbedder,
): Rankers {
  const everything = new Bm25(
    documents.map(({ behaviour, words }) => `${behaviour} ${words}`),
  );
  const dense = denseOf(documents, embedder);
  const toRanking = (scores: ArrayLike<number>) => best(documents, scores);
  return {
    bm25: (question) => toRanking(everything.scores(question)),
    dense: (question) => toRanking(dense(question).cosines),
    rrf: (question) =>
      toRanking(fused(documents, [
        toRanking(everything.scores(question)),
        toRanking(dense(question).cosines),
      ])),
    weighted: weightedOf(documents, dense),
  };
}

/** Cosine of each document with a question, and the share of its words that are known. */
export function denseOf(
  documents: readonly Document[],
  embedder: SyncEmbedder,
): (question: string) => { cosines: Float64Array; known: number } {
  const { dimensions } = embedder;
  const vectors = documents.map(({ behaviour }) => {
    const vector = new Float32Array(dimensions);
    embedder.embedInto(behaviour, vector);
    return vector;
  });
  const own = new Float32Array(dimensions);
  return (question) => {
    const known = embedder.embedInto(question, own);
    return {
      cosines: Float64Array.from(vectors, (vector) => dot(vector, own)),
      known,
    };
  };
}

/** As search ranks: words and meaning weighted by kind of question, names before all. */
function weightedOf(
  documents: readonly Document[],
  dense: ReturnType<typeof denseOf>,
): Ranker {
  const behaviours = new Bm25(documents.map(({ behaviour }) => behaviour));
  const names = new Bm25(documents.map(({ words }) => words));
  return (question) => {
    const words = wordsOf(question);
    const lexical = behaviours.scores(question);
    const bestWords = Math.max(...lexical);
    const top = documents[lexical.indexOf(bestWords)];
    const coverage = bestWords > 0 && top !== undefined
      ? coverageOf(words, top.behaviour)
      : 0;
    const { cosines, known } = dense(question);
    const weights = weightsFor(coverage, known);
    const inNames = words.filter((word) =>
      names.scores(word).some((score) => score > 0)
    );
    const named = names.scores(inNames.join(" "));
    const bestNamed = Math.max(...named);
    const share = inNames.length / Math.max(1, words.length);
    return best(
      documents,
      documents.map((_, i) => {
        const score = fuse(
          { words: lexical[i]!, meaning: cosines[i]! },
          weights,
          bestWords,
        );
        const part = bestNamed > 0 ? share * named[i]! / bestNamed : 0;
        return score + (1 - score) * part;
      }),
    );
  };
}

function fused(
  documents: readonly Document[],
  rankings: readonly (readonly string[])[],
): number[] {
  const scores = new Map<string, number>();
  for (const ranking of rankings) {
    ranking.slice(0, FUSED).forEach((id, place) => {
      scores.set(id, (scores.get(id) ?? 0) + 1 / (RRF + place + 1));
    });
  }
  return documents.map(({ id }) => scores.get(id) ?? 0);
}

/** Ids of documents with a positive score, best first. */
function best(
  documents: readonly Document[],
  scores: ArrayLike<number>,
): string[] {
  return documents.map(({ id }, i) => ({
    id,
    score: scores[i]!,
    tie: hashText(id, 0),
  }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.tie - b.tie)
    .map(({ id }) => id);
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
