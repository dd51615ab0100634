/** A small file system of its own, for tests of full and of read-only ones. */

/** Why a test is left out. */
export const cannotMount = "mounting a small tmpfs needs root";

/** A mounted file system; it goes with the scope. */
export interface SmallDisk extends AsyncDisposable {
  /** Fills it to the last byte. */
  fill(): Promise<void>;
  /** Removes what filled it. */
  empty(): Promise<void>;
  /** Lets nothing more be written. */
  readOnly(): Promise<void>;
}

async function ran(command: string, args: string[]): Promise<boolean> {
  const options = { args, stdout: "null", stderr: "null" } as const;
  try {
    return (await new Deno.Command(command, options).output()).success;
  } catch {
    return false;
  }
}

/** Mounts a tmpfs of a size over a folder. */
export async function mountTmpfs(
  path: string,
  size: string,
): Promise<SmallDisk> {
  const args = ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", path];
  if (!await ran("mount", args)) throw new Error(cannotMount);
  return {
    async fill() {
      for (let bytes = 1 << 20; bytes > 0; bytes >>= 4) {
        const file = `${path}/ballast-${bytes}`;
        const piece = new Uint8Array(bytes);
        await Deno.writeFile(file, new Uint8Array(0));
        for (;;) {
          try {
            await Deno.writeFile(file, piece, { append: true });
          } catch {
            break;
          }
        }
      }
    },
    async empty() {
      for await (const { name } of Deno.readDir(path)) {
        if (name.startsWith("ballast-")) await Deno.remove(`${path}/${name}`);
      }
    },
    async readOnly() {
      if (!await ran("mount", ["-o", "remount,ro", path])) {
        throw new Error("Cannot make the file system one that is only read");
      }
    },
    async [Symbol.asyncDispose]() {
      await ran("umount", ["-l", path]);
    },
  };
}

/** Whether it can be done here. */
mountTmpfs.available = async (): Promise<boolean> => {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return false;
  const path = await Deno.makeTempDir();
  try {
    await using _disk = await mountTmpfs(path, "1m");
    return true;
  } catch {
    return false;
  } finally {
    await Deno.remove(path).catch(() => {});
  }
};
