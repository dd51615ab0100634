import type { Filter } from "../query/ast.ts";
import type { Language } from "../result.ts";
import type { Calendar } from "./calendar.ts";
import type { Action } from "./chart.ts";
import type { Token } from "./tokens.ts";

/** What the meaning of words depends on beside the words. */
export interface Context {
  /** Calendar of the zone, seen from now. */
  readonly calendar: Calendar;
  /** Language of the question. */
  readonly language: Language;
  /** The question's tokens, typing errors corrected. */
  readonly tokens: readonly Token[];
  /** Whether a word is known to whoever searches by meaning. */
  readonly knows: (word: string) => boolean;
  /** Whether the question is about changes of configuration; absent while that is not known. */
  readonly changes?: boolean;
}

/** A filter, and what it is about: filters about one thing can be alternatives. */
export interface Found {
  /** What it is about: a field, or a name such as `time`. */
  readonly kind: string;
  /** The filter. */
  readonly filter: Filter;
  /** Whether it is a size that becomes one of uploads or downloads where the question is about those. */
  readonly generic?: boolean;
}

/** Makes the meaning of a constituent. */
export type Meaning = Action<Context>;

/** A found filter. */
export function found(
  kind: string,
  filter: Filter | undefined,
): Found | undefined {
  return filter === undefined ? undefined : { kind, filter };
}

/** One filter of several, in which all or one of them must hold. */
export function joined(
  op: "and" | "or",
  of: readonly Filter[],
): Filter | undefined {
  return of.length > 1 ? { op, of } : of[0];
}
