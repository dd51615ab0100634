import type { Flow } from "./flow.ts";
import type { HostWindow } from "./host_window.ts";

/** Rows of float32 features inside a larger record, row-major. NaN means unavailable. */
export interface FeatureRows {
  /** Number of rows. */
  readonly length: number;
  /** Feature names, in column order. */
  readonly names: readonly string[];
  /** The batch's memory seen as float32; feature `c` of row `r` is `values[offset + r * stride + c]`. */
  readonly values: Float32Array;
  /** Index of the first feature of row 0 in `values`. */
  readonly offset: number;
  /** Distance of two rows in `values`. */
  readonly stride: number;
}

/**
 * Flow records of one batch. Borrowed: valid until the next batch is asked for, unless it came from {@linkcode copy}.
 */
export interface FlowBatch {
  /** Number of records. */
  readonly length: number;
  /** Their features. */
  readonly features: FeatureRows;
  /** The records as the core laid them out, one after the other. */
  readonly bytes: Uint8Array;
  /** The text that they refer to, in their order. */
  readonly text: Uint8Array;
  /** Position of a record among all flow and host records of the run. */
  order(row: number): number;
  /** Id of a record; see `Flow.id`. */
  id(row: number): string;
  /** Last packet of a record, microseconds since the Unix epoch. */
  endUs(row: number): number;
  /** A record as a plain object. */
  flow(row: number): Flow;
  /** The initiator's address as a key: text, with VLAN and VNI where there are any. */
  source(row: number): string;
  /** The responder's address as a key. */
  destination(row: number): string;
  /** An owned copy. */
  copy(): FlowBatch;
}

/** Host records of one batch. Borrowed like {@linkcode FlowBatch}. */
export interface HostBatch {
  /** Number of records. */
  readonly length: number;
  /** Their features. */
  readonly features: FeatureRows;
  /** The records as the core laid them out. */
  readonly bytes: Uint8Array;
  /** Position of a record among all flow and host records of the run. */
  order(row: number): number;
  /** End of the record's bucket, microseconds since the Unix epoch. */
  endUs(row: number): number;
  /** A record as a plain object. */
  host(row: number): HostWindow;
  /** The host's address as a key: text, with VLAN and VNI where there are any. */
  address(row: number): string;
  /** An owned copy. */
  copy(): HostBatch;
}

/** What one step of a source gives: host records, then flow records, both in order. */
export interface Batch {
  /** Flow records. */
  readonly flows: FlowBatch;
  /** Host records. */
  readonly hosts: HostBatch;
}
