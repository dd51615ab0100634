/** A store that is opened in the background and tried again until it is there. */
import {
  type Component,
  type ComponentOptions,
  type ConfigEntry,
  type ConfigState,
  type ConfigStore,
  type DiscoverOptions,
  EtcdError,
  type Json,
  type Lease,
  type LeaseOptions,
  type ReencryptResult,
  type Registration,
  type SetOptions,
  type StandardSchema,
  type StoreHealth,
  type Target,
  type Transaction,
  type TransactionResult,
  type WatchEvent,
  type WatchOptions,
} from "@ml-defender/etcd-client";

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2000;

/** A store and what is closed after it. */
export interface Opened {
  /** The store. */
  readonly store: ConfigStore;
  /** Closes it, and what it needs. */
  close(): Promise<void>;
}

/**
 * While the store is not there, whatever is asked of it ends with the reason of the last attempt, at once or when the one
 * under way fails. Only an `EtcdError` is tried again: all else is wrong use.
 */
export class LateStore implements ConfigStore {
  readonly kind: string;
  readonly #open: (signal: AbortSignal) => Promise<Opened>;
  readonly #closing = new AbortController();
  readonly #schemas = new Set<
    { readonly target: Target; readonly schema: StandardSchema; off(): void }
  >();
  readonly #trying: Promise<void>;
  #attempt: Promise<ConfigStore>;
  #opened: Opened | undefined;
  #failure: Error | undefined;
  #attempts = 0;
  /** Told of wrong use, once. */
  onMisuse: ((error: Error) => void) | undefined;

  /** @param open Opens the store; the signal says that it is no more wanted. */
  constructor(kind: string, open: (signal: AbortSignal) => Promise<Opened>) {
    this.kind = kind;
    this.#open = open;
    this.#attempt = this.#try();
    this.#trying = this.#keepTrying();
  }

  /** Why it is not there; undefined when it is, or when nothing has failed yet. */
  get failure(): EtcdError | undefined {
    return this.#failure instanceof EtcdError ? this.#failure : undefined;
  }

  /** Wrong use, which no further attempt puts right; undefined when there is none. */
  get misuse(): Error | undefined {
    return this.#failure instanceof EtcdError ? undefined : this.#failure;
  }

  /** Attempts that failed. */
  get attempts(): number {
    return this.#attempts;
  }

  /** The store, or why the attempt that is under way failed. */
  ready(): Promise<ConfigStore> {
    if (!this.#closing.signal.aborted) return this.#attempt;
    return Promise.reject(closedError());
  }

  async set(key: string, value: Json, options?: SetOptions): Promise<
    { readonly revision: number }
  > {
    return await (await this.ready()).set(key, value, options);
  }

  async get(
    key: string,
    options?: { readonly revision?: number },
  ): Promise<ConfigEntry | undefined> {
    return await (await this.ready()).get(key, options);
  }

  async delete(
    key: string,
    options?: { readonly expectedRevision?: number },
  ): Promise<{ readonly deleted: boolean; readonly revision: number }> {
    return await (await this.ready()).delete(key, options);
  }

  async list(
    prefix: string,
    options?: { readonly revision?: number },
  ): Promise<ConfigState> {
    return await (await this.ready()).list(prefix, options);
  }

  watch(
    target: Target,
    options?: WatchOptions,
  ): AsyncGenerator<WatchEvent> {
    return this.#follow(
      options?.signal,
      (store, signal) => store.watch(target, { ...options, signal }),
    );
  }

  async transaction(transaction: Transaction): Promise<TransactionResult> {
    return await (await this.ready()).transaction(transaction);
  }

  async lease(ttlSeconds: number, options?: LeaseOptions): Promise<Lease> {
    return await (await this.ready()).lease(ttlSeconds, options);
  }

  async register(options: ComponentOptions): Promise<Registration> {
    return await (await this.ready()).register(options);
  }

  async discover(
    kind?: string,
    options?: DiscoverOptions,
  ): Promise<readonly Component[]> {
    return await (await this.ready()).discover(kind, options);
  }

  watchComponents(
    kind?: string,
    options?: DiscoverOptions & { readonly signal?: AbortSignal },
  ): AsyncGenerator<readonly Component[]> {
    return this.#follow(
      options?.signal,
      (store, signal) => store.watchComponents(kind, { ...options, signal }),
    );
  }

  validateSchema(target: Target, schema: StandardSchema): () => void {
    const store = this.#opened?.store;
    const off = store?.validateSchema(target, schema) ?? (() => {});
    const one = { target, schema, off };
    this.#schemas.add(one);
    return () => {
      this.#schemas.delete(one);
      one.off();
    };
  }

  async reencrypt(prefix: string): Promise<ReencryptResult> {
    return await (await this.ready()).reencrypt(prefix);
  }

  health(): StoreHealth {
    const store = this.#opened?.store;
    if (store !== undefined) return store.health();
    return {
      reachable: false,
      reconnects: 0,
      lastError: this.#failure?.message,
      watches: 0,
      resyncs: 0,
      invalid: 0,
      keyFailure: undefined,
    };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#opened?.close();
    // An attempt that is under way ends by the signal, or closes what it opens; it is not waited for.
    if (this.#opened !== undefined) await this.#trying;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Follows the store when it is there; `return()` ends it at once, as with the store itself. */
  #follow<T>(
    signal: AbortSignal | undefined,
    make: (store: ConfigStore, signal: AbortSignal) => AsyncGenerator<T>,
  ): AsyncGenerator<T> {
    const stop = new AbortController();
    const either = signal === undefined
      ? stop.signal
      : AbortSignal.any([signal, stop.signal]);
    const ready = () => this.ready();
    const generator = (async function* () {
      yield* make(await ready(), either);
    })();
    const end = generator.return.bind(generator);
    generator.return = (value) => {
      stop.abort();
      return end(value);
    };
    return generator;
  }

  #try(): Promise<ConfigStore> {
    const attempt = this.#openOnce();
    attempt.catch(() => {});
    return attempt;
  }

  async #openOnce(): Promise<ConfigStore> {
    try {
      const opened = await this.#open(this.#closing.signal);
      if (this.#closing.signal.aborted) {
        await opened.close();
        throw closedError();
      }
      this.#opened = opened;
      this.#failure = undefined;
      for (const one of this.#schemas) {
        one.off = opened.store.validateSchema(one.target, one.schema);
      }
      return opened.store;
    } catch (cause) {
      this.#failure = cause instanceof Error
        ? cause
        : new TypeError(`Cannot open configuration: ${cause}`, { cause });
      this.#attempts++;
      throw this.#failure;
    }
  }

  async #keepTrying(): Promise<void> {
    const { signal } = this.#closing;
    let wait = FIRST_PAUSE_MS;
    for (;;) {
      await this.#attempt.catch(() => {});
      if (this.#opened !== undefined) return;
      if (this.misuse !== undefined) return this.onMisuse?.(this.misuse);
      await pause(wait, signal);
      if (signal.aborted) return;
      wait = Math.min(wait * 2, LONGEST_PAUSE_MS);
      this.#attempt = this.#try();
    }
  }
}

function closedError(): EtcdError {
  return new EtcdError("closed", "Cannot use store: it was closed");
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const finish = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", finish);
      done();
    };
    const timer = setTimeout(finish, ms);
    signal.addEventListener("abort", finish);
    if (signal.aborted) finish();
  });
}
