/**
 * What those who write configuration see of it.
 *
 * @module
 */
import type { Json } from "@ml-defender/etcd-client";
import type { ChangeText } from "./change.ts";

/** A setting. */
export interface Setting {
  /** Its path. */
  readonly path: string;
  /** Its value; `***` for what is secret, unless asked for. */
  readonly value: Json;
  /** Whether it, or something in it, was set; else it is the default. */
  readonly set: boolean;
  /** Revision of the configuration that was read. */
  readonly revision: number;
}

/** A revision that is kept. */
export interface HistoryEntry {
  /** Its number. */
  readonly revision: number;
  /** Who wrote it. */
  readonly actor: string;
  /** When, milliseconds since the Unix epoch. */
  readonly timeMs: number;
  /** Why, as the author said; empty if nothing was said. */
  readonly note: string;
  /** Revision that it went back to; undefined for none. */
  readonly of: number | undefined;
  /** What changed. */
  readonly changes: readonly ChangeText[];
  /** Why nothing but the number can be read of it; undefined where all can. The other fields are empty then, and 0. */
  readonly damage: string | undefined;
}

/** A process that runs this configuration, or would not. */
export interface FleetMember {
  /** What it is. */
  readonly kind: string;
  /** Which one. */
  readonly id: string;
  /** Its version; empty when it is gone. */
  readonly version: string;
  /** How it is, as its watcher says; "gone" when only its refusal is left. */
  readonly status: string;
  /** What it runs; undefined when it is not known. */
  readonly appliedRevision: number | undefined;
  /** Digest of what it runs. */
  readonly digest: string | undefined;
  /** Revisions between what the store has and what it said last that it runs, which it does about once a second. */
  readonly lagRevisions: number | undefined;
  /** Since when it is there, milliseconds since the Unix epoch. */
  readonly sinceMs: number | undefined;
  /** What it refused and why; undefined for nothing. */
  readonly refusal: {
    /** The revision. */
    readonly revision: number;
    /** Why. */
    readonly reason: string;
  } | undefined;
  /** Settings that take effect when it starts anew. */
  readonly restartPending: readonly string[];
}
