/**
 * The error that log operations throw.
 *
 * @module
 */

/** Why a log operation failed. */
export type LogErrorCode =
  | "locked"
  | "closed"
  | "diskFull"
  | "denied"
  | "notFound"
  | "io";

/** A log operation failed for a reason that a caller can act on. The message is one line and names the path. */
export class LogError extends Error {
  /** Always "LogError". */
  override readonly name = "LogError";
  /** What went wrong: `locked` another writer holds the directory, `io` anything that has no code of its own. */
  readonly code: LogErrorCode;

  /**
   * Makes the error.
   *
   * @param code What went wrong.
   * @param message One line: action, path and reason.
   * @param options The error behind it, as `cause`.
   */
  constructor(code: LogErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * Turns an error of the file system into a `LogError`; a `LogError` stays as it is.
 *
 * @param action What was tried, for example "write".
 * @param path The file or directory.
 * @param cause What was thrown.
 */
export function toLogError(
  action: string,
  path: string,
  cause: unknown,
): LogError {
  if (cause instanceof LogError) return cause;
  const [code, reason] = classify(cause);
  return new LogError(code, `Cannot ${action} ${path}: ${reason}`, { cause });
}

function classify(cause: unknown): [LogErrorCode, string] {
  const osCode = (cause as { code?: unknown } | null)?.code;
  if (osCode === "ENOSPC" || osCode === "EDQUOT") {
    return ["diskFull", "no space left on the device"];
  }
  if (
    osCode === "EACCES" || osCode === "EPERM" || osCode === "EROFS" ||
    cause instanceof Deno.errors.PermissionDenied ||
    cause instanceof Deno.errors.NotCapable
  ) return ["denied", "not writable or not allowed"];
  if (osCode === "ENOENT" || cause instanceof Deno.errors.NotFound) {
    return ["notFound", "not found"];
  }
  if (osCode === "ENOTDIR" || cause instanceof Deno.errors.NotADirectory) {
    return ["notFound", "not a directory"];
  }
  const text = cause instanceof Error ? cause.message : String(cause);
  return ["io", text.split("\n")[0] ?? "unknown"];
}
