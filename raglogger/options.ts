/**
 * Options of the logger, with their defaults and bounds.
 *
 * @module
 */

import type { Retention } from "./_housekeeping.ts";
import { type LineFormatter, typescriptFormatter } from "./format.ts";
import type { LogPolicy } from "./policy.ts";
import type { LogContext } from "./to_record.ts";

export type { Retention };

/** Options of `RagLogger.open`. */
export interface RagLoggerOptions extends LogContext {
  /**
   * What gives way when the disk is slower than the events. `offline`: appends wait, and reject when a write fails.
   * `live`: never holds up detection; appends beyond `queueLimit` and those that cannot be written are dropped and
   * counted, and writing resumes by itself. @default {"offline"}
   */
  readonly mode?: "offline" | "live";
  /** Which events are logged. */
  readonly policy?: LogPolicy;
  /** Events waiting to be written at most, 1 to 1,000,000; a larger queue rides out longer stalls. @default {8192} */
  readonly queueLimit?: number;
  /** Lines in a file at most, at least 1; larger files mean fewer rotations. @default {1_000_000} */
  readonly maxFileLines?: number;
  /** Bytes in a file of events or incidents at most, at least 1024, unless one line is longer. @default {268_435_456} */
  readonly maxFileBytes?: number;
  /**
   * When to wait for the device (fdatasync). Whatever the choice, acknowledged lines survive a killed process; this is
   * about power cuts. `none`: never; the kernel writes within about 30 s. `rotate`: at rotation and close. `batch`:
   * before every acknowledgement, which costs one device flush per batch of appends (often 0.1 to 10 ms), so it pays
   * to have many appends in flight. @default {"rotate"}
   */
  readonly sync?: "none" | "rotate" | "batch";
  /** Lines between checkpoints of the hash chain; 0 for no chain. Smaller narrows down damage further. @default {1000} */
  readonly chainEvery?: number;
  /** Compress files when they are full or their day is over. @default {"none"} */
  readonly compress?: "none" | "gzip";
  /** How long files are kept. @default {{}} */
  readonly retention?: Retention;
  /** Artifacts written for each incident at most, 0 for none at all; a flood fills no disk. @default {50} */
  readonly artifactsPerIncident?: number;
  /** Clock for `logged_at` and the file's date, milliseconds since the Unix epoch; a replay gives capture time. @default {Date.now} */
  readonly now?: () => number;
  /** What makes lines of records. @default {typescriptFormatter} */
  readonly formatter?: LineFormatter;
}

/**
 * What a logger can be told while it runs; what is absent stays as it is. All else needs another logger: `mode`,
 * `queueLimit`, `chainEvery`, `now`, `formatter`, deployment, node and interface.
 */
export type LogChange = Pick<
  RagLoggerOptions,
  | "policy"
  | "maxFileLines"
  | "maxFileBytes"
  | "sync"
  | "compress"
  | "retention"
  | "artifactsPerIncident"
  | "configDigest"
  | "modelSet"
>;

/** The options of the writer with defaults filled in. */
export type ResolvedOptions = Required<
  Omit<RagLoggerOptions, "policy" | keyof LogContext>
>;

function whole(name: string, value: number, min: number, max: number): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new RangeError(
    `Cannot open log as '${name}' must be a whole number from ${min} to ${max}: current value is ${value}`,
  );
}

function oneOf<T extends string>(
  name: string,
  value: T,
  allowed: readonly T[],
): T {
  if (allowed.includes(value)) return value;
  const wanted = allowed.join(", ");
  throw new TypeError(
    `Cannot open log as '${name}' must be one of ${wanted}: current value is ${value}`,
  );
}

function limit(name: string, value: number | undefined): void {
  if (value === undefined || value > 0) return;
  throw new RangeError(
    `Cannot open log as '${name}' must be above 0: current value is ${value}`,
  );
}

/**
 * Fills in the defaults.
 *
 * @throws {RangeError} When a number is out of range.
 * @throws {TypeError} When a choice is not one of those named.
 */
export function resolveOptions(options: RagLoggerOptions): ResolvedOptions {
  const {
    mode = "offline",
    queueLimit = 8192,
    maxFileLines = 1_000_000,
    maxFileBytes = 268_435_456,
    sync = "rotate",
    chainEvery = 1000,
    compress = "none",
    retention = {},
    artifactsPerIncident = 50,
    now = Date.now,
    formatter = typescriptFormatter,
  } = options;
  const large = Number.MAX_SAFE_INTEGER;
  limit("retention.maxAgeDays", retention.maxAgeDays);
  limit("retention.maxBytes", retention.maxBytes);
  return {
    mode: oneOf("mode", mode, ["offline", "live"]),
    queueLimit: whole("queueLimit", queueLimit, 1, 1_000_000),
    maxFileLines: whole("maxFileLines", maxFileLines, 1, large),
    maxFileBytes: whole("maxFileBytes", maxFileBytes, 1024, large),
    sync: oneOf("sync", sync, ["none", "rotate", "batch"]),
    chainEvery: whole("chainEvery", chainEvery, 0, 1_000_000),
    compress: oneOf("compress", compress, ["none", "gzip"]),
    retention,
    artifactsPerIncident: whole(
      "artifactsPerIncident",
      artifactsPerIncident,
      0,
      large,
    ),
    now,
    formatter,
  };
}
