/** Broken policies for tests and fuzzing. */
import { DEFAULT_POLICY } from "./policy.ts";

const UNTIL = "2030-01-31T00:00:00Z";

/** A small generator of its own, so that a failure can be repeated. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
}

const ODD: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  1e308,
  "",
  "10.0.0.1/8/8",
  "\u2028\n",
  [],
  {},
  [[[[]]]],
  { __proto__: null, constructor: 1 },
  "::ffff:1.2.3.4",
  "2030-99-99T00:00:00Z",
];

function mutate(value: unknown, random: () => number): unknown {
  if (random() < 0.15) return ODD[Math.floor(random() * ODD.length)];
  if (Array.isArray(value)) {
    const items = value.map((one) => mutate(one, random));
    return random() < 0.1 ? [...items, ...items] : items;
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).filter(() => random() > 0.1)
      .map(([key, one]) => [
        random() < 0.05 ? `${key}\n"` : key,
        mutate(one, random),
      ]);
    return Object.fromEntries(entries);
  }
  return typeof value === "number" && random() < 0.2
    ? value * (random() * 4 - 1)
    : value;
}

const FULL = {
  ...DEFAULT_POLICY,
  thresholds: { ...DEFAULT_POLICY.thresholds, categories: { c2: 0.8 } },
  roles: [{ network: "10.0.0.0/8", role: "backup" }],
  suppressions: [{
    host: "10.0.0.1",
    network: "10.0.0.0/8",
    domain: "example.org",
    rule: "beacon",
    category: "c2",
    until: UNTIL,
    reason: "test",
  }],
};

/** A policy with random changes as JSON text, at times not even JSON. */
export function mutatedPolicy(random: () => number): string {
  const text = JSON.stringify(mutate(FULL, random));
  if (random() >= 0.2) return text;
  const cut = Math.floor(random() * text.length);
  return text.slice(0, cut) + text.slice(cut + Math.floor(random() * 4));
}
