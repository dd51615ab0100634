/**
 * The configuration of a program that runs: opened from wherever it is, followed, and put in force.
 *
 * @module
 */
import type { ConfigStore, EtcdError } from "@ml-defender/etcd-client";
import { ChangeLog } from "@ml-defender/raglogger";
import {
  type ChangeRecord,
  ConfigEditor,
  type ConfigModel,
  ConfigWatcher,
  type LastGood,
  type ModelOptions,
  type WatcherOptions,
  type WatcherStatus,
} from "@ml-defender/watcher";
import type { LiveConfig } from "../live_config.ts";
import { LastGoodFile, type LastGoodFileOptions } from "./last_good_file.ts";
import type { LateStore } from "./_late_store.ts";
import { ModelFiles, WatchedConfig } from "./live.ts";
import { type ConfigPlace, laterKeys, openLater } from "./place.ts";
import { configModel } from "./sections.ts";

/** Options of {@linkcode openConfig}. */
export interface OpenConfigOptions
  extends ConfigPlace, Omit<WatcherOptions, "store" | "model" | "lastGood"> {
  /** Sections and checks of further stages. @default {none} */
  readonly more?: ModelOptions;
  /**
   * File, or another place, for the last configuration that ran; what the program starts with when the store is away. The
   * file has all values, and is encrypted by `keys` where they are given: else they are in it in the clear.
   */
  readonly lastGood?: string | LastGood;
  /** Folder of the event log in which each change is written down, as `changes.jsonl`. @default {none} */
  readonly changes?: string;
  /**
   * Told of wrong use of the store that shows only when it is opened after the start: it is not tried again, and what ran
   * last goes on. Must not throw. @default {it stands in the status alone}
   */
  readonly onMisuse?: (error: Error) => void;
}

/** How a configuration fares. */
export interface ConfigStatus extends WatcherStatus {
  /** Why the store was not opened yet; undefined when it is open. */
  readonly storeFailure: EtcdError | undefined;
  /** Wrong use that showed when the store was to be opened: it is not tried again, and to be put right by a new start. */
  readonly storeMisuse: Error | undefined;
  /** Attempts to open the store that failed. */
  readonly storeAttempts: number;
  /** Changes that could not be written down. */
  readonly changesFailed: number;
  /** Why the last of them could not; undefined when none failed. */
  readonly changesFailure: unknown;
}

/**
 * A configuration that is followed and in force. Close it after everything that uses it.
 *
 * @example
 * ```ts
 * import { openConfig } from "@ml-defender/sdk/config";
 *
 * await using config = await openConfig({ store: "memory" });
 * const { revision } = await config.editor.set(
 *   { "log.benignShare": 0.05 },
 *   { actor: "ana" },
 * );
 * await config.watcher.reached(revision);
 * ```
 */
export class RunningConfig implements AsyncDisposable {
  /** Where it is; while it can not be reached, what is asked of it ends with an `EtcdError`. */
  readonly store: ConfigStore;
  /** What can be configured. */
  readonly model: ConfigModel;
  /** What puts it in force. */
  readonly watcher: ConfigWatcher;
  /** What `analyze({ config })` takes. */
  readonly live: LiveConfig;
  /** For operators. */
  readonly editor: ConfigEditor;
  readonly #late: LateStore;
  readonly #changes: Changes;

  /** @ignore */
  constructor(
    late: LateStore,
    watcher: ConfigWatcher,
    editor: ConfigEditor,
    model: ConfigModel,
    changes: Changes,
    models: ModelFiles,
  ) {
    this.store = this.#late = late;
    this.watcher = watcher;
    this.editor = editor;
    this.model = model;
    this.live = new WatchedConfig(watcher, models);
    this.#changes = changes;
  }

  /** How it fares. */
  status(): ConfigStatus {
    return {
      ...this.watcher.status(),
      storeFailure: this.#late.failure,
      storeMisuse: this.#late.misuse,
      storeAttempts: this.#late.attempts,
      changesFailed: this.#changes.failed,
      changesFailure: this.#changes.failure,
    };
  }

  /** Ends following, writes down what is to be written, and closes the store. What runs stays. May be called twice. */
  async close(): Promise<void> {
    await this.watcher.close();
    await this.#changes.log?.close();
    await this.store.close();
  }

  /** As `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** Where changes are written down. */
interface Changes {
  readonly log: ChangeLog | undefined;
  failed: number;
  failure: unknown;
}

/**
 * Open a configuration and put it in force. Where the store is away, or what is in it must not be used, the program starts
 * with what ran last, else with the defaults, and the store is tried again until it is there. Model files that the
 * configuration names are read here: one that cannot be used is refused, also while nothing is analysed.
 *
 * @param options Where it is, and who is told.
 * @returns The configuration; to be closed.
 * @throws {TypeError} When the place is none, or its options do not go with it.
 * @throws {LogError} When the folder for changes cannot be used.
 * @throws {ConfigError} `start`, when not even the defaults can be applied.
 */
export async function openConfig(
  options: OpenConfigOptions,
): Promise<RunningConfig> {
  const { more, lastGood, changes: folder, onAudit, onMisuse, ...rest } =
    options;
  const { subscribers = [] } = rest;
  const models = new ModelFiles();
  const model = configModel(more);
  await using resources = new AsyncDisposableStack();
  const changes: Changes = {
    log: folder === undefined
      ? undefined
      : resources.use(await ChangeLog.open(folder)),
    failed: 0,
    failure: undefined,
  };
  const late = resources.use(openLater(options));
  const place = typeof lastGood === "string"
    ? new LastGoodFile(lastGood, sealedAs(options))
    : lastGood;
  const watcher = resources.use(
    await ConfigWatcher.start({
      ...rest,
      store: late,
      model,
      subscribers: [models, ...subscribers],
      ...(place && { lastGood: place }),
      onAudit: (record) => {
        writeDown(record, changes);
        onAudit?.(record);
      },
    }),
  );
  if (late.misuse !== undefined) throw late.misuse;
  late.onMisuse = onMisuse;
  const { prefix } = options;
  const editor = new ConfigEditor({
    store: late,
    model,
    ...(prefix !== undefined && { prefix }),
  });
  const running = new RunningConfig(
    late,
    watcher,
    editor,
    model,
    changes,
    models,
  );
  resources.move();
  return running;
}

/** The file of what ran last is no easier to read than the store. */
function sealedAs({ keys, algorithm }: ConfigPlace): LastGoodFileOptions {
  return {
    ...(keys !== undefined && { keys: laterKeys(keys) }),
    ...(algorithm && { algorithm }),
  };
}

function writeDown(record: ChangeRecord, changes: Changes): void {
  changes.log?.append(record).catch((error) => {
    changes.failed++;
    changes.failure = error;
  });
}
