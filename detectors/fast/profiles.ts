import { CHANNEL_RULES } from "./_rules_channel.ts";
import { EXTERNAL_RULES } from "./_rules_external.ts";
import { FLOOD_RULES } from "./_rules_flood.ts";
import { LEGACY_RULES } from "./_rules_legacy.ts";
import { SCAN_RULES } from "./_rules_scan.ts";
import { SPREAD_RULES } from "./_rules_spread.ts";
import derived from "./default_profile.json" with { type: "json" };
import type { Rule, Term } from "./rule.ts";

/** Name of a set of rules that comes with the package. */
export type ProfileName = "default" | "legacy";

/** Thresholds to use instead of a profile's own: rule code -> feature -> value in the feature's unit. */
export type RuleThresholds = Readonly<
  Record<string, Readonly<Record<string, number>>>
>;

/** Changes to a profile. */
export interface ProfileOptions {
  /**
   * The rules to start from: `default` (thresholds by a budget of false alerts on benign traffic) or `legacy` (the
   * numbers of the earlier system).
   *
   * @default {"default"}
   */
  readonly profile?: ProfileName;
  /** Thresholds that differ from the profile's. */
  readonly thresholds?: RuleThresholds;
  /** Codes of rules to leave out. */
  readonly disabled?: readonly string[];
}

/** The rules as written, before thresholds derived from benign traffic are put in. */
export const BASE_RULES: readonly Rule[] = [
  ...FLOOD_RULES,
  ...SCAN_RULES,
  ...SPREAD_RULES,
  ...EXTERNAL_RULES,
  ...CHANNEL_RULES,
];

/** Where the thresholds of the profile `default` are from: method, budget, sources with their digests. */
export const DEFAULT_PROVENANCE: Readonly<Record<string, unknown>> =
  derived.provenance;

function replaceThresholds(
  rule: Rule,
  changes: Readonly<Record<string, number>>,
): Rule {
  const known = new Set(rule.terms.map((term) => term.feature));
  for (const [feature, value] of Object.entries(changes)) {
    const where = `thresholds.${rule.code}.${feature}`;
    if (!known.has(feature)) {
      throw new TypeError(
        `Cannot use '${where}': the rule compares ${[...known].join(", ")}`,
      );
    }
    if (typeof value !== "number") {
      throw new TypeError(
        `Cannot use '${where}': must be a number, is ${typeof value}`,
      );
    }
    checkThreshold(where, value, rule.terms, feature);
  }
  return {
    ...rule,
    terms: rule.terms.map((term) => ({
      ...term,
      threshold: Object.hasOwn(changes, term.feature)
        ? changes[term.feature]!
        : term.threshold,
    })),
  };
}

function checkThreshold(
  where: string,
  value: number,
  terms: readonly Term[],
  feature: string,
): void {
  const term = terms.find((one) => one.feature === feature)!;
  const zero = term.comparison !== "atLeast" && term.comparison !== "above";
  if (!Number.isFinite(value) || value < 0 || (value === 0 && !zero)) {
    throw new RangeError(
      `Cannot use '${where}': must be a finite number ${
        zero ? "not below" : "above"
      } 0, is ${value}`,
    );
  }
}

/**
 * The rules of a profile with changes put in. Data only: make new {@linkcode FastRules} of them to change thresholds
 * while running.
 *
 * @throws {TypeError} If a profile, rule or feature has an unknown name, or a value is not a number.
 * @throws {RangeError} If a threshold is not finite, negative, or 0 where that would mean nothing.
 */
export function resolveRules(options: ProfileOptions = {}): Rule[] {
  const { profile = "default", thresholds = {}, disabled = [] } = options;
  if (profile !== "default" && profile !== "legacy") {
    throw new TypeError(
      `Cannot use the profile '${
        String(profile)
      }': must be 'default' or 'legacy'`,
    );
  }
  const known = profile === "legacy" ? LEGACY_RULES : BASE_RULES;
  const codes = new Set(known.map((rule) => rule.code));
  for (const code of [...Object.keys(thresholds), ...disabled]) {
    if (!codes.has(code)) {
      throw new TypeError(
        `Cannot change the rule '${code}': profile '${profile}' has ${
          [...codes].join(", ")
        }`,
      );
    }
  }
  const own: RuleThresholds = profile === "default" ? derived.thresholds : {};
  const leftOut = new Set(disabled);
  return known
    .filter((rule) => !leftOut.has(rule.code))
    .map((rule) =>
      replaceThresholds(
        Object.hasOwn(own, rule.code)
          ? replaceThresholds(rule, own[rule.code]!)
          : rule,
        Object.hasOwn(thresholds, rule.code) ? thresholds[rule.code]! : {},
      )
    );
}
