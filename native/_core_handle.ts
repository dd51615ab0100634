/**
 * Objects of the core, guarded: what is closed cannot be used, and what is open is counted.
 *
 * @module
 */
import type { Handle } from "./_wasm_memory.ts";
import { NativeError } from "./native_error.ts";

const ERROR_BYTES_MAX = 512;

let open = 0;

/**
 * How many engines, forests, trainers, formatters and vectors are open in this process; for tests that look for leaks.
 *
 * @returns The count.
 */
export function openHandles(): number {
  return open;
}

/** One object of the core. */
export class CoreHandle {
  readonly #name: string;
  readonly #free: (handle: Handle) => void;
  #handle: Handle | undefined;
  #busy = false;

  /**
   * Take over an open object.
   *
   * @param name What messages call it.
   * @param handle The object.
   * @param free Its `*_close`.
   */
  constructor(name: string, handle: Handle, free: (handle: Handle) => void) {
    this.#name = name;
    this.#handle = handle;
    this.#free = free;
    open++;
  }

  /** The object, while it is open and no call runs in another thread. */
  get value(): Handle {
    if (this.#handle === undefined) {
      throw new TypeError(`Cannot use ${this.#name} as it is closed`);
    }
    if (this.#busy) {
      throw new TypeError(`Cannot use ${this.#name} as a call is in flight`);
    }
    return this.#handle;
  }

  /**
   * Call something that may run in another thread. A `close` meanwhile takes effect when it is done.
   *
   * @param call The call.
   * @returns What it gives.
   */
  async lend<T>(call: (handle: Handle) => Promise<T>): Promise<T> {
    const handle = this.value;
    this.#busy = true;
    try {
      return await call(handle);
    } finally {
      this.#busy = false;
      if (this.#handle === undefined) this.#release(handle);
    }
  }

  /** Free the object; idempotent. */
  close(): void {
    const handle = this.#handle;
    this.#handle = undefined;
    if (handle !== undefined && !this.#busy) this.#release(handle);
  }

  #release(handle: Handle): void {
    open--;
    try {
      this.#free(handle);
    } catch (error) {
      // A broken instance has nothing left to free.
      if (!(error instanceof NativeError && error.code === "broken")) {
        throw error;
      }
    }
  }
}

/**
 * Open an object.
 *
 * @param name What messages call it.
 * @param call The `*_open`; gets the buffer for the reason.
 * @param free The `*_close`.
 * @returns The object.
 * @throws {NativeError} `refused`, with the core's reason.
 */
export function openHandle(
  name: string,
  call: (error: Uint8Array<ArrayBuffer>) => Handle | null,
  free: (handle: Handle) => void,
): CoreHandle {
  const error = new Uint8Array(ERROR_BYTES_MAX);
  return opened(name, call(error), error, free);
}

/**
 * Open an object by a call that may run in another thread.
 *
 * @param name What messages call it.
 * @param call The `*_open`; gets the buffer for the reason.
 * @param free The `*_close`.
 * @returns The object.
 * @throws {NativeError} `refused`, with the core's reason.
 */
export async function openHandleSlowly(
  name: string,
  call: (error: Uint8Array<ArrayBuffer>) => Promise<Handle | null>,
  free: (handle: Handle) => void,
): Promise<CoreHandle> {
  const error = new Uint8Array(ERROR_BYTES_MAX);
  return opened(name, await call(error), error, free);
}

function opened(
  name: string,
  handle: Handle | null,
  error: Uint8Array,
  free: (handle: Handle) => void,
): CoreHandle {
  if (handle !== null) return new CoreHandle(name, handle, free);
  const reason = reasonOf(error);
  const start = `Cannot open ${name} as `;
  throw new NativeError(
    "refused",
    reason.startsWith(start) ? reason : `${start}${reason}`,
  );
}

/**
 * The reason that the core has written.
 *
 * @param error The buffer, with a NUL at the end of the text.
 * @returns The text.
 */
export function reasonOf(error: Uint8Array): string {
  const end = error.indexOf(0);
  return new TextDecoder().decode(error.subarray(0, Math.max(0, end)));
}

/**
 * Text of a function that returns how many bytes it needs.
 *
 * @param call The function.
 * @returns The text.
 */
export function readText(
  call: (out: Uint8Array<ArrayBuffer>) => number,
): string {
  let out = new Uint8Array(256);
  let size = call(out);
  if (size > out.length) {
    out = new Uint8Array(size);
    size = call(out);
  }
  return new TextDecoder().decode(out.subarray(0, size));
}
