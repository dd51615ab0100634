/**
 * The configuration of everything that runs: one section for each part, with its schema, defaults and reference, followed in
 * memory, a folder or etcd, and put in force between two batches.
 *
 * ```ts
 * import { analyze } from "@ml-defender/sdk";
 * import { openConfig } from "@ml-defender/sdk/config";
 *
 * async function report(path: string) {
 *   await using config = await openConfig({
 *     store: "file:/etc/ml-defender",
 *     component: { id: "sensor-1", version: "0.1.0" },
 *     lastGood: "/var/lib/ml-defender/config.json",
 *     changes: "events-log",
 *   });
 *   await using run = await analyze(path, { log: "events-log", config: config.live });
 *   return await run.finished;
 * }
 * ```
 *
 * Whoever operates writes with `openConfigStore` and a `ConfigEditor` of `@ml-defender/watcher`.
 *
 * Permissions: for a folder `read` and `write` of it; for etcd what `@ml-defender/etcd-client/etcd` states; `read` of model
 * and key files that are named, `env` of a variable with keys; `read` and `write` of the last good file, of the counters,
 * and of the folder of the log for changes.
 *
 * @module
 */
export { CAPTURE, type CaptureConfig } from "./capture.ts";
export type { FieldDoc } from "./field.ts";
export { LastGoodFile, type LastGoodFileOptions } from "./last_good_file.ts";
export { liveConfig, type LiveOptions, type ReadText } from "./live.ts";
export {
  LOG,
  type LogConfig,
  type LogScores,
  logScores,
  type RetentionConfig,
} from "./log.ts";
export { type ModelConfig, MODELS, type ModelsConfig } from "./models.ts";
export {
  type ConfigPlace,
  type EtcdPart,
  openConfigStore,
  type TlsSettings,
} from "./place.ts";
export { POLICY } from "./policy.ts";
export { RULES, type RulesConfig } from "./rules.ts";
export {
  type ConfigStatus,
  openConfig,
  type OpenConfigOptions,
  RunningConfig,
} from "./running.ts";
export {
  type Configurable,
  SEARCH,
  type SearchConfig,
  searchSubscriber,
} from "./search.ts";
export * from "./sections.ts";
