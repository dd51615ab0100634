import { createInterface, type Interface } from "node:readline/promises";
import { stdin, stdout } from "node:process";

const HISTORY = 500;

/**
 * Read lines from a terminal, with a history that is kept in a file. Ctrl-C stops what a line is doing; where none is doing
 * anything it clears the line, and ends the prompt where that is empty.
 *
 * @param file Where the history is kept; a file that cannot be read or written is done without.
 * @param signal Ends it, and what a line is doing.
 * @param run Called with each line; what it throws is its own affair. Its signal aborts when it is to stop.
 */
export async function prompt(
  file: string,
  signal: AbortSignal,
  run: (line: string, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  if (signal.aborted) return;
  const history = await readHistory(file);
  const terminal = createInterface({
    input: stdin,
    output: stdout,
    terminal: stdin.isTTY === true,
    history: [...history].reverse(),
    historySize: HISTORY,
    prompt: "ask> ",
  });
  const reader = new LineReader(terminal);
  const stop = () => reader.end();
  signal.addEventListener("abort", stop, { once: true });
  let running: AbortController | undefined;
  terminal.on("SIGINT", () => {
    if (running !== undefined && !running.signal.aborted) running.abort();
    else if (running === undefined && terminal.line !== "") {
      terminal.write(null, { ctrl: true, name: "e" });
      terminal.write(null, { ctrl: true, name: "u" });
    } else reader.end();
  });
  try {
    for (;;) {
      terminal.prompt();
      const line = (await reader.next())?.trim();
      if (line === undefined || line === "exit" || line === "quit") break;
      if (line === "") continue;
      history.push(line);
      running = new AbortController();
      const both = AbortSignal.any([running.signal, signal]);
      await Promise.race([run(line, both), reader.ended]);
      running = undefined;
      if (reader.over) break;
    }
  } finally {
    signal.removeEventListener("abort", stop);
    terminal.close();
    await writeHistory(file, history);
  }
}

/** Lines as they are asked for; those that are typed meanwhile wait. */
class LineReader {
  readonly #lines: string[] = [];
  readonly #ended = Promise.withResolvers<void>();
  #wake: (() => void) | undefined;
  /** Whether nothing is read any more. */
  over = false;

  constructor(terminal: Interface) {
    terminal.on("line", (line) => {
      this.#lines.push(line);
      this.#wake?.();
    });
    terminal.on("close", () => this.#close());
  }

  /** Resolves when somebody wants it to end while a line is at work. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  end(): void {
    this.#close();
    this.#ended.resolve();
  }

  /** The next line; undefined at the end. */
  async next(): Promise<string | undefined> {
    while (this.#lines.length === 0 && !this.over) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    return this.#lines.shift();
  }

  #close(): void {
    this.over = true;
    this.#wake?.();
  }
}

async function readHistory(file: string): Promise<string[]> {
  const text = await Deno.readTextFile(file).catch(() => "");
  return text.split("\n").filter((line) => line !== "").slice(-HISTORY);
}

async function writeHistory(
  file: string,
  history: readonly string[],
): Promise<void> {
  const text = history.slice(-HISTORY).map((line) => `${line}\n`).join("");
  await Deno.writeTextFile(file, text, { mode: 0o600 }).catch(() => {});
}
