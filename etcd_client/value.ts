/**
 * Values, keys and ranges of keys, and the checks on them.
 *
 * @module
 */
import { EtcdError } from "./error.ts";

/** What a value is made of. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [name: string]: Json };

/** One key, or every key that starts with a text; `{ prefix: "" }` is all. */
export type Target = string | { readonly prefix: string };

/** Bytes in a key at most, as UTF-8. */
export const MAX_KEY_BYTES = 512;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Refuses what is no key.
 *
 * @throws {TypeError} When it is empty, not well-formed or has control characters.
 * @throws {RangeError} When it is too long.
 */
export function checkKey(key: string): string {
  return checkText(checkName(key));
}

/**
 * Refuses what can be no key of anybody.
 *
 * @throws {TypeError} When it is empty or no text.
 */
export function checkName(key: string): string {
  if (typeof key === "string" && key !== "") return key;
  throw new TypeError("Cannot use key as it must be a text that is not empty");
}

/**
 * Refuses what is neither a key nor a prefix.
 *
 * @throws {TypeError} As `checkKey`; a prefix may be empty.
 * @throws {RangeError} When it is too long.
 */
export function checkTarget(target: Target): Target {
  if (typeof target === "string") return checkKey(target);
  if (typeof target?.prefix !== "string") {
    throw new TypeError("Cannot use target as it must be a key or { prefix }");
  }
  checkText(target.prefix);
  return target;
}

function checkText(text: string): string {
  if (!isText(text)) {
    throw new TypeError(
      "Cannot use key as it must be well-formed and without control characters",
    );
  }
  const { length } = encoder.encode(text);
  if (length > MAX_KEY_BYTES) {
    throw new RangeError(
      `Cannot use key as it must have at most ${MAX_KEY_BYTES} bytes: current length is ${length}`,
    );
  }
  return text;
}

function isText(text: string): boolean {
  // deno-lint-ignore no-control-regex
  return text.isWellFormed() && !/[\u0000-\u001f\u007f]/.test(text);
}

/** Whether a store may have written a key. */
export function isKey(key: string): boolean {
  return key !== "" && isText(key) &&
    (key.length * 3 <= MAX_KEY_BYTES ||
      encoder.encode(key).length <= MAX_KEY_BYTES);
}

/** Whether a key is one of those that a target names. */
export function matches(target: Target, key: string): boolean {
  return typeof target === "string"
    ? key === target
    : key.startsWith(target.prefix);
}

/**
 * A value as JSON text in UTF-8.
 *
 * @throws {TypeError} When the value is not JSON: a function, a symbol, NaN, undefined, a cycle, a class of its own.
 */
export function encodeJson(value: Json): Uint8Array<ArrayBuffer> {
  checkJson(value, "", 0);
  return encoder.encode(JSON.stringify(value));
}

const MAX_DEPTH = 64;

function checkJson(value: unknown, path: string, depth: number): void {
  if (value === null || typeof value === "boolean") return;
  if (typeof value === "string") return;
  if (typeof value === "number" && Number.isFinite(value)) return;
  const where = path === "" ? "" : ` at ${path}`;
  if (depth > MAX_DEPTH) {
    throw new TypeError(
      `Cannot store value as it must be at most ${MAX_DEPTH} levels deep${where}`,
    );
  }
  if (Array.isArray(value)) {
    value.forEach((item, i) => checkJson(item, join(path, i), depth + 1));
    return;
  }
  if (typeof value === "object") {
    const prototype = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) {
      for (const [name, item] of Object.entries(value)) {
        checkJson(item, join(path, name), depth + 1);
      }
      return;
    }
  }
  throw new TypeError(
    `Cannot store value as it must be JSON${where}: current type is ${typeof value}`,
  );
}

function join(path: string, part: string | number): string {
  return path === "" ? `${part}` : `${path}.${part}`;
}

/**
 * The value of JSON text.
 *
 * @throws {EtcdError} `integrity`, when the bytes are no JSON text.
 */
export function decodeJson(bytes: Uint8Array, key: string): Json {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch {
    throw new EtcdError(
      "integrity",
      `Cannot read '${key}': it is neither JSON nor an envelope`,
      { key },
    );
  }
}
