/** Checks on options that several stores have. */

/** A whole number in a range. */
export function checkWhole(
  name: string,
  value: number,
  min: number,
  max: number,
): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new RangeError(
    `Cannot open store as '${name}' must be a whole number from ${min} to ${max}: current value is ${value}`,
  );
}

export function checkHistory(value: number): number {
  return checkWhole("historyLimit", value, 1, 1_000_000);
}
