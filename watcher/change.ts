/**
 * What changed: settings with their values before and after, and the record of it that others keep.
 *
 * @module
 */
import type { Json } from "@ml-defender/etcd-client";
import { equal, isObject, memberOf } from "./_json.ts";
import { isSecret, MASK, masked } from "./_mask.ts";
import { covers, formatPath } from "./_path.ts";
import type { Section } from "./section.ts";

/** One setting that changed. */
export interface ConfigChange {
  /** Where, dotted, section first. Lists change as a whole. */
  readonly path: string;
  /** Value before, `***` for what is secret; undefined if there was none. */
  readonly before: Json | undefined;
  /** Value after, `***` for what is secret; undefined if there is none. */
  readonly after: Json | undefined;
  /** Whether it takes effect when the program starts anew. */
  readonly restart: boolean;
}

/** A setting's change as text. */
export interface ChangeText {
  /** Where, dotted, section first. */
  readonly path: string;
  /** Value before as JSON text; empty if there was none. */
  readonly before: string;
  /** Value after as JSON text; empty if there is none. */
  readonly after: string;
}

/** What became of a change of configuration; one record for each. */
export interface ChangeRecord {
  /** Id of the record. */
  readonly id: string;
  /** When it was decided, RFC 3339 in UTC. */
  readonly time: string;
  /**
   * Who asked for it; "unknown" where it was written without a name, where the history does not have it any more, and where
   * it was damaged.
   */
  readonly actor: string;
  /** Revision of the configuration; "unknown" where what is damaged has the number of what runs. */
  readonly revision: string;
  /** What became of it. */
  readonly outcome: "applied" | "refused" | "rolled_back";
  /** What changed, or would have; the first 200. */
  readonly changes: readonly ChangeText[];
  /** Why it was not applied, where it was not. */
  readonly reason?: string;
}

const MAX_CHANGES = 200;
const MAX_TEXT = 500;

/**
 * Differences of two values of a section.
 *
 * @param section The section.
 * @param before Value before; undefined if there was none.
 * @param after Value after; undefined if there is none.
 * @returns Sorted by path.
 */
export function diffSection(
  section: Section,
  before: Json | undefined,
  after: Json | undefined,
): ConfigChange[] {
  const changes: ConfigChange[] = [];
  walk(section, [], before, after, changes);
  return changes;
}

function walk(
  section: Section,
  path: readonly string[],
  before: Json | undefined,
  after: Json | undefined,
  into: ConfigChange[],
): void {
  if (equal(before, after)) return;
  const { name, secrets, restart } = section;
  const secret = isSecret(path, secrets);
  if (!secret && isObject(before) && isObject(after)) {
    const members = new Set([...Object.keys(before), ...Object.keys(after)]);
    for (const member of [...members].sort()) {
      const [a, b] = [memberOf(before, member), memberOf(after, member)];
      walk(section, [...path, member], a, b, into);
    }
    return;
  }
  const show = (value: Json | undefined) =>
    value === undefined
      ? undefined
      : secret
      ? MASK
      : masked(value, secrets, path);
  into.push({
    path: formatPath([name, ...path]),
    before: show(before),
    after: show(after),
    restart: restart.some((pattern) =>
      covers(pattern, path) || covers(path, pattern)
    ),
  });
}

/**
 * Changes as text, for records: long values are cut, and of very many changes the first are kept.
 *
 * @param changes What changed.
 */
export function changeTexts(changes: readonly ConfigChange[]): ChangeText[] {
  const texts = changes.slice(0, MAX_CHANGES).map((
    { path, before, after },
  ) => ({ path, before: text(before), after: text(after) }));
  const more = changes.length - texts.length;
  if (more > 0) texts.push({ path: "*", before: "", after: `${more} more` });
  return texts;
}

function text(value: Json | undefined): string {
  if (value === undefined) return "";
  const json = JSON.stringify(value);
  return json.length <= MAX_TEXT ? json : `${json.slice(0, MAX_TEXT)}...`;
}
