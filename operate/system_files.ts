/**
 * Files in which Linux shows itself. Deno reads them only with every permission, so a program that may run nothing but `cat`
 * and `ls` reads them through these.
 *
 * @module
 */

/** What became of reading. */
export type SystemText =
  | {
    /** It was read. */
    readonly state: "read";
    /** Its text; of a folder the names in it, a line each. */
    readonly text: string;
  }
  | {
    /** There is nothing of that name, or it gives nothing. */
    readonly state: "absent";
  }
  | {
    /** This process may not read it. */
    readonly state: "denied";
  };

/** A file's text. */
export async function readSystemFile(path: string): Promise<SystemText> {
  try {
    return { state: "read", text: await Deno.readTextFile(path) };
  } catch (error) {
    return isDenied(error) ? await through("cat", path) : { state: "absent" };
  }
}

/** The names in a folder. */
export async function readSystemFolder(path: string): Promise<SystemText> {
  try {
    const names = await Array.fromAsync(
      Deno.readDir(path),
      ({ name }) => `${name}\n`,
    );
    return { state: "read", text: names.join("") };
  } catch (error) {
    return isDenied(error) ? await through("ls", path) : { state: "absent" };
  }
}

function isDenied(error: unknown): boolean {
  return error instanceof Deno.errors.NotCapable;
}

async function through(
  command: "cat" | "ls",
  path: string,
): Promise<SystemText> {
  const { state } = await Deno.permissions.query({ name: "run", command });
  if (state !== "granted") return { state: "denied" };
  const { success, stdout } = await new Deno.Command(command, {
    args: ["--", path],
    stderr: "null",
  }).output();
  return success
    ? { state: "read", text: new TextDecoder().decode(stdout) }
    : { state: "absent" };
}
