/**
 * What a question gives: hits, groups, the answer and its citations.
 *
 * @module
 */

import type { EntryKind, Query } from "./query/ast.ts";
import type { Facts } from "./entry.ts";

/** Languages of questions and answers. */
export type Language = "en" | "es";

/** A part of a question that the log cannot answer. */
export interface Unresolved {
  /** The words. */
  readonly text: string;
  /** Why not. */
  readonly why: string;
}

/** What was made of a question. */
export interface Understanding {
  /** The question in the asker's words; absent where it was asked as data. What it is like is searched by these. */
  readonly question?: string;
  /** The question as data. */
  readonly query: Query;
  /** Language it is in. */
  readonly language: Language;
  /** The query in words, in that language, without the leading "understood as". */
  readonly understood: string;
  /** Parts that the log cannot answer. */
  readonly unresolved: readonly Unresolved[];
  /** What cannot be true at once, in words; nothing is searched where there is any. */
  readonly contradictions: readonly string[];
}

/** One reason why a hit is there: its part of the score. */
export interface Why {
  /** Where it comes from. */
  readonly signal: "filter" | "words" | "meaning" | "recency" | "severity";
  /** What it adds to the score. */
  readonly weight: number;
  /** In words. */
  readonly text: string;
}

/** An entry that was found. */
export interface Hit {
  /** Id of the entry. */
  readonly id: string;
  /** Kind of entry. */
  readonly kind: EntryKind;
  /** When, microseconds since the Unix epoch. */
  readonly timestampUs: number;
  /** Relevance from 0 to 1; 1 for an unranked list. */
  readonly score: number;
  /** Why it is there. */
  readonly why: readonly Why[];
  /** Values of its fields. */
  readonly facts: Facts;
  /** What happened, in the question's language. */
  readonly narrative: string;
  /** How many more entries like it were folded into it. */
  readonly folded: number;
}

/** One row of an aggregate. */
export interface Group {
  /** Values of the group's keys, in their order. */
  readonly key: readonly (string | number | null)[];
  /** The metric. */
  readonly value: number | null;
  /** Ids of some of its entries, latest first, at most 3; of a smallest or largest value, of entries that have it. */
  readonly ids: readonly string[];
}

/** How often a value occurs. */
export interface Share {
  /** The value. */
  readonly value: string;
  /** Entries that have it. */
  readonly count: number;
  /** Id of an entry that has it, so that it can be cited; absent where the summary was not made by a store. */
  readonly ids?: readonly string[];
}

/** What is known of all matching entries, for the answer. */
export interface Summary {
  /** Matching entries. */
  readonly total: number;
  /** First and last of them, microseconds; absent where there is none. */
  readonly firstUs?: number;
  /** Last of them. */
  readonly lastUs?: number;
  /** Id of an entry of the first time, as for {@linkcode Share.ids}. */
  readonly firstId?: string;
  /** Id of an entry of the last time. */
  readonly lastId?: string;
  /** Most frequent categories, at most 5. */
  readonly categories: readonly Share[];
  /** Most frequent sources, at most 5. */
  readonly sources: readonly Share[];
  /** Most frequent destinations, at most 5. */
  readonly destinations: readonly Share[];
  /** Most frequent services, at most 5. */
  readonly services: readonly Share[];
  /** Decisions. */
  readonly decisions: readonly Share[];
  /** Entries in the period of the same length before, where the query has a closed time span. */
  readonly before?: number;
}

/** What a search gives. */
export interface Result extends Understanding {
  /** Whether the best match by meaning is poor: then the hits may have nothing to do with the question. */
  readonly weak: boolean;
  /** The best entries. */
  readonly hits: readonly Hit[];
  /** Rows of the aggregate; absent where the query has none. */
  readonly groups?: readonly Group[];
  /** What all matching entries have in common. */
  readonly summary: Summary;
}

/** A sentence of an answer. */
export interface Sentence {
  /** The sentence, citations in it as `[id]`. */
  readonly text: string;
  /** Ids that it cites. */
  readonly citations: readonly string[];
  /** Whether every id that it cites was retrieved, and it cites one where it states a fact. */
  readonly supported: boolean;
}

/** A result in prose. */
export interface Answer extends Result {
  /** The prose, citations as `[id]`; sentences that are not supported are marked. */
  readonly answer: string;
  /** Its sentences. */
  readonly sentences: readonly Sentence[];
  /** Ids that it cites, each of which exists. */
  readonly citations: readonly string[];
  /** Who wrote it: `templates`, or the model. */
  readonly writer: string;
  /** Why the model did not write it, where one was asked. */
  readonly writerProblem?: string;
}
