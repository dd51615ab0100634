/**
 * What those who write configuration see of it.
 *
 * @module
 */
import type { ConfigIssue, Json } from "@ml-defender/etcd-client";
import type { ChangeText, ConfigChange } from "./change.ts";

/** Options of a write. */
export interface WriteOptions {
  /** Who writes: 1 to 200 characters, without control and format characters. */
  readonly actor: string;
  /** Why, at most 500 such characters. @default {""} */
  readonly note?: string;
  /** Check and tell what would change, and write nothing. @default {false} */
  readonly dryRun?: boolean;
  /** Write only if the configuration is at this revision. @default {whatever it is} */
  readonly expectedRevision?: number;
  /**
   * The new revision is above this one, 0 to 1,000,000,000: where a store was emptied or restored from a backup, while
   * processes remember higher ones and refuse what is not above them. With it all that is set is
   * written, also where nothing changes. @default {whatever it is}
   */
  readonly above?: number;
  /** Whether sections that commands keep may be set: for those commands. @default {false} */
  readonly managed?: boolean;
}

/** What came of a write. */
export interface WriteResult {
  /** Revision of the configuration afterwards. */
  readonly revision: number;
  /** Whether something was written: not in a dry run, and not when nothing would change of what somebody wrote. */
  readonly written: boolean;
  /** What changed, or would. */
  readonly changes: readonly ConfigChange[];
  /**
   * Revisions of the history that are newer than the state that the store had, where an old one had been put back: this
   * write is above them, and they stay in the history. Not there where there are none.
   */
  readonly skipped?: readonly number[];
}

/** Everything that is set, at one revision. */
export interface Snapshot {
  /** Revision of the configuration; 0 when nobody has written any. */
  readonly revision: number;
  /** What is set of each section, secret values too; everything else is the default. */
  readonly tree: {
    /** By section. */
    readonly [section: string]: Json;
  };
}

/** What `ConfigEditor.watch` yields. */
export type EditorEvent =
  | {
    /** What the store holds. */
    readonly kind: "config";
    /** Revision of the configuration. */
    readonly revision: number;
    /** Who wrote it. */
    readonly actor: string;
    /** What changed since the last event without damage; empty in the first of them, and while there is damage. */
    readonly changes: readonly ConfigChange[];
    /** What is there and must not be used, by section; a rollback puts it right. */
    readonly damage: readonly ConfigIssue[];
    /** What is wrong with what is set, so that nobody runs it; empty where there is damage. */
    readonly refused: readonly ConfigIssue[];
  }
  | {
    /** The store can not be reached or read; it is tried again. */
    readonly kind: "away";
    /** Why. */
    readonly reason: string;
  }
  | {
    /** The store is there again. */
    readonly kind: "back";
  };

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
  /** What is wrong with what is set, here or elsewhere, so that nobody runs it; empty where all is well. */
  readonly refused: readonly ConfigIssue[];
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
  /** Whether another process has taken its id, as it says itself: each needs one of its own. */
  readonly idTaken: boolean;
}
