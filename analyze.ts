import {
  type Capture,
  type CaptureInput,
  type CaptureStatus,
  openCapture,
} from "@ml-defender/capture";
import type { FastRules, ForestModel } from "@ml-defender/detectors";
import type { Incident, IncidentUpdate, Verdict } from "@ml-defender/events";
import { type Core, openCore } from "@ml-defender/native";
import {
  columnFormatter,
  DEFAULT_LOG_POLICY,
  LOG_COLUMNS,
  type LogPolicy,
  RagLogger,
  type RagLoggerOptions,
  sampleKey,
} from "@ml-defender/raglogger";
import { DEFAULT_POLICY, type Policy } from "@ml-defender/scoring";
import { RunDigest } from "./digest.ts";
import { loadModels } from "./models.ts";
import { Pipeline } from "./pipeline.ts";
import { modelSet, settingsDigest } from "./settings.ts";

/** Options of {@linkcode analyze}. */
export interface AnalyzeOptions {
  /** Core to use; by default one is opened with `build: "auto"`. */
  core?: Core;
  /** Networks that count as internal, in CIDR notation. By default RFC 1918, ULA, link-local and loopback. */
  homeNets?: readonly string[];
  /**
   * Bytes of payload per direction in which names are looked for, 0 to 4096.
   *
   * @default {512}
   */
  prefixBytes?: number;
  /** Name of the source in event ids. */
  sourceId?: string;
  /** Folder of the event log; without it nothing is written. */
  log?: string;
  /** Further options of the log; here an incident has at most 10 artifacts unless they say otherwise. */
  logOptions?: RagLoggerOptions;
  /** Fast rules; by default the profile `default`. */
  rules?: FastRules;
  /** Models; by default the four that come with the package, and none with `[]`. */
  models?: readonly ForestModel[];
  /** Policy of scoring and incidents. */
  policy?: Policy;
  /**
   * Whether {@linkcode AnalysisSummary.digest} is computed.
   *
   * @default {false}
   */
  digest?: boolean;
  /** Stops reading; what was read until then is finished, logged and summed up. */
  signal?: AbortSignal;
  /** Sees every verdict, in order; for programs that measure. Must not keep up the run. */
  observe?: (verdict: Verdict) => void;
}

/** What a run came to. */
export interface AnalysisSummary extends CaptureStatus {
  /** Incidents as they were when they closed, highest final score first. */
  readonly incidents: readonly Incident[];
  /** Lines in the log. */
  readonly logged: number;
  /** Why the log is not whole, if it could not be written to its end. */
  readonly logFailure?: Error;
  /** SHA-256 over every record, feature, text and score, if it was asked for. */
  readonly digest?: string;
}

/** Artifacts of one incident, unless the options of the log say otherwise. */
const ARTIFACTS_PER_INCIDENT = 5;

/** Events waiting for the disk at most, each with its features: a few MiB. */
const QUEUE_LIMIT = 512;

/** Lines of one incident before the rest of its events is sampled, unless the log's policy says otherwise. */
const LINES_PER_INCIDENT = 200;

/** Steps of incidents that may wait for whoever iterates them. */
type Updates = AsyncGenerator<IncidentUpdate, void, void>;

/**
 * A running analysis. Iterate {@linkcode Analysis.incidents}, or await {@linkcode Analysis.finished}, or both in this
 * order; reading goes on only while one of them is waited for. Disposing stops it and closes the log.
 */
export class Analysis implements AsyncDisposable {
  readonly #updates: Updates;
  readonly #result = Promise.withResolvers<AnalysisSummary>();
  #draining: Promise<void> | undefined;
  readonly #resources: AsyncDisposableStack;
  readonly #stop: AbortController;

  /** For {@linkcode analyze}. */
  constructor(
    run: Run,
    resources: AsyncDisposableStack,
    stop: AbortController,
  ) {
    this.#resources = resources;
    this.#stop = stop;
    this.#result.promise.catch(() => {});
    this.#updates = this.#settle(run);
  }

  async *#settle(run: Run): Updates {
    try {
      yield* run.updates();
      this.#result.resolve(run.summary());
    } catch (error) {
      this.#result.reject(error);
      throw error;
    }
  }

  /** Steps of incidents as they happen. Leaving the loop early does not stop the run: `finished` takes it on. */
  get incidents(): AsyncIterable<IncidentUpdate> {
    const updates = this.#updates;
    return {
      [Symbol.asyncIterator]: () => ({ next: () => updates.next() }),
    };
  }

  /** The summary; waiting for it reads the rest of the capture. */
  get finished(): Promise<AnalysisSummary> {
    this.#draining ??= this.#drain();
    return this.#draining.then(() => this.#result.promise);
  }

  async #drain(): Promise<void> {
    try {
      while (!(await this.#updates.next()).done);
    } catch {
      // The same error is the outcome of the result.
    }
  }

  /**
   * Stop, drain the log and free everything. `finished` then rejects, unless the run was over. Idempotent.
   *
   * @returns A promise that resolves when it is done.
   */
  async close(): Promise<void> {
    // A read that waits ends; only then can the updates return.
    this.#stop.abort();
    await this.#updates.return();
    this.#result.reject(
      new TypeError("Cannot sum up analysis: it was closed before its end"),
    );
    await this.#resources.disposeAsync();
  }

  /** Same as {@linkcode Analysis.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** The parts of one run. */
class Run {
  readonly #capture: Capture;
  readonly #pipeline: Pipeline;
  readonly #logger: RagLogger | undefined;
  readonly #options: AnalyzeOptions;
  readonly #incidents: Incident[] = [];
  readonly #digest: RunDigest | undefined;
  #lines = 0;
  #failure: Error | undefined;

  constructor(
    capture: Capture,
    pipeline: Pipeline,
    logger: RagLogger | undefined,
    options: AnalyzeOptions,
  ) {
    this.#capture = capture;
    this.#pipeline = pipeline;
    this.#logger = logger;
    this.#options = options;
    if (options.digest) {
      this.#digest = new RunDigest(capture.core.layout.flow);
    }
  }

  async *updates(): Updates {
    for await (const batch of this.#capture) {
      const step = this.#pipeline.process(batch);
      const { flows, hosts } = step.detections;
      this.#digest?.add(batch, flows, hosts);
      await this.#write(step.verdicts);
      yield* this.#tell(step.updates);
    }
    yield* this.#tell(this.#pipeline.finish());
    try {
      await this.#logger?.close();
    } catch (error) {
      this.#fail(error);
    }
  }

  async #write(verdicts: readonly Verdict[]): Promise<void> {
    const { observe } = this.#options;
    for (const verdict of verdicts) {
      observe?.(verdict);
      if (verdict.features === undefined) continue;
      this.#log((logger) => logger.append(verdict));
    }
    await this.#logger?.ready;
  }

  /** Logs while the log can be written; the analysis goes on without it. */
  #log(append: (logger: RagLogger) => ReturnType<RagLogger["append"]>): void {
    if (this.#logger === undefined || this.#failure !== undefined) return;
    append(this.#logger).then(({ state }) => {
      if (state === "written") this.#lines++;
    }, (error) => this.#fail(error));
  }

  #fail(error: unknown): void {
    this.#failure ??= error instanceof Error ? error : new Error(`${error}`);
  }

  async *#tell(updates: readonly IncidentUpdate[]): Updates {
    for (const update of updates) {
      this.#log((logger) => logger.appendIncident(update));
      if (update.state === "closed") this.#incidents.push(update.incident);
      yield update;
    }
    await this.#logger?.ready;
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
}

/**
 * Analyse a capture: flows, windows, rules, forests, incidents, and the event log if a folder is given.
 *
 * @param input Path, file URL, `"-"` for standard input, bytes, or a stream; pcap or pcapng, plain, gzip or zstd.
 * @param options Additional options.
 * @returns A running analysis; dispose it.
 * @throws {RangeError} If an option is out of range.
 * @throws {LogError} If the log folder cannot be used.
 *
 * @example
 * ```ts
 * import { analyze } from "@ml-defender/sdk";
 *
 * async function report(path: string) {
 *   await using run = await analyze(path);
 *   for await (const { state, incident } of run.incidents) {
 *     if (state === "closed") console.log(incident.severity, incident.category, incident.subject);
 *   }
 *   return (await run.finished).packets;
 * }
 * ```
 */
export async function analyze(
  input: CaptureInput,
  options: AnalyzeOptions = {},
): Promise<Analysis> {
  const core = options.core ?? await openCore();
  const { homeNets, prefixBytes, sourceId, signal, rules, policy } = options;
  const models = options.models ?? await loadModels();
  await using resources = new AsyncDisposableStack();
  const stop = new AbortController();
  const policyOfLog = logPolicy(options);
  let logger: RagLogger | undefined;
  const pipeline = resources.use(
    new Pipeline(core, {
      models,
      ...(rules && { rules }),
      ...(policy && { policy }),
      ...(options.log !== undefined && {
        features: (verdict) => logger!.wants(verdict),
        sample: (id) => sampleKey(id) < policyOfLog.benignShare,
      }),
    }),
  );
  const capture = resources.use(
    await openCapture(input, {
      core,
      signal: signal === undefined
        ? stop.signal
        : AbortSignal.any([signal, stop.signal]),
      ...(homeNets && { homeNets }),
      ...(prefixBytes !== undefined && { prefixBytes }),
      ...(sourceId !== undefined && { sourceId }),
    }),
  );
  if (options.log !== undefined) {
    const formatter = resources.use(core.openFormatter(LOG_COLUMNS));
    logger = resources.use(
      await RagLogger.open(options.log, {
        interfaceMode: "offline",
        configDigest: settingsDigest({
          homeNets,
          prefixBytes,
          rules,
          models,
          policy,
        }),
        modelSet: modelSet(models),
        artifactsPerIncident: ARTIFACTS_PER_INCIDENT,
        queueLimit: QUEUE_LIMIT,
        formatter: columnFormatter(formatter),
        ...options.logOptions,
        policy: policyOfLog,
      }),
    );
  }
  const run = new Run(capture, pipeline, logger, options);
  return new Analysis(run, resources.move(), stop);
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
