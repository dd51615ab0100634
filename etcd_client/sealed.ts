/**
 * Values that are kept outside of a store, such as in a file, encrypted as a store does it.
 *
 * @module
 */
import { type Algorithm, open, parseEnvelope, seal } from "./envelope.ts";
import { EtcdError } from "./error.ts";
import type { KeyProvider } from "./key_ring.ts";
import { decodeJson, encodeJson, type Json } from "./value.ts";

/** How a value outside of a store is encrypted. */
export interface SealedOptions {
  /** What it is: an envelope opens under the name that it was made for only. No key of a store may be called the same. */
  readonly name: string;
  /** Where keys come from. */
  readonly keys: KeyProvider;
  /** How to encrypt; both are read. @default {"aes-256-gcm"} */
  readonly algorithm?: Algorithm;
}

/**
 * Encrypts a value with the active key. Nothing counts its writes: that an older one was put back does not show.
 *
 * @param value The value.
 * @param options Its name and the keys.
 * @returns An envelope as docs/envelope.md says, with the counter 0.
 * @throws {EtcdError} `limit`, when it is too large.
 */
export async function sealValue(
  value: Json,
  options: SealedOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const { name, keys, algorithm = "aes-256-gcm" } = options;
  const key = await keys.active();
  const text = encodeJson(value);
  return seal(text, { name, algorithm, key, counter: 0, compress: true });
}

/**
 * Opens what {@linkcode sealValue} made.
 *
 * @param bytes The envelope.
 * @param options Its name and the keys.
 * @returns The value.
 * @throws {EtcdError} `key`, when its key is not there or another one; `integrity`, when it was changed, or was made under
 * another name or without a key.
 */
export async function openValue(
  bytes: Uint8Array,
  options: SealedOptions,
): Promise<Json> {
  const { name, keys } = options;
  const envelope = parseEnvelope(bytes, name);
  if (envelope.algorithm === "none") {
    throw new EtcdError(
      "integrity",
      `Cannot open '${name}': it is not encrypted, and here it must be`,
      { key: name },
    );
  }
  const { keyId } = envelope;
  const key = await keys.find(keyId);
  if (key === undefined) {
    throw new EtcdError(
      "key",
      `Cannot open '${name}': key '${keyId}' is not in the key ring`,
      { key: name },
    );
  }
  return decodeJson(open(envelope, name, key.bytes), name);
}
