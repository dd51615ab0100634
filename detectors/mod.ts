/**
 * Detectors: fast rules over the windows of hosts and flows, models, and words for what they saw. Pure: imports only the
 * contract, needs no permission.
 *
 * @example
 * ```ts
 * import type { HostBatch } from "@ml-defender/events";
 * import { Detector, FastRules } from "@ml-defender/detectors";
 *
 * const detector = new Detector({ rules: new FastRules({ profile: "default" }) });
 *
 * function report(batch: HostBatch): string[] {
 *   const found = detector.hosts(batch);
 *   return Array.from({ length: batch.length }, (_, row) => found.evidence(row))
 *     .flat()
 *     .filter((evidence) => evidence.score >= 0.7)
 *     .map((evidence) => `${evidence.subject}: ${evidence.reasons[0]?.text}`);
 * }
 * if (typeof report !== "function") throw new Error();
 * ```
 *
 * @module
 */
export * from "./detector.ts";
export * from "./fast/fast.ts";
export * from "./fast/profiles.ts";
export type { Comparison, FlowCondition, Rule, Term } from "./fast/rule.ts";
export * from "./model_reasons.ts";
export * from "./reasons.ts";
export * from "./refine.ts";
export type { Contributions, Flip } from "./contributions.ts";
export {
  calibrate,
  featureIndex,
  fitPlatt,
  type ForestEngine,
  ForestPredictor,
  type ForestPredictorOptions,
  type ForestRows,
  type OpenEngine,
} from "./forest.ts";
export {
  decodeForestBlob,
  encodeTrees,
  type ForestTrees,
} from "./forest_blob.ts";
export * from "./forest_model.ts";
export { type Step, TreeWalker } from "./tree_walker.ts";
