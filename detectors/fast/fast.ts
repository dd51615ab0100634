import {
  CATEGORIES,
  type Evidence,
  type FeatureRows,
  FIRING_SCORE,
  type FlowBatch,
  type HostBatch,
  type Reason,
} from "@ml-defender/events";
import { CompiledRules } from "./_compiled.ts";
import { type ProfileOptions, resolveRules } from "./profiles.ts";
import type { Rule } from "./rule.ts";

/** Options of {@linkcode FastRules.explain}. */
export interface ExplainOptions {
  /**
   * Lowest score that makes a rule worth an object. 0.70 is a rule whose terms all hold.
   *
   * @default {0.7}
   */
  readonly minScore?: number;
  /**
   * Whether each category in which no rule reaches `minScore` is represented by its best rule.
   *
   * @default {false}
   */
  readonly bestOfOthers?: boolean;
}

/**
 * Threshold rules over the windows of hosts and flows. The same rule reads a host record's `out_*` and `in_*` and a flow
 * record's `src_*` and `dst_*`. A rule scores 0.70 when all its terms hold, more the farther its leading terms are
 * beyond their thresholds, and less than 0.70 below; without its features it says nothing.
 *
 * Immutable: change thresholds by making another one.
 *
 * @example
 * ```ts
 * import { FastRules } from "@ml-defender/detectors";
 *
 * const rules = new FastRules({ thresholds: { arp_sweep: { out_arp_targets_30s: 100 } } });
 * if (!rules.rules.some((rule) => rule.code === "vertical_scan")) throw new Error("missing rule");
 * ```
 */
export class FastRules {
  /** The rules in use. */
  readonly rules: readonly Rule[];
  readonly #compiled = new Map<readonly string[], CompiledRules>();

  /**
   * Takes a profile with changes, or rules of your own.
   *
   * @throws {TypeError} If a profile, rule or feature has an unknown name.
   * @throws {RangeError} If a threshold makes no sense.
   */
  constructor(options: ProfileOptions | readonly Rule[] = {}) {
    this.rules = Array.isArray(options)
      ? checkRules(options as readonly Rule[])
      : resolveRules(options as ProfileOptions);
  }

  /**
   * Best score of each category for every row.
   *
   * @param rows Features of flow or host records.
   * @param out `(rows, 10)` row-major, categories in the order of `CATEGORIES`; NaN where no rule could speak. At least
   * `rows.length * 10` long; filled in place.
   * @throws {RangeError} If `out` is too short.
   */
  score(rows: FeatureRows, out: Float64Array): void {
    const width = CATEGORIES.length;
    if (out.length < rows.length * width) {
      throw new RangeError(
        `Cannot score ${rows.length} rows: 'out' must hold ${
          rows.length * width
        } numbers, holds ${out.length}`,
      );
    }
    const compiled = this.#resolve(rows.names);
    for (let row = 0; row < rows.length; row++) {
      compiled.scoreRow(
        rows.values,
        rows.offset + row * rows.stride,
        out,
        row * width,
      );
    }
  }

  /** What each rule says about one record, highest score first. */
  explain(
    batch: FlowBatch | HostBatch,
    row: number,
    options: ExplainOptions = {},
  ): Evidence[] {
    const { minScore = FIRING_SCORE, bestOfOthers = false } = options;
    const { features } = batch;
    const compiled = this.#resolve(features.names);
    const base = features.offset + row * features.stride;
    const scored: { index: number; score: number }[] = [];
    for (let index = 0; index < compiled.rules.length; index++) {
      const score = compiled.scoreRule(index, features.values, base, -1);
      if (score >= (bestOfOthers ? 0 : minScore)) scored.push({ index, score });
    }
    scored.sort((a, b) => b.score - a.score);
    const seen = new Set<string>();
    const found: Evidence[] = [];
    for (const { index, score } of scored) {
      const rule = compiled.rules[index]!;
      if (score < minScore && seen.has(rule.category)) continue;
      seen.add(rule.category);
      found.push({
        engine: "fast",
        detector: rule.code,
        category: rule.category,
        subject: subjectOf(rule, batch, row),
        score,
        // What supports the first reason counts half.
        reasons: compiled.telling[index]!.map((term, place): Reason => ({
          code: term.code,
          text: term.text,
          feature: term.feature,
          value: features.values[base + term.column]!,
          threshold: term.threshold,
          weight: place === 0 ? score : score / 2,
        })),
      });
    }
    return found;
  }

  #resolve(names: readonly string[]): CompiledRules {
    let compiled = this.#compiled.get(names);
    if (compiled === undefined) {
      // Two kinds of records exist; more arrays mean that someone makes them anew for each batch.
      if (this.#compiled.size >= 8) this.#compiled.clear();
      compiled = new CompiledRules(this.rules, names);
      this.#compiled.set(names, compiled);
    }
    return compiled;
  }
}

function subjectOf(
  rule: Rule,
  batch: FlowBatch | HostBatch,
  row: number,
): string {
  if ("address" in batch) return batch.address(row);
  return rule.subject === "initiator"
    ? batch.source(row)
    : batch.destination(row);
}

function checkRules(rules: readonly Rule[]): readonly Rule[] {
  const codes = new Set<string>();
  for (const rule of rules) {
    if (codes.has(rule.code)) {
      throw new TypeError(
        `Cannot use the rule '${rule.code}': its code is not unique`,
      );
    }
    codes.add(rule.code);
    if (!CATEGORIES.includes(rule.category)) {
      throw new TypeError(
        `Cannot use the rule '${rule.code}': unknown category '${rule.category}'`,
      );
    }
    if (!rule.terms.some((term) => term.full !== undefined)) {
      throw new TypeError(
        `Cannot use the rule '${rule.code}': no term has 'full', so its score could not grow`,
      );
    }
    for (const { feature, threshold, full, comparison } of rule.terms) {
      const divides = comparison === "atLeast" || comparison === "above";
      if (
        !Number.isFinite(threshold) || threshold < 0 ||
        divides && threshold === 0 || full !== undefined && !(full > 1)
      ) {
        throw new RangeError(
          `Cannot use the rule '${rule.code}': '${feature}' needs a threshold above 0 and a 'full' above 1, has ${threshold} and ${full}`,
        );
      }
    }
  }
  return rules;
}
