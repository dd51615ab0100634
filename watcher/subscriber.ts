/**
 * Who is told of changes.
 *
 * @module
 */
import type { ConfigChange } from "./change.ts";
import type { Check } from "./model.ts";
import type { Section } from "./section.ts";
import type { ConfigTree } from "./tree.ts";

/** What `prepare` is told beside the values. */
export interface PrepareContext {
  /** Revision of the configuration. */
  readonly revision: number;
  /** Whether this is the first configuration that the subscriber gets; the changes are then against the defaults. */
  readonly initial: boolean;
  /** Aborted when the change is given up: another subscriber refused it, or time is up. */
  readonly signal: AbortSignal;
}

/** A change that a subscriber is ready to make. Exactly one of the two is called. */
export interface Prepared {
  /** Makes the change: at once, without waiting, between batches. It must not fail. */
  commit(): void;
  /** Lets go of what was made ready; everything stays as it is. */
  abort(): void;
}

/** A part of the program that takes configuration. */
export interface Subscriber {
  /** Its name, for reasons and status. */
  readonly name: string;
  /** What it reads. It is called when something in them changes; sections that the watcher did not know are added. */
  readonly sections: readonly Section[];
  /** What must hold between its settings and others. @default {[]} */
  readonly checks?: readonly Check[];
  /**
   * Makes a change ready without making it: loads, compiles, allocates. Whatever it throws refuses the change, for every
   * subscriber. Nothing else may differ afterwards.
   *
   * @param next All values.
   * @param changes What changes in its sections.
   * @param context Revision and signal.
   */
  prepare(
    next: ConfigTree,
    changes: readonly ConfigChange[],
    context: PrepareContext,
  ): Prepared | Promise<Prepared>;
}

/**
 * A subscriber for what needs no preparation: takes the new values of one section, at once and between batches.
 *
 * @param name Its name.
 * @param section The section.
 * @param apply Puts the values in place; must not fail.
 */
export function applying<Output>(
  name: string,
  section: Section<Output>,
  apply: (value: Output) => void,
): Subscriber {
  return {
    name,
    sections: [section],
    prepare: (next) => {
      const value = next.get(section);
      return { commit: () => apply(value), abort: () => {} };
    },
  };
}
