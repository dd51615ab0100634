/** One writer at a time in a folder, over processes: a lock that the kernel drops when the process ends. */
import { EtcdError } from "./error.ts";
import { toStorageError } from "./_file_errors.ts";

const OPTIONS = { write: true, create: true, mode: 0o600 };

export class FolderLock {
  readonly #path: string;
  readonly #timeoutMs: number;
  #file: Deno.FsFile;

  private constructor(path: string, file: Deno.FsFile, timeoutMs: number) {
    this.#path = path;
    this.#file = file;
    this.#timeoutMs = timeoutMs;
  }

  static async open(path: string, timeoutMs: number): Promise<FolderLock> {
    try {
      return new FolderLock(path, await Deno.open(path, OPTIONS), timeoutMs);
    } catch (error) {
      throw toStorageError("open", path, error);
    }
  }

  /** Runs something while no other process does. */
  async run<T>(action: () => Promise<T>): Promise<T> {
    await this.#take();
    try {
      return await action();
    } finally {
      await this.#file.unlock();
    }
  }

  close(): void {
    this.#file.close();
  }

  async #take(): Promise<void> {
    const end = performance.now() + this.#timeoutMs;
    for (let wait = 1;; wait *= 2) {
      if (await this.#file.tryLock(true)) {
        if (await this.#inPlace()) return;
        continue;
      }
      if (performance.now() > end) {
        throw new EtcdError(
          "locked",
          `Cannot lock ${this.#path}: another process has held it for ${this.#timeoutMs} ms; find and stop it`,
        );
      }
      await new Promise((done) => setTimeout(done, Math.min(wait, 10)));
    }
  }

  /** Whether the file locked is the one that others find; where the folder was replaced, theirs is opened instead. */
  async #inPlace(): Promise<boolean> {
    try {
      const there = await Deno.stat(this.#path).catch((error) => {
        if (error instanceof Deno.errors.NotFound) return undefined;
        throw error;
      });
      if (there !== undefined && isSame(there, await this.#file.stat())) {
        return true;
      }
      const file = await Deno.open(this.#path, OPTIONS);
      this.#file.close();
      this.#file = file;
      return false;
    } catch (error) {
      await this.#file.unlock();
      throw toStorageError("lock", this.#path, error);
    }
  }
}

/** Whether two looks were at one file. */
export function isSame(a: Deno.FileInfo, b: Deno.FileInfo): boolean {
  return a.ino === b.ino && a.dev === b.dev;
}
