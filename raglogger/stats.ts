/**
 * Counters of a logger.
 *
 * @module
 */

/** Counters of a logger since it was opened. */
export interface LogStats {
  /** Events offered. */
  readonly offered: number;
  /** Event lines in the files. */
  readonly written: number;
  /** Events whose appender was told that they are written. */
  readonly acknowledged: number;
  /** Events given up in live mode. */
  readonly dropped: number;
  /** Events that policy does not log, not even as a sample. */
  readonly sampledOut: number;
  /** Events left out because their incident has enough lines. */
  readonly incidentCapped: number;
  /** Events whose write failed: rejected offline, dropped live. */
  readonly failed: number;
  /** Files begun because another was full or its day was over. */
  readonly rotations: number;
  /** Torn last lines cut when the directory was opened. */
  readonly tornCut: number;
  /** Bytes of event lines. */
  readonly bytes: number;
  /** Artifacts written. */
  readonly artifactsWritten: number;
  /** Artifacts not written because their incident had enough. */
  readonly artifactsCapped: number;
  /** Incident lines written. */
  readonly incidentsWritten: number;
  /** Files and artifact folders removed by retention. */
  readonly removed: number;
}
