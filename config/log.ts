/**
 * The section `log`: which events are logged, and how long files are kept. It says nothing of how events are judged, so that
 * it is not in the `config_digest` of a line: `changes.jsonl` has when it changed.
 *
 * @module
 */
import type { ConfigIssue } from "@ml-defender/etcd-client";
import type { Policy } from "@ml-defender/scoring";
import { defineSection, type Section } from "@ml-defender/watcher";
import * as v from "valibot";
import { choice, number, object, share, standard, whole } from "./_schema.ts";

/** What is kept of something; null is no limit. */
export interface RetentionConfig {
  /** Days of 24 h. */
  readonly maxAgeDays: number | null;
  /** Bytes. */
  readonly maxBytes: number | null;
}

/** Which events are logged, and how long files are kept. */
export interface LogConfig {
  /** Final score from which an event is logged; null: the policy's `malicious`. */
  readonly minFinalScore: number | null;
  /** Difference of the engines from which an event is logged; null: the policy's `divergence`. */
  readonly minDivergence: number | null;
  /** Final score from which an event asks for analysis; null: the policy's `rag`. */
  readonly ragScore: number | null;
  /** Difference from which an event asks for analysis; null: the policy's `highDivergence`. */
  readonly ragDivergence: number | null;
  /** Share of all other events that is logged. */
  readonly benignShare: number;
  /** Lines of one incident before the rest is sampled. */
  readonly perIncident: number;
  /** Artifacts of one incident. */
  readonly artifactsPerIncident: number;
  /** When a file is full. */
  readonly rotation: {
    /** Lines in a file at most. */
    readonly maxLines: number;
    /** Bytes in a file at most. */
    readonly maxBytes: number;
  };
  /** How long files are kept. */
  readonly retention: RetentionConfig;
  /** Whether full files are compressed. */
  readonly compress: "none" | "gzip";
  /** When to wait for the device. */
  readonly sync: "none" | "rotate" | "batch";
  /** Events waiting for the disk at most. */
  readonly queueLimit: number;
  /** Lines between checkpoints of the hash chain. */
  readonly chainEvery: number;
}

const LARGE = Number.MAX_SAFE_INTEGER;

const fromPolicy = (field: string, doc: string) =>
  v.optional(
    v.nullable(
      share({ doc: `${doc} null: \`policy.thresholds.${field}\`.` }),
    ),
    null,
  );

/** Fields of a retention; also of the section `search`. */
export const retentionFields = (what: string) =>
  v.optional(
    object({
      maxAgeDays: v.optional(
        v.nullable(number(0.001, 36_500, {
          doc: `${what} older than this are removed. null: no limit.`,
          unit: "days of 24 h",
        })),
        null,
      ),
      maxBytes: v.optional(
        v.nullable(whole(1, LARGE, {
          doc:
            `The oldest ${what.toLowerCase()} are removed until they are no more than this. null: no limit.`,
          unit: "bytes",
        })),
        null,
      ),
    }),
    {},
  );

/** Schema of the section. */
export const LOG_SCHEMA: v.GenericSchema<unknown, LogConfig> = object({
  minFinalScore: fromPolicy(
    "malicious",
    "Final score from which an event is logged.",
  ),
  minDivergence: fromPolicy(
    "divergence",
    "Difference of rules and models from which an event is logged.",
  ),
  ragScore: fromPolicy(
    "rag",
    "Final score from which an event asks for analysis; such events are logged.",
  ),
  ragDivergence: fromPolicy(
    "highDivergence",
    "Difference from which an event asks for analysis; such events are logged.",
  ),
  benignShare: v.optional(
    share({
      doc:
        "Share of all other events that is logged too, chosen by event id. More costs that much more log.",
    }),
    0.01,
  ),
  perIncident: v.optional(
    whole(0, LARGE, {
      doc:
        "Lines of one incident before the rest of its events is sampled as others are.",
      unit: "lines",
    }),
    200,
  ),
  artifactsPerIncident: v.optional(
    whole(0, LARGE, { doc: "Artifacts of one incident.", unit: "files" }),
    5,
  ),
  rotation: v.optional(
    object({
      maxLines: v.optional(
        whole(1, LARGE, {
          doc: "Lines in a file of events at most.",
          unit: "lines",
        }),
        1_000_000,
      ),
      maxBytes: v.optional(
        whole(1024, LARGE, {
          doc: "Bytes in a file at most, unless one line is longer.",
          unit: "bytes",
        }),
        268_435_456,
      ),
    }),
    {},
  ),
  retention: retentionFields("Event files and artifacts"),
  compress: v.optional(
    choice(["none", "gzip"], {
      doc: "What is done to files that are full or whose day is over.",
    }),
    "none",
  ),
  sync: v.optional(
    choice(["none", "rotate", "batch"], {
      doc:
        "When to wait for the device: never, at rotation and close, or before every acknowledgement.",
    }),
    "rotate",
  ),
  queueLimit: v.optional(
    whole(1, 1_000_000, {
      doc: "Events waiting for the disk at most.",
      unit: "events",
    }),
    512,
  ),
  chainEvery: v.optional(
    whole(0, 1_000_000, {
      doc: "Lines between checkpoints of the hash chain; 0 for no chain.",
      unit: "lines",
    }),
    1000,
  ),
});

/** The section `log`. */
export const LOG: Section<LogConfig> = defineSection({
  name: "log",
  schema: standard(LOG_SCHEMA),
  defaults: v.parse(LOG_SCHEMA, {}),
  restart: ["queueLimit", "chainEvery"],
});

/** The scores that the log goes by. */
export type LogScores = Readonly<
  Record<
    "minFinalScore" | "minDivergence" | "ragScore" | "ragDivergence",
    number
  >
>;

/**
 * The scores that the log goes by, those of the policy put in where the section says nothing.
 *
 * @param log The section `log`.
 * @param policy The section `policy`.
 */
export function logScores(log: LogConfig, policy: Policy): LogScores {
  const { thresholds } = policy;
  return {
    minFinalScore: log.minFinalScore ?? thresholds.malicious,
    minDivergence: log.minDivergence ?? thresholds.divergence,
    ragScore: log.ragScore ?? thresholds.rag,
    ragDivergence: log.ragDivergence ?? thresholds.highDivergence,
  };
}

/**
 * What does not go together.
 *
 * @param log The section `log`.
 * @param policy The section `policy`.
 */
export function logIssues(log: LogConfig, policy: Policy): ConfigIssue[] {
  const scores = logScores(log, policy);
  const issues: ConfigIssue[] = [];
  if (scores.ragScore < scores.minFinalScore) {
    issues.push({
      path: log.ragScore === null ? "policy.thresholds.rag" : "log.ragScore",
      message:
        `must be at least ${scores.minFinalScore}, from which events are logged`,
    });
  }
  if (scores.ragDivergence < scores.minDivergence) {
    issues.push({
      path: log.ragDivergence === null
        ? "policy.thresholds.highDivergence"
        : "log.ragDivergence",
      message:
        `must be at least ${scores.minDivergence}, from which events are logged`,
    });
  }
  const { maxBytes } = log.retention;
  if (maxBytes !== null && maxBytes < log.rotation.maxBytes) {
    issues.push({
      path: "log.retention.maxBytes",
      message:
        `must be at least ${log.rotation.maxBytes}, what one file may have (log.rotation.maxBytes)`,
    });
  }
  return issues;
}

/** A retention as loggers and searches take it. */
export function retentionOf(
  { maxAgeDays, maxBytes }: RetentionConfig,
): { maxAgeDays?: number; maxBytes?: number } {
  return {
    ...(maxAgeDays !== null && { maxAgeDays }),
    ...(maxBytes !== null && { maxBytes }),
  };
}
