/** One writer at a time in a folder, over processes: a lock that the kernel drops when the process ends. */
import { EtcdError } from "./error.ts";
import { toStorageError } from "./_file_errors.ts";

export class FolderLock {
  readonly #path: string;
  readonly #file: Deno.FsFile;
  readonly #timeoutMs: number;

  private constructor(path: string, file: Deno.FsFile, timeoutMs: number) {
    this.#path = path;
    this.#file = file;
    this.#timeoutMs = timeoutMs;
  }

  static async open(path: string, timeoutMs: number): Promise<FolderLock> {
    try {
      const options = { write: true, create: true, mode: 0o600 };
      return new FolderLock(path, await Deno.open(path, options), timeoutMs);
    } catch (error) {
      throw toStorageError("open", path, error);
    }
  }

  /** Runs something while no other process does. */
  async run<T>(action: () => Promise<T>): Promise<T> {
    const end = performance.now() + this.#timeoutMs;
    for (let wait = 1; !(await this.#file.tryLock(true)); wait *= 2) {
      if (performance.now() > end) {
        throw new EtcdError(
          "locked",
          `Cannot lock ${this.#path}: another process has held it for ${this.#timeoutMs} ms; find and stop it`,
        );
      }
      await new Promise((done) => setTimeout(done, Math.min(wait, 10)));
    }
    try {
      return await action();
    } finally {
      await this.#file.unlock();
    }
  }

  close(): void {
    this.#file.close();
  }
}
