/**
 * How a watcher fares.
 *
 * @module
 */
import type { ConfigIssue, StoreHealth } from "@ml-defender/etcd-client";

/**
 * Why a revision is not in force.
 *
 * - `integrity`: a value in the store can not be opened, was changed past its key, cut, or an older one put back; read again
 *   later.
 * - `invalid`: a schema or a check refuses it; `issues` says where and why.
 * - `prepare`: a subscriber refuses it; tried again.
 * - `timeout`: a subscriber or a pipeline was not ready in time; tried again.
 * - `commit`: a subscriber failed while it was put in force, and all were taken back; tried again.
 */
export type RefusalKind =
  | "integrity"
  | "invalid"
  | "prepare"
  | "timeout"
  | "commit";

/** A revision that is not in force. */
export interface Refusal {
  /** The revision. */
  readonly revision: number;
  /** Who asked for it. */
  readonly actor: string;
  /** What kind of reason. */
  readonly kind: RefusalKind;
  /** The reason, on one line. */
  readonly reason: string;
  /** What is wrong, with paths, for `integrity` and `invalid`. */
  readonly issues: readonly ConfigIssue[];
  /** When, milliseconds since the Unix epoch. */
  readonly timeMs: number;
}

/** What is in force. */
export interface InForce {
  /** Its revision. */
  readonly revision: number;
  /** Digest of its values. */
  readonly digest: string;
  /** Since when, milliseconds since the Unix epoch. */
  readonly sinceMs: number;
  /** Where it came from. */
  readonly source: "store" | "last_good" | "defaults";
}

/** What a watcher has done. */
export interface WatcherCounters {
  /** Revisions put in force. */
  readonly applied: number;
  /** Revisions refused. */
  readonly refused: number;
  /** Revisions that failed half-way and were taken back. */
  readonly rolledBack: number;
  /** Revisions that were passed over because a newer one was there already. */
  readonly coalesced: number;
  /** Attempts to apply a refused revision again. */
  readonly retries: number;
  /** Subscribers whose `abort` threw. */
  readonly abortFailures: number;
  /** Records that `onAudit` threw on. */
  readonly auditFailures: number;
  /** Failures to read or follow the store. */
  readonly storeFailures: number;
  /** Failures to write back to the store, or to keep the last good configuration. */
  readonly reportFailures: number;
}

/** How a watcher fares. */
export interface WatcherStatus {
  /**
   * `in_force`: what is desired runs; `pending`: it is on its way, or nothing was heard of the store yet; `refused`: something older runs; `broken`: a change
   * failed half-way and could not be taken back, so that what the subscribers in `broken` run is not known; `closed`.
   */
  readonly state: "in_force" | "pending" | "refused" | "broken" | "closed";
  /** What runs. */
  readonly applied: InForce;
  /** Revision that the store has; undefined when it was never reached. */
  readonly desiredRevision: number | undefined;
  /** Revisions between what the store has and what runs. */
  readonly lagRevisions: number;
  /** Milliseconds since the store has something else than what runs; 0 if it has not. */
  readonly lagMs: number;
  /** Why what the store has does not run; undefined if it does. */
  readonly refusal: Refusal | undefined;
  /** Subscribers of which it is not known what they run; the next attempt that succeeds puts them right. */
  readonly broken: readonly string[];
  /** Sections in the store that nobody here knows; they are left alone. */
  readonly unknownSections: readonly string[];
  /** Settings that differ from those at the start and take effect when the program starts anew. */
  readonly restartPending: readonly string[];
  /** Whether another process has registered under this one's id since; this one is to be given another. */
  readonly idTaken: boolean;
  /** Why the last good configuration could not be saved the last time, or loaded at the start; undefined if it could. */
  readonly lastGoodFailure: Error | undefined;
  /** Pipelines that hold a batch now. */
  readonly busy: readonly string[];
  /** What it did. */
  readonly counters: WatcherCounters;
  /** The store; `lastError` also where it could not be followed. */
  readonly store: StoreHealth;
}
