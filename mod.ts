/**
 * ML Defender: captures in, explained incidents and an 83-field event log out. {@linkcode analyze} composes the members;
 * each of them is a package of its own.
 *
 * Needs `read` for capture files, `write` and `read` for the log folder, and `ffi` only to use the native build of the
 * core; without it the same results come from wasm.
 *
 * @module
 */
export * from "./analyze.ts";
export * from "./live_config.ts";
export * from "./models.ts";
export * from "./pipeline.ts";
export type {
  CaptureInput,
  CaptureStatus,
  HealthRemark,
} from "@ml-defender/capture";
export type {
  Category,
  Flow,
  Incident,
  IncidentUpdate,
  Reason,
  Severity,
  Verdict,
} from "@ml-defender/events";
