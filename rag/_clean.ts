/** Text from outside made harmless: no control characters, no marks that turn the writing direction, bounded length. */

const PLAIN = /^[\x20-\x7e]*$/;
/** Control, format (bidi, zero width, tags), private use, surrogates alone, line and paragraph separators. */
const HOSTILE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** A text of one line without hostile characters, at most so many UTF-16 units of it. */
export function cleanText(value: string, limit: number): string {
  const bounded = value.length > limit ? cut(value, limit) : value;
  return PLAIN.test(bounded) ? bounded : bounded.replace(HOSTILE, " ").trim();
}

function cut(value: string, limit: number): string {
  const last = value.charCodeAt(limit - 1);
  return value.slice(0, last >= 0xd800 && last < 0xdc00 ? limit - 1 : limit);
}

/** A cleaned text; null where the value is none or nothing is left of it. */
export function textOrNull(value: unknown, limit: number): string | null {
  if (typeof value !== "string" || value === "") return null;
  const clean = cleanText(value, limit);
  return clean === "" ? null : clean;
}

/** A finite number; null where the value is none. */
export function numberOrNull(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** A truth value; null where the value is none. */
export function booleanOrNull(value: unknown): boolean | null {
  return typeof value === "boolean" ? value : null;
}
