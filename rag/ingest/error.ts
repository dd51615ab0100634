/**
 * What stops ingest.
 *
 * @module
 */

/** Why a folder cannot be read: it is not there, not allowed, or the device fails. */
export type IngestErrorCode = "notFound" | "denied" | "io";

/** A folder or file of the log cannot be read for a reason that a person can act on. The message is one line. */
export class IngestError extends Error {
  /** Always "IngestError". */
  override readonly name = "IngestError";
  /** What went wrong. */
  readonly code: IngestErrorCode;

  /**
   * Makes the error.
   *
   * @param code What went wrong.
   * @param message One line: action, path and reason.
   * @param options The error behind it, as `cause`.
   */
  constructor(code: IngestErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Turns what reading a path threw into an `IngestError`; one stays as it is. */
export function toIngestError(path: string, cause: unknown): IngestError {
  if (cause instanceof IngestError) return cause;
  const code = codeOf(cause);
  const reason = code === "notFound"
    ? "it must be a folder or a file that is there"
    : code === "denied"
    ? "reading it must be allowed"
    : cause instanceof Error
    ? cause.message.split("\n")[0]
    : String(cause);
  return new IngestError(code, `Cannot read ${path}: ${reason}`, { cause });
}

/** The code of what reading threw. */
export function codeOf(cause: unknown): IngestErrorCode {
  const { errors } = Deno;
  if (
    cause instanceof errors.NotFound || cause instanceof errors.NotADirectory
  ) return "notFound";
  return cause instanceof errors.PermissionDenied ||
      cause instanceof errors.NotCapable
    ? "denied"
    : "io";
}
