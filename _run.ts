/** One run of `analyze`: what it goes by, and batch after batch through the pipeline into the log. */
import type { Capture } from "@ml-defender/capture";
import { FastRules } from "@ml-defender/detectors";
import type { Incident, IncidentUpdate, Verdict } from "@ml-defender/events";
import type { Core } from "@ml-defender/native";
import {
  columnFormatter,
  DEFAULT_LOG_POLICY,
  LOG_COLUMNS,
  type LogPolicy,
  RagLogger,
  type RagLoggerOptions,
  sampleKey,
} from "@ml-defender/raglogger";
import { DEFAULT_POLICY } from "@ml-defender/scoring";
import type { AnalysisSummary, AnalyzeOptions } from "./analyze.ts";
import { RunDigest } from "./digest.ts";
import type {
  LiveAttachment,
  LiveConfig,
  LiveSettings,
  PreparedChange,
  StartSettings,
} from "./live_config.ts";
import { loadModels } from "./models.ts";
import { Pipeline } from "./pipeline.ts";
import { modelSet, settingsDigest } from "./settings.ts";

/** Artifacts of one incident, unless the options of the log say otherwise. */
export const ARTIFACTS_PER_INCIDENT = 5;

/** Events waiting for the disk at most, each with its features: a few MiB. */
export const QUEUE_LIMIT = 512;

/** Lines of one incident before the rest of its events is sampled, unless the log's policy says otherwise. */
export const LINES_PER_INCIDENT = 200;

/** Steps of incidents that may wait for whoever iterates them. */
export type Updates = AsyncGenerator<IncidentUpdate, void, void>;

/** What a run goes by at its start. */
export interface Setup {
  /** What may change later. */
  readonly live: LiveSettings;
  /** What holds to its end. */
  readonly start: Partial<StartSettings>;
}

/** What a run goes by: its configuration, or its options and the defaults. */
export async function setupOf(options: AnalyzeOptions): Promise<Setup> {
  const { config, homeNets, prefixBytes } = options;
  const own = {
    ...(homeNets && { homeNets }),
    ...(prefixBytes !== undefined && { prefixBytes }),
  };
  if (config === undefined) {
    const { rules = new FastRules(), policy = DEFAULT_POLICY } = options;
    const models = options.models ?? await loadModels();
    const log = { policy: logPolicy(options) };
    return { live: { rules, models, policy, log }, start: own };
  }
  for (const name of ["rules", "models", "policy"] as const) {
    if (options[name] === undefined) continue;
    throw new TypeError(
      `Cannot analyse as '${name}' must not be there beside 'config', which says what it is`,
    );
  }
  const { rules, models, policy, log, ...start } = await config.current();
  return { live: { rules, models, policy, log }, start: { ...start, ...own } };
}

/** The log's policy: what its options say, else what the policy of scoring says. */
function logPolicy(options: AnalyzeOptions): Required<LogPolicy> {
  const { thresholds } = options.policy ?? DEFAULT_POLICY;
  return {
    ...DEFAULT_LOG_POLICY,
    minFinalScore: thresholds.malicious,
    minDivergence: thresholds.divergence,
    ragScore: thresholds.rag,
    ragDivergence: thresholds.highDivergence,
    perIncident: LINES_PER_INCIDENT,
    ...options.logOptions?.policy,
  };
}

/** The parts of one run. */
export class Run implements Disposable {
  readonly #options: AnalyzeOptions;
  readonly #start: Partial<StartSettings>;
  readonly #pipeline: Pipeline;
  readonly #incidents: Incident[] = [];
  #settings: LiveSettings;
  #capture!: Capture;
  #logger: RagLogger | undefined;
  #live: LiveAttachment | undefined;
  #digest: RunDigest | undefined;
  #lines = 0;
  #failure: Error | undefined;

  constructor(core: Core, { live, start }: Setup, options: AnalyzeOptions) {
    this.#options = options;
    this.#start = start;
    this.#settings = live;
    const { rules, models, policy } = live;
    this.#pipeline = new Pipeline(core, {
      rules,
      models,
      policy,
      ...(options.log !== undefined && {
        features: (verdict) => this.#logger!.wants(verdict),
        sample: (id) => sampleKey(id) < this.#settings.log.policy.benignShare,
      }),
    });
  }

  /** Opens the log and takes changes from now on; what is opened goes to the resources. */
  async open(
    resources: AsyncDisposableStack,
    capture: Capture,
    config: LiveConfig | undefined,
  ): Promise<void> {
    const { log, digest } = this.#options;
    this.#capture = capture;
    if (digest) this.#digest = new RunDigest(capture.core.layout.flow);
    if (log !== undefined) {
      const columns = resources.use(capture.core.openFormatter(LOG_COLUMNS));
      const formatter = columnFormatter(columns);
      this.#logger = resources.use(
        await RagLogger.open(log, this.#logOptions({ formatter })),
      );
    }
    if (config === undefined) return;
    const attachment = await config.attach({
      name: "analysis",
      prepare: (settings) => this.#prepare(settings),
    });
    this.#live = attachment;
    resources.defer(() => attachment.close());
  }

  #logOptions(own: RagLoggerOptions): RagLoggerOptions {
    const { config, logOptions } = this.#options;
    const { queueLimit = QUEUE_LIMIT, chainEvery } = this.#start;
    const identity = this.#identity(this.#settings);
    return {
      ...own,
      interfaceMode: "offline",
      ...identity,
      artifactsPerIncident: ARTIFACTS_PER_INCIDENT,
      queueLimit,
      ...logOptions,
      ...(config && {
        ...identity,
        queueLimit,
        ...(chainEvery !== undefined && { chainEvery }),
      }),
      ...this.#settings.log,
    };
  }

  /** What events are made with. */
  #identity({ rules, models, policy }: LiveSettings) {
    const { homeNets, prefixBytes, tables = {} } = this.#start;
    return {
      configDigest: settingsDigest({
        homeNets,
        prefixBytes,
        tables,
        rules,
        models,
        policy,
      }),
      modelSet: modelSet(models),
    };
  }

  #prepare(settings: LiveSettings): PreparedChange {
    const pipeline = this.#pipeline.prepare(settings);
    try {
      const log = this.#logger?.prepareChange({
        ...settings.log,
        ...this.#identity(settings),
      });
      return {
        abort: () => pipeline.abort(),
        commit: () => {
          pipeline.commit();
          log?.();
          this.#settings = settings;
        },
      };
    } catch (error) {
      pipeline.abort();
      throw error;
    }
  }

  async *updates(): Updates {
    for await (const batch of this.#capture) {
      const wait = this.#live?.betweenBatches();
      if (wait !== undefined) await wait;
      // From here to `idle` nothing waits: a batch sees one configuration.
      const { verdicts, updates, detections } = this.#pipeline.process(batch);
      this.#digest?.add(batch, detections.flows, detections.hosts);
      this.#write(verdicts);
      this.#take(updates);
      this.#live?.idle();
      await this.#logger?.ready;
      yield* updates;
    }
    const last = this.#pipeline.finish();
    this.#take(last);
    this.#live?.close();
    await this.#logger?.ready;
    yield* last;
    try {
      await this.#logger?.close();
    } catch (error) {
      this.#fail(error);
    }
  }

  #write(verdicts: readonly Verdict[]): void {
    const { observe } = this.#options;
    for (const verdict of verdicts) {
      observe?.(verdict);
      if (verdict.features === undefined) continue;
      this.#append((logger) => logger.append(verdict));
    }
  }

  #take(updates: readonly IncidentUpdate[]): void {
    for (const update of updates) {
      this.#append((logger) => logger.appendIncident(update));
      if (update.state === "closed") this.#incidents.push(update.incident);
    }
  }

  /** Logs while the log can be written; the analysis goes on without it. */
  #append(append: (logger: RagLogger) => ReturnType<RagLogger["append"]>) {
    if (this.#logger === undefined || this.#failure !== undefined) return;
    append(this.#logger).then(({ state }) => {
      if (state === "written") this.#lines++;
    }, (error) => this.#fail(error));
  }

  #fail(error: unknown): void {
    this.#failure ??= error instanceof Error ? error : new Error(`${error}`);
  }

  summary(): AnalysisSummary {
    const incidents = this.#incidents.toSorted((a, b) =>
      b.finalScore - a.finalScore || a.firstSeenUs - b.firstSeenUs ||
      (a.id < b.id ? -1 : 1)
    );
    return {
      ...this.#capture.status(),
      incidents,
      logged: this.#lines,
      ...(this.#failure && { logFailure: this.#failure }),
      ...(this.#digest === undefined ? {} : { digest: this.#digest.finish() }),
    };
  }

  [Symbol.dispose](): void {
    this.#pipeline.close();
  }
}
