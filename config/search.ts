/**
 * The section `search`: what the search keeps, and how much it shows.
 *
 * @module
 */
import { defineSection, type Section } from "@ml-defender/watcher";
import * as v from "valibot";
import { type RetentionConfig, retentionFields } from "./log.ts";
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
