/** One writer per directory: an exclusive lock that the kernel drops when the process ends, however it ends. */
import { LogError, toLogError } from "./error.ts";

/** Takes the lock of a log directory; dispose of it to release. Never waits. */
export async function lockDirectory(directory: string): Promise<Deno.FsFile> {
  const path = `${directory}/.lock`;
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path, { write: true, create: true });
  } catch (error) {
    throw toLogError("open", path, error);
  }
  try {
    if (await file.tryLock(true)) return file;
  } catch (error) {
    file.close();
    throw toLogError("lock", path, error);
  }
  file.close();
  throw new LogError(
    "locked",
    `Cannot open log ${directory}: another writer has it open`,
  );
}
