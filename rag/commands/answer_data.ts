import { canonicalQuery } from "../query/canonical.ts";
import type { Entry, Facts } from "../entry.ts";
import type { EntryKind, Query } from "../query/ast.ts";
import type { Answer, Group, Hit, Result, Unresolved, Why } from "../result.ts";
import type { Explanation } from "../searcher.ts";

/** A hit as programs get it. */
export interface HitData {
  /** Id of the entry. */
  readonly event_id: string;
  /** Relevance, 0 to 1. */
  readonly score: number;
  /** Why it is there. */
  readonly why: readonly Why[];
  /** What happened. */
  readonly narrative: string;
  /** How many more like it there are. */
  readonly folded: number;
}

/** An entry in full as `explain --json` prints it. */
export interface ExplanationData extends HitData {
  /** Kind of entry. */
  readonly kind: EntryKind;
  /** When, microseconds since the Unix epoch. */
  readonly timestamp_us: number;
  /** Values of its fields. */
  readonly facts: Facts;
  /** As it is stored. */
  readonly entry: Entry;
  /** Incidents that it belongs to. */
  readonly incidents: readonly HitData[];
}

/** A result as `similar --json` and `recent --json` print it. */
export interface ResultData {
  /** The query in words. */
  readonly understood: string;
  /** The query, canonical. */
  readonly ast: Query;
  /** Parts of the question that the log cannot answer. */
  readonly unresolved: readonly Unresolved[];
  /** What cannot be true at once. */
  readonly contradictions: readonly string[];
  /** Whether the best match is poor. */
  readonly weak: boolean;
  /** All that match. */
  readonly total: number;
  /** The best of them. */
  readonly hits: readonly HitData[];
  /** Rows of an aggregate. */
  readonly groups?: readonly Group[];
}

/** An answer as `ask --json` prints it. */
export interface AnswerData extends ResultData {
  /** The prose. */
  readonly answer: string;
  /** Ids that it cites. */
  readonly citations: readonly string[];
  /** Who wrote it. */
  readonly writer: string;
  /** Why the model did not. */
  readonly writer_problem?: string;
}

/** A hit in the form that programs get. */
export function hitData({ id, score, why, narrative, folded }: Hit): HitData {
  return { event_id: id, score, why, narrative, folded };
}

/** A result in the form that programs get. */
export function resultData(result: Result): ResultData {
  return {
    understood: result.understood,
    ast: canonicalQuery(result.query),
    unresolved: result.unresolved,
    contradictions: result.contradictions,
    weak: result.weak,
    total: result.summary.total,
    hits: result.hits.map(hitData),
    ...(result.groups === undefined ? {} : { groups: result.groups }),
  };
}

/** An answer in the form that programs get. */
export function answerData(answer: Answer): AnswerData {
  return {
    ...resultData(answer),
    answer: answer.answer,
    citations: answer.citations,
    writer: answer.writer,
    ...(answer.writerProblem === undefined
      ? {}
      : { writer_problem: answer.writerProblem }),
  };
}

/** An entry in full in the form that programs get. */
export function explanationData(found: Explanation): ExplanationData {
  const { hit, entry, incidents } = found;
  return {
    ...hitData(hit),
    kind: hit.kind,
    timestamp_us: hit.timestampUs,
    facts: hit.facts,
    entry,
    incidents: incidents.map(hitData),
  };
}
