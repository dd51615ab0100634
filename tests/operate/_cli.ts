/** Commands on a configuration in a folder of their own. */
import { type Outcome, runTask } from "../cli/run.ts";

/** Runs a command there; what names no store means the folder `tree`. */
export type Run = (task: string, ...args: string[]) => Promise<Outcome>;

/** Gives a test a folder, and commands that are run in it as by ana. */
export async function inFolder(
  fn: (run: Run, folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "config-cli-" });
  const env = { USER: "ana", NO_COLOR: "1", ML_DEFENDER_CONFIG: "file:tree" };
  try {
    await fn((task, ...args) => runTask(task, args, { folder, env }), folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Everything that whoever takes a store's folder away can read: its log, with the bytes of each value. */
export async function stolen(folder: string): Promise<string> {
  const log = await Deno.readTextFile(`${folder}/config.log`);
  const values = [...log.matchAll(/"([A-Za-z0-9+/]{4,}={0,2})"/g)].map((
    [, text],
  ) => {
    try {
      return atob(text!);
    } catch {
      return "";
    }
  });
  return [log, ...values].join("\n");
}
