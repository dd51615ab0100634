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
  decideLogging,
  LOG_COLUMNS,
  RagLogger,
  type RagLoggerOptions,
  sampleKey,
} from "@ml-defender/raglogger";
import type { Policy } from "@ml-defender/scoring";
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
  /**
   * Lines that one incident may have in the log before the rest of its events is sampled like ordinary ones: a flood
   * fills no disk.
   *
   * @default {200}
   */
  logPerIncident?: number;
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
  /** SHA-256 over every record, feature, text and score, if it was asked for. */
  readonly digest?: string;
}

/** Artifacts of one incident, unless the options of the log say otherwise. */
const ARTIFACTS_PER_INCIDENT = 10;

/** Events waiting for the disk at most, each with its features: a few MiB. */
const QUEUE_LIMIT = 512;

/** Share of ordinary events that is logged. */
const BENIGN_SHARE = 0.01;

/** Chooses what is logged, so that only that gets the features of its record. Asked once for each verdict, in order. */
function logChoice(options: AnalyzeOptions): (verdict: Verdict) => boolean {
  const { logPerIncident = 200, logOptions } = options;
  const decide = decideLogging(logOptions?.policy);
  const lines = new Map<string, number>();
  return (verdict) => {
    if (decide(verdict).reason === "skipped") return false;
    const { incidentId } = verdict;
    if (incidentId === undefined) return true;
    const before = lines.get(incidentId) ?? 0;
    lines.set(incidentId, before + 1);
    return before < logPerIncident ||
      sampleKey(verdict.eventId) < BENIGN_SHARE;
  };
}

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

  /** For {@linkcode analyze}. */
  constructor(run: Run, resources: AsyncDisposableStack) {
    this.#resources = resources;
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
  #failure: unknown;

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
    await this.#logger?.close();
    this.#throwFailure();
  }

  async #write(verdicts: readonly Verdict[]): Promise<void> {
    const { observe } = this.#options;
    for (const verdict of verdicts) {
      observe?.(verdict);
      if (verdict.features === undefined) continue;
      if (this.#logger !== undefined) {
        this.#watch(this.#logger.append(verdict));
      }
    }
    await this.#logger?.ready;
    this.#throwFailure();
  }

  #watch(appended: ReturnType<RagLogger["append"]>): void {
    appended.then(({ state }) => {
      if (state === "written") this.#lines++;
    }, (error) => {
      this.#failure ??= error;
    });
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  async *#tell(updates: readonly IncidentUpdate[]): Updates {
    for (const update of updates) {
      if (this.#logger !== undefined) {
        this.#watch(this.#logger.appendIncident(update));
      }
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
  const pipeline = resources.use(
    new Pipeline(core, {
      models,
      ...(rules && { rules }),
      ...(policy && { policy }),
      ...(options.log !== undefined && {
        features: logChoice(options),
        sample: (id) => sampleKey(id) < BENIGN_SHARE,
      }),
    }),
  );
  const capture = resources.use(
    await openCapture(input, {
      core,
      ...(homeNets && { homeNets }),
      ...(prefixBytes !== undefined && { prefixBytes }),
      ...(sourceId !== undefined && { sourceId }),
      ...(signal && { signal }),
    }),
  );
  let logger: RagLogger | undefined;
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
      }),
    );
  }
  const run = new Run(capture, pipeline, logger, options);
  return new Analysis(run, resources.move());
}
