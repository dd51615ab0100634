/** Text from outside as it may stand in a sentence: in quotes, on one line, of bounded length. */
import { addressOf } from "@ml-defender/events";

const ADDRESS = /^[0-9a-fA-F:.]{2,45}$/;
const WORD = /^[a-zA-Z0-9_.-]{1,80}$/;
const SUBJECT_END = /^(?:@\d{1,4}(?:\.\d{1,4})?)?(?:%\d{1,10})?$/;
/**
 * What could end the quotes, look like a citation, turn the writing direction or be invisible: quotes of all kinds,
 * brackets, backslashes, control and format characters, private use, lone surrogates, separators.
 */
const ESCAPED =
  /["\\[\]\u201c-\u201f\u00ab\u00bb\uff02\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u;

/**
 * A text in quotes, as data: quotes and backslashes inside are escaped, what is invisible or looks like a citation
 * becomes `\u{...}`.
 *
 * @param value The text.
 * @param limit UTF-16 units between the quotes at most, escapes counted.
 */
export function quoted(value: string, limit = 80): string {
  if (value.length <= limit && value.search(ESCAPED) < 0) return `"${value}"`;
  let text = "";
  for (const one of value.slice(0, limit + 1)) {
    const safe = one.search(ESCAPED) < 0 ? one : escaped(one);
    if (text.length + safe.length > limit) return `"${text}…"`;
    text += safe;
  }
  return `"${text}"`;
}

function escaped(one: string): string {
  return one === '"' || one === "\\"
    ? `\\${one}`
    : `\\u{${(one.codePointAt(0) ?? 0).toString(16)}}`;
}

/** A word of a known form as it stands, anything else in quotes. */
export function word(value: string): string {
  return WORD.test(value) ? value : quoted(value);
}

/** An address as it stands, anything else in quotes. */
export function address(value: string): string {
  return ADDRESS.test(value) ? value : quoted(value);
}

/** A host of an incident: its address, with VLAN and tunnel behind it where it has them. */
export function subjectText(value: string): string {
  const host = addressOf(value);
  return ADDRESS.test(host) && SUBJECT_END.test(value.slice(host.length))
    ? value
    : quoted(value);
}

/** An address with a port; IPv6 without brackets, as those are for citations. */
export function endpoint(host: string, port: number | null): string {
  const text = address(host);
  if (port === null) return text;
  return host.includes(":") ? `${text} port ${port}` : `${text}:${port}`;
}
