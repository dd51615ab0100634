/**
 * Configuration in a folder: for one machine, with any number of processes on it.
 *
 * @module
 */
import { BackedStore } from "./backed_store.ts";
import { FileBackend } from "./_file_backend.ts";
import { checkHistory, checkWhole } from "./_options.ts";
import type { StoreOptions } from "./store.ts";

/** Options of `FileStore.open`. */
export interface FileStoreOptions extends StoreOptions {
  /**
   * Revisions kept for watches and reads of the past, 1 to 1,000,000; more costs memory and a longer file.
   * @default {1000}
   */
  readonly historyLimit?: number;
  /** Wait for the device at each change. Without it a power cut may take the last changes back. @default {true} */
  readonly sync?: boolean;
  /**
   * Milliseconds between looks at the folder while something is watched, 10 to 60,000. The system's notices are faster;
   * this is for file systems that give none. @default {250}
   */
  readonly pollMs?: number;
  /** Milliseconds to wait for another process's write, 1 to 600,000. @default {5000} */
  readonly lockTimeoutMs?: number;
  /** Cut off what is damaged, from the first damaged line on, and keep it in `config.log.torn`. @default {false} */
  readonly repair?: boolean;
}

/** A store in a folder. */
export class FileStore extends BackedStore {
  private constructor(backend: FileBackend, options: StoreOptions) {
    super(backend, options);
  }

  /**
   * Opens a folder, or makes it.
   *
   * @param folder Where; nobody but its owner can look into one that is made here.
   * @param options Its options.
   * @throws {EtcdError} `storage`, when what is there is no config log; `integrity`, when it is damaged; `permission`;
   * `locked`, when another process does not let go.
   */
  static async open(
    folder: string,
    options: FileStoreOptions = {},
  ): Promise<FileStore> {
    const {
      historyLimit = 1000,
      sync = true,
      pollMs = 250,
      lockTimeoutMs = 5000,
      repair = false,
      ...rest
    } = options;
    const backend = await FileBackend.open(folder, {
      historyLimit: checkHistory(historyLimit),
      sync,
      pollMs: checkWhole("pollMs", pollMs, 10, 60_000),
      lockTimeoutMs: checkWhole("lockTimeoutMs", lockTimeoutMs, 1, 600_000),
      repair,
      now: rest.now ?? Date.now,
    });
    return new FileStore(backend, rest);
  }
}
