/**
 * The few statistics that features are made of, in their textbook form.
 *
 * @module
 */

/** Sum of all values. */
export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Mean; NaN without values. */
export function mean(values: readonly number[]): number {
  return values.length === 0 ? NaN : sum(values) / values.length;
}

/** Population standard deviation by its definition, in two passes; NaN without values. */
export function deviation(values: readonly number[]): number {
  const centre = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
}

/** Shannon entropy in bits of the distribution that the values have. */
export function entropy(values: Iterable<string | number>): number {
  const counts = new Map<string | number, number>();
  let total = 0;
  for (const value of values) {
    counts.set(value, (counts.get(value) ?? 0) + 1);
    total++;
  }
  let bits = 0;
  for (const count of counts.values()) {
    bits -= count / total * Math.log2(count / total);
  }
  return bits;
}

/** a / b, and NaN where b is 0. */
export function ratio(a: number, b: number): number {
  return b === 0 ? NaN : a / b;
}

/** Bin of a length: floor(log2), at most 15. */
export function lengthBin(length: number): number {
  let bin = 0;
  while (bin < 15 && length >= 2 ** (bin + 1)) bin++;
  return bin;
}
