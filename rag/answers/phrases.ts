/**
 * The sentences that an answer is made of, in one language. Every text is without its full stop: the citations come before
 * it.
 *
 * @module
 */

import type { EntryKind, GroupKey, Metric } from "../query/ast.ts";
import type { Field } from "../query/fields.ts";
import type { Unresolved } from "../result.ts";

/** What a sentence about several entries may need. */
export interface Counted {
  /** Name of a value, as shown. */
  readonly name: string;
  /** Entries that have it. */
  readonly count: number;
}

/** Whose values are counted. */
export type Aspect = "sources" | "destinations" | "services" | "categories";

/** Where the search could be widened, the most promising first. */
export type Widening = "time" | "text" | "category" | "filter" | "log";

/** How a list is ordered. */
export type ListOrder = "closest" | "latest" | "sorted" | "all";

/** One language's sentences. */
export interface Phrases {
  /** A whole number with its separators, or a number with at most three significant decimals. */
  number(value: number): string;
  /** A number of entries with its noun. */
  entries(kind: EntryKind, count: number): string;
  /** An instant, for the middle of a sentence, with its preposition. */
  instant(timestampUs: number, zone: string, options: InstantOptions): string;
  /** Names with counts, joined by commas and "and". */
  listed(kind: EntryKind, parts: readonly Counted[]): string;
  /** A value of a field for people: categories in words, everything else as it is. */
  value(field: Field | GroupKey, value: string | number | null): string;
  /** A metric's value with its unit. */
  metricValue(metric: Metric, kind: EntryKind, value: number | null): string;

  /** The parts of a question that cannot all be true. */
  contradiction(text: string): string;
  /** That nothing was searched, after a contradiction. */
  contradictionHint: string;
  /** A part that the log cannot answer. */
  unresolved(part: Unresolved): string;
  /** That nothing was searched, after unresolved parts. */
  nothingAsked: string;
  /** That nothing was found, and what was looked for. */
  nothingFound(kind: EntryKind, understood: string): string;
  /** That no group is left. */
  noGroups(understood: string): string;
  /** What to try after that. */
  hints: Readonly<Record<Widening, string>>;
  /** That nothing resembles an entry. */
  nothingSimilar: string;
  /** That the best match is poor. */
  weak: string;

  /** How many entries match. */
  total(kind: EntryKind, total: number): string;
  /** How many match, of which the best are listed by closeness to a text. */
  ranked(kind: EntryKind, total: number, shown: number, text: string): string;
  /** How many resemble an entry. */
  similar(kind: EntryKind, shown: number): string;
  /** One entry, told in full. */
  only(kind: EntryKind, narrative: string): string;
  /** The one entry that was asked for of several, told in full. */
  foremost(
    kind: EntryKind,
    total: number,
    order: ListOrder,
    narrative: string,
  ): string;
  /** What all entries have in common: predicates of them. */
  all(predicates: readonly string[]): string;
  /** That entries have one value, as a predicate. */
  share(aspect: Aspect | "decisions", kind: EntryKind, name: string): string;
  /** Which values are the most frequent. */
  aspect(aspect: Aspect, kind: EntryKind, parts: readonly Counted[]): string;
  /** How often what was decided. */
  decisions(kind: EntryKind, parts: readonly Counted[]): string;
  /** When the only one, or all of them at one instant, happened. */
  at(kind: EntryKind, total: number, instant: string): string;
  /** First and last. */
  span(kind: EntryKind, first: string, last: string): string;
  /** The number of entries beside that of the period before. */
  trend(kind: EntryKind, total: number, before: number): string;
  /** Over the list of what happened. */
  listTitle(order: ListOrder): string;
  /** One entry of the list. */
  item(narrative: string, folded: number): string;

  /** One number over all. */
  single(metric: Metric, kind: EntryKind, value: number | null): string;
  /** Over a list of groups. */
  groupsTitle(
    metric: Metric,
    kind: EntryKind,
    keys: readonly GroupKey[],
  ): string;
  /** The only group, or the first of which only one was asked for. */
  oneGroup(
    metric: Metric,
    kind: EntryKind,
    group: {
      /** What it is a value of. */
      readonly keys: readonly GroupKey[];
      /** The value. */
      readonly name: string;
      /** The metric. */
      readonly value: number | null;
      /** Whether more than this one may exist. */
      readonly first: boolean;
    },
  ): string;
  /** One row. */
  group(name: string, value: string): string;
  /** How many more groups there are. */
  moreGroups(more: number): string;

  /** Over the list of next steps. */
  nextTitle: string;
}

/** How an instant is written. */
export interface InstantOptions {
  /** Now, so that today and yesterday can be said. */
  readonly nowUs: number;
  /** Whether seconds matter. */
  readonly seconds: boolean;
}
