/** Errors of the file system as errors of a store. */
import { EtcdError, type EtcdErrorCode } from "./error.ts";

const OF_FOLDER: readonly EtcdErrorCode[] = [
  "storage",
  "permission",
  "locked",
  "integrity",
];

/** Whether an error says that a folder can not be used; else it is the answer to what was asked. */
export function isOfFolder(error: unknown): error is EtcdError {
  return error instanceof EtcdError && OF_FOLDER.includes(error.code);
}

/** Says what was tried, where and why it failed; an `EtcdError` stays as it is. */
export function toStorageError(
  action: string,
  path: string,
  cause: unknown,
): EtcdError {
  if (cause instanceof EtcdError) return cause;
  const osCode = (cause as { code?: unknown } | null)?.code;
  if (
    osCode === "EACCES" || osCode === "EPERM" || osCode === "EROFS" ||
    cause instanceof Deno.errors.PermissionDenied ||
    cause instanceof Deno.errors.NotCapable
  ) {
    const text =
      `Cannot ${action} ${path}: the process may not; give it the file or --allow-read and --allow-write`;
    return new EtcdError("permission", text, { cause });
  }
  const reason = osCode === "ENOSPC" || osCode === "EDQUOT"
    ? "no space left on the device; what was there stays as it is"
    : osCode === "ENOENT" || cause instanceof Deno.errors.NotFound
    ? "it is not there"
    : firstLine(cause);
  return new EtcdError("storage", `Cannot ${action} ${path}: ${reason}`, {
    cause,
  });
}

function firstLine(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  return text.split("\n")[0] ?? "unknown";
}
