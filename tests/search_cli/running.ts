/** A command that runs: what it says so far, its signals and its end. */
import { commandOf, spawn } from "../cli/run.ts";
import { until } from "./logs.ts";

/** A command that was started; killed with the scope. */
export class Running implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #read: Promise<unknown>;
  #typing: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>> | undefined;
  /** Its standard output so far. */
  out = "";
  /** Its standard error so far. */
  err = "";
  /** Whether it has ended. */
  ended = false;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#read = Promise.all([
      this.#collect(child.stdout, (text) => this.out += text),
      this.#collect(child.stderr, (text) => this.err += text),
    ]);
    child.status.then(() => this.ended = true);
  }

  /** Start a task's command; in a terminal, if that is wanted. */
  static async start(
    task: string,
    args: readonly string[],
    options: {
      /** Whether it has a terminal. @default {false} */
      readonly terminal?: boolean;
      /** Further environment. */
      readonly env?: Record<string, string>;
    } = {},
  ): Promise<Running> {
    const words = await commandOf(task, args);
    const { terminal = false, env = {} } = options;
    if (!terminal) return new Running(spawn(words, { env }, "null"));
    const line = words.map((word) => `'${word}'`).join(" ");
    return new Running(
      spawn(["script", "-qec", line, "/dev/null"], { env }, "piped"),
    );
  }

  /** Type into its terminal. */
  async type(text: string): Promise<void> {
    this.#typing ??= this.#child.stdin.getWriter();
    await this.#typing.write(new TextEncoder().encode(text));
  }

  async #collect(
    stream: ReadableStream<Uint8Array<ArrayBuffer>>,
    take: (text: string) => void,
  ): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      take(text);
    }
  }

  /** Wait until its standard error says something. */
  async says(pattern: RegExp): Promise<RegExpMatchArray> {
    await until(
      () => pattern.test(this.err) || this.ended,
      () => `${pattern} in ${this.err}`,
    );
    const found = this.err.match(pattern);
    if (found === null) throw new Error(`it ended without: ${this.err}`);
    return found;
  }

  /** Send a signal. */
  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Its exit code and how long it took to end from now, milliseconds; killed where that is too long. */
  async end(): Promise<{
    /** Exit code. */
    readonly code: number;
    /** Time. */
    readonly ms: number;
  }> {
    const began = performance.now();
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), 20_000);
    const { code } = await this.#child.status;
    const ms = performance.now() - began;
    clearTimeout(timer);
    await this.#typing?.close().catch(() => {});
    await this.#read;
    return { code, ms };
  }

  /** Kill it, if it still runs. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.ended) this.kill("SIGKILL");
    await this.end();
  }
}
