/** Who asked for what, where several revisions came into force as one. */
import type { ConfigStore, Json } from "@ml-defender/etcd-client";
import { type ChangeText, changeTexts, type ConfigChange } from "./change.ts";
import type { Desired } from "./_feed.ts";
import { asHistory, type Layout } from "./_layout.ts";
import { within } from "./_wait.ts";

/** What one revision brought. */
export interface Authored {
  readonly revision: number;
  readonly actor: string;
  readonly changes: readonly ChangeText[];
}

/** The step from what ran to what runs. */
export interface Step {
  /** Revision that ran. */
  readonly from: number;
  /** What runs now. */
  readonly desired: Desired;
  /** All that is different. */
  readonly changes: readonly ConfigChange[];
  /** Revisions on the way that were refused, and recorded as such. */
  readonly refused: ReadonlySet<number>;
  /** Whether it is in force; else it is refused as a whole. */
  readonly applied: boolean;
}

/** Of more revisions than this at once, the newest are asked for. */
const MAX_ASKED = 200;
const ASK_MS = 1000;

export class Authors {
  readonly #store: ConfigStore;
  readonly #layout: Layout;

  constructor(store: ConfigStore, layout: Layout) {
    this.#store = store;
    this.#layout = layout;
  }

  /** One for each revision that has no record yet, oldest first; what nobody can be named for is unknown's. */
  async of(step: Step, closing: AbortSignal): Promise<Authored[]> {
    const { from, desired, changes, refused, applied } = step;
    const last = desired.revision;
    const all = changeTexts(changes);
    if (last <= from + 1) {
      return [{ revision: last, actor: desired.actor, changes: all }];
    }
    const first = Math.max(from + 1, last - MAX_ASKED);
    const kept = await this.#kept(first, last, closing);
    /** Who changed it last. */
    const lastOf = new Map<string, number>();
    for (const [revision, { changes }] of kept) {
      for (const { path } of changes) lastOf.set(path, revision);
    }
    const holds = ({ path, after }: ChangeText, revision: number) =>
      lastOf.get(path) === revision &&
      all.some((one) => one.path === path && one.after === after);
    const found: Authored[] = [];
    const told = new Set<string>();
    /** What runs where the history has what was refused. */
    const ran = new Map<string, string>();
    for (const [revision, entry] of kept) {
      const whole = revision === last || !refused.has(revision);
      const own: ChangeText[] = [];
      for (const change of entry.changes) {
        const { path, after } = change;
        told.add(path);
        const before = ran.get(path) ?? change.before;
        // Texts alone do not tell: of secrets they are equal, and long ones are cut.
        const idle = ran.has(path) && before === after &&
          !all.some((one) => one.path === path);
        // Of what was refused, that which is in force now all the same.
        if (whole || applied && holds(change, revision)) {
          ran.delete(path);
          if (!idle) own.push({ path, before, after });
        } else ran.set(path, before);
      }
      if (whole || own.length > 0) found.push({ ...entry, changes: own });
    }
    const rest = all.filter(({ path }) => !told.has(path));
    let unread = 0;
    for (let revision = from + 1; revision < last; revision++) {
      if (!kept.has(revision) && !refused.has(revision)) unread = revision;
    }
    if (!kept.has(last)) {
      const actor = unread === 0 ? desired.actor : "unknown";
      found.push({ revision: last, actor, changes: rest });
    } else if (unread > 0 || applied && rest.length > 0) {
      const revision = unread || last;
      found.push({ revision, actor: "unknown", changes: rest });
    }
    return found.sort((a, b) => a.revision - b.revision);
  }

  /** What the history has of revisions, in order. */
  async #kept(
    first: number,
    last: number,
    closing: AbortSignal,
  ): Promise<Map<number, Authored>> {
    const read: Authored[] = [];
    const one = async (revision: number) => {
      try {
        const key = this.#layout.revision(revision);
        const value: Json | undefined = (await this.#store.get(key))?.value;
        const entry = asHistory(value);
        if (entry !== undefined) {
          const { actor, changes } = entry;
          read.push({ revision, actor, changes });
        }
      } catch {
        // Who wrote it is not known then.
      }
    };
    const revisions = Array.from(
      { length: last - first + 1 },
      (_, i) => first + i,
    );
    await within(Promise.all(revisions.map(one)), ASK_MS, closing);
    return new Map(
      read.toSorted((a, b) => a.revision - b.revision)
        .map((entry) => [entry.revision, entry]),
    );
  }
}
