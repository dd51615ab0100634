import type { Category } from "@ml-defender/events";

/**
 * How a value is held against a threshold: `atLeast` (>=), `above` (>), `atMost` (<=), `is` (equal; for 0/1 features and
 * counts that must be nought), `absent` (unavailable; in all other comparisons an unavailable feature silences the rule).
 */
export type Comparison = "atLeast" | "above" | "atMost" | "is" | "absent";

/** One condition of a rule. */
export interface Term {
  /**
   * Feature name as in host records (`out_*`, `in_*`), or a feature of the flow itself. In flow records `out_*` is read
   * from `src_*` and `in_*` from `dst_*`.
   */
  readonly feature: string;
  /** How the value is compared. */
  readonly comparison: Comparison;
  /** What it is compared with, in the feature's unit. */
  readonly threshold: number;
  /**
   * Makes this a leading term: the score grows with its excess and is 1 at this multiple of the threshold (for `atMost`
   * at this fraction's inverse). Greater than 1. A rule has at least one.
   */
  readonly full?: number;
  /** Whether it only keeps the rule from cases it does not mean, and is no reason worth reading. */
  readonly guard?: boolean;
}

/** A condition on the flow that carries the windows; not asked of host records. */
export interface FlowCondition {
  /** Feature of the flow. */
  readonly feature: string;
  /** Value it must have. */
  readonly is: number;
}

/** One fast rule. All its terms must hold. */
export interface Rule {
  /** Stable code, such as `vertical_scan`. */
  readonly code: string;
  /** Category it speaks for. */
  readonly category: Category;
  /** Which side the rule is about: the host that opens flows, or the one they are opened to. */
  readonly subject: "initiator" | "responder";
  /** What the first leading term shows, in words, without numbers. */
  readonly text: string;
  /** Conditions, the first leading term first. */
  readonly terms: readonly Term[];
  /** Which flows take part: a flow of the host that does not is not blamed for the others. */
  readonly flows?: readonly FlowCondition[];
  /**
   * Highest score the rule may give, for rules whose behaviour is common in ordinary traffic.
   *
   * @default {1}
   */
  readonly ceiling?: number;
}

/** A leading condition: score 0.70 at `threshold`, 1 at `full` times it. */
export function lead(feature: string, threshold: number, full: number): Term {
  return { feature, comparison: "atLeast", threshold, full };
}

/** A condition from below. */
export function atLeast(feature: string, threshold: number): Term {
  return { feature, comparison: "atLeast", threshold };
}

/** A condition from above. */
export function atMost(feature: string, threshold: number): Term {
  return { feature, comparison: "atMost", threshold };
}

/** A condition of equality. */
export function is(feature: string, threshold: number): Term {
  return { feature, comparison: "is", threshold };
}

/** A condition that a feature is unavailable, such as a name that was not given. */
export function absent(feature: string): Term {
  return { feature, comparison: "absent", threshold: 0 };
}
