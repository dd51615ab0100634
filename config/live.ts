/**
 * The configuration as `analyze` takes it: rules, models and policies made of what the sections say.
 *
 * @module
 */
import {
  FastRules,
  type ForestModel,
  parseForestModel,
} from "@ml-defender/detectors";
import { MODELS as NAMES } from "@ml-defender/events";
import type { Policy } from "@ml-defender/scoring";
import type {
  ConfigTree,
  ConfigWatcher,
  Subscriber,
} from "@ml-defender/watcher";
import type {
  LiveAttachment,
  LiveConfig,
  LiveLogSettings,
  LivePart,
  LiveSettings,
  PreparedChange,
  StartSettings,
} from "../live_config.ts";
import { limitModel, loadModels } from "../models.ts";
import { CAPTURE, type CaptureConfig } from "./capture.ts";
import { LOG, type LogConfig, logScores, retentionOf } from "./log.ts";
import { type ModelConfig, MODELS, type ModelsConfig } from "./models.ts";
import { POLICY } from "./policy.ts";
import { RULES } from "./rules.ts";

const SECTIONS = [RULES, POLICY, MODELS, LOG];

/** How files are read; of a test's own, where it has to be seen. */
export type ReadText = (path: string) => Promise<string>;

/** Options of {@linkcode liveConfig}. */
export interface LiveOptions {
  /** Reads model files. @default {Deno.readTextFile} */
  readonly readText?: ReadText;
}

/**
 * What a watcher runs, for `analyze({ config })` and for parts of one's own. Its sections must be known to the watcher.
 *
 * @param watcher The watcher; the caller closes it, after the analyses.
 * @param options How model files are read.
 */
export function liveConfig(
  watcher: ConfigWatcher,
  options: LiveOptions = {},
): LiveConfig {
  return new WatchedConfig(watcher, new ModelFiles(options.readText));
}

/**
 * The models of a configuration, read when they change. As a subscriber it refuses files that cannot be used, also while
 * nothing is analysed: a configuration with such a file is none to begin with later.
 */
export class ModelFiles implements Subscriber {
  /** For reasons. */
  readonly name = "model files";
  /** What it looks at. */
  readonly sections: Subscriber["sections"] = [MODELS];
  readonly #models = new Kept<readonly ForestModel[]>();
  readonly #read: ReadText;

  /** @param read How files are read. */
  constructor(read: ReadText = Deno.readTextFile) {
    this.#read = read;
  }

  /** Models of a tree, and what to say of them then. */
  get(
    tree: ConfigTree,
  ): Promise<Fate & { readonly value: readonly ForestModel[] }> {
    return this.#models.get(
      tree.get(MODELS),
      (value) => modelsOf(value, this.#read),
    );
  }

  /** The models that come with the package are not read before somebody wants them. */
  async prepare(tree: ConfigTree): Promise<PreparedChange> {
    const value = tree.get(MODELS);
    const named = NAMES.some((name) =>
      value[name].use && value[name].file !== ""
    );
    if (!named) return { commit: () => {}, abort: () => {} };
    const { keep, drop } = await this.get(tree);
    return { commit: keep, abort: drop };
  }
}

/** What {@linkcode liveConfig} gives. */
export class WatchedConfig implements LiveConfig {
  readonly #watcher: ConfigWatcher;
  readonly #rules = new Kept<FastRules>();
  readonly #policy = new Kept<Policy>();
  readonly #models: ModelFiles;

  /**
   * @param watcher The watcher.
   * @param models Its models.
   */
  constructor(watcher: ConfigWatcher, models: ModelFiles) {
    this.#watcher = watcher;
    this.#models = models;
  }

  async current(): Promise<LiveSettings & StartSettings> {
    const { tree } = this.#watcher;
    const { settings, keep } = await this.#settingsOf(tree);
    keep();
    const { queueLimit, chainEvery } = tree.get(LOG);
    const start = startOf(tree.get(CAPTURE));
    return { ...settings, ...start, queueLimit, chainEvery };
  }

  async attach(part: LivePart): Promise<LiveAttachment> {
    const subscriber: Subscriber = {
      name: part.name,
      sections: SECTIONS,
      prepare: async (tree) => {
        const { settings, keep, drop } = await this.#settingsOf(tree);
        const prepared = part.prepare(settings);
        return {
          abort: () => {
            prepared.abort();
            drop();
          },
          commit: () => {
            prepared.commit();
            keep();
          },
        };
      },
    };
    const leave = await this.#watcher.subscribe(subscriber);
    const gate = this.#watcher.gate(part.name);
    return {
      betweenBatches: () => gate.betweenBatches(),
      idle: () => gate.idle(),
      close: () => {
        leave();
        gate.close();
      },
    };
  }

  /** Settings of a tree; what is said of them then is whether they are in force. */
  async #settingsOf(
    tree: ConfigTree,
  ): Promise<Fate & { readonly settings: LiveSettings }> {
    const [rules, models, policy] = await Promise.all([
      this.#rules.get(tree.get(RULES), (value) => new FastRules(value)),
      this.#models.get(tree),
      this.#policy.get(tree.get(POLICY), (value) => value),
    ]);
    const log = logSettings(tree.get(LOG), policy.value);
    const all: readonly Fate[] = [rules, models, policy];
    return {
      settings: {
        rules: rules.value,
        models: models.value,
        policy: policy.value,
        log,
      },
      keep: () => all.forEach((one) => one.keep()),
      drop: () => all.forEach((one) => one.drop()),
    };
  }
}

/** What becomes of something that was made ready; one of both is called. */
export interface Fate {
  /** It is in force. */
  keep(): void;
  /** It is not wanted. */
  drop(): void;
}

/** What was made of a section's values, made again only when they change. */
class Kept<T> {
  #key = "";
  #made: Promise<T> | undefined;
  #nextKey = "";
  #next: Promise<T> | undefined;

  /** What is made of a value: what is kept, what is being made, or something new. */
  async get<V>(
    value: V,
    make: (value: V) => T | Promise<T>,
  ): Promise<Fate & { readonly value: T }> {
    const key = JSON.stringify(value);
    if (this.#made !== undefined && key === this.#key) {
      const nothing = () => {};
      return { value: await this.#made, keep: nothing, drop: nothing };
    }
    if (this.#next === undefined || key !== this.#nextKey) {
      this.#nextKey = key;
      this.#next = Promise.resolve(value).then(make);
    }
    const made = this.#next;
    const drop = () => {
      if (this.#next === made) this.#next = undefined;
    };
    try {
      return { value: await made, keep: () => this.#keep(key, made), drop };
    } catch (error) {
      drop();
      throw error;
    }
  }

  #keep(key: string, made: Promise<T>): void {
    this.#key = key;
    this.#made = made;
    if (this.#next === made) this.#next = undefined;
  }
}

async function modelsOf(
  value: ModelsConfig,
  read: ReadText,
): Promise<readonly ForestModel[]> {
  const used = NAMES.filter((name) => value[name].use);
  const packed = used.some((name) => value[name].file === "")
    ? await loadModels()
    : [];
  return await Promise.all(used.map(async (name) => {
    const config = value[name];
    const model = config.file === ""
      ? packed.find((one) => one.name === name)!
      : await readModel(name, config, read);
    return limitModel(model, config);
  }));
}

async function readModel(
  name: string,
  { file }: ModelConfig,
  read: ReadText,
): Promise<ForestModel> {
  const refuse = (reason: string, cause?: unknown) =>
    new TypeError(`models.${name}.file: ${reason}`, { cause });
  let model: ForestModel;
  try {
    model = parseForestModel(JSON.parse(await read(file)));
  } catch (error) {
    const reason = error instanceof Deno.errors.NotFound
      ? "there is no such file"
      : error instanceof Error
      ? error.message.replace(/\s+/g, " ")
      : String(error);
    throw refuse(reason, error);
  }
  if (model.name === name) return model;
  throw refuse(`must be a model named ${name}: it is named ${model.name}`);
}

/** How the log is kept, by its section and the policy. */
function logSettings(log: LogConfig, policy: Policy): LiveLogSettings {
  const { benignShare, perIncident, artifactsPerIncident } = log;
  const { rotation, retention, compress, sync } = log;
  return {
    policy: { ...logScores(log, policy), benignShare, perIncident },
    artifactsPerIncident,
    maxFileLines: rotation.maxLines,
    maxFileBytes: rotation.maxBytes,
    retention: retentionOf(retention),
    compress,
    sync,
  };
}

const CAPTURE_DEFAULTS = CAPTURE.defaults;

/** What differs from the core's own settings, so that the defaults are those of a run without a configuration. */
function startOf(
  capture: CaptureConfig,
): Pick<StartSettings, "homeNets" | "prefixBytes" | "tables"> {
  const { homeNets, prefixBytes, ...tables } = capture;
  return {
    ...(homeNets !== null && { homeNets }),
    prefixBytes,
    tables: Object.fromEntries(
      Object.entries(tables).filter(([name, value]) =>
        value !== CAPTURE_DEFAULTS[name]
      ),
    ),
  };
}
