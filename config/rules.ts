/**
 * The section `rules`: which fast rules there are, and their thresholds.
 *
 * @module
 */
import type { ConfigIssue } from "@ml-defender/etcd-client";
import { resolveRules } from "@ml-defender/detectors";
import { defineSection, type Section } from "@ml-defender/watcher";
import * as v from "valibot";
import { choice, object, standard } from "./_schema.ts";

/** Which fast rules there are, and their thresholds. */
export interface RulesConfig {
  /** The rules to start from. */
  readonly profile: "default" | "legacy";
  /** Thresholds that differ from the profile's: rule code, then feature, in the feature's unit. */
  readonly thresholds: Readonly<
    Record<string, Readonly<Record<string, number>>>
  >;
  /** Codes of rules that are left out. */
  readonly disabled: readonly string[];
}

/** Schema of the section. */
export const RULES_SCHEMA: v.GenericSchema<unknown, RulesConfig> = object({
  profile: v.optional(
    choice(["default", "legacy"], {
      doc:
        "The rules to start from: thresholds by a budget of false alerts, or those of the earlier system.",
    }),
    "default",
  ),
  thresholds: v.optional(
    v.pipe(
      v.record(
        v.string(),
        v.record(
          v.string(),
          v.number("a number"),
          "an object of thresholds by feature",
        ),
        "an object of rule codes, each with an object of thresholds by feature",
      ),
      v.metadata({
        doc:
          "Thresholds that differ from the profile's, as `rules.thresholds.<rule>.<feature>`, in the feature's unit (features.md).",
      }),
    ),
    {},
  ),
  disabled: v.optional(
    v.pipe(
      v.array(v.string("the code of a rule"), "a list of rule codes"),
      v.maxLength(1000, "a list of at most 1000 rule codes"),
      v.metadata({ doc: "Codes of rules that are left out." }),
    ),
    [],
  ),
});

/** The section `rules`. */
export const RULES: Section<RulesConfig> = defineSection({
  name: "rules",
  schema: standard(RULES_SCHEMA),
  defaults: v.parse(RULES_SCHEMA, {}),
});

/**
 * What is wrong with the codes, features and numbers of the section.
 *
 * @param value The section's values.
 */
export function rulesIssues(value: RulesConfig): ConfigIssue[] {
  const { profile, thresholds, disabled } = value;
  const known = new Set(resolveRules({ profile }).map(({ code }) => code));
  const issues: ConfigIssue[] = [];
  const isKnown = (code: string, path: string) => {
    if (known.has(code)) return true;
    const message = `the profile '${profile}' has no rule '${code}'`;
    issues.push({ path, message });
    return false;
  };
  for (const code of disabled) isKnown(code, "rules.disabled");
  for (const [code, features] of Object.entries(thresholds)) {
    if (!isKnown(code, `rules.thresholds.${code}`)) continue;
    for (const [feature, threshold] of Object.entries(features)) {
      const changes = { [code]: { [feature]: threshold } };
      try {
        resolveRules({ profile, thresholds: changes });
      } catch (error) {
        const path = `rules.thresholds.${code}.${feature}`;
        issues.push({ path, message: reasonOf(error) });
      }
    }
  }
  return issues;
}

/** What the rules say, without where: the path says that. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/^Cannot use '[^']*': /, "");
}
