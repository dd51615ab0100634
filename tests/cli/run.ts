/**
 * Commands as a user runs them, in processes of their own.
 *
 * @module
 */

const ROOT = new URL("../../", import.meta.url);

/** What a command did. */
export interface Outcome {
  /** Exit code. */
  readonly code: number;
  /** Standard output. */
  readonly out: string;
  /** Standard error. */
  readonly err: string;
}

/** How a command is run. */
export interface RunOptions {
  /** Where the user stands. */
  readonly folder?: string;
  /** What goes into standard input. */
  readonly input?: Uint8Array<ArrayBuffer>;
  /** Words in front, such as `setpriv`. */
  readonly before?: readonly string[];
  /** Further environment. */
  readonly env?: Record<string, string>;
}

/**
 * Program and arguments of a task's command, with the permissions that the task has.
 *
 * @param task Name of the task in deno.json.
 * @param args Its arguments.
 * @returns The words, the running Deno first.
 */
export async function commandOf(
  task: string,
  args: readonly string[],
): Promise<string[]> {
  const config = JSON.parse(
    await Deno.readTextFile(new URL("deno.json", ROOT)),
  ) as { tasks: Record<string, { command: string }> };
  const words = config.tasks[task]!.command.split(" ").slice(1);
  return [
    Deno.execPath(),
    ...words.map((word) =>
      word.endsWith(".ts") ? new URL(word, ROOT).pathname : word
    ),
    ...args,
  ];
}

/**
 * Run a task's command to its end.
 *
 * @param task Name of the task.
 * @param args Its arguments.
 * @param options How.
 * @returns What it did.
 */
export async function runTask(
  task: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Outcome> {
  const { input, before = [] } = options;
  const words = [...before, ...await commandOf(task, args)];
  const child = spawn(words, options, input === undefined ? "null" : "piped");
  if (input !== undefined) {
    const writer = child.stdin.getWriter();
    await writer.write(input).then(() => writer.close()).catch(() => {});
  }
  const { code, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

/**
 * Start a command as a task starts it: in the root, with the user's folder in INIT_CWD.
 *
 * @param words Program and arguments.
 * @param options How.
 * @param stdin Where standard input comes from.
 * @returns The process.
 */
export function spawn(
  words: readonly string[],
  { folder, env = {} }: RunOptions,
  stdin: "null" | "piped",
): Deno.ChildProcess {
  const [program, ...args] = words as [string, ...string[]];
  return new Deno.Command(program, {
    args,
    cwd: ROOT,
    env: { ...(folder === undefined ? {} : { INIT_CWD: folder }), ...env },
    stdin,
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}
