import {
  type CaptureInput,
  type CaptureStatus,
  openCapture,
} from "@ml-defender/capture";
import type { FastRules, ForestModel } from "@ml-defender/detectors";
import type { Incident, IncidentUpdate, Verdict } from "@ml-defender/events";
import { type Core, openCore } from "@ml-defender/native";
import type { RagLoggerOptions } from "@ml-defender/raglogger";
import type { Policy } from "@ml-defender/scoring";
import type { LiveConfig } from "./live_config.ts";
import { Run, setupOf, type Updates } from "./_run.ts";

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
  /** Further options of the log; here an incident has at most 5 artifacts unless they say otherwise. */
  logOptions?: RagLoggerOptions;
  /** Fast rules; by default the profile `default`. */
  rules?: FastRules;
  /** Models; by default the four that come with the package, and none with `[]`. */
  models?: readonly ForestModel[];
  /** Policy of scoring and incidents. */
  policy?: Policy;
  /**
   * Configuration that may change while the capture is read: it says what rules, models and policy are, so that those
   * options must not be given with it, and what it says of the log holds instead of `logOptions`. `homeNets` and
   * `prefixBytes` given here hold instead of its own. Changes take effect between two batches; each event names the settings that it was made with.
   */
  config?: LiveConfig;
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

/**
 * Analyse a capture: flows, windows, rules, forests, incidents, and the event log if a folder is given.
 *
 * @param input Path, file URL, `"-"` for standard input, bytes, or a stream; pcap or pcapng, plain, gzip or zstd.
 * @param options Additional options.
 * @returns A running analysis; dispose it.
 * @throws {RangeError} If an option is out of range.
 * @throws {TypeError} If rules, models or a policy are given beside a configuration.
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
  const { sourceId, signal } = options;
  const setup = await setupOf(options);
  await using resources = new AsyncDisposableStack();
  const stop = new AbortController();
  const run = resources.use(new Run(core, setup, options));
  const { homeNets, prefixBytes, tables } = setup.start;
  const capture = resources.use(
    await openCapture(input, {
      core,
      signal: signal === undefined
        ? stop.signal
        : AbortSignal.any([signal, stop.signal]),
      ...(homeNets && { homeNets }),
      ...(prefixBytes !== undefined && { prefixBytes }),
      ...(sourceId !== undefined && { sourceId }),
      ...(tables && { tables }),
    }),
  );
  await run.open(resources, capture, options.config);
  return new Analysis(run, resources.move(), stop);
}
