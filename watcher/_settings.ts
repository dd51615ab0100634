/** Options with their defaults, checked. */
import { DEFAULT_PREFIX } from "./_layout.ts";
import type { WatcherOptions } from "./options.ts";

type Defaulted =
  | "prefix"
  | "debounceMs"
  | "prepareTimeoutMs"
  | "gateTimeoutMs"
  | "startTimeoutMs"
  | "retryMs"
  | "reportMs"
  | "now"
  | "newId";

export type WatcherSettings =
  & WatcherOptions
  & Required<Pick<WatcherOptions, Defaulted>>;

export function toSettings(options: WatcherOptions): WatcherSettings {
  return {
    ...options,
    prefix: options.prefix ?? DEFAULT_PREFIX,
    debounceMs: whole("debounceMs", options.debounceMs ?? 0, 0, 60_000),
    prepareTimeoutMs: whole(
      "prepareTimeoutMs",
      options.prepareTimeoutMs ?? 5000,
    ),
    gateTimeoutMs: whole("gateTimeoutMs", options.gateTimeoutMs ?? 5000),
    startTimeoutMs: whole("startTimeoutMs", options.startTimeoutMs ?? 2000),
    retryMs: whole("retryMs", options.retryMs ?? 1000),
    reportMs: whole("reportMs", options.reportMs ?? 1000, 0, 60_000),
    now: options.now ?? Date.now,
    newId: options.newId ?? (() => crypto.randomUUID().replaceAll("-", "")),
  };
}

/** A whole number in its range, or the error that says so. */
export function whole(
  name: string,
  value: number,
  low = 1,
  high = 600_000,
): number {
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  throw new RangeError(
    `Cannot use configuration as '${name}' must be a whole number from ${low} to ${high}: current value is ${value}`,
  );
}
