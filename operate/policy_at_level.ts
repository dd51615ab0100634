import type { Json } from "@ml-defender/etcd-client";
import {
  DEFAULT_POLICY,
  definePolicy,
  type Policy,
} from "@ml-defender/scoring";
import { moveLadder } from "./ladder.ts";

/**
 * A policy as the ladder makes it of another one.
 *
 * @param level From -3 to 3.
 * @param policy The policy at level 0.
 */
export function policyAtLevel(
  level: number,
  policy: Policy = DEFAULT_POLICY,
): Policy {
  const tree = { policy: structuredClone(policy) as unknown as Json };
  const at = (path: string) => valueAtPath(tree, path);
  const { values } = moveLadder({
    place: { level: 0, anchors: {} },
    at,
    defaultOf: at,
    isSet: () => true,
  }, level);
  for (const [path, value] of Object.entries(values)) {
    if (!path.startsWith("policy.") || value === undefined) continue;
    const names = path.split(".");
    const last = names.pop()!;
    const parent = valueAtPath(tree, names.join("."));
    (parent as Record<string, Json>)[last] = value;
  }
  return definePolicy(tree.policy);
}

/** The value at a path of plain names; undefined if there is none. */
export function valueAtPath(tree: Json, path: string): Json | undefined {
  let value: Json | undefined = tree;
  for (const name of path.split(".")) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return undefined;
    }
    value = Object.hasOwn(value, name)
      ? (value as Record<string, Json>)[name]
      : undefined;
  }
  return value;
}
