/**
 * Appending from a worker: the logger's thread keeps the files, the worker holds a port.
 *
 * @module
 */

import type { IncidentUpdate, Verdict } from "@ml-defender/events";
import { LogError, type LogErrorCode } from "./error.ts";
import type { AppendResult } from "./logger.ts";
import type { LogDetails } from "./to_record.ts";

/** What can be appended to: the logger, or a producer. */
export interface LogSink {
  /** Logs a verdict, if policy wants it. */
  append(verdict: Verdict, details?: LogDetails): Promise<AppendResult>;
  /** Logs a step of an incident. */
  appendIncident(update: IncidentUpdate): Promise<AppendResult>;
}

type Request =
  & { readonly id: number }
  & (
    | { readonly verdict: Verdict; readonly details: LogDetails }
    | { readonly update: IncidentUpdate }
  );

type Reply =
  & { readonly id: number }
  & (
    | { readonly result: AppendResult }
    | {
      readonly name: string;
      readonly message: string;
      readonly code: LogErrorCode | null;
    }
  );

const CLOSED = "Cannot append through a log producer: the log is closed";

function toReply(id: number, error: unknown): Reply {
  const code = error instanceof LogError ? error.code : null;
  const { name, message } = error instanceof Error
    ? error
    : new Error(String(error));
  return { id, name, message, code };
}

/** Answers what a producer at the other end of a port asks. */
export function servePort(port: MessagePort, sink: LogSink): void {
  port.onmessage = async ({ data }: MessageEvent<Request | "close">) => {
    if (data === "close") return port.close();
    const { id } = data;
    try {
      const result = "verdict" in data
        ? await sink.append(data.verdict, data.details)
        : await sink.appendIncident(data.update);
      port.postMessage({ id, result } satisfies Reply);
    } catch (error) {
      port.postMessage(toReply(id, error));
    }
  };
}

/** Tells the producer at the other end that no more answers come, and closes the port. */
export function endPort(port: MessagePort): void {
  port.postMessage("ended");
  port.close();
}

/**
 * Appends to a logger in another thread. The logger's thread calls `RagLogger.connect` and sends the port to the
 * worker, which makes a producer of it.
 *
 * Results are those of the logger. The worker holds back nothing by itself: who awaits each append, or every so many,
 * is slowed to the logger's pace.
 */
export class LogProducer implements LogSink, AsyncDisposable {
  #port: MessagePort;
  #next = 0;
  #open = new Map<number, PromiseWithResolvers<AppendResult>>();
  #closed = false;

  /**
   * Takes over a port.
   *
   * @param port What `RagLogger.connect` gave; transferred to this thread.
   */
  constructor(port: MessagePort) {
    this.#port = port;
    port.onmessage = ({ data }: MessageEvent<Reply | "ended">) => {
      if (data === "ended") return this.#end();
      const waiting = this.#open.get(data.id);
      this.#open.delete(data.id);
      if ("result" in data) waiting?.resolve(data.result);
      else waiting?.reject(toError(data));
    };
  }

  /** Appends in flight. */
  get inFlight(): number {
    return this.#open.size;
  }

  /** Logs a verdict as `RagLogger.append` does; the verdict is copied. */
  append(verdict: Verdict, details: LogDetails = {}): Promise<AppendResult> {
    return this.#send({ id: this.#next, verdict, details });
  }

  /** Logs a step of an incident as `RagLogger.appendIncident` does. */
  appendIncident(update: IncidentUpdate): Promise<AppendResult> {
    return this.#send({ id: this.#next, update });
  }

  #end(): void {
    this.#closed = true;
    this.#port.close();
    for (const waiting of this.#open.values()) {
      waiting.reject(new LogError("closed", CLOSED));
    }
    this.#open.clear();
  }

  #send(request: Request): Promise<AppendResult> {
    if (this.#closed) {
      return Promise.reject(new LogError("closed", CLOSED));
    }
    const waiting = Promise.withResolvers<AppendResult>();
    this.#open.set(request.id, waiting);
    this.#next++;
    this.#port.postMessage(request);
    return waiting.promise;
  }

  /** Waits for the appends in flight, whatever becomes of them, and gives up the port. The logger stays open. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const waiting = [...this.#open.values()].map(({ promise }) => promise);
    await Promise.allSettled(waiting);
    this.#port.postMessage("close");
    this.#port.close();
  }

  /** Closes the producer, as `close` does. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

const ERRORS: Readonly<Record<string, ErrorConstructor>> = {
  RangeError,
  SyntaxError,
  TypeError,
};

/** The error that the logger threw, of the same kind, or at least of the same name. */
function toError(
  { name, message, code }: Extract<Reply, { readonly message: string }>,
): Error {
  if (code !== null) return new LogError(code, message);
  const error = new (ERRORS[name] ?? Error)(message);
  error.name = name;
  return error;
}
