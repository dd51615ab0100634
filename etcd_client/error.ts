/**
 * The error of every store.
 *
 * @module
 */

/**
 * Why an operation on a store failed.
 *
 * - `unreachable`: no endpoint answered in time; a write may have happened, and the message says so where it may.
 * - `auth`, `permission`, `tls`: the user, what the user or the process may do, the certificates.
 * - `conflict`: the value is not at the revision that the caller expected.
 * - `compacted`: the revision asked for is no longer kept.
 * - `invalid`: a value that its schema refuses; `issues` says where and why.
 * - `integrity`: a value that was changed, cut, moved from another key, or is not encrypted where it must be.
 * - `replay`: an older value put back, or a value that went away without being deleted.
 * - `key`: no such key id in the key ring, the wrong key under that id, or no key ring at all.
 * - `lease`: the lease has expired or was revoked.
 * - `limit`: too large, in bytes or in number.
 * - `locked`: another process holds the file.
 * - `storage`: the file or the disk.
 * - `closed`: the store was closed.
 */
export type EtcdErrorCode =
  | "unreachable"
  | "auth"
  | "permission"
  | "tls"
  | "conflict"
  | "compacted"
  | "invalid"
  | "integrity"
  | "replay"
  | "key"
  | "lease"
  | "limit"
  | "locked"
  | "storage"
  | "closed";

/** One thing that is wrong with a value. */
export interface ConfigIssue {
  /** Where in the value, for example "scoring.thresholds.0"; empty for the value as a whole. */
  readonly path: string;
  /** What is wrong, as the schema says it. */
  readonly message: string;
}

/** What an `EtcdError` carries beside its message. */
export interface EtcdErrorOptions extends ErrorOptions {
  /** The key that it is about. */
  readonly key?: string;
  /** What the schema found. */
  readonly issues?: readonly ConfigIssue[];
}

/** An operation on a store failed for a reason that a caller can act on. No value, key or password is in the message. */
export class EtcdError extends Error {
  /** Always "EtcdError". */
  override readonly name = "EtcdError";
  /** What went wrong. */
  readonly code: EtcdErrorCode;
  /** The store's key that it is about, if it is about one. */
  readonly key: string | undefined;
  /** What the schema found, for `invalid`; else empty. */
  readonly issues: readonly ConfigIssue[];

  /**
   * Makes the error.
   *
   * @param code What went wrong.
   * @param message One line: action, reason and what to do.
   * @param options The key, the issues and the error behind it.
   */
  constructor(
    code: EtcdErrorCode,
    message: string,
    options: EtcdErrorOptions = {},
  ) {
    super(message, options);
    this.code = code;
    this.key = options.key;
    this.issues = options.issues ?? [];
  }
}
