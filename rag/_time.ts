/** Times as the log writes them, read as microseconds. */

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const PLAIN = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/;
const ZERO = 48;

/** The day that was read last: logs come in order of time. */
let lastDay = "";
let lastDayMs = NaN;

function dayMs(day: string): number {
  if (day !== lastDay) {
    lastDayMs = DAY.test(day) ? Date.parse(`${day}T00:00:00Z`) : NaN;
    lastDay = day;
  }
  return lastDayMs;
}

function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) {
    value = value * 10 + text.charCodeAt(at) - ZERO;
  }
  return value;
}

/** Microseconds since the Unix epoch of a time in RFC 3339; NaN where it is none. */
export function timeUs(text: unknown): number {
  if (typeof text !== "string") return NaN;
  if (!PLAIN.test(text)) {
    return text.length > 40 ? NaN : Math.round(Date.parse(text) * 1000);
  }
  const seconds = digits(text, 11, 13) * 3600 + digits(text, 14, 16) * 60 +
    digits(text, 17, 19);
  return dayMs(text.slice(0, 10)) * 1000 + seconds * 1e6 + digits(text, 20, 26);
}
