import type { Category } from "./category.ts";
import type { Flow } from "./flow.ts";
import type { HostWindow } from "./host_window.ts";

/** Which engine a piece of evidence is from. */
export type Engine = "fast" | "ml";

/** Score of a rule whose terms all just hold: from here on it fires. */
export const FIRING_SCORE = 0.7;

/** One observation that speaks for a threat, with what it was measured against. */
export interface Reason {
  /** Stable code: the rule's name, or the model's and feature's. */
  readonly code: string;
  /** What was seen, in words, without numbers. */
  readonly text: string;
  /** Feature the value is of. */
  readonly feature: string;
  /** Observed value, in the feature's unit. */
  readonly value: number;
  /** Value from which it counts. */
  readonly threshold: number;
  /** `below` where a value counts up to its threshold instead of from it on. */
  readonly side?: "below";
  /** Share of the score that this reason explains; rules give their score. */
  readonly weight: number;
  /** Engine that it is from; scoring says so in verdicts. */
  readonly engine?: Engine;
}

/**
 * A reason on one line: `text: value >= threshold`, with `<=` where values below count.
 *
 * @param reason What was seen.
 * @returns The text; without the threshold where there is none, without the value where it is unavailable.
 */
export function reasonText(reason: Reason): string {
  const { text, value, threshold, side } = reason;
  if (Number.isNaN(value)) return text;
  if (Number.isNaN(threshold)) return `${text}: ${value}`;
  return `${text}: ${value} ${side === "below" ? "<=" : ">="} ${threshold}`;
}

/** What one detector says about one record. */
export interface Evidence {
  /** Engine of the detector. */
  readonly engine: Engine;
  /** Rule or model name, stable across releases. */
  readonly detector: string;
  /** Category it speaks for. */
  readonly category: Category;
  /** Host it is about, as a batch key. */
  readonly subject: string;
  /** Score in [0, 1]; a model's is a calibrated probability. */
  readonly score: number;
  /** Why, strongest first. */
  readonly reasons: readonly Reason[];
}

/** Which engine decided, with a stated precedence. */
export type AuthoritativeSource =
  | "FAST_ONLY"
  | "ML_ONLY"
  | "FAST_PRIORITY"
  | "ML_PRIORITY"
  | "CONSENSUS"
  | "DIVERGENCE";

/** How urgent a verdict or incident is. */
export type Severity = "suspicious" | "alert" | "high";

/** The dual score of one record in its leading category. Plain and owned. */
export interface Verdict {
  /** Id of the record. */
  readonly eventId: string;
  /** Time of the record, microseconds since the Unix epoch. */
  readonly timestampUs: number;
  /** Leading category; `null` if no engine gives any evidence. */
  readonly category: Category | null;
  /** Host the leading category is about; `null` without a category. */
  readonly subject: string | null;
  /** Best fast score in the category; `null` where no rule covers it or its features are unavailable. */
  readonly fastScore: number | null;
  /** Best model score in the category; `null` where no model covers it or none was asked. */
  readonly mlScore: number | null;
  /** Maximum of both; 0 without evidence. */
  readonly finalScore: number;
  /** |fast - ml|; `null` unless both are present. */
  readonly divergence: number | null;
  /** Which engine decided. */
  readonly authoritativeSource: AuthoritativeSource;
  /** Severity; `null` below the suspicious threshold. */
  readonly severity: Severity | null;
  /** Confidence in [0, 1], lower under packet loss, unclear direction or divergence. */
  readonly confidence: number;
  /** Model scores by model name. */
  readonly predictions: Readonly<Record<string, number>>;
  /** Reasons of the leading category, strongest first. */
  readonly reasons: readonly Reason[];
  /** What speaks against it, in words. */
  readonly counterEvidence: readonly string[];
  /** Incident the record belongs to. */
  readonly incidentId?: string;
  /** The flow, where the record is a flow record. */
  readonly flow?: Flow;
  /** The host window, where it is a host record. */
  readonly host?: HostWindow;
  /** Features of the record by name; NaN is left out. Only kept for records that are logged. */
  readonly features?: Readonly<Record<string, number>>;
}
