/**
 * The error that store operations throw.
 *
 * @module
 */

/** Why a store operation failed. */
export type StoreErrorCode =
  | "version"
  | "corrupt"
  | "full"
  | "busy"
  | "gone"
  | "io";

/** A store operation failed for a reason that a caller can act on. The message is one line and names the path. */
export class StoreError extends Error {
  /** Always "StoreError". */
  override readonly name = "StoreError";
  /**
   * What went wrong: `version` a newer program wrote it, `corrupt` it is no database or a damaged one, `full` no space is
   * left, `busy` another writer has it, `gone` its file was removed or replaced while it was open, `io` anything else, as a
   * file system that may only be read.
   */
  readonly code: StoreErrorCode;

  /**
   * Makes the error.
   *
   * @param code What went wrong.
   * @param message One line: action, path and reason.
   * @param options The error behind it, as `cause`.
   */
  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** What to do about a damaged database. */
export const REMEDY =
  "put a copy of it back, or remove the folder and read the logs again";

const SIGNS: readonly (readonly [StoreErrorCode, RegExp])[] = [
  ["full", /disk is full|no space left|ENOSPC|EDQUOT/i],
  ["corrupt", /not a database|malformed|corrupt|fts5 file format/i],
  ["busy", /is locked|database is busy/i],
];

/**
 * Turns what SQLite or the file system threw into a `StoreError`; a `StoreError`, `TypeError` or `RangeError` of a caller's
 * making stays as it is.
 *
 * @param action What was tried, for example "append to".
 * @param path The database.
 * @param cause What was thrown.
 */
export function toStoreError(
  action: string,
  path: string,
  cause: unknown,
): Error {
  if (cause instanceof StoreError) return cause;
  const isSqlite = (cause as { code?: unknown } | null)?.code ===
    "ERR_SQLITE_ERROR";
  if (
    !isSqlite && (cause instanceof TypeError || cause instanceof RangeError)
  ) return cause;
  const text = cause instanceof Error ? cause.message : String(cause);
  const [code] = SIGNS.find(([, sign]) => sign.test(text)) ?? ["io" as const];
  const first = text.split("\n")[0] ?? "unknown";
  const reason = code === "corrupt" ? `${first}; ${REMEDY}` : first;
  return new StoreError(code, `Cannot ${action} ${path}: ${reason}`, { cause });
}
