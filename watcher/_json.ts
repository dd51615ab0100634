/** JSON values: copies that nobody can change, comparison, defaults. */
import type { Json } from "@ml-defender/etcd-client";

/** An object of JSON. */
export type JsonObject = { readonly [name: string]: Json };

const MAX_DEPTH = 64;

/** Whether a value is an object and no list. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A member of its own that an object has. */
export function memberOf(value: unknown, name: string): Json | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.hasOwn(value, name) ? (value as JsonObject)[name] : undefined;
}

/** Names that mean something else to objects than to those who write them. */
const RESERVED = new Set(["__proto__", "constructor", "prototype"]);

/** Paths of members with a name that nothing may have. */
export function reservedNames(
  value: Json,
  path: readonly string[] = [],
): (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [];
  if (path.length > MAX_DEPTH) return [];
  return Object.entries(value).flatMap(([name, item]) => {
    const here = [...path, name];
    return RESERVED.has(name) ? [here] : reservedNames(item, here);
  });
}

/**
 * A copy that is frozen throughout, with the names of each object sorted: equal values give the same text.
 *
 * @throws {TypeError} When it is not JSON.
 */
export function frozen(value: unknown, depth = 0): Json {
  if (value === null || typeof value === "boolean") return value;
  if (typeof value === "string") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (typeof value === "object" && depth <= MAX_DEPTH) {
    if (Array.isArray(value)) {
      return Object.freeze(value.map((item) => frozen(item, depth + 1)));
    }
    const prototype = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) {
      const entries = Object.entries(value)
        .filter(([, item]) => item !== undefined)
        .sort(([a], [b]) => a < b ? -1 : 1)
        .map(([name, item]) => [name, frozen(item, depth + 1)] as const);
      return Object.freeze(Object.fromEntries(entries));
    }
  }
  throw new TypeError(
    `Cannot take value as it must be JSON of at most ${MAX_DEPTH} levels: current type is ${typeof value}`,
  );
}

/** Whether two values are the same, whatever the order of their names. */
export function equal(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, i) => equal(item, b[i]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && equal(a[name], b[name]));
}

/** The second over the first: objects name by name, everything else as a whole. */
export function merged(under: Json, over: Json): Json {
  if (!isObject(under) || !isObject(over)) return over;
  const result = new Map<string, Json>(Object.entries(under));
  for (const [name, value] of Object.entries(over)) {
    const below = memberOf(under, name);
    result.set(name, below === undefined ? value : merged(below, value));
  }
  return Object.fromEntries(result);
}
