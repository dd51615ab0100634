/**
 * The configuration of everything that runs: one section for each part, with its schema, defaults and reference.
 *
 * ```ts
 * import { configModel } from "@ml-defender/sdk/config";
 * import { MemoryStore } from "@ml-defender/etcd-client";
 * import { ConfigEditor } from "@ml-defender/watcher";
 *
 * await using store = new MemoryStore();
 * const editor = new ConfigEditor({ store, model: configModel() });
 * await editor.set({ "policy.thresholds.alert": 0.8 }, { actor: "ana" });
 * ```
 *
 * @module
 */
export { CAPTURE, type CaptureConfig } from "./capture.ts";
export type { FieldDoc } from "./field.ts";
export { LastGoodFile } from "./last_good_file.ts";
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
