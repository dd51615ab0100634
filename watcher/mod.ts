/**
 * Configuration that changes while everything runs. Each revision is checked as a whole, made ready by every part of the
 * program that it concerns, and put in force in one step while no pipeline holds a batch; or it is refused, and everything
 * is as before. Every change is kept with its author and can be taken back.
 *
 * ```ts
 * import { MemoryStore } from "@ml-defender/etcd-client";
 * import {
 *   applying,
 *   ConfigEditor,
 *   ConfigModel,
 *   ConfigWatcher,
 *   defineSection,
 * } from "@ml-defender/watcher";
 * import * as v from "valibot";
 *
 * const scoring = defineSection({
 *   name: "scoring",
 *   schema: v.strictObject({ alert: v.pipe(v.number(), v.maxValue(1)) }),
 *   defaults: { alert: 0.75 },
 * });
 * const model = new ConfigModel({ sections: [scoring] });
 * await using store = new MemoryStore();
 *
 * let alert = 0;
 * await using watcher = await ConfigWatcher.start({
 *   store,
 *   model,
 *   subscribers: [applying("scorer", scoring, (value) => alert = value.alert)],
 * });
 *
 * const editor = new ConfigEditor({ store, model });
 * const { revision } = await editor.set({ "scoring.alert": 0.9 }, { actor: "ana" });
 * await watcher.reached(revision);
 * console.log(alert); // 0.9
 * ```
 *
 * Permissions: none of its own; those of the store.
 *
 * @module
 */
export * from "./change.ts";
export * from "./editor.ts";
export {
  ConfigError,
  type ConfigErrorCode,
  type ConfigErrorOptions,
} from "./error.ts";
export type { Gate } from "./gate.ts";
export * from "./history.ts";
export * from "./last_good.ts";
export {
  type Built,
  type Check,
  ConfigModel,
  type ModelOptions,
} from "./model.ts";
export * from "./options.ts";
export * from "./section.ts";
export * from "./status.ts";
export * from "./subscriber.ts";
export * from "./tree.ts";
export * from "./watcher.ts";
