/**
 * The event log: verdicts become lines of exactly 83 documented fields in daily JSONL files, with an artifact for each
 * event that matters, `incidents.jsonl` and `changes.jsonl` beside them and a hash chain over all lines of events.
 *
 * Permissions: reading and writing the log directory, nothing else.
 *
 * @module
 */
export {
  type Artifact,
  artifactName,
  artifactSha256,
  type Json,
} from "./artifact.ts";
export * from "./change_log.ts";
export {
  type ColumnFormatter,
  columnFormatter,
  LOG_COLUMNS,
  type LogColumn,
} from "./column_formatter.ts";
export { LogError, type LogErrorCode } from "./error.ts";
export * from "./fields.ts";
export {
  formatRecord,
  formatTimeUs,
  type LineFormatter,
  typescriptFormatter,
} from "./format.ts";
export * from "./incident_line.ts";
export { type AppendResult, RagLogger } from "./logger.ts";
export type { LogChange, RagLoggerOptions, Retention } from "./options.ts";
export {
  decideLogging,
  DEFAULT_LOG_POLICY,
  type LogDecision,
  type LogPolicy,
  type PolicyFacts,
  sampleKey,
} from "./policy.ts";
export { LogProducer, type LogSink } from "./producer.ts";
export * from "./record.ts";
export * from "./schema.ts";
export * from "./stats.ts";
export {
  type LogContext,
  type LogDetails,
  type LogStamp,
  toEvidence,
  toRecord,
} from "./to_record.ts";
export * from "./verify.ts";
