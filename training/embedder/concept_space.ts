import type { Rng } from "../../generator/rng.ts";
import type { Concept } from "./thesaurus.ts";

/** How much of a broader, and of an akin concept, is in a concept's direction. */
export interface Mixing {
  /** Share of each broader concept. */
  readonly broader: number;
  /** Share of each concept that is near. */
  readonly near: number;
}

/**
 * A direction for each concept: one of its own, as far from the others as there is room, with a share of what it is a kind
 * of and of what is near.
 *
 * @returns Row-major `(concepts, dimensions)`, each row of length 1.
 */
export function conceptDirections(
  concepts: readonly Concept[],
  dimensions: number,
  { rng, mixing }: { readonly rng: Rng; readonly mixing: Mixing },
): Float64Array[] {
  const own = concepts.map(() => gaussian(dimensions, rng));
  spread(own);
  const index = new Map(concepts.map(({ id }, i) => [id, i]));
  const memo = new Map<number, Float64Array>();
  const direction = (i: number): Float64Array => {
    const present = memo.get(i);
    if (present) return present;
    const sum = Float64Array.from(own[i]!);
    for (const id of concepts[i]!.broader) {
      add(sum, direction(index.get(id)!), mixing.broader);
    }
    for (const id of concepts[i]!.near) {
      add(sum, own[index.get(id)!]!, mixing.near);
    }
    normalise(sum);
    memo.set(i, sum);
    return sum;
  };
  return concepts.map((_, i) => direction(i));
}

/** Push vectors apart until those that fit are nearly at right angles. */
function spread(vectors: Float64Array[]): void {
  const rounds = 40;
  const rate = 0.5;
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < vectors.length; i++) {
      for (let j = 0; j < vectors.length; j++) {
        if (i === j) continue;
        add(vectors[i]!, vectors[j]!, -rate * dot(vectors[i]!, vectors[j]!));
      }
      normalise(vectors[i]!);
    }
  }
}

function gaussian(dimensions: number, rng: Rng): Float64Array {
  const vector = new Float64Array(dimensions);
  for (let i = 0; i < dimensions; i++) {
    let sum = -6;
    for (let k = 0; k < 12; k++) sum += rng.float();
    vector[i] = sum;
  }
  normalise(vector);
  return vector;
}

/** Sum of products. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** `a += b * factor`. */
export function add(
  a: Float64Array,
  b: ArrayLike<number>,
  factor: number,
): void {
  for (let i = 0; i < a.length; i++) a[i]! += b[i]! * factor;
}

/** Make a vector 1 long; one of zeros stays. */
export function normalise(a: Float64Array): void {
  const length = Math.sqrt(dot(a, a));
  if (length > 0) { for (let i = 0; i < a.length; i++) a[i]! /= length; }
}
