/**
 * The section `policy`: how scores become verdicts and incidents.
 *
 * @module
 */
import type { ConfigIssue } from "@ml-defender/etcd-client";
import { type Policy, POLICY_SCHEMA as SCHEMA } from "@ml-defender/scoring";
import { defineSection, type Section } from "@ml-defender/watcher";
import * as v from "valibot";
import { standard } from "./_schema.ts";

/** Schema of the section: scoring's own. */
export const POLICY_SCHEMA = SCHEMA as v.GenericSchema<unknown, Policy>;

/** The section `policy`; its values are those of a policy of scoring. */
export const POLICY: Section<Policy> = defineSection({
  name: "policy",
  schema: standard(POLICY_SCHEMA),
  defaults: v.parse(POLICY_SCHEMA, {}),
});

/**
 * What does not go together, beside what the schema says.
 *
 * @param value The section's values.
 */
export function policyIssues(value: Policy): ConfigIssue[] {
  const { quietSeconds, maxSeconds } = value.incidents;
  return maxSeconds >= quietSeconds ? [] : [{
    path: "policy.incidents.maxSeconds",
    message: `must be at least ${quietSeconds}, the quiet gap`,
  }];
}
