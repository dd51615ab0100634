/** Why a capture cannot be read. */
export type CaptureErrorCode =
  /** The input has no bytes. */
  | "empty"
  /** The input is not a capture, or its structure is broken. */
  | "format"
  /** The input cannot be opened or read. */
  | "unreadable"
  /** Compressed input is damaged. */
  | "compressed";

/** A capture cannot be read. The message names the input and the reason on one line. */
export class CaptureError extends Error {
  /** Always `"CaptureError"`. */
  override readonly name = "CaptureError";
  /** What kind of problem it is. */
  readonly code: CaptureErrorCode;

  /**
   * Construct an error.
   *
   * @param code What kind of problem it is.
   * @param message Input and reason.
   * @param options The cause, where there is one.
   */
  constructor(code: CaptureErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
