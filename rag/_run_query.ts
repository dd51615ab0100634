import { toHit } from "./_hits.ts";
import { unknownNames } from "./_unknown_names.ts";
import type { Meaning } from "./_meaning.ts";
import type { RowSet } from "./columns/row_set.ts";
import type { Query } from "./query/ast.ts";
import { checkQuery } from "./query/check.ts";
import { rank, type Ranked } from "./ranking/rank.ts";
import type { Group, Hit, Language, Result, Understanding } from "./result.ts";
import type { SearchRequest } from "./searcher.ts";
import type { EventStore } from "./store/event_store.ts";

const LIMIT = 10;

/** What a query runs on. */
export interface QuerySources {
  /** The entries. */
  readonly store: EventStore;
  /** Their meaning. */
  readonly meaning: Meaning;
  /** Cosine below which a match is weak. */
  readonly weakBelow: number;
}

/**
 * Run what was understood. Nothing is searched where it contradicts itself. Where only parts were understood that the log
 * cannot answer, the question is searched by meaning, and hits are given only where they fit.
 */
export async function runQuery(
  understanding: Understanding,
  request: SearchRequest,
  sources: QuerySources,
): Promise<Result> {
  const { query, question, unresolved, contradictions, language } =
    understanding;
  checkQuery(query);
  const nothing = { ...understanding, weak: false, hits: [], summary: NOTHING };
  if (contradictions.length > 0) return nothing;
  const beside = unresolved.length > 0 && isEmpty(query);
  if (beside && question === undefined) return nothing;
  const { store } = sources;
  const { columns } = store;
  const zone = query.zone ?? request.zone ?? "UTC";
  const set = columns.evaluate(query.filter, query.kind, zone);
  const limit = query.limit ?? request.limit ?? LIMIT;
  const list = await listOf(set, {
    query: beside ? { ...query, text: question! } : query,
    question,
    request,
    limit,
  }, sources);
  if (beside && list.close !== true) return nothing;
  const { aggregate, filter, kind, sort } = query;
  const counted = list.fitting !== undefined &&
      (filter === undefined || aggregate !== undefined)
    ? list.fitting
    : set;
  const groups = aggregate && columns.aggregate(counted, aggregate, {
    zone,
    limit,
    ...(sort === undefined ? {} : { sort }),
  });
  const ranked = groups !== undefined &&
      (list.fitting === undefined || groups.length === 0)
    ? rowsOf(groups, store)
    : list.ranked;
  return {
    ...understanding,
    unresolved: [...unresolved, ...unknownNames(query, columns, language)],
    weak: list.weak,
    hits: hitsOf(ranked, store, { language, zone }),
    summary: columns.summary(
      counted,
      counted !== set || filter === undefined
        ? undefined
        : { filter, kind, zone },
    ),
    ...(groups === undefined ? {} : { groups }),
  };
}

function hitsOf(
  ranked: readonly Ranked[],
  store: EventStore,
  told: { readonly language: Language; readonly zone: string },
): Hit[] {
  return ranked.flatMap((place) => {
    const stored = store.at(place.row);
    return stored === undefined ? [] : [toHit(stored, { ...told, ...place })];
  });
}

const NOTHING = {
  total: 0,
  categories: [],
  sources: [],
  destinations: [],
  services: [],
  decisions: [],
} as const;

/** Whether a query says nothing at all: then it would match everything. */
function isEmpty(query: Query): boolean {
  const { filter, text, similarTo, aggregate, sort, limit } = query;
  return [filter, text, similarTo, aggregate, sort, limit].every((part) =>
    part === undefined
  );
}

interface ListRequest {
  readonly query: Query;
  readonly question: string | undefined;
  readonly request: SearchRequest;
  readonly limit: number;
}

interface List {
  readonly ranked: readonly Ranked[];
  readonly weak: boolean;
  /** Whether the best fits so far that showing it says something. */
  readonly close?: boolean;
  /** Entries that fit the text; absent where there is none. */
  readonly fitting?: RowSet;
}

async function listOf(
  set: RowSet,
  { query, question, request, limit }: ListRequest,
  { store, meaning, weakBelow }: QuerySources,
): Promise<List> {
  const { text, similarTo, sort, aggregate } = query;
  const inOrder = sort !== undefined && aggregate === undefined;
  if (inOrder || text === undefined && similarTo === undefined) {
    if (aggregate !== undefined) return { ranked: [], weak: false };
    const order = sort ?? { by: "time", order: "desc" } as const;
    const rows = store.columns.top(set, order, limit);
    return { ranked: rows.map(exactly), weak: false };
  }
  const likeRow = similarTo === undefined ? undefined : store.rowOf(similarTo);
  if (similarTo !== undefined && likeRow === undefined) {
    throw new RangeError(
      "Cannot search for entries like one as there is no entry of that id",
    );
  }
  return await rank(set, {
    limit: aggregate === undefined ? limit : LIMIT,
    fold: request.fold !== false && query.limit === undefined,
    weakBelow,
    ...(text === undefined ? {} : { text }),
    ...(text === undefined || question === undefined ? {} : { question }),
    ...(likeRow === undefined ? {} : { likeRow }),
  }, { store, meaning });
}

function exactly(row: number): Ranked {
  const text = "it matches the filter";
  const why = [{ signal: "filter", weight: 1, text }] as const;
  return { row, score: 1, why, folded: 0 };
}

/** Entries that stand for groups: the latest of each. */
function rowsOf(groups: readonly Group[], store: EventStore): Ranked[] {
  const ids = new Set(groups.flatMap((group) => group.ids));
  return [...ids].slice(0, LIMIT).flatMap((id) => {
    const row = store.rowOf(id);
    return row === undefined ? [] : [exactly(row)];
  });
}
