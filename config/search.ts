/**
 * The section `search`: what the search keeps, and how much it shows.
 *
 * @module
 */
import {
  defineSection,
  type Section,
  type Subscriber,
} from "@ml-defender/watcher";
import * as v from "valibot";
import { type RetentionConfig, retentionFields, retentionOf } from "./log.ts";
import { object, standard, whole } from "./_schema.ts";

/** What the search keeps, and how much it shows. */
export interface SearchConfig {
  /** Entries shown where neither question nor request gives a number. */
  readonly limit: number;
  /** What is kept. */
  readonly retention: RetentionConfig;
}

/** Schema of the section. */
export const SEARCH_SCHEMA: v.GenericSchema<unknown, SearchConfig> = object({
  limit: v.optional(
    whole(1, 1000, {
      doc: "Entries shown where neither question nor request gives a number.",
      unit: "entries",
    }),
    10,
  ),
  retention: retentionFields("Entries of the search"),
});

/** The section `search`. */
export const SEARCH: Section<SearchConfig> = defineSection({
  name: "search",
  schema: standard(SEARCH_SCHEMA),
  defaults: v.parse(SEARCH_SCHEMA, {}),
});

/** What is told of the section's values: a `Searcher` of `@ml-defender/rag`, in this thread or in a worker. */
export interface Configurable {
  /** Go by other settings from the next call on. */
  configure(settings: {
    /** Entries shown where neither question nor request gives a number. */
    readonly limit: number;
    /** What is kept. */
    readonly retention: {
      /** Days of 24 h. */
      readonly maxAgeDays?: number;
      /** Bytes. */
      readonly maxBytes?: number;
    };
  }): Promise<void>;
}

/**
 * Tells a search of changes: `config.watcher.subscribe(searchSubscriber(searcher))`. What is no more to be kept is removed
 * after the change, in the background.
 *
 * @param searcher The search.
 * @param options Who is told when that fails.
 */
export function searchSubscriber(
  searcher: Configurable,
  options: {
    /** Told why settings could not be taken, or old entries not removed. @default {nobody} */
    readonly onError?: (error: unknown) => void;
  } = {},
): Subscriber {
  return {
    name: "search",
    sections: [SEARCH],
    prepare: (tree) => {
      const { limit, retention } = tree.get(SEARCH);
      const settings = { limit, retention: retentionOf(retention) };
      return {
        abort: () => {},
        commit: () => {
          searcher.configure(settings).catch((error) =>
            options.onError?.(error)
          );
        },
      };
    },
  };
}
