/**
 * What a watcher and an editor are told at their start.
 *
 * @module
 */
import type { ConfigStore } from "@ml-defender/etcd-client";
import type { ChangeRecord } from "./change.ts";
import type { LastGood } from "./last_good.ts";
import type { ConfigModel } from "./model.ts";
import type { Subscriber } from "./subscriber.ts";

/** What a process is called in the store; what could not be registered is refused at the start. */
export interface ComponentName {
  /**
   * Which one, for example "sensor-1"; no slash. Of two processes with one id the later one has it, and the earlier one
   * goes on, as `<id>~<8 digits>` and with `idTaken` in its status and its data.
   */
  readonly id: string;
  /** Its version. */
  readonly version: string;
  /** What it is. @default {"pipeline"} */
  readonly kind?: string;
  /** Told when another process has taken the id, and when it is free again. What it throws is ignored. @default {nobody} */
  readonly onTaken?: (taken: boolean) => void;
}

/** Options of `ConfigWatcher.start`. */
export interface WatcherOptions {
  /** Where the configuration is; the caller closes it, after the watcher. */
  readonly store: ConfigStore;
  /** Sections and checks. */
  readonly model: ConfigModel;
  /** What the tree's keys start with, one to four names joined by slashes. @default {"ml-defender"} */
  readonly prefix?: string;
  /** Who is told; they commit in this order. @default {[]} */
  readonly subscribers?: readonly Subscriber[];
  /** Announces this process in the store, with what it runs and what it refused. @default {nothing is written} */
  readonly component?: ComponentName;
  /** Where the last configuration that ran is kept, once a subscriber has made it ready. @default {nowhere} */
  readonly lastGood?: LastGood;
  /** Gets a record of each change, applied or not. Must not wait; what it throws is counted. @default {none} */
  readonly onAudit?: (record: ChangeRecord) => void;
  /**
   * Milliseconds to wait for more changes before one is applied, 0 to 60,000. Changes that come while one is applied are
   * always gathered. More makes every change later. @default {0}
   */
  readonly debounceMs?: number;
  /** Milliseconds that schemas, and then subscribers, have to make ready, 1 to 600,000. @default {5000} */
  readonly prepareTimeoutMs?: number;
  /** Milliseconds that pipelines have to come between batches, 1 to 600,000. @default {5000} */
  readonly gateTimeoutMs?: number;
  /** Milliseconds that the store has at the start before the last good values or the defaults are taken, 1 to 600,000. @default {2000} */
  readonly startTimeoutMs?: number;
  /**
   * Milliseconds until a revision that a subscriber refused, that came too late or that failed while it was put in force is
   * tried again, and what could not be used read again, 1 to 600,000; twice as long each time, up to a minute. Broken
   * subscribers are put right then too.
   * @default {1000}
   */
  readonly retryMs?: number;
  /** Milliseconds within which what runs is written back; refusals are at once. Less costs writes. @default {1000} */
  readonly reportMs?: number;
  /** Clock, milliseconds since the Unix epoch. @default {Date.now} */
  readonly now?: () => number;
  /** Makes ids of records. @default {a random UUID without dashes} */
  readonly newId?: () => string;
}

/** Options of a `ConfigEditor`. */
export interface EditorOptions {
  /** Where the configuration is; the caller closes it. */
  readonly store: ConfigStore;
  /** Sections and checks: the same as those of whoever applies. */
  readonly model: ConfigModel;
  /** What the tree's keys start with, as for the watcher. @default {"ml-defender"} */
  readonly prefix?: string;
  /**
   * Revisions kept, 1 to 1000; the oldest go first, at most 40 with each change, so that a lower number is reached after
   * some. More costs room in the store and about 31 bytes in each change. @default {100}
   */
  readonly historyEntries?: number;
  /** Bytes of revisions kept, as JSON, 1 to 1,000,000,000; the newest is always kept. @default {1048576} */
  readonly historyBytes?: number;
  /**
   * Milliseconds for which a write is tried again while others write at the same time, 1 to 600,000. More lets a writer
   * wait longer among many. @default {10000}
   */
  readonly conflictMs?: number;
  /** Clock, milliseconds since the Unix epoch. @default {Date.now} */
  readonly now?: () => number;
}
