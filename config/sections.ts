/**
 * Everything that can be configured: the sections, what must hold between them, and what the reference says of each
 * setting.
 *
 * @module
 */
import type { Policy } from "@ml-defender/scoring";
import {
  type Check,
  ConfigModel,
  type ConfigTree,
  type ModelOptions,
  type Section,
} from "@ml-defender/watcher";
import { CAPTURE, CAPTURE_SCHEMA, type CaptureConfig } from "./capture.ts";
import { type FieldDoc, fieldsOf } from "./field.ts";
import { LOG, LOG_SCHEMA, type LogConfig, logIssues } from "./log.ts";
import { MODELS, MODELS_SCHEMA, type ModelsConfig } from "./models.ts";
import { POLICY, POLICY_SCHEMA, policyIssues } from "./policy.ts";
import { RULES, RULES_SCHEMA, type RulesConfig, rulesIssues } from "./rules.ts";
import { SEARCH, SEARCH_SCHEMA, type SearchConfig } from "./search.ts";

/** Values of all sections. */
export interface Config {
  /** Fast rules. */
  readonly rules: RulesConfig;
  /** Scoring and incidents. */
  readonly policy: Policy;
  /** Forests. */
  readonly models: ModelsConfig;
  /** Event log. */
  readonly log: LogConfig;
  /** Search. */
  readonly search: SearchConfig;
  /** Reading of captures. */
  readonly capture: CaptureConfig;
}

/** The sections by name. */
export const SECTIONS: {
  readonly [Name in keyof Config]: Section<Config[Name]>;
} = {
  rules: RULES,
  policy: POLICY,
  models: MODELS,
  log: LOG,
  search: SEARCH,
  capture: CAPTURE,
};

/** What must hold between settings. */
export const CHECKS: readonly Check[] = [
  (tree) => rulesIssues(tree.get(RULES)),
  (tree) => policyIssues(tree.get(POLICY)),
  (tree) => logIssues(tree.get(LOG), tree.get(POLICY)),
];

/** Every setting as the reference shows it, by section. */
export const FIELDS: { readonly [Name in keyof Config]: readonly FieldDoc[] } =
  {
    rules: fieldsOf(RULES, RULES_SCHEMA),
    policy: fieldsOf(POLICY, POLICY_SCHEMA),
    models: fieldsOf(MODELS, MODELS_SCHEMA),
    log: fieldsOf(LOG, LOG_SCHEMA),
    search: fieldsOf(SEARCH, SEARCH_SCHEMA),
    capture: fieldsOf(CAPTURE, CAPTURE_SCHEMA),
  };

/**
 * The model of the configuration: for editors, and for whoever starts a watcher by themselves.
 *
 * @param more Sections and checks of later stages. @default {none}
 */
export function configModel(
  more: ModelOptions = { sections: [] },
): ConfigModel {
  return new ConfigModel({ sections: Object.values(SECTIONS), checks: CHECKS })
    .with(more);
}

/**
 * The values of all sections.
 *
 * @param tree What a watcher runs.
 */
export function configOf(tree: ConfigTree): Config {
  return {
    rules: tree.get(RULES),
    policy: tree.get(POLICY),
    models: tree.get(MODELS),
    log: tree.get(LOG),
    search: tree.get(SEARCH),
    capture: tree.get(CAPTURE),
  };
}
