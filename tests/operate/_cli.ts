/** Commands on a configuration in a folder of their own. */
import assert from "node:assert/strict";
import { type Outcome, runTask } from "../cli/run.ts";

/** Runs a command there; what names no store means the folder `tree`. */
export type Run = (task: string, ...args: string[]) => Promise<Outcome>;

/** Gives a test a folder, and commands that are run in it as by ana. */
export async function inFolder(
  fn: (run: Run, folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "config-cli-" });
  const env = {
    ...{ USER: "ana", NO_COLOR: "1", ML_DEFENDER_CONFIG: "file:tree" },
    // What commands remember is not to be left where the user's own is.
    XDG_STATE_HOME: `${folder}/state`,
  };
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

/** Makes a key file; what it is called is also its key's id. */
export async function keyFile(
  run: Run,
  folder: string,
  name: string,
  more = "",
): Promise<string> {
  const { out, code } = await run("config", "new-key", name);
  assert.equal(code, 0);
  await Deno.writeTextFile(`${folder}/${name}`, out + more, { mode: 0o600 });
  return out;
}

/** Runs a command that has to succeed. */
export async function good(
  run: Run,
  task: string,
  ...args: string[]
): Promise<string> {
  const { code, out, err } = await run(task, ...args);
  assert.equal(code, 0, `${task} ${args.join(" ")}: ${out}${err}`);
  return out;
}

/** Whether there is something of that name. */
export async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
