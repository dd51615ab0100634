/**
 * The ladder of sensitivity: seven levels, each of which says for every setting that it moves how far it goes from what the
 * operator had set. The values before the first move are kept, so every way back ends exactly where it began.
 *
 * @module
 */
import type { Json } from "@ml-defender/etcd-client";

/** Most levels up and down. */
export const MAX_LEVEL = 3;

/** One number for each level from -3 to 3; that of level 0 is neutral. */
export type ByLevel = readonly [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
];

/** A setting that the ladder moves. */
export interface Rung {
  /** Its path. */
  readonly path: string;
  /** What it is, for people. */
  readonly what: string;
  /** Why it moves as it does. */
  readonly why: string;
  /** Whether the numbers of the levels are added to it, or multiply it. */
  readonly move: "add" | "multiply";
  /** How far it is from its own value at each level, -3 first. */
  readonly by: ByLevel;
  /** Bound that a move does not pass. A value that the operator put beyond it stays where it is. */
  readonly low: number;
  /** The other bound. */
  readonly high: number;
}

/**
 * Towards less, the forests' threshold goes first: most false alerts are theirs, and what they find alone is little. Only
 * the last level asks more of the rules, which costs attacks. Towards more, all thresholds go down together, as a forest's
 * score below `malicious` opens nothing.
 */
const RULES: ByLevel = [0.05, 0, 0, 0, -0.05, -0.1, -0.15];
const FORESTS: ByLevel = [0.25, 0.25, 0.15, 0, -0.05, -0.1, -0.15];
const EACH_FOREST: ByLevel = [0, 0, 0, 0, -0.05, -0.1, -0.15];

const threshold = (
  path: string,
  what: string,
  by: ByLevel,
  [low, high]: readonly [number, number],
): Rung => ({
  path: `policy.thresholds.${path}`,
  what,
  why: by === RULES
    ? "rules and forests open incidents from a lower or higher score on"
    : by === FORESTS
    ? "forests count from a lower or higher score on"
    : "a forest's own least score must not stand in the way",
  move: "add",
  by,
  low,
  high,
});

/** What the ladder moves, in the order in which it is told. */
export const LADDER: readonly Rung[] = [
  threshold("malicious", "score that opens an incident", RULES, [0.5, 0.85]),
  threshold("suspicious", "score called suspicious", RULES, [0.5, 0.85]),
  threshold("alert", "score called alert", RULES, [0.55, 0.9]),
  threshold("models.level1", "least score of all forests", FORESTS, [
    0.45,
    0.95,
  ]),
  ...["ddos", "ransomware", "traffic", "internal"].map((name) =>
    threshold(
      `models.${name}`,
      `least score of the forest ${name}`,
      EACH_FOREST,
      [0.4, 0.95],
    )
  ),
  {
    path: "log.benignShare",
    what: "share of ordinary events in the log",
    why: "who looks closer wants to see more of what is ordinary beside it",
    move: "multiply",
    by: [1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8],
    low: 0.001,
    high: 0.1,
  },
];

/** Score that a category needs, where the operator gave it one of its own: moves as `malicious` does. */
const CATEGORIES = "policy.thresholds.categories";

/** Where a setting's way along the ladder begins. */
export interface Anchor {
  /** Level at which it had its own value. */
  readonly level: number;
  /** That value; null for the default. */
  readonly value: Json;
}

/** Where the configuration is on the ladder. */
export interface Place {
  /** From -3, least sensitive, to 3. */
  readonly level: number;
  /** Where each setting's way begins, by path. */
  readonly anchors: Readonly<Record<string, Anchor>>;
}

/** What a move needs to know of the configuration. */
export interface Present {
  /** Where it is. */
  readonly place: Place;
  /** The value at a path with defaults; undefined if there is none. */
  at(path: string): Json | undefined;
  /** The default of a path; undefined if it has none. */
  defaultOf(path: string): Json | undefined;
  /** Whether someone set the value at a path. */
  isSet(path: string): boolean;
}

/** A setting that moves. */
export interface Moved {
  /** Its path. */
  readonly path: string;
  /** What it is. */
  readonly what: string;
  /** Value now. */
  readonly before: Json;
  /** Value afterwards. */
  readonly after: Json;
}

/** A move along the ladder. */
export interface LadderMove {
  /** Level now. */
  readonly from: number;
  /** Level afterwards: the same at the end of the ladder. */
  readonly to: number;
  /** Settings that move. */
  readonly moved: readonly Moved[];
  /** What to write, by path; undefined gives it back to its default. Empty if nothing is to be written. */
  readonly values: Readonly<Record<string, Json | undefined>>;
  /** What is worth knowing about it. */
  readonly notes: readonly string[];
}

/**
 * The settings that a configuration's ladder has: those of `LADDER` that are there, and categories with a score of their own.
 *
 * @param present The configuration.
 */
export function rungsOf(present: Present): Rung[] {
  const own = present.at(CATEGORIES);
  const names = typeof own === "object" && own !== null && !Array.isArray(own)
    ? Object.keys(own)
    : [];
  const like = LADDER[0]!;
  return [
    ...LADDER,
    ...names.sort().map((name) => ({
      ...like,
      path: `${CATEGORIES}.${name}`,
      what: `score that opens an incident of ${name}`,
    })),
  ].filter(({ path }) => present.at(path) !== undefined);
}

/**
 * A setting's value at a level.
 *
 * @param rung The setting.
 * @param anchor Where its way begins.
 * @param level From -3 to 3.
 */
export function valueAtLevel(
  rung: Rung,
  anchor: {
    /** Level at which it has its own value. */
    readonly level: number;
    /** That value. */
    readonly value: Json;
  },
  level: number,
): Json {
  const { move, by, low, high } = rung;
  const { value } = anchor;
  const [from, to] = [by[anchor.level + MAX_LEVEL]!, by[level + MAX_LEVEL]!];
  if (from === to || typeof value !== "number") return value;
  const moved = move === "add" ? value + to - from : value * to / from;
  const bounded = moved < value
    ? Math.max(moved, Math.min(value, low))
    : Math.min(moved, Math.max(value, high));
  return Math.round(bounded * 1e6) / 1e6;
}

/**
 * One or more steps along the ladder. The same steps back give the same settings, whatever was set by hand in between.
 *
 * @param present The configuration.
 * @param steps Above 0 towards more sensitive, below 0 towards less.
 * @throws {RangeError} If it is no whole number from -6 to 6.
 */
export function moveLadder(present: Present, steps: number): LadderMove {
  if (!Number.isInteger(steps) || Math.abs(steps) > 2 * MAX_LEVEL) {
    throw new RangeError(
      `Cannot move as 'steps' must be a whole number from -6 to 6: current value is ${steps}`,
    );
  }
  const { level: from } = present.place;
  const to = Math.max(-MAX_LEVEL, Math.min(MAX_LEVEL, from + steps));
  const rungs = rungsOf(present);
  const { anchors, notes } = anchorsOf(present, rungs);
  if (to === from) {
    const end = steps > 0 ? "most" : "least";
    const text = `the ladder ends here: level ${from} is the ${end} sensitive`;
    return { from, to, moved: [], values: {}, notes: [text] };
  }
  const targets = targetsAt(present, { rungs, anchors, level: to });
  const values: Record<string, Json | undefined> = {};
  const moved: Moved[] = [];
  for (const { path, what } of rungs) {
    const after = targets.get(path);
    const before = present.at(path);
    if (after === undefined || before === undefined) continue;
    const { level, value } = anchors[path]!;
    const home = level === to && value === null;
    if (home && present.isSet(path)) values[path] = undefined;
    if (!home && !same(before, after)) values[path] = after;
    if (!same(before, after)) moved.push({ path, what, before, after });
  }
  const kept = Object.entries(anchors).filter(([, anchor]) =>
    to !== 0 || anchor.level !== 0
  );
  values["operate.level"] = to === 0 ? undefined : to;
  values["operate.anchors"] = kept.length === 0
    ? undefined
    : Object.fromEntries(kept) as unknown as Json;
  return { from, to, moved, values, notes };
}

/** Where each setting's way begins: here for what did not move yet, and for what was set by hand since. */
function anchorsOf(
  present: Present,
  rungs: readonly Rung[],
): { anchors: Record<string, Anchor>; notes: readonly string[] } {
  const { level, anchors: known } = present.place;
  const mine = rungs.filter(({ path }) => Object.hasOwn(known, path));
  const expected = targetsAt(present, { rungs: mine, anchors: known, level });
  const anchors: Record<string, Anchor> = {};
  const changed: string[] = [];
  for (const { path } of rungs) {
    const at = present.at(path)!;
    const anchor = expected.has(path) ? known[path] : undefined;
    if (anchor !== undefined && same(expected.get(path), at)) {
      anchors[path] = anchor;
      continue;
    }
    if (anchor !== undefined) changed.push(path);
    anchors[path] = { level, value: present.isSet(path) ? at : null };
  }
  const notes = changed.length === 0 ? [] : [
    `set by hand since the last move: ${
      changed.join(", ")
    }; what is set now counts as level ${level}`,
  ];
  return { anchors, notes };
}

/** Values of settings at a level. */
function targetsAt(
  present: Present,
  { rungs, anchors, level }: {
    readonly rungs: readonly Rung[];
    readonly anchors: Readonly<Record<string, Anchor>>;
    readonly level: number;
  },
): Map<string, Json> {
  const targets = new Map<string, Json>();
  for (const rung of rungs) {
    const { path } = rung;
    const anchor = anchors[path];
    const start = anchor?.value ?? present.defaultOf(path);
    if (anchor === undefined || start === undefined) continue;
    const from = { level: anchor.level, value: start };
    targets.set(path, valueAtLevel(rung, from, level));
  }
  keepOrder(present, targets);
  return targets;
}

/**
 * Thresholds of severities stay in their order and below `high`, and what is logged for its score is at least what asks for
 * analysis for it: the ladder moves neither of these two.
 */
function keepOrder(present: Present, targets: Map<string, Json>): void {
  const path = (name: string) => `policy.thresholds.${name}`;
  const limit = (name: string, most: Json | undefined) => {
    const value = targets.get(path(name));
    if (typeof value === "number" && typeof most === "number" && value > most) {
      targets.set(path(name), most);
    }
  };
  limit("alert", present.at(path("high")));
  limit("suspicious", targets.get(path("alert")) ?? present.at(path("alert")));
  if (typeof present.at("log.minFinalScore") === "number") return;
  limit("malicious", present.at("log.ragScore") ?? present.at(path("rag")));
}

function same(a: Json | undefined, b: Json | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
