/**
 * Captures in, batches of flow and host records out. Reads pcap and pcapng files, bytes and streams; needs `read` for
 * files, and `ffi` only to use the native build of the core.
 *
 * @module
 */
export * from "./capture.ts";
export * from "./capture_error.ts";
export * from "./health.ts";
export type { CaptureInput } from "./source.ts";
