import type { Evidence, Flow, HostWindow, Verdict } from "@ml-defender/events";
import type { CaptureHealth } from "./authority.ts";

/** What the detectors say about a batch; `Detections` of `@ml-defender/detectors` is one. */
export interface ScoredBatch {
  /** Best rule score, `(rows, 10)` row-major in the order of `CATEGORIES`; NaN where no rule could speak. */
  readonly fast: Float64Array;
  /** Model score, same shape; NaN where no model covers the category. */
  readonly ml: Float64Array;
  /** Scores by model name, one for each row. */
  readonly predictions: Readonly<Record<string, Float32Array>>;
  /** All evidence about a row, asked for rows that are interesting only. */
  evidence(row: number): Evidence[];
}

/** The record that evidence is about. */
export interface ScoredRecord {
  /** Id of the record. */
  readonly eventId: string;
  /** Time of the record, microseconds since the Unix epoch. */
  readonly timestampUs: number;
  /** The flow, for a flow record. */
  readonly flow?: Flow;
  /** The host window, for a host record. */
  readonly host?: HostWindow;
  /** Model scores by model name. */
  readonly predictions?: Readonly<Record<string, number>>;
  /** Payload bytes of the responder. */
  readonly backwardPayload?: number;
  /** State of the capture. */
  readonly health?: CaptureHealth;
}

/** Verdicts of one record that is interesting. */
export interface RecordVerdicts {
  /** Row in its batch. */
  readonly row: number;
  /** Position among all records of the run. */
  readonly order: number;
  /** The leading verdict: what the log gets. */
  readonly verdict: Verdict;
  /** Every verdict with a severity, the leading one first: what incidents are made of. */
  readonly alerts: readonly Verdict[];
  /** Rows like this one that were skipped since the last one judged; see `perSubject`. */
  readonly repeats: number;
}

/** Options of {@linkcode Scorer.flows} and {@linkcode Scorer.hosts}. */
export interface ScoreOptions {
  /** Also give verdicts for these rows, such as a sample of benign ones. */
  readonly also?: (row: number) => boolean;
  /** State of the capture. */
  readonly health?: CaptureHealth;
  /**
   * Flow records of one leading category and one host that are judged in five seconds of capture time; of those beyond
   * it one in 256 is. A flood of small flows costs some 30 us for each verdict without it.
   *
   * @default {Infinity}
   */
  readonly perSubject?: number;
}
