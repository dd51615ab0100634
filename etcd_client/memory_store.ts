/**
 * Configuration in this process's memory: for tests, and for programs of one process.
 *
 * @module
 */
import { BackedStore } from "./backed_store.ts";
import { MemoryBackend } from "./_memory_backend.ts";
import { checkHistory } from "./_options.ts";
import type { StoreOptions } from "./store.ts";

/** Options of a `MemoryStore`. */
export interface MemoryStoreOptions extends StoreOptions {
  /** Revisions kept for watches and reads of the past, 1 to 1,000,000; more costs memory. @default {1000} */
  readonly historyLimit?: number;
}

/** A store in memory. It ends with the process. */
export class MemoryStore extends BackedStore {
  /**
   * Makes an empty store.
   *
   * @param options Its options.
   */
  constructor(options: MemoryStoreOptions = {}) {
    const { historyLimit = 1000, ...rest } = options;
    super(new MemoryBackend(checkHistory(historyLimit)), rest);
  }
}
