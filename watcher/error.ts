/**
 * The error of configuration.
 *
 * @module
 */
import type { ConfigIssue } from "@ml-defender/etcd-client";

/**
 * Why something could not be done.
 *
 * - `invalid`: the values are not what the sections want; `issues` says where and why.
 * - `conflict`: the configuration is not at the revision that the caller expected, others write it all the time, or what
 *   was to be forgotten is there.
 * - `unknown_path`: no section has such a setting.
 * - `unknown_revision`: the history does not have it, or no longer.
 * - `damaged`: what is stored can not be read; roll back to a revision to put it right.
 * - `start`: not even the defaults could be applied.
 */
export type ConfigErrorCode =
  | "invalid"
  | "conflict"
  | "unknown_path"
  | "unknown_revision"
  | "damaged"
  | "start";

/** What a `ConfigError` carries beside its message. */
export interface ConfigErrorOptions extends ErrorOptions {
  /** The revision that it is about. */
  readonly revision?: number;
  /** What is wrong, with paths. */
  readonly issues?: readonly ConfigIssue[];
}

/** Configuration could not be read, written or applied for a reason that a caller can act on. */
export class ConfigError extends Error {
  /** Always "ConfigError". */
  override readonly name = "ConfigError";
  /** What went wrong. */
  readonly code: ConfigErrorCode;
  /** The revision that it is about, if it is about one. */
  readonly revision: number | undefined;
  /** What is wrong, with paths; empty where it is not about values. */
  readonly issues: readonly ConfigIssue[];

  /**
   * Makes the error.
   *
   * @param code What went wrong.
   * @param message One line: action, reason and what to do.
   * @param options Revision, issues and the error behind it.
   */
  constructor(
    code: ConfigErrorCode,
    message: string,
    options: ConfigErrorOptions = {},
  ) {
    super(message, options);
    this.code = code;
    this.revision = options.revision;
    this.issues = options.issues ?? [];
  }
}

const SHOWN = 3;

/** Issues as one line: the first of them, and how many there are more. */
export function issuesText(issues: readonly ConfigIssue[]): string {
  const shown = issues.slice(0, SHOWN).map(({ path, message }) =>
    path === "" ? message : `${path}: ${message}`
  );
  const more = issues.length - shown.length;
  return shown.join("; ") + (more > 0 ? `; ${more} more` : "");
}
