/** Errors that are a value's fault, not the store's. */
import { EtcdError, type EtcdErrorCode } from "./error.ts";

const CODES: readonly EtcdErrorCode[] = [
  "integrity",
  "replay",
  "key",
  "limit",
  "invalid",
];

/** Whether an error says that a value must not be used. */
export function isOfValue(error: unknown): error is EtcdError {
  return error instanceof EtcdError && CODES.includes(error.code);
}
