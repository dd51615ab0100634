/** What a store keeps: which entries go, and bounds that can be meant. */
import type { StoreRetention } from "./types.ts";

const STEP_ROWS = 2000;

/** How many of the oldest entries go next, at most 2,000: all where there is too much, else those before a time. */
export function removable(
  times: Float64Array,
  sinceUs: number,
  isTooLarge: boolean,
): number {
  const most = Math.min(STEP_ROWS, times.length);
  if (isTooLarge) return most;
  let count = 0;
  while (count < most && times[count]! < sinceUs) count++;
  return count;
}

/** Refuses bounds that would remove everything, or mean nothing. */
export function checkRetention(retention: Partial<StoreRetention>): void {
  for (const name of ["maxAgeDays", "maxBytes"] as const) {
    const value = retention[name];
    if (value === undefined || value > 0) continue;
    throw new RangeError(
      `Cannot retain as '${name}' must be above 0: current value is ${value}`,
    );
  }
  const { nowUs = 0 } = retention;
  if (!Number.isNaN(nowUs)) return;
  throw new RangeError(
    "Cannot retain as 'nowUs' must be a time: current value is NaN",
  );
}
