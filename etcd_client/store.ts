/**
 * What every store offers, whatever it stands on.
 *
 * @module
 */
import type {
  Component,
  ComponentOptions,
  DiscoverOptions,
  Registration,
} from "./component.ts";
import type { Algorithm } from "./envelope.ts";
import type { EtcdError } from "./error.ts";
import type { CounterStore } from "./counters.ts";
import type { KeyProvider } from "./key_ring.ts";
import type { Lease, LeaseOptions } from "./lease.ts";
import type { StandardSchema } from "./standard_schema.ts";
import type { Json, Target } from "./value.ts";

/** A value under its key. */
export interface ConfigEntry {
  /** The key, without the namespace. */
  readonly key: string;
  /** The value; where a schema is set for the key, what the schema made of it, with its defaults. */
  readonly value: Json;
  /** Revision of the store at which it was written. */
  readonly revision: number;
}

/** A value that is in the store and must not be used. */
export interface InvalidEntry {
  /** The key; where it is no UTF-8 text in etcd, with a surrogate from U+DC80 to U+DCFF for each byte that is none. */
  readonly key: string;
  /** Why; `integrity`, `replay`, `key`, `limit` or `invalid`. */
  readonly error: EtcdError;
  /** Revision of the store at which it was written; 0 where it is not there, and that is what is wrong. */
  readonly revision: number;
}

/** State at a revision. */
export interface ConfigState {
  /** The store's revision; a watch from the next one on misses nothing. */
  readonly revision: number;
  /** What is there, sorted by key. */
  readonly entries: readonly ConfigEntry[];
  /** What must not be used, and what is gone without a trace; keep what you have. */
  readonly invalid: readonly InvalidEntry[];
}

/** What a watch yields. */
export type WatchEvent =
  | {
    /** A value was written. */
    readonly kind: "put";
    /** The key. */
    readonly key: string;
    /** The value. */
    readonly value: Json;
    /** The store's revision. */
    readonly revision: number;
    /** More changes of the same transaction follow at once; apply them together. */
    readonly more: boolean;
  }
  | {
    /** A value was deleted, or its lease ended. */
    readonly kind: "delete";
    /** The key. */
    readonly key: string;
    /** The store's revision. */
    readonly revision: number;
    /** More changes of the same transaction follow at once. */
    readonly more: boolean;
  }
  | {
    /** A value was written that must not be used; keep what you have. */
    readonly kind: "invalid";
    /** The key. */
    readonly key: string;
    /** Why; the value is not in it. */
    readonly error: EtcdError;
    /** The store's revision. */
    readonly revision: number;
    /** More changes of the same transaction follow at once. */
    readonly more: boolean;
  }
  | ({
    /** Here is everything; what is not in it is gone. */
    readonly kind: "resync";
    /**
     * Why: `start` was asked for; `compacted` changes are no longer kept; `restored` the store is another one or went
     * back; `overflow` the reader was slower than the queue is long.
     */
    readonly reason: "start" | "compacted" | "restored" | "overflow";
  } & ConfigState);

/** Options of `watch`. */
export interface WatchOptions {
  /** Ends the watch: the iteration is then done, without an error. */
  readonly signal?: AbortSignal;
  /** First revision to yield, usually the last one seen plus one. @default {the one after the present} */
  readonly fromRevision?: number;
  /** Yield a resync with the present state first. Not together with `fromRevision`. @default {false} */
  readonly initial?: boolean;
  /**
   * Changes that wait for the reader at most, 1 to 1,000,000. When there are more, all that wait are dropped and one
   * resync takes their place. More costs memory. @default {1024}
   */
  readonly queueLimit?: number;
}

/** Options of `set`. */
export interface SetOptions {
  /** Encrypt the value. @default {true where the store has keys} */
  readonly encrypt?: boolean;
  /**
   * Compress with zstd from 4096 bytes on, where that makes it smaller. Compression shows in the length how much a value
   * repeats itself: turn it off for a secret next to text that others choose. @default {true}
   */
  readonly compress?: boolean;
  /** Let the value end after so many seconds, at least 1. @default {never} */
  readonly ttlSeconds?: number;
  /** Let the value end with a lease. @default {never} */
  readonly lease?: Lease;
  /**
   * It may go away by itself: a delete removes it without a trace, and that it is gone is no sign of tampering; for
   * histories and the like, whose keys are not used again. What a delete leaves of any other encrypted value stays for
   * ever. @default {false}
   */
  readonly expendable?: boolean;
  /** Write only if the value is at this revision; 0: only if there is none. @default {whatever is there} */
  readonly expectedRevision?: number;
}

/** What must hold before a transaction happens. */
export type Compare =
  | {
    /** The key. */
    readonly key: string;
    /** Revision at which it was last written; 0: it is not there. */
    readonly revision: number;
  }
  | {
    /** The key. */
    readonly key: string;
    /** Whether it is there. */
    readonly exists: boolean;
  };

/** One step of a transaction. */
export type Operation =
  | {
    /** Write a value. */
    readonly kind: "put";
    /** The key. */
    readonly key: string;
    /** The value. */
    readonly value: Json;
    /** As for `set`. */
    readonly encrypt?: boolean;
    /** As for `set`. */
    readonly compress?: boolean;
    /** As for `set`. */
    readonly lease?: Lease;
    /** As for `set`. */
    readonly expendable?: boolean;
  }
  | {
    /** Delete a value, if it is there. */
    readonly kind: "delete";
    /** The key. */
    readonly key: string;
    /**
     * In a store with keys leave a new trace also where nothing is there, for clients that remember a value: of a state
     * that was lost, or of another store. They take what went away without a trace for tampering. @default {false}
     */
    readonly always?: boolean;
  };

/** Steps that happen together or not at all. */
export interface Transaction {
  /** All must hold. @default {[]} */
  readonly compare?: readonly Compare[];
  /** What happens, at most 100 steps, no key twice. */
  readonly operations: readonly Operation[];
}

/** What came of a transaction. */
export interface TransactionResult {
  /** Whether all of it happened; else nothing did. */
  readonly succeeded: boolean;
  /** The store's revision. */
  readonly revision: number;
  /** Keys that were there and were deleted. */
  readonly deleted: readonly string[];
}

/** What `reencrypt` did. */
export interface ReencryptResult {
  /** Values written anew. */
  readonly rewritten: number;
  /** Values that the active key had encrypted already, or that are not encrypted. */
  readonly unchanged: number;
  /** Values that could not be opened, left as they are. */
  readonly failed: readonly InvalidEntry[];
}

/** How a store fares. */
export interface StoreHealth {
  /** Whether the last attempt to reach it succeeded. */
  readonly reachable: boolean;
  /** How often a connection was lost and made again. */
  readonly reconnects: number;
  /** What the last failure said; undefined when all is well. */
  readonly lastError: string | undefined;
  /** Watches that run. */
  readonly watches: number;
  /** Resyncs that watches yielded, other than at the start. */
  readonly resyncs: number;
  /** Values refused on reading. */
  readonly invalid: number;
  /** Why keys could not be read when last looked at, so that those of before go on; undefined when all is well. */
  readonly keyFailure: string | undefined;
}

/** How a store encrypts. */
export interface SealSettings {
  /** Where keys come from. */
  readonly keys: KeyProvider;
  /** How to encrypt; both are read. @default {"aes-256-gcm"} */
  readonly algorithm?: Algorithm;
  /**
   * Where the highest counters are kept. With `FileCounters` an old value put back is refused after a restart too; with
   * the default, a new process takes what it finds first. The caller closes it. @default {new MemoryCounters()}
   */
  readonly counters?: CounterStore;
  /**
   * Prefixes of keys that need not be encrypted. Whoever can write to the store can write these. @default {[]}
   */
  readonly plain?: readonly string[];
}

/** Options that every store has. */
export interface StoreOptions {
  /** Encrypt, and refuse what is not encrypted. @default {no encryption} */
  readonly seal?: SealSettings;
  /** Clock, milliseconds since the Unix epoch: counters grow by it. @default {Date.now} */
  readonly now?: () => number;
}

/**
 * Configuration as JSON values under keys, with one revision for the whole store that grows with each change. All
 * failures are `EtcdError`, except misuse (TypeError, RangeError).
 */
export interface ConfigStore extends AsyncDisposable {
  /** Which kind: "memory", "file", "etcd". */
  readonly kind: string;
  /** Writes a value. */
  set(
    key: string,
    value: Json,
    options?: SetOptions,
  ): Promise<{
    /** The store's revision. */
    readonly revision: number;
  }>;
  /** Reads a value, now or as it was at a revision; undefined if there is none. */
  get(
    key: string,
    options?: {
      /** As it was then; `compacted` if that is no longer kept. */
      readonly revision?: number;
    },
  ): Promise<ConfigEntry | undefined>;
  /** Deletes a value; also what others put under a key that no store writes, as `list` names it under `invalid`. */
  delete(
    key: string,
    options?: {
      /** Delete only if the value is at this revision. */
      readonly expectedRevision?: number;
    },
  ): Promise<{
    /** Whether it was there. */
    readonly deleted: boolean;
    /** The store's revision. */
    readonly revision: number;
  }>;
  /** Reads every value whose key starts with a text. */
  list(
    prefix: string,
    options?: {
      /** As it was then. */
      readonly revision?: number;
    },
  ): Promise<ConfigState>;
  /**
   * Yields changes as they happen, in order, none left out; where some cannot be had any more, a resync says what is
   * there. Goes on over restarts of the store. A generator: it begins with the first `next()`.
   */
  watch(target: Target, options?: WatchOptions): AsyncGenerator<WatchEvent>;
  /** Makes several changes together or not at all. */
  transaction(transaction: Transaction): Promise<TransactionResult>;
  /** Makes a lease that is kept until it is revoked or the store closed. */
  lease(ttlSeconds: number, options?: LeaseOptions): Promise<Lease>;
  /** Announces a component for as long as the process lives. */
  register(options: ComponentOptions): Promise<Registration>;
  /** Components that are there and registered under a prefix, of one kind or all. */
  discover(
    kind?: string,
    options?: DiscoverOptions,
  ): Promise<readonly Component[]>;
  /** As `discover`, now and at each change. */
  watchComponents(
    kind?: string,
    options?: DiscoverOptions & {
      /** Ends it. */
      readonly signal?: AbortSignal;
    },
  ): AsyncGenerator<readonly Component[]>;
  /**
   * From now on refuses values that a schema refuses, on writing and on reading. Several schemas may apply to a key; each
   * gets what the one before made of the value.
   *
   * @returns Takes the schema away again.
   */
  validateSchema(target: Target, schema: StandardSchema): () => void;
  /** Writes what older keys encrypted anew with the active one; throws `key` when keys that may change cannot be read. */
  reencrypt(prefix: string): Promise<ReencryptResult>;
  /** How it fares. */
  health(): StoreHealth;
  /** Ends watches and leases' upkeep at once; registered components go by their lease. May be called twice. */
  close(): Promise<void>;
}
