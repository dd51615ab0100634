/** Says when something in a folder may have changed: by the system's notice, and by the clock where notices fail. */

export class FolderTail {
  readonly #folder: string;
  readonly #pollMs: number;
  readonly #onChange: () => Promise<void>;
  #watcher: Deno.FsWatcher | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #running = false;
  #again = false;

  constructor(folder: string, pollMs: number, onChange: () => Promise<void>) {
    this.#folder = folder;
    this.#pollMs = pollMs;
    this.#onChange = onChange;
  }

  start(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setInterval(() => void this.#look(), this.#pollMs);
    void this.#listen();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  async #listen(): Promise<void> {
    try {
      const watcher = Deno.watchFs(this.#folder, { recursive: false });
      this.#watcher = watcher;
      for await (const { paths } of watcher) {
        if (paths.some((path) => path.endsWith("/config.log"))) {
          void this.#look();
        }
      }
    } catch {
      // No notices here (none left, or a file system without them): the clock is enough.
    }
  }

  async #look(): Promise<void> {
    this.#again = true;
    if (this.#running) return;
    this.#running = true;
    while (this.#again) {
      this.#again = false;
      await this.#onChange();
    }
    this.#running = false;
  }
}
