/** Values to bytes and back: envelopes, counters, schemas. */
import type { Backend, RawEntry } from "./backend.ts";
import {
  type CounterEntry,
  type CounterStore,
  MemoryCounters,
} from "./counters.ts";
import {
  type Algorithm,
  type Envelope,
  isEnvelope,
  open,
  parseEnvelope,
  seal,
} from "./envelope.ts";
import { EtcdError } from "./error.ts";
import type { KeyProvider } from "./key_ring.ts";
import type { Schemas } from "./_schemas.ts";
import type { SealSettings } from "./store.ts";
import { decodeJson, encodeJson, type Json } from "./value.ts";

/** Bytes from which compression is tried. */
const COMPRESS_FROM = 4096;
/** Bytes of a stored value at most: what etcd takes in one request by default, with room for the rest of it. */
const MAX_STORED_BYTES = 1024 * 1024;

/** What a stored value turned out to be. */
export type Decoded =
  | { readonly kind: "value"; readonly value: Json }
  | { readonly kind: "deleted" };

/** How a value is to be stored. */
export interface EncodeOptions {
  readonly encrypt?: boolean | undefined;
  readonly compress?: boolean | undefined;
  readonly leased: boolean;
}

/**
 * How an envelope's counter is judged: `now` it must be the highest; `event` it may be lower if it was written before the
 * highest was; `past` the caller asked for an old value.
 */
export type Freshness = "now" | "event" | "past";

export class Codec {
  readonly #backend: Backend;
  readonly #schemas: Schemas;
  readonly #keys: KeyProvider | undefined;
  readonly #algorithm: Algorithm;
  readonly #plain: readonly string[];
  readonly #now: () => number;
  readonly counters: CounterStore;
  #last: Promise<unknown> = Promise.resolve();

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
    this.counters = settings?.counters ?? new MemoryCounters();
    if (!["aes-256-gcm", "chacha20-poly1305"].includes(this.#algorithm)) {
      throw new TypeError(
        `Cannot open store as 'seal.algorithm' must be aes-256-gcm or chacha20-poly1305: current value is ${this.#algorithm}`,
      );
    }
  }

  /** Whether a key's values must be encrypted, and their counters grow. */
  guards(key: string): boolean {
    return this.#keys !== undefined &&
      !this.#plain.some((prefix) => key.startsWith(prefix));
  }

  name(key: string): string {
    return this.#backend.namespace + key;
  }

  /** What is remembered of a key in the store as it is now. */
  known(key: string): CounterEntry | undefined {
    const known = this.counters.get(this.name(key));
    return known?.store === this.#backend.identity ? known : undefined;
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
    const { encrypt = this.#keys !== undefined, leased } = options;
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
    const known = this.counters.get(name)?.counter ?? 0;
    const counter = Math.max(known + 1, above + 1, this.#now() * 1000);
    return checkSize(
      key,
      seal(content, {
        name,
        counter: Math.floor(counter),
        algorithm: this.#algorithm,
        key: await this.#keys.active(),
        compress,
        tombstone: text === undefined,
        leased,
      }),
    );
  }

  /** What stored bytes mean, checked in every way; remembers the counter. */
  async decode(entry: RawEntry, freshness: Freshness): Promise<Decoded> {
    const { key, value } = entry;
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
      if (freshness !== "past") {
        await this.#alone(() => this.#judge(entry, envelope, freshness));
      }
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
    if (!this.guards(key) || freshness === "past") return;
    await this.#alone(() => this.#judgeAbsent(key, revision, freshness));
  }

  async #judgeAbsent(
    key: string,
    revision: number,
    freshness: Freshness,
  ): Promise<void> {
    const name = this.name(key);
    const known = this.counters.get(name);
    if (known === undefined || known.state === "deleted") return;
    const here = known.store === this.#backend.identity;
    if (here && revision <= known.revision) {
      // Nothing follows from a state that is older than the key: whoever reads the state now, reads again.
      if (freshness === "event") return;
      throw this.#error(
        "replay",
        key,
        "the store's state is older than the value last seen",
      );
    }
    if (known.state === "leased") {
      const store = this.#backend.identity;
      await this.counters.set(name, {
        ...known,
        state: "deleted",
        revision,
        store,
      });
      return;
    }
    throw this.#error(
      "replay",
      key,
      "it went away without having been deleted by a holder of the keys",
    );
  }

  /** Remembers what was just written here. */
  async wrote(key: string, bytes: Uint8Array, revision: number): Promise<void> {
    if (!this.guards(key)) return;
    const envelope = parseEnvelope(bytes, key);
    await this.#alone(async () => {
      const known = this.counters.get(this.name(key));
      if (known !== undefined && known.counter >= envelope.counter) return;
      await this.#remember(key, envelope, revision);
    });
  }

  /**
   * One judgement at a time: the next finds what this one remembered, or, where that could not be stored, what was known
   * before. So no value is given out whose counter is not stored.
   */
  #alone(action: () => Promise<void>): Promise<void> {
    const result = this.#last.then(action);
    this.#last = result.catch(() => {});
    return result;
  }

  async #finish(key: string, text: Uint8Array): Promise<Decoded> {
    const value = decodeJson(text, key);
    return {
      kind: "value",
      value: await this.#schemas.check(key, value, "use"),
    };
  }

  async #judge(
    { key, revision }: RawEntry,
    envelope: Envelope,
    freshness: Freshness,
  ): Promise<void> {
    const known = this.counters.get(this.name(key));
    const { counter, tag, tombstone } = envelope;
    if (known !== undefined) {
      const earlier = freshness === "event" && revision <= known.revision &&
        known.store === this.#backend.identity;
      if (earlier) return;
      if (counter < known.counter) {
        throw this.#error("replay", key, "it is an older value, put back");
      }
      if (counter === known.counter) {
        if (tag !== known.tag || (known.state === "deleted" && !tombstone)) {
          throw this.#error("replay", key, "it is an older value, put back");
        }
        if (revision <= known.revision) return;
      }
    }
    await this.#remember(key, envelope, revision);
  }

  async #remember(
    key: string,
    envelope: Envelope,
    revision: number,
  ): Promise<void> {
    const { counter, tag, tombstone, leased } = envelope;
    const state = tombstone ? "deleted" : leased ? "leased" : "live";
    const store = this.#backend.identity;
    const entry = { counter, tag, state, revision, store } as const;
    await this.counters.set(this.name(key), entry);
  }

  #error(
    code: "integrity" | "key" | "replay",
    key: string,
    reason: string,
  ): EtcdError {
    return new EtcdError(code, `Cannot use '${key}': ${reason}`, { key });
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
