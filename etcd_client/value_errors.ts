/**
 * Errors that are a value's fault, not the store's.
 *
 * @module
 */
import { EtcdError, type EtcdErrorCode } from "./error.ts";

const CODES: readonly EtcdErrorCode[] = [
  "integrity",
  "replay",
  "key",
  "limit",
  "invalid",
];

/**
 * Whether an error says that a value must not be used; else it is the store's, or none of a store.
 *
 * @param error What was thrown.
 */
export function isOfValue(error: unknown): error is EtcdError {
  return error instanceof EtcdError && CODES.includes(error.code);
}
