import type { Batch } from "@ml-defender/events";
import {
  type Core,
  type Engine,
  NativeError,
  openCore,
} from "@ml-defender/native";
import { CoreFlowBatch, CoreHostBatch } from "./_record_view.ts";
import { CaptureError } from "./capture_error.ts";
import {
  captureHealth,
  type HealthRemark,
  malformedPackets,
} from "./health.ts";
import { captureChunks, type CaptureInput } from "./source.ts";

/** Few enough for a batch to stay in the processor's cache while it is looked at. */
const BATCH_RECORDS = 512;

/** Options for {@linkcode openCapture}. */
export interface CaptureOptions {
  /** Core to use; by default one is opened with `build: "auto"`. */
  core?: Core;
  /**
   * Networks that count as internal, in CIDR notation.
   *
   * @default {RFC 1918, ULA, link-local and loopback}
   */
  homeNets?: readonly string[];
  /**
   * Bytes of payload per direction in which names are looked for, 0 to 4096. More finds longer hellos and requests and
   * costs memory while a prefix is incomplete.
   *
   * @default {512}
   */
  prefixBytes?: number;
  /**
   * Milliseconds after which a running flow is reported.
   *
   * @default {60000}
   */
  activeTimeoutMs?: number;
  /**
   * Name of the source in event ids: the same capture with another name gives other ids.
   *
   * @default {""}
   */
  sourceId?: string;
  /**
   * Further settings of the core by name, such as `maxFlows`; see docs/flows.md. An option above goes before a setting of
   * its name in here.
   *
   * @default {{}}
   */
  tables?: Readonly<Record<string, number>>;
  /** Stops reading; what was read until then is finished and delivered. */
  signal?: AbortSignal;
}

/** Counters and health of a capture. */
export interface CaptureStatus {
  /** Packets read. */
  readonly packets: number;
  /** Packets that could not be decoded. */
  readonly malformed: number;
  /** Flows begun. */
  readonly flows: number;
  /** Hosts tracked. */
  readonly hosts: number;
  /** Every counter of the core by name. */
  readonly counters: Readonly<Record<string, number>>;
  /** Remarks on how far the capture can be trusted. */
  readonly health: readonly HealthRemark[];
}

/**
 * A capture being read: iterate it once for its batches. Each batch is borrowed until the next is asked for.
 *
 * @example
 * ```ts
 * import { openCapture } from "@ml-defender/capture";
 *
 * await using capture = await openCapture(new Uint8Array([
 *   0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 1, 0, 0, 0,
 * ]));
 * for await (const { flows } of capture) console.log(flows.length);
 * console.log(capture.status().packets);
 * ```
 */
export class Capture implements AsyncIterable<Batch>, AsyncDisposable {
  readonly #core: Core;
  /** Memory of the wasm build moves when another capture of the same core makes it grow: batches are copies. */
  readonly #kept: KeptBytes | undefined;
  readonly #engine: Engine;
  readonly #input: CaptureInput;
  readonly #signal: AbortSignal | undefined;
  #iterated = false;
  #problem: string | undefined;
  #damage: string | undefined;
  #last: CaptureStatus | undefined;

  /** For {@linkcode openCapture}. */
  constructor(
    core: Core,
    engine: Engine,
    input: CaptureInput,
    signal?: AbortSignal,
  ) {
    this.#core = core;
    this.#kept = core.build === "wasm" ? new KeptBytes() : undefined;
    this.#engine = engine;
    this.#input = input;
    this.#signal = signal;
  }

  /** The core that reads it. */
  get core(): Core {
    return this.#core;
  }

  /**
   * Counters and health so far; after {@linkcode close} those at the end.
   *
   * @returns A snapshot.
   */
  status(): CaptureStatus {
    if (this.#last !== undefined) return this.#last;
    const counters = this.#engine.counters();
    return {
      packets: counters.packets ?? 0,
      malformed: malformedPackets(counters),
      flows: counters.flows ?? 0,
      hosts: counters.hosts ?? 0,
      counters,
      health: captureHealth(counters, {
        problem: this.#problem,
        damage: this.#damage,
        stopped: this.#signal?.aborted ?? false,
      }),
    };
  }

  /**
   * Read the capture. A damaged rest is reported by {@linkcode status}, and what came before it is delivered.
   *
   * @throws {TypeError} If the capture is iterated twice or closed.
   * @throws {CaptureError} If it is empty, not a capture, or cannot be opened.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<Batch> {
    if (this.#iterated || this.#last !== undefined) {
      const state = this.#iterated ? "was read before" : "is closed";
      throw new TypeError(`Cannot read capture: it ${state}`);
    }
    this.#iterated = true;
    for await (const chunk of this.#chunks()) {
      yield* this.#feed(chunk);
      if (this.#problem !== undefined) break;
    }
    yield* this.#finish();
  }

  async *#chunks(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const signal = this.#signal;
    try {
      for await (const chunk of captureChunks(this.#input, signal)) {
        if (signal?.aborted) return;
        yield chunk;
      }
    } catch (error) {
      // Compressed input that is left in the middle is not damaged.
      if (!signal?.aborted) this.#readError(error);
    }
  }

  *#feed(chunk: Uint8Array<ArrayBuffer>): Generator<Batch> {
    let rest = chunk;
    while (rest.length > 0) {
      const { state, consumed, batch } = this.#engine.run(rest);
      rest = rest.subarray(consumed);
      if (batch.flowCount + batch.hostCount > 0) yield this.#view(batch);
      if (state === "error") {
        this.#problem = this.#engine.error();
        if (this.#engine.counters().packets === 0) {
          throw this.#error("format", this.#problem);
        }
        return;
      }
      if (state !== "batch_full") return;
    }
  }

  *#finish(): Generator<Batch> {
    const nothing = new Uint8Array(0);
    for (;;) {
      const { state, batch } = this.#engine.run(nothing);
      if (batch.flowCount + batch.hostCount > 0) yield this.#view(batch);
      if (state === "batch_full") continue;
      if (this.#signal?.aborted) return;
      if (state === "error" && this.#problem === undefined) {
        this.#problem = this.#engine.error();
        if (this.#engine.counters().packets === 0) {
          throw this.#error("format", this.#problem);
        }
      }
      return;
    }
  }

  #view(batch: ReturnType<Engine["run"]>["batch"]): Batch {
    const { flowCount, hostCount } = batch;
    const [flows, arena, hosts] = this.#kept === undefined
      ? [batch.flows, batch.arena, batch.hosts]
      : this.#kept.take(batch.flows, batch.arena, batch.hosts);
    return {
      flows: new CoreFlowBatch(this.#core, flows!, flowCount, arena!),
      hosts: new CoreHostBatch(this.#core, hosts!, hostCount),
    };
  }

  #readError(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    const compressed = error instanceof SyntaxError;
    if (compressed && this.status().packets > 0) {
      this.#damage = reason;
      return;
    }
    throw this.#error(
      compressed ? "compressed" : "unreadable",
      plainReason(error, reason),
      error,
    );
  }

  #error(
    code: CaptureError["code"],
    reason: string,
    cause?: unknown,
  ): CaptureError {
    const input = inputName(this.#input);
    return new CaptureError(code, `Cannot read ${input}: ${reason}`, { cause });
  }

  /**
   * Stop and free the core's state. What was not read yet is not delivered. Idempotent.
   *
   * @returns A promise that resolves when it is done.
   */
  close(): Promise<void> {
    this.#last ??= this.status();
    this.#engine.close();
    return Promise.resolve();
  }

  /** Same as {@linkcode Capture.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/**
 * Open a capture file, bytes or stream: pcap and pcapng, plain or packed with gzip or zstd.
 *
 * @param input Path, file URL, `"-"` for standard input, bytes, or a stream.
 * @param options Additional options.
 * @returns A capture to iterate; nothing is read before that.
 * @throws {TypeError} If the input is none of these, or `homeNets` is not a list.
 * @throws {RangeError} If an option is out of range, or a home network is not in CIDR notation.
 */
export async function openCapture(
  input: CaptureInput,
  options: CaptureOptions = {},
): Promise<Capture> {
  checkInput(input, options);
  const core = options.core ?? await openCore();
  return new Capture(core, openEngine(core, options), input, options.signal);
}

/** Copies into buffers that are used again: one batch's bytes until the next one. */
class KeptBytes {
  readonly #buffers: Uint8Array<ArrayBuffer>[] = [];

  take(...sources: Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer>[] {
    return sources.map((source, place) => {
      let buffer = this.#buffers[place];
      if (buffer === undefined || buffer.length < source.length) {
        buffer = new Uint8Array(source.length);
        this.#buffers[place] = buffer;
      }
      buffer.set(source);
      return buffer.subarray(0, source.length);
    });
  }
}

function checkInput(input: CaptureInput, { homeNets }: CaptureOptions): void {
  const known = typeof input === "string" && input !== "" ||
    input instanceof URL || input instanceof Uint8Array ||
    input instanceof ReadableStream;
  if (!known) {
    throw new TypeError(
      `Cannot open capture as 'input' must be a path, URL, Uint8Array or ReadableStream: current value is ${
        input === "" ? "empty" : typeof input
      }`,
    );
  }
  if (homeNets !== undefined && !Array.isArray(homeNets)) {
    throw new TypeError(
      `Cannot open capture as 'homeNets' must be a list of networks: current value is a ${typeof homeNets}`,
    );
  }
}

function openEngine(core: Core, options: CaptureOptions): Engine {
  try {
    return core.openEngine(engineOptions(options), {
      batchRecords: BATCH_RECORDS,
    });
  } catch (error) {
    if (!(error instanceof NativeError) || error.code !== "refused") {
      throw error;
    }
    const message = error.message.replace("open engine", "open capture");
    throw new RangeError(message, { cause: error });
  }
}

function engineOptions(options: CaptureOptions): string {
  const { homeNets, sourceId = "", tables = {} } = options;
  // An option that is left out must not stand in the way of the same setting among the tables.
  const { prefixBytes = tables.prefixBytes ?? 512 } = options;
  const { activeTimeoutMs = tables.activeTimeoutMs ?? 60_000 } = options;
  const settings = { ...tables, prefixBytes, activeTimeoutMs };
  const lines = [
    ...Object.entries(settings).map(([name, value]) => `${name}=${value}`),
    `sourceId=${sourceId.replaceAll(/[\r\n]/g, " ")}`,
  ];
  if (homeNets !== undefined) lines.push(`homeNets=${homeNets.join(",")}`);
  return lines.join("\n");
}

/** Name of an input for messages. */
function inputName(input: CaptureInput): string {
  if (input === "-") return "standard input";
  if (typeof input === "string") return input;
  if (input instanceof URL) return input.pathname;
  return input instanceof Uint8Array ? "capture bytes" : "capture stream";
}

function plainReason(error: unknown, reason: string): string {
  if (error instanceof Deno.errors.NotFound) return "no such file";
  if (error instanceof Deno.errors.IsADirectory) return "is a directory";
  if (
    error instanceof Deno.errors.PermissionDenied ||
    error instanceof Deno.errors.NotCapable
  ) return "permission denied";
  return reason.replaceAll(/\s*\n\s*/g, " ");
}
