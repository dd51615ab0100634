/**
 * A store on a backend: everything that is the same wherever the bytes are.
 *
 * @module
 */
import type { Backend } from "./backend.ts";
import { Codec } from "./_codec.ts";
import type {
  Component,
  ComponentOptions,
  DiscoverOptions,
  Registration,
} from "./component.ts";
import {
  asComponent,
  componentFolder,
  componentPrefix,
  OwnRegistration,
} from "./_components.ts";
import { isEnvelope } from "./envelope.ts";
import { EtcdError } from "./error.ts";
import { BackendLease, type Lease, type LeaseOptions } from "./lease.ts";
import { Reader, stoppable } from "./_reader.ts";
import { Schemas } from "./_schemas.ts";
import type { StandardSchema } from "./standard_schema.ts";
import type {
  ConfigEntry,
  ConfigState,
  ConfigStore,
  InvalidEntry,
  Operation,
  ReencryptResult,
  SetOptions,
  StoreHealth,
  StoreOptions,
  Transaction,
  TransactionResult,
  WatchEvent,
  WatchOptions,
} from "./store.ts";
import { checkKey, checkTarget, type Json, type Target } from "./value.ts";
import { isOfValue } from "./value_errors.ts";
import { Writer } from "./_writer.ts";

/** A store on any backend; `MemoryStore`, `FileStore` and `EtcdStore` are what is usually wanted. */
export class BackedStore implements ConfigStore {
  readonly #backend: Backend;
  readonly #schemas = new Schemas();
  readonly #codec: Codec;
  readonly #reader: Reader;
  readonly #writer: Writer;
  readonly #closed = new AbortController();
  readonly #leases = new Set<BackendLease>();
  readonly #now: () => number;

  /**
   * Makes a store.
   *
   * @param backend Where the bytes are; closed with the store.
   * @param options Encryption and clock.
   */
  constructor(backend: Backend, options: StoreOptions = {}) {
    const { seal, now = Date.now } = options;
    this.#backend = backend;
    this.#now = now;
    this.#codec = new Codec(backend, this.#schemas, seal, now);
    this.#reader = new Reader(backend, this.#codec, this.#closed.signal);
    this.#writer = new Writer(backend, this.#codec);
  }

  /** Which kind of backend. */
  get kind(): string {
    return this.#backend.kind;
  }

  /**
   * Writes a value.
   *
   * @param key The key.
   * @param value The value.
   * @param options How it is stored and what must be there.
   */
  async set(
    key: string,
    value: Json,
    options: SetOptions = {},
  ): Promise<{ readonly revision: number }> {
    const { ttlSeconds, expectedRevision, ...rest } = options;
    this.#checkOpen();
    const own = ttlSeconds === undefined ? undefined : await BackendLease
      .grant(this.#backend, ttlSeconds, { keep: false });
    const lease = own ?? rest.lease;
    const put: Operation = {
      kind: "put",
      key,
      value,
      ...rest,
      ...(lease === undefined ? {} : { lease }),
    };
    try {
      return await this.#one(put, expectedRevision);
    } catch (error) {
      await own?.revoke().catch(() => {});
      throw error;
    }
  }

  /**
   * Reads a value.
   *
   * @param key The key.
   * @param options As it was at which revision.
   */
  async get(
    key: string,
    options: { readonly revision?: number } = {},
  ): Promise<ConfigEntry | undefined> {
    this.#checkOpen();
    const state = await this.#reader.state(checkKey(key), options.revision);
    const [invalid] = state.invalid;
    if (invalid !== undefined) throw invalid.error;
    return state.entries[0];
  }

  /**
   * Deletes a value.
   *
   * @param key The key.
   * @param options What must be there.
   */
  async delete(
    key: string,
    options: { readonly expectedRevision?: number } = {},
  ): Promise<{ readonly deleted: boolean; readonly revision: number }> {
    this.#checkOpen();
    const step: Operation = { kind: "delete", key };
    const { deleted, revision } = await this.#one(
      step,
      options.expectedRevision,
    );
    return { deleted: deleted.length > 0, revision };
  }

  /**
   * Reads every value whose key starts with a text.
   *
   * @param prefix The text; empty for all.
   * @param options As it was at which revision.
   */
  async list(
    prefix: string,
    options: { readonly revision?: number } = {},
  ): Promise<ConfigState> {
    this.#checkOpen();
    return await this.#reader.state(checkTarget({ prefix }), options.revision);
  }

  /**
   * Yields changes as they happen.
   *
   * @param target A key or a prefix.
   * @param options Where to begin and how much may wait.
   */
  watch(
    target: Target,
    options: WatchOptions = {},
  ): AsyncGenerator<WatchEvent> {
    const { fromRevision, initial = false, queueLimit = 1024 } = options;
    checkTarget(target);
    this.#checkOpen();
    if (fromRevision !== undefined && initial) {
      throw new TypeError(
        "Cannot watch as 'initial' and 'fromRevision' must not be there together",
      );
    }
    whole("fromRevision", fromRevision ?? 1, Number.MAX_SAFE_INTEGER);
    whole("queueLimit", queueLimit, 1_000_000);
    return stoppable(
      options.signal,
      (signal) => this.#reader.watch(target, { ...options, signal }),
    );
  }

  /**
   * Makes several changes together or not at all.
   *
   * @param transaction What must hold and what happens.
   */
  async transaction(transaction: Transaction): Promise<TransactionResult> {
    this.#checkOpen();
    return await this.#writer.write(transaction);
  }

  /**
   * Makes a lease.
   *
   * @param ttlSeconds Its length.
   * @param options How it is kept.
   */
  async lease(ttlSeconds: number, options?: LeaseOptions): Promise<Lease> {
    this.#checkOpen();
    const lease = await BackendLease.grant(this.#backend, ttlSeconds, options);
    this.#leases.add(lease);
    lease.ended.addEventListener("abort", () => this.#leases.delete(lease));
    return lease;
  }

  /**
   * Announces a component.
   *
   * @param options What it says of itself.
   */
  async register(options: ComponentOptions): Promise<Registration> {
    this.#checkOpen();
    const own = new OwnRegistration(this, this.#backend, options, this.#now());
    await own.begin(this.#closed.signal);
    return own;
  }

  /**
   * Components that are there.
   *
   * @param kind Which; all if left out.
   * @param options Where they registered.
   */
  async discover(
    kind?: string,
    { prefix }: DiscoverOptions = {},
  ): Promise<readonly Component[]> {
    const folder = componentFolder(prefix);
    const { entries } = await this.list(componentPrefix(kind, prefix));
    return entries.flatMap((entry) => asComponent(entry, folder) ?? []);
  }

  /**
   * Components that are there, now and at each change.
   *
   * @param kind Which; all if left out.
   * @param options Where they registered, and when to end.
   */
  watchComponents(
    kind?: string,
    options: DiscoverOptions & { readonly signal?: AbortSignal } = {},
  ): AsyncGenerator<readonly Component[]> {
    const folder = componentFolder(options.prefix);
    const prefix = componentPrefix(kind, options.prefix);
    return stoppable(
      options.signal,
      (signal) => this.#components(prefix, folder, signal),
    );
  }

  /**
   * Refuses from now on what a schema refuses.
   *
   * @param target A key or a prefix.
   * @param schema Any Standard Schema.
   * @returns Takes the schema away again.
   */
  validateSchema(target: Target, schema: StandardSchema): () => void {
    return this.#schemas.add(checkTarget(target), schema);
  }

  /**
   * Writes what older keys encrypted anew with the active one.
   *
   * @param prefix What the keys start with; empty for all.
   * @throws {EtcdError} `key`, when keys that may change cannot be read now: nothing is written, and the old key must stay.
   */
  async reencrypt(prefix: string): Promise<ReencryptResult> {
    this.#checkOpen();
    const target = checkTarget({ prefix });
    await this.#codec.refreshKeys();
    const { entries } = await this.#backend.read(target);
    let rewritten = 0;
    let unchanged = 0;
    const failed: InvalidEntry[] = [];
    for (const { key } of entries) {
      try {
        if (await this.#reencryptOne(key)) rewritten++;
        else unchanged++;
      } catch (error) {
        if (!isOfValue(error)) throw error;
        const { revision } = entries.find((entry) => entry.key === key)!;
        failed.push({ key, error, revision });
      }
    }
    return { rewritten, unchanged, failed };
  }

  /** How it fares. */
  health(): StoreHealth {
    const { watches, resyncs, invalid } = this.#reader;
    const { keyFailure } = this.#codec;
    const backend = this.#backend.health();
    return { ...backend, watches, resyncs, invalid, keyFailure };
  }

  /** Ends watches and leases' upkeep at once. */
  async close(): Promise<void> {
    if (this.#closed.signal.aborted) return;
    this.#closed.abort();
    for (const lease of this.#leases) lease.stop();
    await this.#backend.close();
  }

  /** As `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async *#components(
    prefix: string,
    folder: string,
    signal: AbortSignal,
  ): AsyncGenerator<readonly Component[]> {
    const there = new Map<string, Component>();
    const take = (entry: ConfigEntry) => {
      const component = asComponent(entry, folder);
      if (component !== undefined) there.set(entry.key, component);
    };
    const events = this.watch({ prefix }, { signal, initial: true });
    for await (const event of events) {
      if (event.kind === "resync") {
        there.clear();
        event.entries.forEach(take);
      } else if (event.kind === "put") take(event);
      else if (event.kind === "delete") there.delete(event.key);
      else continue;
      yield [...there.values()];
    }
  }

  async #one(
    operation: Operation,
    expected: number | undefined,
  ): Promise<TransactionResult> {
    const { key } = operation;
    const compare = expected === undefined ? [] : [{ key, revision: expected }];
    const result = await this.#writer.write({
      compare,
      operations: [operation],
    });
    if (result.succeeded) return result;
    const action = operation.kind === "put" ? "write" : "delete";
    throw new EtcdError(
      "conflict",
      `Cannot ${action} '${key}' as it is not at revision ${expected} any more: read it again`,
      { key },
    );
  }

  /** Whether it was written anew; a value that others write meanwhile is looked at again. */
  async #reencryptOne(key: string): Promise<boolean> {
    for (;;) {
      const [entry] = (await this.#backend.read(key)).entries;
      if (entry === undefined || !isEnvelope(entry.value)) return false;
      const { envelope, content } = await this.#codec.unseal(entry);
      if (!(await this.#codec.isOutdated(envelope))) return false;
      await this.#codec.decode(entry, "now");
      const { counter, tombstone, leased, expendable, compression } = envelope;
      const text = tombstone ? undefined : content;
      const compress = compression === "zstd";
      const value = await this.#codec
        .encode(
          key,
          text,
          { compress, leased, expendable, again: true },
          counter,
        );
      const { revision, lease } = entry;
      const outcome = await this.#backend.commit({
        compares: [{ key, revision, equal: true }],
        operations: [{ kind: "put", key, value, lease }],
        otherwise: [],
      });
      if (!outcome.succeeded) continue;
      await this.#codec.wrote(key, value, outcome.revision);
      return true;
    }
  }

  #checkOpen(): void {
    if (!this.#closed.signal.aborted) return;
    throw new EtcdError("closed", "Cannot use store as it was closed");
  }
}

function whole(name: string, value: number, max: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= max) return;
  throw new RangeError(
    `Cannot watch as '${name}' must be a whole number from 1 to ${max}: current value is ${value}`,
  );
}
