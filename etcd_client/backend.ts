/**
 * What a store stands on: bytes under keys, with revisions, transactions, leases and changes as they happen. Memory, a
 * folder and etcd are three of them; everything else (encryption, schemas, components, bounded watches) is written once,
 * above.
 *
 * A backend has one revision that grows by one with each transaction that changes something. Keys sort by code unit.
 *
 * @module
 */
import type { Target } from "./value.ts";

/** A key with its bytes. */
export interface RawEntry {
  /** The key, without the namespace. */
  readonly key: string;
  /** The bytes; whoever gets them leaves them as they are. */
  readonly value: Uint8Array;
  /** Revision of the last change. */
  readonly revision: number;
  /** The lease that it ends with. */
  readonly lease: string | undefined;
}

/** One change. */
export type RawChange =
  | { readonly kind: "put"; readonly entry: RawEntry }
  | {
    readonly kind: "delete";
    readonly key: string;
    readonly revision: number;
  };

/** What a transaction asks for before it happens. */
export interface RawCompare {
  /** The key. */
  readonly key: string;
  /** Revision of its last change; 0 for a key that is not there. */
  readonly revision: number;
  /** Whether it must be that revision, or anything else. */
  readonly equal: boolean;
}

/** One step of a transaction. */
export type RawOperation =
  | {
    readonly kind: "put";
    readonly key: string;
    readonly value: Uint8Array;
    readonly lease?: string | undefined;
  }
  | { readonly kind: "delete"; readonly key: string };

/** Compares and what happens if all of them hold. */
export interface RawTransaction {
  /** All must hold. */
  readonly compares: readonly RawCompare[];
  /** All happen, under one revision, or none. No key twice. */
  readonly operations: readonly RawOperation[];
  /** Keys to read in the same step if a compare does not hold. */
  readonly otherwise: readonly string[];
}

/** What came of a transaction. */
export interface RawOutcome {
  /** Whether it happened. */
  readonly succeeded: boolean;
  /** The store's revision afterwards. */
  readonly revision: number;
  /** What `otherwise` named and exists, when it did not happen. */
  readonly entries: readonly RawEntry[];
  /** Whether each operation that deletes found its key. */
  readonly deleted: readonly boolean[];
}

/** State at a revision. */
export interface RawState {
  /** The store's revision. */
  readonly revision: number;
  /** What the target names and exists, sorted by key. */
  readonly entries: readonly RawEntry[];
}

/** Why changes were missed: the store keeps them no longer, or it is another or an older store than before. */
export type GapReason = "compacted" | "restored";

/** Where a subscription delivers. Nothing here may throw or wait. */
export interface RawSink {
  /** Changes of one revision, complete and in order of revision. */
  changes(changes: readonly RawChange[]): void;
  /** Changes were missed; the subscription is over. */
  gap(reason: GapReason): void;
  /** It cannot go on; the subscription is over. */
  fail(error: Error): void;
}

/** A running subscription. */
export interface RawSubscription {
  /** End it; nothing is delivered afterwards. May be called twice. */
  close(): void;
}

/** How a backend fares. */
export interface BackendHealth {
  /** Whether the last attempt to reach it succeeded. */
  readonly reachable: boolean;
  /** How often a connection was lost and made again. */
  readonly reconnects: number;
  /** What the last failure said. */
  readonly lastError: string | undefined;
}

/** Bytes under keys, with revisions. All failures are `EtcdError`. */
export interface Backend {
  /** Which kind: "memory", "file", "etcd". */
  readonly kind: string;
  /** What stands before every key in the underlying store. */
  readonly namespace: string;
  /** Which store it is: another one, or one made anew, has another text. */
  readonly identity: string;
  /** Reads a key or a prefix, now or as it was at a revision. */
  read(target: Target, revision?: number): Promise<RawState>;
  /** Makes changes, all or none. */
  commit(transaction: RawTransaction): Promise<RawOutcome>;
  /**
   * Delivers changes from a revision on, or from now on, until closed; survives the store's absence. Resolves when it is
   * in place.
   */
  subscribe(
    target: Target,
    fromRevision: number | undefined,
    sink: RawSink,
  ): Promise<RawSubscription>;
  /** Makes a lease. */
  grantLease(ttlSeconds: number): Promise<string>;
  /** Gives a lease its whole time again. */
  keepLease(id: string): Promise<void>;
  /** Ends a lease and deletes what hangs on it. */
  revokeLease(id: string): Promise<void>;
  /** How it fares. */
  health(): BackendHealth;
  /** Ends everything at once. May be called twice. */
  close(): Promise<void>;
}
