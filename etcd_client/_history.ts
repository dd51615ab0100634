/** Keys with revisions and a bounded past: what the memory and the file backend keep. */
import type {
  RawChange,
  RawCompare,
  RawEntry,
  RawOperation,
  RawState,
} from "./backend.ts";
import { EtcdError } from "./error.ts";
import { matches, type Target } from "./value.ts";

/** The changes of one revision. */
export interface Step {
  readonly revision: number;
  readonly changes: readonly RawChange[];
}

/** State now, state at the oldest revision kept, and the steps between. */
export class History {
  readonly #limit: number;
  #base = new Map<string, RawEntry>();
  #now = new Map<string, RawEntry>();
  #steps: Step[] = [];
  #baseRevision = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Begins anew from a state. */
  reset(revision: number, entries: Iterable<RawEntry>): void {
    this.#base = new Map();
    for (const entry of entries) this.#base.set(entry.key, entry);
    this.#now = new Map(this.#base);
    this.#baseRevision = revision;
    this.#steps = [];
  }

  get revision(): number {
    return this.#steps.at(-1)?.revision ?? this.#baseRevision;
  }

  /** The oldest revision whose state is still known. */
  get baseRevision(): number {
    return this.#baseRevision;
  }

  get base(): Iterable<RawEntry> {
    return this.#base.values();
  }

  get steps(): readonly Step[] {
    return this.#steps;
  }

  entry(key: string): RawEntry | undefined {
    return this.#now.get(key);
  }

  /** Keys that hang on a lease. */
  keysOf(lease: string): string[] {
    const keys: string[] = [];
    for (const entry of this.#now.values()) {
      if (entry.lease === lease) keys.push(entry.key);
    }
    return keys;
  }

  holds(compares: readonly RawCompare[]): boolean {
    return compares.every(({ key, revision, equal }) =>
      ((this.#now.get(key)?.revision ?? 0) === revision) === equal
    );
  }

  /** What the operations would change, at the next revision; deletions of what is not there change nothing. */
  plan(operations: readonly RawOperation[]): Step {
    const revision = this.revision + 1;
    const changes: RawChange[] = [];
    for (const operation of operations) {
      const { kind, key } = operation;
      if (kind === "put") {
        const { value, lease } = operation;
        changes.push({ kind, entry: { key, value, revision, lease } });
      } else if (this.#now.has(key)) changes.push({ kind, key, revision });
    }
    return { revision, changes };
  }

  /** Takes a step; the oldest is let go when there are more than allowed. */
  apply(step: Step): void {
    change(this.#now, step);
    this.#steps.push(step);
    if (this.#steps.length <= this.#limit * 1.25 + 1) return;
    const gone = this.#steps.splice(0, this.#steps.length - this.#limit);
    for (const old of gone) change(this.#base, old);
    this.#baseRevision = gone.at(-1)!.revision;
  }

  /**
   * State now or at a revision.
   *
   * @throws {EtcdError} `compacted`, when the revision is older than what is kept.
   * @throws {RangeError} When it is in the future.
   */
  read(target: Target, revision?: number): RawState {
    const entries = this.#at(revision);
    if (typeof target === "string") {
      const entry = entries.get(target);
      return { revision: this.revision, entries: entry ? [entry] : [] };
    }
    const found: RawEntry[] = [];
    for (const entry of entries.values()) {
      if (entry.key.startsWith(target.prefix)) found.push(entry);
    }
    found.sort((a, b) => a.key < b.key ? -1 : 1);
    return { revision: this.revision, entries: found };
  }

  #at(revision: number | undefined): ReadonlyMap<string, RawEntry> {
    if (revision === undefined || revision === this.revision) return this.#now;
    if (revision > this.revision) throw futureRevision(revision, this.revision);
    if (revision < this.#baseRevision) {
      throw compacted(revision, this.#baseRevision);
    }
    const entries = new Map(this.#base);
    for (const step of this.#steps) {
      if (step.revision > revision) break;
      change(entries, step);
    }
    return entries;
  }

  /** Steps from a revision on, or why they are not known. */
  since(from: number): readonly Step[] | "compacted" | "restored" {
    if (from > this.revision + 1) return "restored";
    if (from <= this.#baseRevision) return "compacted";
    return this.#steps.filter((step) => step.revision >= from);
  }
}

/** The changes of a step that a target names. */
export function changesOf(step: Step, target: Target): RawChange[] {
  return step.changes.filter((c) =>
    matches(target, c.kind === "put" ? c.entry.key : c.key)
  );
}

/** The error for a revision that was let go. */
export function compacted(revision: number, oldest: number): EtcdError {
  return new EtcdError(
    "compacted",
    `Cannot read revision ${revision} as it is no longer kept: the oldest is ${oldest}`,
  );
}

/** The error for a revision that is not there yet. */
export function futureRevision(revision: number, newest: number): RangeError {
  return new RangeError(
    `Cannot read revision ${revision} as it does not exist yet: the newest is ${newest}`,
  );
}

function change(entries: Map<string, RawEntry>, step: Step): void {
  for (const item of step.changes) {
    if (item.kind === "put") entries.set(item.entry.key, item.entry);
    else entries.delete(item.key);
  }
}
