import { createInterface } from "node:readline/promises";
import { stdin, stdout } from "node:process";

const HISTORY = 500;

/**
 * Read lines from a terminal, with a history that is kept in a file.
 *
 * @param file Where the history is kept; a file that cannot be read or written is done without.
 * @param signal Ends it.
 * @param run Called with each line; what it throws is its own affair.
 */
export async function prompt(
  file: string,
  signal: AbortSignal,
  run: (line: string) => Promise<void>,
): Promise<void> {
  const history = await readHistory(file);
  const terminal = createInterface({
    input: stdin,
    output: stdout,
    terminal: stdin.isTTY === true,
    history: [...history].reverse(),
    historySize: HISTORY,
    prompt: "ask> ",
  });
  const stop = () => terminal.close();
  signal.addEventListener("abort", stop, { once: true });
  terminal.on("SIGINT", stop);
  try {
    terminal.prompt();
    for await (const raw of terminal) {
      const line = raw.trim();
      if (line === "exit" || line === "quit") break;
      if (line !== "") {
        history.push(line);
        await run(line);
      }
      terminal.prompt();
    }
  } finally {
    signal.removeEventListener("abort", stop);
    terminal.close();
    await writeHistory(file, history);
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
