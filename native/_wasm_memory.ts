/**
 * Buffers in the memory of a wasm instance, and calls that survive its growth.
 *
 * @module
 */
import { NativeError } from "./native_error.ts";

/** An object of the core: a pointer in the shared library, an address in wasm memory. */
export type Handle = Deno.PointerObject | number;

/** Exports of a wasm instance. */
export type WasmExports = Readonly<
  Record<string, (...args: (number | bigint | Handle)[]) => number | bigint>
>;

/** A typed array that can be lent to the core. */
export interface Buffer {
  readonly buffer: ArrayBuffer;
  readonly byteOffset: number;
  readonly byteLength: number;
  readonly length: number;
}

/** Bytes that stay where the core can fill them without a copy. */
export interface Region {
  /** The bytes; valid until the next call into the core. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Give them back; idempotent. */
  free(): void;
}

const ALIGNMENT = 16;
/** Room for copies from the start, so that ordinary calls do not move the memory under a batch. */
const SCRATCH_BYTES = 1 << 20;

/** The result of a wasm `*_open` as a handle. */
export function asHandle(address: number | bigint): Handle | null {
  return address === 0 ? null : address as number;
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

/** The memory of one instance. */
export class WasmMemory {
  readonly #exports: WasmExports;
  readonly #memory: WebAssembly.Memory;
  #scratch = 0;
  #scratchBytes = 0;
  #broken: NativeError | undefined;

  constructor(exports: WasmExports, memory: WebAssembly.Memory) {
    this.#exports = exports;
    this.#memory = memory;
    this.#growScratch(SCRATCH_BYTES);
  }

  /**
   * Call an export. Arrays inside this memory are passed as they are, others are copied in, and out again if the core
   * writes to them.
   *
   * @param buffers The arrays.
   * @param outputs Which of them the core writes to.
   * @param call Gets their addresses and lengths.
   * @returns What the export returns.
   */
  call(
    buffers: readonly Buffer[],
    outputs: readonly boolean[],
    call: (pointers: number[], lengths: number[]) => number | bigint,
  ): number | bigint {
    const pointers: number[] = [];
    const lengths: number[] = [];
    const copies: number[] = [];
    let needed = 0;
    for (const [i, array] of buffers.entries()) {
      if (array.buffer.detached) {
        throw new TypeError(
          "Cannot call the core as a batch must be used before the next call: its memory has moved",
        );
      }
      lengths.push(array.length);
      if (array.buffer === this.#memory.buffer) {
        pointers.push(array.byteOffset);
        continue;
      }
      copies.push(i);
      pointers.push(needed);
      needed += aligned(array.byteLength);
    }
    if (needed > this.#scratchBytes) this.#growScratch(needed);
    for (const i of copies) {
      pointers[i]! += this.#scratch;
      this.#view(pointers[i]!, buffers[i]!.byteLength).set(
        bytesOf(buffers[i]!),
      );
    }
    const result = this.#guard(() => call(pointers, lengths));
    for (const i of copies) {
      if (!outputs[i]) continue;
      const { byteLength } = buffers[i]!;
      bytesOf(buffers[i]!).set(this.#view(pointers[i]!, byteLength));
    }
    return result;
  }

  /**
   * Bytes inside this memory.
   *
   * @param size How many.
   * @returns The region; its `bytes` are a new view each time.
   */
  allocate(size: number): Region {
    let address = this.#malloc(size);
    const view = (): Uint8Array<ArrayBuffer> => {
      if (address === 0) {
        throw new TypeError("Cannot use core memory as it was given back");
      }
      return this.#view(address, size);
    };
    return {
      get bytes(): Uint8Array<ArrayBuffer> {
        return view();
      },
      free: (): void => {
        if (address !== 0 && !this.#broken) this.#release(address);
        address = 0;
      },
    };
  }

  /**
   * Make sure that the core can take so many bytes, in one piece, without growth: what is viewed after this stays where
   * it is while a call takes no more.
   *
   * @param bytes How many; not had where the memory is at its limit.
   */
  keepRoom(bytes: number): void {
    const address = this.#guard(() => this.#exports.malloc!(bytes)) as number;
    if (address !== 0) this.#release(address);
  }

  #view(address: number, bytes: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#memory.buffer as ArrayBuffer, address, bytes);
  }

  #growScratch(bytes: number): void {
    const size = aligned(bytes);
    if (this.#scratch !== 0) this.#release(this.#scratch);
    this.#scratch = 0;
    this.#scratchBytes = 0;
    this.#scratch = this.#malloc(size);
    this.#scratchBytes = size;
  }

  #malloc(bytes: number): number {
    const size = Math.max(bytes, ALIGNMENT);
    const address = this.#guard(() => this.#exports.malloc!(size)) as number;
    if (address !== 0) return address >>> 0;
    throw this.#fail(`Cannot allocate ${bytes} bytes of wasm memory`);
  }

  #release(address: number): void {
    this.#guard(() => this.#exports.free!(address));
  }

  /** A trap leaves the core half-way through something: it is not called again. */
  #guard<T>(call: () => T): T {
    if (this.#broken) throw this.#broken;
    try {
      return call();
    } catch (error) {
      throw this.#fail("Cannot go on as the wasm core has failed", error);
    }
  }

  #fail(message: string, cause?: unknown): NativeError {
    const because = cause instanceof Error ? `: ${cause.message}` : "";
    this.#broken = new NativeError(
      "broken",
      `${message}${because}; open a new core`,
      { cause },
    );
    return this.#broken;
  }
}

function bytesOf(array: Buffer): Uint8Array<ArrayBuffer> {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
