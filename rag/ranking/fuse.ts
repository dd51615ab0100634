/**
 * One score out of exact words and meaning, weighted by kind of query.
 *
 * Plain reciprocal rank fusion lets a poor list pull down a good one; here the words weigh as much as the query is made
 * of words that the best match really holds. Figures: docs/search.md.
 *
 * @module
 */

/** What is known of one candidate. */
export interface Candidate {
  /** BM25 score, 0 where no word matches. */
  readonly words: number;
  /** Cosine with the question, 0 where it was not among the nearest. */
  readonly meaning: number;
}

/** How much each signal counts; they sum to 1. */
export interface Weights {
  /** Exact words. */
  readonly words: number;
  /** Meaning. */
  readonly meaning: number;
}

/** From this share of its content words on, a question is taken to quote. */
const QUOTING = 0.99;

/**
 * The weights for a question.
 *
 * @param coverage Share of the question's content words that occur in its best match by words, 0 to 1.
 * @param known Share of its content words that the embedder knows, 0 to 1.
 * @returns The weights.
 */
export function weightsFor(coverage: number, known: number): Weights {
  if (known === 0) return { words: 1, meaning: 0 };
  const words = coverage >= QUOTING ? 0.7 : 0.2 * coverage;
  return { words, meaning: 1 - words };
}

/**
 * The score of a candidate.
 *
 * @param candidate What is known of it.
 * @param weights How much each signal counts.
 * @param bestWords Highest BM25 score among the candidates.
 * @returns From 0 to 1.
 */
export function fuse(
  candidate: Candidate,
  weights: Weights,
  bestWords: number,
): number {
  const words = bestWords > 0 ? candidate.words / bestWords : 0;
  return weights.words * words +
    weights.meaning * Math.max(0, candidate.meaning);
}
