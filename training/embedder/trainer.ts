import { dot } from "./concept_space.ts";
import { exp } from "./math.ts";
import type { Sample } from "./samples.ts";

/** How the table is learned. */
export interface Schedule {
  /** Samples in all. */
  readonly samples: number;
  /** Step at the start; falls to a tenth of it. */
  readonly rate: number;
  /** Factor on cosines before the soft maximum: how sharply concepts are told apart. */
  readonly sharpness: number;
}

/** Length added to a sum before it is made 1 long: what a text with next to no meaning is held against. */
const SOFTENING = 0.1;

/**
 * Learn a table of vectors: the sum over a text's rows shall point where its concepts do. Soft maximum over all concepts'
 * directions, one sample at a time, with a step for each row that falls with the row's past gradients (Adagrad).
 *
 * @param next Draws the next sample.
 * @returns The table, row-major `(rows, dimensions)`; rows that no sample has are zeros.
 */
export function learn(
  next: () => Sample,
  { directions, rows, schedule, onProgress }: {
    readonly directions: readonly Float64Array[];
    readonly rows: number;
    readonly schedule: Schedule;
    readonly onProgress?: (done: number, loss: number) => void;
  },
): Float64Array {
  const dimensions = directions[0]!.length;
  const table = new Float64Array(rows * dimensions);
  const past = new Float64Array(rows);
  const step = new Step(directions, schedule.sharpness);
  let loss = 0;
  for (let n = 0; n < schedule.samples; n++) {
    const sample = next();
    const part = n / schedule.samples;
    loss += step.take(sample, {
      table,
      past,
      rate: schedule.rate * (1 - 0.9 * part),
    });
    if ((n + 1) % 5000 === 0) {
      onProgress?.(n + 1, loss / 5000);
      loss = 0;
    }
  }
  return table;
}

class Step {
  readonly #directions: readonly Float64Array[];
  readonly #sharpness: number;
  readonly #sum: Float64Array;
  readonly #gradient: Float64Array;
  readonly #chance: Float64Array;

  constructor(directions: readonly Float64Array[], sharpness: number) {
    this.#directions = directions;
    this.#sharpness = sharpness;
    this.#sum = new Float64Array(directions[0]!.length);
    this.#gradient = new Float64Array(directions[0]!.length);
    this.#chance = new Float64Array(directions.length);
  }

  take(
    { rows, weights, target }: Sample,
    { table, past, rate }: {
      readonly table: Float64Array;
      readonly past: Float64Array;
      readonly rate: number;
    },
  ): number {
    const sum = this.#sum.fill(0);
    const { length } = sum;
    for (let k = 0; k < rows.length; k++) {
      const start = rows[k]! * length;
      const weight = weights[k]!;
      for (let i = 0; i < length; i++) sum[i]! += table[start + i]! * weight;
    }
    const size = Math.sqrt(dot(sum, sum));
    const scale = 1 / (size + SOFTENING);
    for (let i = 0; i < length; i++) sum[i]! *= scale;
    const loss = this.#descend(target);
    this.#through(size, scale);
    const gradient = this.#gradient;
    const square = dot(gradient, gradient) / length;
    for (let k = 0; k < rows.length; k++) {
      const row = rows[k]!;
      const weight = weights[k]!;
      past[row]! += square * weight * weight;
      const factor = rate * weight / Math.sqrt(past[row]! + 1e-12);
      const start = row * length;
      for (let i = 0; i < length; i++) {
        table[start + i]! -= gradient[i]! * factor;
      }
    }
    return loss;
  }

  /** Loss at the sum, and its gradient there. */
  #descend(target: Sample["target"]): number {
    const chance = this.#chance;
    let largest = -Infinity;
    for (let c = 0; c < chance.length; c++) {
      chance[c] = this.#sharpness * dot(this.#sum, this.#directions[c]!);
      if (chance[c]! > largest) largest = chance[c]!;
    }
    let total = 0;
    for (let c = 0; c < chance.length; c++) {
      chance[c] = exp(Math.max(-600, chance[c]! - largest));
      total += chance[c]!;
    }
    for (let c = 0; c < chance.length; c++) chance[c]! /= total;
    let loss = 0;
    for (const [concept, share] of target) {
      // A cheap stand-in for the logarithm, for reports alone: share that was missed.
      loss += share * (1 - chance[concept]!);
      chance[concept]! -= share;
    }
    const gradient = this.#gradient.fill(0);
    for (let c = 0; c < chance.length; c++) {
      const weight = chance[c]! * this.#sharpness;
      if (weight > -1e-5 && weight < 1e-5) continue;
      const direction = this.#directions[c]!;
      for (let i = 0; i < gradient.length; i++) {
        gradient[i]! += direction[i]! * weight;
      }
    }
    return loss;
  }

  /** The gradient taken back through the division by the sum's length. */
  #through(size: number, scale: number): void {
    const gradient = this.#gradient;
    const unit = this.#sum;
    if (size === 0) {
      for (let i = 0; i < gradient.length; i++) gradient[i]! *= scale;
      return;
    }
    // With s the sum and v = s / (|s| + e): dL/ds = (g - (g.v) v (|s| + e) / |s|) / (|s| + e).
    const along = dot(gradient, unit) / (size * scale);
    for (let i = 0; i < gradient.length; i++) {
      gradient[i] = (gradient[i]! - along * unit[i]!) * scale;
    }
  }
}
