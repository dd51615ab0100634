/**
 * The logger: verdicts and incidents in, lines and artifacts out.
 *
 * @module
 */

import type { IncidentUpdate, Verdict } from "@ml-defender/events";
import { type Entry, EventWriter } from "./_event_writer.ts";
import { type WriteBytes, writeBytes } from "./_line_file.ts";
import { lockDirectory } from "./_lock.ts";
import { BatchQueue } from "./_queue.ts";
import { SystemState } from "./_system_state.ts";
import { LogError, toLogError } from "./error.ts";
import {
  type LogChange,
  type RagLoggerOptions,
  type ResolvedOptions,
  resolveOptions,
} from "./options.ts";
import { LogChoice, type LogPolicy, type PolicyFacts } from "./policy.ts";
import { endPort, type LogSink, servePort } from "./producer.ts";
import type { LogStats } from "./stats.ts";
import { checkEventId, type LogContext, type LogDetails } from "./to_record.ts";

/**
 * What became of an event. `written`: its line is in the file (and on the device with `sync: "batch"`). `skipped`:
 * policy does not log it. `dropped`: live mode gave it up, and counted it.
 */
export type AppendResult =
  | { readonly state: "written" }
  | { readonly state: "skipped" }
  | { readonly state: "dropped"; readonly reason: "queueFull" | "writeFailed" };

const WRITTEN: AppendResult = Object.freeze({ state: "written" });
const SKIPPED: AppendResult = Object.freeze({ state: "skipped" });
const FULL: AppendResult = Object.freeze({
  state: "dropped",
  reason: "queueFull",
});
const FAILED: AppendResult = Object.freeze({
  state: "dropped",
  reason: "writeFailed",
});
const NO_DETAILS: LogDetails = Object.freeze({});
const BATCH = 1024;

type Outcome = Pick<Entry, "written" | "failed">;
type OpenWithWriter = (
  directory: string,
  options: RagLoggerOptions,
  write: WriteBytes,
) => Promise<RagLogger>;

/** Opens a logger that writes through a function of the test's. Not part of the package's interface. */
export let openWithWriter: OpenWithWriter;

/**
 * Writes the event log of one directory. One logger holds a directory at a time, in whichever process; many callers
 * may append to it at once, and from workers through a `LogProducer`.
 *
 * Layout: `events/YYYY-MM-DD.jsonl` (UTC date of the clock; a full file is followed by `YYYY-MM-DD.1.jsonl`, `.2` and
 * so on), each with `.chain` beside it; `incidents.jsonl`; `artifacts/YYYY-MM-DD/event_<id>.json`; `.lock`. A last line
 * that a crash tore is cut when the directory is opened next, and its bytes are kept in `<file>.torn`.
 *
 * @example
 * ```ts
 * import { RagLogger } from "@ml-defender/raglogger";
 *
 * await using logger = await RagLogger.open(await Deno.makeTempDir());
 * const result = await logger.append({
 *   eventId: "0123456789abcdef0123456789abcdef",
 *   timestampUs: 1_700_000_000_000_000,
 *   category: "scan",
 *   subject: "192.0.2.7",
 *   fastScore: 0.9,
 *   mlScore: null,
 *   finalScore: 0.9,
 *   divergence: null,
 *   authoritativeSource: "FAST_ONLY",
 *   severity: "alert",
 *   confidence: 0.8,
 *   predictions: {},
 *   reasons: [],
 *   counterEvidence: [],
 * });
 * if (result.state !== "written") throw new Error(result.state);
 * ```
 */
export class RagLogger implements LogSink, AsyncDisposable {
  #directory: string;
  #options: ResolvedOptions;
  #choice: LogChoice;
  #policy: LogPolicy;
  /** What holds for all events from now on; another object after each change. */
  #context: LogContext;
  #lock: Deno.FsFile;
  #system = new SystemState();
  #writer: EventWriter;
  #queue: BatchQueue<Entry>;
  #ports: MessagePort[] = [];
  #closing: Promise<void> | null = null;
  #offered = 0;
  #acknowledged = 0;
  #dropped = 0;
  #sampledOut = 0;
  #incidentCapped = 0;
  #failed = 0;

  private constructor(
    directory: string,
    options: RagLoggerOptions,
    write: WriteBytes,
    lock: Deno.FsFile,
  ) {
    this.#directory = directory;
    this.#options = resolveOptions(options);
    this.#lock = lock;
    this.#policy = options.policy ?? {};
    this.#choice = new LogChoice(this.#policy);
    this.#context = options;
    this.#writer = new EventWriter(
      directory,
      this.#options,
      this.#system,
      write,
    );
    const { queueLimit } = this.#options;
    this.#queue = new BatchQueue(
      queueLimit,
      BATCH,
      (batch) => this.#writer.write(batch),
    );
  }

  /**
   * Opens a log directory for writing; makes it when it is not there, and repairs what a crash left.
   *
   * @param directory Where the log is. Needs permission to read and write it, nothing else.
   * @throws {LogError} `locked` when another logger has it open, here or in another process; `denied`, `diskFull`,
   * `notFound` or `io` when the directory cannot be used.
   * @throws {RangeError} When an option is out of range.
   * @throws {TypeError} When an option is of the wrong shape.
   */
  static open(
    directory: string,
    options: RagLoggerOptions = {},
  ): Promise<RagLogger> {
    return RagLogger.#open(directory, options, writeBytes);
  }

  static async #open(
    directory: string,
    options: RagLoggerOptions,
    write: WriteBytes,
  ): Promise<RagLogger> {
    resolveOptions(options);
    new LogChoice(options.policy);
    try {
      await Deno.mkdir(directory, { recursive: true });
    } catch (error) {
      throw toLogError("make folder", directory, error);
    }
    const lock = await lockDirectory(directory);
    try {
      const logger = new RagLogger(directory, options, write, lock);
      await logger.#writer.recover();
      return logger;
    } catch (error) {
      lock.close();
      throw toLogError("open log", directory, error);
    }
  }

  static {
    openWithWriter = (directory, options, write) =>
      RagLogger.#open(directory, options, write);
  }

  /**
   * Logs a verdict, if policy wants it.
   *
   * Appends of many callers are written together; lines stand in the order of the calls. A caller that awaits each
   * append is slowed to the disk's pace; one that does not should await `ready` now and then.
   *
   * @param verdict The verdict; handed over, so it must not change any more.
   * @param details What else is known about it.
   * @returns What became of it, once that is certain.
   * @throws {LogError} Offline, when it could not be written; `closed` after `close`.
   * @throws {TypeError} When the event id could not be a file name.
   */
  append(
    verdict: Verdict,
    details: LogDetails = NO_DETAILS,
  ): Promise<AppendResult> {
    try {
      this.#refuseClosed();
      checkEventId(verdict.eventId);
    } catch (error) {
      return Promise.reject(error);
    }
    this.#offered++;
    this.#system.count();
    const decision = this.#choice.take(verdict);
    if (decision.reason === "skipped" || decision.reason === "capped") {
      if (decision.reason === "skipped") this.#sampledOut++;
      else this.#incidentCapped++;
      return Promise.resolve(SKIPPED);
    }
    const context = this.#context;
    return this.#enqueue((atMs, outcome) => (
      { kind: "event", atMs, verdict, details, context, decision, ...outcome }
    ));
  }

  /**
   * Whether `append` would log a verdict now, so that what a line needs is made for those only. Changes nothing: of
   * several verdicts of one incident that are asked for before they are appended, more may be wanted than are logged.
   *
   * @param verdict The verdict, or what the policy looks at.
   */
  wants(verdict: PolicyFacts): boolean {
    const { reason } = this.#choice.look(verdict);
    return reason === "selected" || reason === "sampled";
  }

  /** Logs a step of an incident to `incidents.jsonl`, whatever the policy. Waits, drops and throws as `append` does. */
  appendIncident(update: IncidentUpdate): Promise<AppendResult> {
    try {
      this.#refuseClosed();
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#enqueue((atMs, { written, failed }) => (
      { kind: "incident", atMs, update, written, failed }
    ));
  }

  #refuseClosed(): void {
    if (!this.#closing) return;
    throw new LogError(
      "closed",
      `Cannot append to log ${this.#directory}: it is closed`,
    );
  }

  #enqueue(
    entry: (atMs: number, outcome: Outcome) => Entry,
  ): Promise<AppendResult> {
    const live = this.#options.mode === "live";
    if (live && this.#queue.full) {
      this.#dropped++;
      return Promise.resolve(FULL);
    }
    const { promise, resolve, reject } = Promise.withResolvers<AppendResult>();
    const written = () => {
      this.#acknowledged++;
      resolve(WRITTEN);
    };
    const failed = (error: unknown) => {
      this.#failed++;
      if (!live) return reject(error);
      this.#dropped++;
      resolve(FAILED);
    };
    this.#queue.push(entry(this.#options.now(), { written, failed }));
    return promise;
  }

  /**
   * Checks what the logger is to be told and makes it ready, so that taking it can not fail.
   *
   * @param change What is to be different.
   * @returns Takes it, at once: events appended afterwards go by it, and sizes, retention, compression and flushing do
   * from the next write on. Each line has the digests of the moment in which it was appended.
   * @throws {RangeError} When a number is out of range.
   * @throws {TypeError} When a choice is none of those named.
   */
  prepareChange(change: LogChange): () => void {
    const { policy, configDigest, modelSet, ...files } = change;
    const options = resolveOptions({ ...this.#options, ...files });
    const nextPolicy = policy ?? this.#policy;
    const choice = policy === undefined
      ? this.#choice
      : new LogChoice(nextPolicy, this.#choice);
    const context: LogContext = {
      ...this.#context,
      ...(configDigest === undefined ? {} : { configDigest }),
      ...(modelSet === undefined ? {} : { modelSet }),
    };
    return () => {
      this.#options = options;
      this.#policy = nextPolicy;
      this.#choice = choice;
      this.#context = context;
      this.#writer.reconfigure(options);
    };
  }

  /**
   * Tells the logger something else, at once; no line is lost, doubled or moved by it.
   *
   * @param change What is to be different; the policy is taken as a whole.
   * @throws {RangeError} When a number is out of range; nothing is changed then.
   * @throws {TypeError} When a choice is none of those named; nothing is changed then.
   */
  reconfigure(change: LogChange): void {
    this.prepareChange(change)();
  }

  /** Resolves when the queue has room. */
  get ready(): Promise<void> {
    return this.#queue.ready();
  }

  /**
   * Makes a port for a `LogProducer` in a worker: transfer it there. It is served until the producer closes it or the
   * logger closes.
   */
  connect(): MessagePort {
    this.#refuseClosed();
    const { port1, port2 } = new MessageChannel();
    servePort(port1, this);
    this.#ports.push(port1);
    return port2;
  }

  /** The counters now. */
  stats(): LogStats {
    const { files, artifacts, ...writer } = this.#writer;
    return {
      offered: this.#offered,
      written: writer.written,
      acknowledged: this.#acknowledged,
      dropped: this.#dropped,
      sampledOut: this.#sampledOut,
      incidentCapped: this.#incidentCapped,
      failed: this.#failed,
      rotations: files.rotations,
      tornCut: files.tornCut + writer.tornCut,
      bytes: writer.bytes,
      artifactsWritten: artifacts.written,
      artifactsCapped: artifacts.capped,
      incidentsWritten: writer.incidentsWritten,
      removed: files.removed,
    };
  }

  /**
   * Writes what waits, ends the files with a checkpoint, waits for compression and lets the directory go. Further
   * appends are refused. Closing again waits for the first close and repeats its outcome.
   *
   * @throws {LogError} When the last checkpoint, flush or compression failed; the directory is let go all the same.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    try {
      await this.#queue.drain();
      await this.#writer.close();
    } finally {
      this.#lock.close();
      await this.#disconnect();
    }
  }

  async #disconnect(): Promise<void> {
    if (this.#ports.length === 0) return;
    // Answers that are on their way go out first.
    await new Promise<void>((resolve) => setTimeout(resolve, 0));
    for (const port of this.#ports) endPort(port);
  }

  /** Closes the logger, as `close` does. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
