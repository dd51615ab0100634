import type { Buffer } from "./_wasm_memory.ts";

/**
 * Make a call that runs in another thread, with buffers that stay where they are and alive until it is done.
 *
 * @param buffers What the call reads and fills.
 * @param call The call.
 * @returns Its result.
 */
export function pinned<T>(
  buffers: readonly Buffer[],
  call: () => Promise<T>,
): Promise<T> {
  // Small typed arrays live on the moving heap until their `buffer` is asked for.
  const kept = buffers.map(({ buffer }) => buffer);
  return call().finally(() => kept.length);
}
