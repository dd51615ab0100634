/**
 * Configuration that several processes share and change while they run: JSON values under keys, in memory, in a folder, or
 * (`@ml-defender/etcd-client/etcd`) in etcd, behind one interface. Watches that miss nothing, transactions, leases,
 * components that find each other, schemas; values encrypted so that the store's keeper can neither read nor change them.
 *
 * ```ts
 * import { MemoryStore } from "@ml-defender/etcd-client";
 *
 * await using store = new MemoryStore();
 * const { revision } = await store.set("scoring/threshold", 0.7);
 * await store.set("scoring/threshold", 0.8, { expectedRevision: revision });
 * console.log((await store.get("scoring/threshold"))?.value); // 0.8
 * ```
 *
 * Permissions: none for `MemoryStore`; reading and writing its folder for `FileStore`, and its file for `FileCounters`;
 * reading the key file for `KeyFile`, one variable for `KeyRing.fromEnvironment`.
 *
 * @module
 */
export * from "./backed_store.ts";
export * from "./backend.ts";
export * from "./component.ts";
export * from "./counters.ts";
export {
  type Algorithm,
  type Envelope,
  ENVELOPE_VERSION,
  type EnvelopeHeader,
  isEnvelope,
  MAX_CONTENT_BYTES,
  parseEnvelope,
} from "./envelope.ts";
export * from "./error.ts";
export * from "./file_store.ts";
export * from "./key_ring.ts";
export type { Lease, LeaseOptions } from "./lease.ts";
export * from "./memory_store.ts";
export { openValue, type SealedOptions, sealValue } from "./sealed.ts";
export type {
  SchemaIssue,
  SchemaResult,
  StandardSchema,
} from "./standard_schema.ts";
export * from "./store.ts";
export { type Json, MAX_KEY_BYTES, type Target } from "./value.ts";
export * from "./value_errors.ts";
