/**
 * The core's records against the oracle's: both ways, feature by feature.
 *
 * @module
 */
import type { KeyedRecord } from "./records.ts";

/** Relative tolerance: float32 keeps 24 bits, and sums may be added in another order. */
export const RELATIVE = 1e-5;
/** Absolute tolerance, for values near 0. */
export const ABSOLUTE = 1e-6;

/** Whether two values of a feature agree; NaN agrees with NaN alone. */
export function agree(
  a: number,
  b: number,
  absolute: number = ABSOLUTE,
): boolean {
  if (Number.isNaN(a) || Number.isNaN(b)) {
    return Number.isNaN(a) && Number.isNaN(b);
  }
  if (a === b) return true;
  if (!Number.isFinite(a) || !Number.isFinite(b)) return false;
  return Math.abs(a - b) <=
    Math.max(absolute, RELATIVE * Math.max(Math.abs(a), Math.abs(b)));
}

/** What was seen of one feature over all captures. */
export class FeatureSummary {
  /** Smallest value; Infinity if it was never available. */
  min = Infinity;
  /** Largest value. */
  max = -Infinity;
  /** Records in which it was available. */
  available = 0;
  /** Records. */
  total = 0;
  /** Values that differ. */
  wrong = 0;
  /** The first few of them, in words. */
  readonly examples: string[] = [];

  /** Takes one value. */
  add(value: number): void {
    this.total++;
    if (Number.isNaN(value)) return;
    this.available++;
    this.min = Math.min(this.min, value);
    this.max = Math.max(this.max, value);
  }

  /** Never two different values where it was available. */
  get isConstant(): boolean {
    return !(this.min < this.max);
  }
}

/** What does not fit between two lists of records. */
export interface Difference {
  /** Keys that only the oracle has. */
  readonly missing: string[];
  /** Keys that only the core has. */
  readonly extra: string[];
  /** Facts (end reason, confidence, packets) that differ. */
  readonly facts: string[];
  /** How many feature values differ. */
  readonly wrong: number;
}

/**
 * Compares by key; records with the same key (two flows of one microsecond) by their order. Adds values and differences to the summaries, which stand in catalogue
 * order.
 */
export function compareRecords(
  expected: readonly KeyedRecord[],
  actual: readonly KeyedRecord[],
  summaries: readonly FeatureSummary[],
  options: { absolute?: (index: number) => number } = {},
): Difference {
  const { absolute = () => ABSOLUTE } = options;
  const byKey = new Map<string, KeyedRecord[]>();
  for (const record of actual) {
    byKey.set(record.key, [...byKey.get(record.key) ?? [], record]);
  }
  const difference = {
    missing: [] as string[],
    extra: [] as string[],
    facts: [] as string[],
    wrong: 0,
  };
  for (const record of expected) {
    const other = byKey.get(record.key)?.shift();
    if (other === undefined) {
      difference.missing.push(record.key);
      continue;
    }
    if (record.facts !== other.facts) {
      difference.facts.push(
        `${record.key}: ${other.facts} instead of ${record.facts}`,
      );
    }
    for (const [index, summary] of summaries.entries()) {
      const wanted = record.features[index] ?? NaN;
      const given = other.features[index] ?? NaN;
      summary.add(given);
      if (agree(wanted, given, absolute(index))) continue;
      difference.wrong++;
      summary.wrong++;
      if (summary.examples.length < 3) {
        summary.examples.push(`${given} instead of ${wanted} in ${record.key}`);
      }
    }
  }
  for (const [key, records] of byKey) {
    difference.extra.push(...records.map(() => key));
  }
  return difference;
}
