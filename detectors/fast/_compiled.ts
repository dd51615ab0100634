import { CATEGORIES, FIRING_SCORE } from "@ml-defender/events";
import { featureText } from "../reasons.ts";
import type { Comparison, Rule } from "./rule.ts";

const BELOW = 0.699;
const TAKES_PART = "takesPart" as const;
const OPS: readonly (Comparison | typeof TAKES_PART)[] = [
  "atLeast",
  "above",
  "atMost",
  "is",
  TAKES_PART,
  "absent",
];

/** A term worth reading, resolved against the columns. */
export interface Telling {
  /** Code of the reason. */
  readonly code: string;
  /** Words of the reason. */
  readonly text: string;
  /** The feature as the record names it. */
  readonly feature: string;
  /** Its column. */
  readonly column: number;
  /** What it is compared with. */
  readonly threshold: number;
}

/** Rules resolved against the columns of one kind of record; flat arrays, so that a row costs no objects. */
export class CompiledRules {
  /** Rules that this kind of record can answer. */
  readonly rules: readonly Rule[];
  /** Terms of each rule that make reasons. */
  readonly telling: readonly (readonly Telling[])[];
  /** Column of each term and flow condition. */
  readonly #columns: Int32Array;
  readonly #ops: Uint8Array;
  readonly #thresholds: Float64Array;
  /** 1 / ln(full) of leading terms, NaN for others. */
  readonly #growth: Float64Array;
  /** First term of each rule; one more at the end. */
  readonly #starts: Int32Array;
  readonly #category: Uint8Array;
  readonly #ceiling: Float64Array;

  /** Resolves what the columns allow and leaves out the rest. */
  constructor(rules: readonly Rule[], names: readonly string[]) {
    const columnOf = columnFinder(names);
    const isFlow = names.includes("duration_s");
    const kept: Rule[] = [];
    const columns: number[] = [], ops: number[] = [];
    const thresholds: number[] = [], growth: number[] = [], starts = [0];
    for (const rule of rules) {
      const conditions = (isFlow ? rule.flows ?? [] : []).map((one) => ({
        feature: one.feature,
        comparison: TAKES_PART as typeof TAKES_PART,
        threshold: one.is,
      }));
      // Flow conditions first: they are cheap and leave out most rules.
      const terms = [...conditions, ...rule.terms];
      if (terms.some((term) => columnOf(term.feature) < 0)) continue;
      kept.push(rule);
      for (const term of terms) {
        columns.push(columnOf(term.feature));
        ops.push(OPS.indexOf(term.comparison));
        // Features are float32: 0.2 must equal 0.2.
        thresholds.push(Math.fround(term.threshold));
        const full = "full" in term ? term.full : undefined;
        growth.push(full === undefined ? NaN : 1 / Math.log(full));
      }
      starts.push(columns.length);
    }
    this.rules = kept;
    this.telling = kept.map((rule) => tellingTerms(rule, names, columnOf));
    this.#columns = Int32Array.from(columns);
    this.#ops = Uint8Array.from(ops);
    this.#thresholds = Float64Array.from(thresholds);
    this.#growth = Float64Array.from(growth);
    this.#starts = Int32Array.from(starts);
    this.#category = Uint8Array.from(
      kept,
      (rule) => CATEGORIES.indexOf(rule.category),
    );
    this.#ceiling = Float64Array.from(kept, (rule) => rule.ceiling ?? 1);
  }

  /**
   * Score of one rule on one row: NaN if a feature is unavailable or the flow does not take part; 0.70 and more if all
   * terms hold; below that, 0.70 x (smallest share of a threshold reached)^2, so that half a threshold is weak evidence.
   *
   * @param rule Index in `rules`.
   * @param values Features of all rows.
   * @param base Index of the row's first feature.
   * @param best A score that is already known: where this rule cannot beat it, 0 may be returned.
   */
  scoreRule(
    rule: number,
    values: Float32Array,
    base: number,
    best: number,
  ): number {
    const columns = this.#columns, ops = this.#ops;
    const thresholds = this.#thresholds, growths = this.#growth;
    let lowest = 1;
    let growth = 1;
    const end = this.#starts[rule + 1]!;
    for (let term = this.#starts[rule]!; term < end; term++) {
      const value = values[base + columns[term]!]!;
      const op = ops[term]!;
      if (op === 5) {
        if (value === value) return 0;
        continue;
      }
      if (value !== value) return NaN;
      const threshold = thresholds[term]!;
      let share: number;
      if (op === 4) {
        // The flow does not take part: the rule has nothing to say about it.
        if (value !== threshold) return NaN;
        continue;
      } else if (op === 3) {
        // False, whatever the other terms are.
        if (value !== threshold) return 0;
        continue;
      } else if (op === 2) {
        share = value <= threshold ? passing(threshold, value) : threshold /
          value;
      } else {
        share = value / threshold;
        if (op === 1 && value <= threshold && share === 1) share = 0.9999;
      }
      if (share < lowest) {
        lowest = share;
        if (FIRING_SCORE * share * share <= best) return 0;
      }
      const full = growths[term]!;
      if (full === full && share >= 1) {
        const grown = share === 1 ? 0 : Math.log(share) * full;
        if (grown < growth) growth = grown;
      }
    }
    if (lowest < 1) return Math.min(BELOW, FIRING_SCORE * lowest * lowest);
    return Math.min(
      this.#ceiling[rule]!,
      FIRING_SCORE + (1 - FIRING_SCORE) * growth,
    );
  }

  /** Best score of each category on one row, NaN where no rule could speak, into `out[at ...]`. */
  scoreRow(
    values: Float32Array,
    base: number,
    out: Float64Array,
    at: number,
  ): void {
    out.fill(NaN, at, at + CATEGORIES.length);
    const count = this.rules.length;
    for (let rule = 0; rule < count; rule++) {
      const slot = at + this.#category[rule]!;
      const known = out[slot]!;
      const score = this.scoreRule(
        rule,
        values,
        base,
        known === known ? known : -1,
      );
      if (score > known || (known !== known && score === score)) {
        out[slot] = score;
      }
    }
  }
}

/** `atMost` holds: how many times below the threshold. */
function passing(threshold: number, value: number): number {
  return value === 0 ? (threshold === 0 ? 1 : Infinity) : threshold / value;
}

/** Names in host records -> columns, also of flow records. */
function columnFinder(names: readonly string[]): (feature: string) => number {
  const columns = new Map(names.map((name, column) => [name, column]));
  return (feature) => {
    const direct = columns.get(feature);
    if (direct !== undefined) return direct;
    const other = feature.startsWith("out_")
      ? `src_${feature.slice(4)}`
      : feature.startsWith("in_")
      ? `dst_${feature.slice(3)}`
      : feature;
    return columns.get(other) ?? -1;
  };
}

/** Terms from below always, from above where they lead; whether it is TCP is not a reason. */
function tellingTerms(
  rule: Rule,
  names: readonly string[],
  columnOf: (feature: string) => number,
): Telling[] {
  return rule.terms.filter(({ full, comparison, guard }) =>
    full !== undefined ||
    guard !== true && (comparison === "atLeast" || comparison === "above")
  ).map((term, index) => {
    const column = columnOf(term.feature);
    const feature = names[column]!;
    return {
      code: index === 0 ? rule.code : `${rule.code}.${term.feature}`,
      text: index === 0 ? rule.text : featureText(feature),
      feature,
      column,
      threshold: term.threshold,
    };
  });
}
