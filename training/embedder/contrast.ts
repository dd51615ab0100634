import { dot } from "./concept_space.ts";
import { exp } from "./math.ts";

/** A text as rows of the table with weights. */
export interface Featured {
  /** Rows of the table. */
  readonly rows: readonly number[];
  /** Weight of each. */
  readonly weights: readonly number[];
}

/** Questions and texts of events that were drawn together. */
export interface Pairing {
  /** What is asked. */
  readonly questions: readonly Featured[];
  /** What is there. */
  readonly texts: readonly Featured[];
  /** How much each text answers each question; the rows sum to 1, or to 0 where none does. */
  readonly answers: readonly (readonly number[])[];
}

/** How the table is refined. */
export interface Refinement {
  /** Draws. */
  readonly steps: number;
  /** Step at the start; falls to a tenth of it. */
  readonly rate: number;
  /** Factor on cosines before the soft maximum. */
  readonly sharpness: number;
}

/**
 * Refine a table so that questions are nearer to the texts that answer them than to the others that were drawn with them:
 * soft maximum over the texts for each question (contrastive), Adagrad for each row.
 *
 * @param next Draws the next questions and texts.
 * @param table Row-major `(rows, dimensions)`; changed in place.
 */
export function refine(
  next: () => Pairing,
  table: Float64Array,
  { dimensions, refinement }: {
    readonly dimensions: number;
    readonly refinement: Refinement;
  },
): void {
  const past = new Float64Array(table.length / dimensions);
  for (let n = 0; n < refinement.steps; n++) {
    const { questions, texts, answers } = next();
    const asked = questions.map((one) => sumOf(one, table, dimensions));
    const there = texts.map((one) => sumOf(one, table, dimensions));
    contrast(asked, there, { answers, sharpness: refinement.sharpness });
    const rate = refinement.rate * (1 - 0.9 * n / refinement.steps);
    questions.forEach((one, i) =>
      descend(one, asked[i]!, { table, past, rate })
    );
    texts.forEach((one, j) => descend(one, there[j]!, { table, past, rate }));
  }
}

interface Side {
  readonly unit: Float64Array;
  readonly length: number;
  readonly gradient: Float64Array;
}

function sumOf(
  { rows, weights }: Featured,
  table: Float64Array,
  dimensions: number,
): Side {
  const unit = new Float64Array(dimensions);
  for (let k = 0; k < rows.length; k++) {
    const start = rows[k]! * dimensions;
    const weight = weights[k]!;
    for (let i = 0; i < dimensions; i++) unit[i]! += table[start + i]! * weight;
  }
  const length = Math.sqrt(dot(unit, unit)) + 1e-9;
  for (let i = 0; i < dimensions; i++) unit[i]! /= length;
  return { unit, length, gradient: new Float64Array(dimensions) };
}

/** Adds each side's gradient with respect to its unit vector. */
function contrast(
  asked: readonly Side[],
  there: readonly Side[],
  { answers, sharpness }: {
    readonly answers: readonly (readonly number[])[];
    readonly sharpness: number;
  },
): void {
  asked.forEach((question, i) => {
    const wanted = answers[i]!;
    if (wanted.every((share) => share === 0)) return;
    const scores = there.map(({ unit }) =>
      sharpness * dot(question.unit, unit)
    );
    const largest = Math.max(...scores);
    const weights = scores.map((score) => exp(Math.max(-600, score - largest)));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    there.forEach((text, j) => {
      const push = (weights[j]! / total - wanted[j]!) * sharpness /
        asked.length;
      for (let k = 0; k < question.gradient.length; k++) {
        question.gradient[k]! += push * text.unit[k]!;
        text.gradient[k]! += push * question.unit[k]!;
      }
    });
  });
}

function descend(
  { rows, weights }: Featured,
  { unit, length, gradient }: Side,
  { table, past, rate }: {
    readonly table: Float64Array;
    readonly past: Float64Array;
    readonly rate: number;
  },
): void {
  const dimensions = unit.length;
  const along = dot(gradient, unit);
  for (let i = 0; i < dimensions; i++) {
    gradient[i] = (gradient[i]! - along * unit[i]!) / length;
  }
  const square = dot(gradient, gradient) / dimensions;
  if (square === 0) return;
  for (let k = 0; k < rows.length; k++) {
    const row = rows[k]!;
    const weight = weights[k]!;
    past[row]! += square * weight * weight;
    const factor = rate * weight / Math.sqrt(past[row]! + 1e-12);
    const start = row * dimensions;
    for (let i = 0; i < dimensions; i++) {
      table[start + i]! -= gradient[i]! * factor;
    }
  }
}
