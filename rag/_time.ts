/** Times as the log writes them, read as microseconds. */

const PLAIN = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/;
const RFC_3339 =
  /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.(\d{1,18}))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;
const ZERO = 48;

/** Last microsecond that a store holds, in the year 2255: beyond it numbers no longer tell microseconds apart. */
export const LAST_US: number = Number.MAX_SAFE_INTEGER;

/** Whether a store can hold a time: one from 1970 to 2255. */
export function isHeld(timestampUs: number): boolean {
  return timestampUs >= 0 && timestampUs <= LAST_US;
}

/** The day that was read last: logs come in order of time. */
let lastDay = "";
let lastDayMs = NaN;

function dayMs(text: string): number {
  const day = text.slice(0, 10);
  if (day === lastDay) return lastDayMs;
  const [year, month] = [digits(day, 0, 4), digits(day, 5, 7)];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, digits(day, 8, 10));
  // A day that its month does not have comes out as another one.
  lastDayMs = date.toISOString().startsWith(day) ? date.getTime() : NaN;
  lastDay = day;
  return lastDayMs;
}

function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) {
    value = value * 10 + text.charCodeAt(at) - ZERO;
  }
  return value;
}

/** Microseconds since the Unix epoch of day and time up to the second, as UTC; NaN where there is no such time. */
function secondUs(text: string): number {
  const hour = digits(text, 11, 13);
  const minute = digits(text, 14, 16);
  const second = digits(text, 17, 19);
  // Second 60 is a leap second.
  if (hour > 23 || minute > 59 || second > 60) return NaN;
  return dayMs(text) * 1000 + (hour * 3600 + minute * 60 + second) * 1e6;
}

/**
 * Microseconds since the Unix epoch of a time in RFC 3339, with its offset; NaN where it is none. Finer fractions are
 * rounded.
 */
export function timeUs(text: unknown): number {
  if (typeof text !== "string") return NaN;
  if (PLAIN.test(text)) return secondUs(text) + digits(text, 20, 26);
  const match = RFC_3339.exec(text);
  if (match === null) return NaN;
  const [, fraction = "0", sign, hours = "00", minutes = "00"] = match;
  if (Number(hours) > 23 || Number(minutes) > 59) return NaN;
  const offset = (Number(hours) * 60 + Number(minutes)) * 60e6;
  return secondUs(text) + Math.round(Number(`0.${fraction}`) * 1e6) -
    (sign === "-" ? -offset : offset);
}
