// deno-lint-ignore-file no-console

/** One command of a check. */
export interface Step {
  /** What it holds the tree to. */
  name: string;
  /** Arguments for the running Deno. */
  args: readonly string[];
  /** Folder to run in, relative to the root. */
  folder?: string;
  /** Further environment. */
  env?: Record<string, string>;
}

const root = new URL("../", import.meta.url);

/**
 * Print a program's use and end, if that is asked for.
 *
 * @param text What `--help` prints.
 */
export function helpIfAsked(text: string): void {
  if (!Deno.args.includes("--help")) return;
  console.log(text.trim());
  Deno.exit(0);
}

/**
 * Run steps one after the other, with their output, until one fails.
 *
 * @param steps What to run.
 * @returns Whether every step succeeded.
 */
export async function runSteps(steps: readonly Step[]): Promise<boolean> {
  for (const { name, args, folder = ".", env = {} } of steps) {
    const started = performance.now();
    console.log(`\n# ${name}`);
    const { success, code } = await new Deno.Command(Deno.execPath(), {
      args: [...args],
      cwd: new URL(`${folder}/`, root),
      env,
      stdin: "null",
    }).spawn().status;
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`# ${name}: ${success ? "ok" : `exit ${code}`} (${seconds} s)`);
    if (!success) return false;
  }
  return true;
}
