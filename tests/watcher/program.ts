/** A program that prints lines of JSON, and how to wait for one of them. */

/** One line. */
export interface Line {
  readonly at: string;
  readonly revision: number;
  readonly alert: number;
  readonly sampling: number;
  readonly time: number;
  readonly digest: string;
}

/** A program of `programs/` that is running. */
export class Program implements AsyncDisposable {
  readonly lines: Line[] = [];
  readonly #process: Deno.ChildProcess;
  readonly #reading: Promise<void>;
  #wake = () => {};
  #ended = false;

  constructor(name: string, ...args: string[]) {
    const path = new URL(`programs/${name}`, import.meta.url).pathname;
    this.#process = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "-A", path, ...args],
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#reading = this.#read();
  }

  /** The first line from a place on that is wanted; rejects when there is none in time. */
  async until(
    wanted: (line: Line) => boolean,
    { from = 0, timeoutMs = 20_000 } = {},
  ): Promise<Line> {
    const end = performance.now() + timeoutMs;
    for (let i = from;;) {
      for (; i < this.lines.length; i++) {
        if (wanted(this.lines[i]!)) return this.lines[i]!;
      }
      const left = end - performance.now();
      if (left <= 0 || this.#ended) {
        const last = JSON.stringify(this.lines.slice(-3));
        throw new Error(`the line did not come; the last were ${last}`);
      }
      const timer = setTimeout(() => this.#wake(), left);
      await new Promise<void>((wake) => this.#wake = wake);
      clearTimeout(timer);
    }
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.#process.status;
    await this.#reading;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill();
  }

  async #read(): Promise<void> {
    let rest = "";
    const text = this.#process.stdout.pipeThrough(new TextDecoderStream());
    for await (const part of text) {
      const lines = (rest + part).split("\n");
      rest = lines.pop()!;
      for (const line of lines) this.lines.push(JSON.parse(line));
      this.#wake();
    }
    this.#ended = true;
    this.#wake();
  }
}
