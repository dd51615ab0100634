/** What is where in the store, and what it looks like. */
import type { Json } from "@ml-defender/etcd-client";
import { type Digests, isDigests } from "./_digest.ts";
import { isObject, memberOf } from "./_json.ts";

/** Who changed the configuration last; written in the same transaction as the values. */
export interface ChangeMark {
  /** Revision of the configuration: counts its changes. */
  readonly revision: number;
  /** Who. */
  readonly actor: string;
  /** When, milliseconds since the Unix epoch. */
  readonly timeMs: number;
  /** What is kept of the past, here so that one read gives all that a write needs. */
  readonly kept: HistoryIndex;
  /** Digest of each section at this revision. */
  readonly digests: Digests;
  /** Newest revision that was written above what others remember, on purpose; 0 for none. What was before it binds no more. */
  readonly anew: number;
}

/** What a store under a prefix holds. */
export class Layout {
  /** What every key starts with. */
  readonly prefix: string;
  /** Prefix of all that is watched: the sections and the mark, so that a transaction's values come with their author. */
  readonly config: string;
  /** Key of the mark; no section has such a name. */
  readonly mark: string;
  readonly history: string;
  readonly refused: string;

  constructor(prefix: string) {
    if (!/^[^/\s]{1,100}(\/[^/\s]{1,100}){0,3}$/.test(prefix)) {
      throw new TypeError(
        `Cannot use prefix as it must be one to four names joined by slashes: current value is ${
          JSON.stringify(prefix)
        }`,
      );
    }
    this.prefix = prefix;
    this.config = `${prefix}/config/`;
    this.mark = `${this.config}@change`;
    this.history = `${prefix}/history/`;
    this.refused = `${prefix}/refused/`;
  }

  /** Refuses what no section is called. */
  checkSection(name: string): void {
    if (/^[a-z][a-z0-9_]{0,63}$/.test(name)) return;
    throw new TypeError(
      `Cannot write configuration as each section must have a name of small letters, digits and '_': current value is ${
        JSON.stringify(name)
      }`,
    );
  }

  section(name: string): string {
    return this.config + name;
  }

  revision(revision: number): string {
    return this.history + `${revision}`.padStart(12, "0");
  }
}

/** Where the tree is when nothing else is said. */
export const DEFAULT_PREFIX = "ml-defender";

/** Highest revision: as many digits as its key in the history has. */
const MAX_REVISION = 999_999_999_999;
/** Highest number that a writer may go above: one typed wrongly still leaves room. */
export const MAX_ABOVE = 1_000_000_000;

/** The mark in a value; undefined when it is none. */
export function asMark(value: Json | undefined): ChangeMark | undefined {
  if (!isObject(value)) return undefined;
  const { revision, actor, timeMs, digests, anew = 0 } = value;
  if (!isRevision(revision) || revision === 0) return undefined;
  if (typeof actor !== "string" || typeof timeMs !== "number") return undefined;
  if (digests === undefined || !isDigests(digests)) return undefined;
  if (!isRevision(anew)) return undefined;
  const kept = asIndex(value.kept);
  return { revision, actor, timeMs, kept, digests, anew };
}

/** Whether a value is a revision, or 0 for none. */
export function isRevision(value: Json | undefined): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 &&
    (value as number) <= MAX_REVISION;
}

/** What is kept of a revision. */
export interface HistoryValue {
  readonly actor: string;
  readonly timeMs: number;
  readonly note: string;
  /** Revision that it went back to; 0 for none. */
  readonly of: number;
  readonly changes: readonly {
    readonly path: string;
    readonly before: string;
    readonly after: string;
  }[];
  /** What was stored of each section. */
  readonly tree: { readonly [section: string]: Json };
  /** As in the mark, for where that is lost; left out for 0. */
  readonly anew?: number;
}

/** The kept revision in a value; undefined when it is none. */
export function asHistory(value: Json | undefined): HistoryValue | undefined {
  if (!isObject(value)) return undefined;
  const { actor, timeMs, note, of, changes, tree, anew = 0 } = value;
  if (typeof actor !== "string" || typeof timeMs !== "number") return undefined;
  if (typeof note !== "string" || typeof of !== "number") return undefined;
  if (!Array.isArray(changes) || !isObject(tree)) return undefined;
  if (!changes.every(isChange) || !isRevision(anew)) return undefined;
  return value as unknown as HistoryValue;
}

function isChange(value: unknown): boolean {
  return ["path", "before", "after"].every((name) =>
    typeof memberOf(value, name) === "string"
  );
}

/** Revisions in the history with their sizes and one digest of all their sections, oldest first; empty where that is not known. */
export type HistoryIndex = readonly (readonly [
  revision: number,
  bytes: number,
  digest: string,
])[];

/** The index in a value; empty when it is none. */
function asIndex(value: Json | undefined): HistoryIndex {
  if (!Array.isArray(value)) return [];
  return value.filter((item) =>
    Array.isArray(item) && item.length === 3 &&
    item.slice(0, 2).every((part) => Number.isSafeInteger(part)) &&
    typeof item[2] === "string"
  ) as unknown as HistoryIndex;
}
