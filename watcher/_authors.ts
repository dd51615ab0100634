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
    const { desired, changes, refused, applied } = step;
    const { revision: last, anew } = desired;
    const all = changeTexts(changes);
    const way = wayOf(step);
    if (last <= way.base && way.old.length === 0) {
      return [{ revision: last, actor: desired.actor, changes: all }];
    }
    const kept = await this.#kept(askedOf(way, last), closing);
    const unread = unreadOf(way, step, kept);
    const told = new Set(
      [...kept.values()].flatMap(({ changes }) => changes)
        .map(({ path }) => path),
    );
    let rest = all.filter(({ path }) => !told.has(path));
    /** Who changed it last. */
    const lastOf = new Map<string, number>();
    for (const [revision, { changes }] of kept) {
      for (const { path } of changes) lastOf.set(path, revision);
    }
    const holds = ({ path, after }: ChangeText, revision: number) =>
      lastOf.get(path) === revision &&
      all.some((one) => one.path === path && one.after === after);
    const found: Authored[] = [];
    /** What runs where the history has what was refused. */
    const ran = new Map<string, string>();
    for (const [revision, entry] of kept) {
      const whole = revision === last || !refused.has(revision);
      const own: ChangeText[] = [];
      for (const change of entry.changes) {
        const { path, after } = change;
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
      // What is written anew is all of it, whatever was there: it is told by what ran, where that was before it.
      if (applied && revision === anew && unread === 0) {
        const mine = ({ path }: ChangeText) =>
          way.old.length === 0 && lastOf.get(path) === revision;
        const others = own.filter((change) => !mine(change));
        own.splice(0, own.length, ...others, ...all.filter(mine), ...rest);
        rest = [];
      }
      if (whole || own.length > 0) found.push({ ...entry, changes: own });
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
    revisions: readonly number[],
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
    await within(Promise.all(revisions.map(one)), ASK_MS, closing);
    return new Map(
      read.toSorted((a, b) => a.revision - b.revision)
        .map((entry) => [entry.revision, entry]),
    );
  }
}

/** Revisions between what ran and what runs. */
interface Way {
  /** Those that are kept from before something was written anew: other numbers below that never were. */
  readonly old: readonly number[];
  /** From here on there was each number. */
  readonly base: number;
}

function wayOf({ from, desired: { revision, anew, kept } }: Step): Way {
  const since = Math.min(anew, revision);
  const old = kept.filter((one) => from < one && one < since);
  return { old, base: Math.max(from + 1, since) };
}

/** The newest, as many as are asked for. */
function askedOf({ old, base }: Way, last: number): number[] {
  const first = Math.max(base, last - MAX_ASKED);
  const newest = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  return [...old.slice(-MAX_ASKED), ...newest];
}

/** The newest on the way that nothing is known of; 0 for none. */
function unreadOf(
  { old, base }: Way,
  { desired, refused }: Step,
  kept: ReadonlyMap<number, Authored>,
): number {
  const lacks = (one: number) => !kept.has(one) && !refused.has(one);
  // As many steps as there are that something is known of, however large the gap.
  let one = desired.revision - 1;
  while (one >= base && !lacks(one)) one--;
  return one >= base ? one : old.findLast(lacks) ?? 0;
}
