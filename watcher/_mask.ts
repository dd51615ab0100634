/** Secret values, kept out of everything that is shown. */
import type { Json } from "@ml-defender/etcd-client";
import { isObject } from "./_json.ts";
import { covers } from "./_path.ts";

/** What stands for a secret value. */
export const MASK = "***";

type Patterns = readonly (readonly string[])[];

/** Whether a path, without its section, is secret. */
export function isSecret(path: readonly string[], secrets: Patterns): boolean {
  return secrets.some((pattern) => covers(pattern, path));
}

/** A value with what is secret in it masked; the path is where it stands in its section. */
export function masked(
  value: Json,
  secrets: Patterns,
  path: readonly string[] = [],
): Json {
  if (secrets.length === 0) return value;
  if (isSecret(path, secrets)) return MASK;
  if (Array.isArray(value)) {
    return value.map((item, i) => masked(item, secrets, [...path, `${i}`]));
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      masked(item, secrets, [...path, name]),
    ]),
  );
}
