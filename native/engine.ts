import type { Binding } from "./_binding.ts";
import { type CoreHandle, openHandle, readText } from "./_core_handle.ts";
import type { Region } from "./_wasm_memory.ts";
import type { CoreLayout } from "./layout.ts";
import { NativeError } from "./native_error.ts";

/** Records of one run, as the core laid them out; {@linkcode CoreLayout} says how to read them. */
export interface RawBatch {
  /** Flow records, one after the other. */
  readonly flows: Uint8Array<ArrayBuffer>;
  /** How many they are. */
  readonly flowCount: number;
  /** Host records, one after the other. */
  readonly hosts: Uint8Array<ArrayBuffer>;
  /** How many they are. */
  readonly hostCount: number;
  /** UTF-8 that the flow records' `ref` fields refer to. */
  readonly arena: Uint8Array<ArrayBuffer>;
}

/** What one run did. */
export interface RunResult {
  /**
   * Why it came back: `need_more`: the chunk is used up. `batch_full`: take the records and call again with the rest of
   * the chunk. `end`: every record of the input was given. `error`: {@linkcode Engine.error} says why; the records before
   * it are valid.
   */
  readonly state: "need_more" | "batch_full" | "end" | "error";
  /** Bytes of the chunk that were used. */
  readonly consumed: number;
  /** The records; borrowed until the next run. */
  readonly batch: RawBatch;
}

/** Options of {@linkcode Core.openEngine}. */
export interface EngineOptions {
  /**
   * Flow records and host records that a batch has room for; more needs about 2 kB each.
   *
   * @default {2048}
   */
  readonly batchRecords?: number;
}

const STATES = ["need_more", "batch_full", "end", "error"] as const;
/** The core takes any one record's text with this room. */
const ARENA_BYTES_MIN = 1 << 15;
const ARENA_BYTES_A_RECORD = 256;
const CHUNK_BYTES_MAX = 1 << 20;
/** What explaining a row takes at most, a forest's thresholds twice, must not move the batch that the row is in. */
const ROOM_BYTES = 4 << 20;

/**
 * Capture bytes in, flow and host records out. Opened by {@linkcode Core.openEngine}.
 *
 * A batch is borrowed: it is valid until the next `run`, and in the wasm build until something else is opened or given
 * more than 1 MiB in the same core.
 */
export class Engine implements Disposable {
  readonly #functions: Binding["functions"];
  readonly #layout: CoreLayout;
  readonly #handle: CoreHandle;
  readonly #input: Region;
  readonly #flows: Region;
  readonly #hosts: Region;
  readonly #arena: Region;
  readonly #copiesInput: boolean;
  readonly #keepRoom: Binding["keepRoom"];
  readonly #result = new Uint32Array(8);
  #error = 0;

  /** @ignore */
  constructor(
    { build, functions, allocate, keepRoom }: Binding,
    layout: CoreLayout,
    text: string,
    options: EngineOptions,
  ) {
    const { batchRecords = 2048 } = options;
    if (!(Number.isInteger(batchRecords) && batchRecords >= 1)) {
      throw new RangeError(
        `Cannot open engine as 'batchRecords' must be an integer of at least 1: current value is ${batchRecords}`,
      );
    }
    this.#functions = functions;
    this.#layout = layout;
    this.#handle = openHandle(
      "engine",
      (error) => functions.engineOpen(new TextEncoder().encode(text), error),
      (handle) => functions.engineClose(handle),
    );
    this.#keepRoom = keepRoom;
    this.#copiesInput = build === "wasm";
    this.#input = allocate(this.#copiesInput ? CHUNK_BYTES_MAX : 0);
    this.#flows = allocate(batchRecords * layout.flow.size);
    this.#hosts = allocate(batchRecords * layout.host.size);
    const arena = batchRecords * ARENA_BYTES_A_RECORD;
    this.#arena = allocate(Math.max(ARENA_BYTES_MIN, arena));
  }

  /**
   * Read capture bytes until the chunk is used up or the batch is full.
   *
   * @param chunk The next bytes of the capture, or the rest of the last chunk; empty at the end of the input, again and
   *   again until the state is `end` or `error`.
   * @returns What it did, and the records.
   */
  run(chunk: Uint8Array<ArrayBuffer>): RunResult {
    const handle = this.#handle.value;
    let consumed = 0;
    for (;;) {
      const part = this.#lend(chunk.subarray(consumed));
      const code = this.#functions.engineRun(
        handle,
        part,
        this.#flows.bytes,
        this.#hosts.bytes,
        this.#arena.bytes,
        this.#result,
      );
      consumed += this.#result[1]!;
      const state = STATES[code] ?? "error";
      if (state === "need_more" && this.#result[1]! < part.length) {
        throw new NativeError("mismatch", "the core left bytes without reason");
      }
      const [, , flowCount, hostCount] = this.#result;
      if (state === "error") this.#error = this.#result[5]!;
      const rest = state === "need_more" && consumed < chunk.length;
      if (rest && flowCount! + hostCount! === 0) continue;
      if (flowCount! + hostCount! > 0) this.#keepRoom(ROOM_BYTES);
      return {
        state: rest ? "batch_full" : state,
        consumed,
        batch: this.#batch(),
      };
    }
  }

  /** At most 1 MiB of a chunk, where the core can read it. */
  #lend(rest: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const part = rest.subarray(0, CHUNK_BYTES_MAX);
    if (!this.#copiesInput) return part;
    const inside = this.#input.bytes.subarray(0, part.length);
    inside.set(part);
    return inside;
  }

  #batch(): RawBatch {
    const [, , flowCount, hostCount, arenaBytes] = this
      .#result as unknown as number[];
    const { flow, host } = this.#layout;
    return {
      flows: this.#flows.bytes.subarray(0, flowCount! * flow.size),
      flowCount: flowCount!,
      hosts: this.#hosts.bytes.subarray(0, hostCount! * host.size),
      hostCount: hostCount!,
      arena: this.#arena.bytes.subarray(0, arenaBytes!),
    };
  }

  /**
   * Counters so far, by name.
   *
   * @returns A snapshot.
   */
  counters(): Record<string, number> {
    const { counters } = this.#layout;
    const values = new Float64Array(counters.length);
    this.#functions.engineCounters(this.#handle.value, values);
    return Object.fromEntries(counters.map((name, i) => [name, values[i]!]));
  }

  /**
   * Why the last run with the state `error` came back.
   *
   * @returns One line; empty where there was none.
   */
  error(): string {
    if (this.#error === 0) return "";
    return readText((out) => this.#functions.errorText(this.#error, out));
  }

  /** Free the engine and its buffers; idempotent. */
  close(): void {
    this.#handle.close();
    for (const region of [this.#input, this.#flows, this.#hosts]) region.free();
    this.#arena.free();
  }

  /** Same as {@linkcode Engine.close}. */
  [Symbol.dispose](): void {
    this.close();
  }
}
