/** Values to bytes and back: envelopes, counters, schemas. */
import type { Backend, RawEntry } from "./backend.ts";
import { MemoryCounters } from "./counters.ts";
import {
  type Algorithm,
  type Envelope,
  isEnvelope,
  open,
  parseEnvelope,
  seal,
} from "./envelope.ts";
import { EtcdError } from "./error.ts";
import { type Freshness, Guard, type Mark } from "./_guard.ts";
import type { KeyProvider } from "./key_ring.ts";
import type { Schemas } from "./_schemas.ts";
import type { SealSettings } from "./store.ts";
import { decodeJson, encodeJson, isKey, type Json } from "./value.ts";

/** Bytes from which compression is tried. */
const COMPRESS_FROM = 4096;
/** Bytes of a stored value at most: what etcd takes in one request by default, with room for the rest of it. */
const MAX_STORED_BYTES = 1024 * 1024;

/**
 * A write's counter is so far above the one before it, also in the same millisecond. What only encrypts anew goes up by one:
 * an old value, put back, stays below the newest however often it is encrypted anew, this many times less one.
 */
const STEP = 1000;

/** What a stored value turned out to be. */
export type Decoded =
  | { readonly kind: "value"; readonly value: Json }
  | { readonly kind: "deleted" };

/** How a value is to be stored. */
export interface EncodeOptions {
  readonly encrypt?: boolean | undefined;
  readonly compress?: boolean | undefined;
  readonly leased: boolean;
  readonly expendable: boolean;
  /** It is the value that is there, and only encrypted anew. */
  readonly again?: boolean;
}

export class Codec {
  readonly #backend: Backend;
  readonly #schemas: Schemas;
  readonly #keys: KeyProvider | undefined;
  readonly #algorithm: Algorithm;
  readonly #plain: readonly string[];
  readonly #now: () => number;
  readonly guard: Guard;

  constructor(
    backend: Backend,
    schemas: Schemas,
    settings: SealSettings | undefined,
    now: () => number,
  ) {
    this.#backend = backend;
    this.#schemas = schemas;
    this.#keys = settings?.keys;
    this.#algorithm = settings?.algorithm ?? "aes-256-gcm";
    this.#plain = settings?.plain ?? [];
    this.#now = now;
    this.guard = new Guard(backend, settings?.counters ?? new MemoryCounters());
    if (!["aes-256-gcm", "chacha20-poly1305"].includes(this.#algorithm)) {
      throw new TypeError(
        `Cannot open store as 'seal.algorithm' must be aes-256-gcm or chacha20-poly1305: current value is ${this.#algorithm}`,
      );
    }
  }

  /** Whether a key's values must be encrypted, and their counters grow; not one that no store writes. */
  guards(key: string): boolean {
    return this.#keys !== undefined && isKey(key) &&
      !this.#plain.some((prefix) => key.startsWith(prefix));
  }

  /** Why keys could not be read when last looked at. */
  get keyFailure(): string | undefined {
    return this.#keys?.failure?.message;
  }

  /** Reads keys anew, where they may change. */
  async refreshKeys(): Promise<void> {
    await this.#keys?.refresh?.();
  }

  name(key: string): string {
    return this.#backend.namespace + key;
  }

  /** Checks a value and makes the text of it. */
  async prepare(key: string, value: Json): Promise<Uint8Array> {
    const text = encodeJson(value);
    await this.#schemas.check(key, value, "store");
    return text;
  }

  /** Bytes to store; `above` is a counter that they must be above. */
  async encode(
    key: string,
    text: Uint8Array | undefined,
    options: EncodeOptions,
    above: number,
  ): Promise<Uint8Array> {
    const { encrypt = this.#keys !== undefined, leased, expendable } = options;
    const name = this.name(key);
    const content = text ?? new Uint8Array();
    const compress = options.compress !== false &&
      content.length >= COMPRESS_FROM;
    if (!encrypt && this.guards(key)) {
      throw new EtcdError(
        "invalid",
        `Cannot store '${key}' without encryption: this store refuses such values, except under 'seal.plain'`,
        { key },
      );
    }
    if (!encrypt) {
      if (!compress) return checkSize(key, content);
      const sealed = seal(content, {
        name,
        counter: 0,
        algorithm: "none",
        compress,
      });
      return sealed.length < content.length
        ? checkSize(key, sealed)
        : checkSize(key, content);
    }
    if (this.#keys === undefined) {
      throw new EtcdError(
        "key",
        `Cannot encrypt '${key}': the store was opened without keys; give it 'seal'`,
        { key },
      );
    }
    return checkSize(
      key,
      seal(content, {
        name,
        counter: this.#counter(key, above, options.again),
        algorithm: this.#algorithm,
        key: await this.#keys.active(),
        compress,
        tombstone: text === undefined,
        leased,
        expendable,
      }),
    );
  }

  #counter(key: string, above: number, again = false): number {
    const known = this.guard.counterOf(key);
    const counter = again
      ? above + 1
      : Math.floor(Math.max(known + STEP, above + STEP, this.#now() * 1000));
    if (Number.isSafeInteger(counter)) return counter;
    throw new EtcdError(
      "limit",
      `Cannot store '${key}': its counter would be above 2^53 - 1; set this machine's clock right, or that of the machine that wrote it last`,
      { key },
    );
  }

  /** What stored bytes mean, checked in every way; remembers the counter. */
  async decode(entry: RawEntry, freshness: Freshness): Promise<Decoded> {
    const { key, value } = entry;
    if (!isKey(key)) {
      throw this.#error(
        "integrity",
        key,
        "no store writes such a key, so somebody else did; it may be deleted",
      );
    }
    if (!isEnvelope(value)) {
      if (this.guards(key)) {
        throw this.#error(
          "integrity",
          key,
          "it is not encrypted, and here it must be",
        );
      }
      return await this.#finish(key, value);
    }
    const { envelope, content } = await this.unseal(entry);
    if (this.guards(key)) {
      if (envelope.algorithm === "none") {
        throw this.#error(
          "integrity",
          key,
          "it is not encrypted, and here it must be",
        );
      }
      if (envelope.leased && entry.lease === undefined) {
        throw this.#error(
          "integrity",
          key,
          "it was written under a lease and is without it: it was put back",
        );
      }
      await this.guard.seen(entry, envelope, freshness);
    }
    if (envelope.tombstone) return { kind: "deleted" };
    return await this.#finish(key, content);
  }

  /** Opens an envelope, whatever its counter. */
  async unseal(
    { key, value }: RawEntry,
  ): Promise<{ envelope: Envelope; content: Uint8Array }> {
    const envelope = parseEnvelope(value, key);
    const { algorithm, keyId } = envelope;
    if (algorithm === "none") {
      return { envelope, content: open(envelope, this.name(key), undefined) };
    }
    if (this.#keys === undefined) {
      throw this.#error(
        "key",
        key,
        "it is encrypted, and the store was opened without keys",
      );
    }
    const found = await this.#keys.find(keyId);
    if (found === undefined) {
      throw this.#error(
        "key",
        key,
        `key '${keyId}' is not in the key ring; add it, or write the value anew`,
      );
    }
    return { envelope, content: open(envelope, this.name(key), found.bytes) };
  }

  /** Whether bytes were encrypted by another key or another way than would be chosen now. */
  async isOutdated({ algorithm, keyId }: Envelope): Promise<boolean> {
    if (algorithm === "none" || this.#keys === undefined) return false;
    const active = await this.#keys.active();
    return keyId !== active.id || algorithm !== this.#algorithm;
  }

  /** Judges that a key is not there (any more). */
  async absent(
    key: string,
    revision: number,
    freshness: Freshness,
  ): Promise<void> {
    if (this.guards(key)) await this.guard.absent(key, revision, freshness);
  }

  /** Remembers what was just written here. */
  async wrote(key: string, bytes: Uint8Array, revision: number): Promise<void> {
    if (!this.guards(key)) return;
    await this.guard.wrote(key, parseEnvelope(bytes, key), revision);
  }

  /** Remembers what was just deleted here. */
  async removed(key: string, mark: Mark, revision: number): Promise<void> {
    if (this.guards(key)) await this.guard.removed(key, mark, revision);
  }

  async #finish(key: string, text: Uint8Array): Promise<Decoded> {
    const value = decodeJson(text, key);
    return {
      kind: "value",
      value: await this.#schemas.check(key, value, "use"),
    };
  }

  #error(
    code: "integrity" | "key",
    key: string,
    reason: string,
  ): EtcdError {
    const text = `Cannot use '${key.toWellFormed()}': ${reason}`;
    return new EtcdError(code, text, { key });
  }
}

function checkSize(key: string, bytes: Uint8Array): Uint8Array {
  if (bytes.length <= MAX_STORED_BYTES) return bytes;
  throw new EtcdError(
    "limit",
    `Cannot store '${key}': it takes ${bytes.length} bytes, and ${MAX_STORED_BYTES} are allowed`,
    { key },
  );
}
