import { canonicalQuery } from "../query/canonical.ts";
import type { Query } from "../query/ast.ts";
import type { Answer, Group, Unresolved, Why } from "../result.ts";

/** An answer as `ask --json` prints it. */
export interface AnswerData {
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
  readonly hits: readonly {
    /** Id of the event. */
    readonly event_id: string;
    /** Relevance, 0 to 1. */
    readonly score: number;
    /** Why it is there. */
    readonly why: readonly Why[];
    /** What happened. */
    readonly narrative: string;
    /** How many more like it there are. */
    readonly folded: number;
  }[];
  /** Rows of an aggregate. */
  readonly groups?: readonly Group[];
  /** The prose. */
  readonly answer: string;
  /** Ids that it cites. */
  readonly citations: readonly string[];
  /** Who wrote it. */
  readonly writer: string;
  /** Why the model did not. */
  readonly writer_problem?: string;
}

/** An answer in the form that programs get. */
export function answerData(answer: Answer): AnswerData {
  return {
    understood: answer.understood,
    ast: canonicalQuery(answer.query),
    unresolved: answer.unresolved,
    contradictions: answer.contradictions,
    weak: answer.weak,
    total: answer.summary.total,
    hits: answer.hits.map(({ id, score, why, narrative, folded }) => ({
      event_id: id,
      score,
      why,
      narrative,
      folded,
    })),
    ...(answer.groups === undefined ? {} : { groups: answer.groups }),
    answer: answer.answer,
    citations: answer.citations,
    writer: answer.writer,
    ...(answer.writerProblem === undefined
      ? {}
      : { writer_problem: answer.writerProblem }),
  };
}
