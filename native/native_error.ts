/**
 * Why the core could not be had:
 * - `no_permission`: Deno has not been allowed what the native build needs
 * - `no_library`: there is no native build for this machine, or none at the path given
 * - `corrupt`: bytes do not match their SHA-256, or cannot be unpacked or loaded
 * - `mismatch`: the build's interface, layout or sources are not those that this code was written for
 * - `refused`: the core does not accept the options or the data
 * - `broken`: the wasm instance has trapped or run out of memory; every later call fails the same way
 */
export type NativeErrorCode =
  | "no_permission"
  | "no_library"
  | "corrupt"
  | "mismatch"
  | "refused"
  | "broken";

/** The core could not be loaded, or refused what it was given. */
export class NativeError extends Error {
  /** Always `"NativeError"`. */
  override readonly name = "NativeError";
  /** What kind of failure it is. */
  readonly code: NativeErrorCode;

  /**
   * Make an error.
   *
   * @param code What kind of failure it is.
   * @param message One line that says what and why.
   * @param options `cause`, where there is one.
   */
  constructor(code: NativeErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
