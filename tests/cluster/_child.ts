/** A process that prints lines of JSON and takes lines of JSON. */
import type { Guard } from "./_guard.ts";

/** A line: what it is about, and more. */
export interface Line {
  readonly at: string;
  readonly [name: string]: unknown;
}

/** How a process is started. */
export interface ChildOptions {
  /** Program and arguments. */
  readonly command: readonly string[];
  /** Told of the process, so that it does not outlive the test. */
  readonly guard: Guard;
  /** Its lines are read. @default {true} */
  readonly speaks?: boolean;
}

/** A process that a test bed owns. */
export class Child {
  readonly lines: Line[] = [];
  readonly #process: Deno.ChildProcess;
  readonly #guard: Guard;
  readonly #over: Promise<void>;
  readonly #input: WritableStreamDefaultWriter<Uint8Array> | undefined;
  readonly #wakers = new Set<() => void>();
  #asked = 0;
  /** How it ended; undefined while it runs. */
  status: Deno.CommandStatus | undefined;

  constructor({ command, guard, speaks = true }: ChildOptions) {
    const [program, ...args] = command as [string, ...string[]];
    this.#guard = guard;
    this.#process = new Deno.Command(program, {
      args,
      stdin: speaks ? "piped" : "null",
      stdout: speaks ? "piped" : "null",
      stderr: speaks ? "inherit" : "null",
    }).spawn();
    this.#input = speaks ? this.#process.stdin.getWriter() : undefined;
    this.#over = this.#follow(speaks);
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** The first line from a place on that is wanted; rejects when it does not come in time, or the process ends. */
  async until(
    wanted: (line: Line) => boolean,
    { from = 0, timeoutMs = 30_000 } = {},
  ): Promise<Line> {
    const end = performance.now() + timeoutMs;
    for (let i = from;;) {
      for (; i < this.lines.length; i++) {
        if (wanted(this.lines[i]!)) return this.lines[i]!;
      }
      const left = end - performance.now();
      if (left <= 0 || this.status !== undefined) {
        const how = this.status === undefined ? "in time" : "before its end";
        const last = JSON.stringify(this.lines.slice(-3));
        throw new Error(`a line did not come ${how}; the last were ${last}`);
      }
      await this.#news(left);
    }
  }

  /** Asks it for something and gives the answer. */
  async ask(
    what: string,
    { timeoutMs = 30_000, ...more }: {
      readonly timeoutMs?: number;
      readonly [name: string]: unknown;
    } = {},
  ): Promise<Line> {
    const id = ++this.#asked;
    const from = this.lines.length;
    const text = `${JSON.stringify({ ...more, do: what, id })}\n`;
    await this.#input!.write(new TextEncoder().encode(text));
    const answer = await this.until(
      (line) => line.at === "answer" && line.id === id,
      { from, timeoutMs },
    );
    if (answer.error !== undefined) throw new Error(`${what}: ${answer.error}`);
    return answer;
  }

  /** Lets it end by itself, as its input is over; rejects when it does not do so in time. */
  async leave(timeoutMs = 10_000): Promise<Deno.CommandStatus> {
    await this.#input?.close().catch(() => {});
    const end = performance.now() + timeoutMs;
    while (this.status === undefined) {
      const left = end - performance.now();
      if (left <= 0) {
        const last = JSON.stringify(this.lines.slice(-3));
        throw new Error(`it did not end in time; its last lines were ${last}`);
      }
      await this.#news(left);
    }
    return this.status;
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.#over;
  }

  async #follow(speaks: boolean): Promise<void> {
    await this.#guard.tell("pid", this.pid);
    const [status] = await Promise.all([
      this.#process.status,
      speaks ? this.#read() : undefined,
    ]);
    this.status = status;
    await this.#guard.tell("gone", this.pid);
    await this.#input?.abort().catch(() => {});
    for (const wake of this.#wakers) wake();
  }

  async #news(withinMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wakers.add(resolve);
    const timer = setTimeout(resolve, withinMs);
    await promise;
    clearTimeout(timer);
    this.#wakers.delete(resolve);
  }

  async #read(): Promise<void> {
    let rest = "";
    const text = this.#process.stdout.pipeThrough(new TextDecoderStream());
    for await (const part of text) {
      const lines = (rest + part).split("\n");
      rest = lines.pop()!;
      for (const line of lines) this.lines.push(JSON.parse(line));
      for (const wake of this.#wakers) wake();
    }
  }
}
