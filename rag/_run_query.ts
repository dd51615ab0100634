import { toHit } from "./_hits.ts";
import type { Meaning } from "./_meaning.ts";
import type { RowSet } from "./columns/row_set.ts";
import type { Query } from "./query/ast.ts";
import { checkQuery } from "./query/check.ts";
import { rank, type Ranked } from "./ranking/rank.ts";
import type { Group, Hit, Result, Understanding } from "./result.ts";
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

/** Run what was understood. Nothing is searched where it contradicts itself, or where nothing of it was understood. */
export async function runQuery(
  understanding: Understanding,
  request: SearchRequest,
  sources: QuerySources,
): Promise<Result> {
  const { query, unresolved, contradictions, language } = understanding;
  checkQuery(query);
  if (contradictions.length > 0 || unresolved.length > 0 && isEmpty(query)) {
    return { ...understanding, weak: false, hits: [], summary: NOTHING };
  }
  const { store } = sources;
  const { columns } = store;
  const zone = query.zone ?? request.zone ?? "UTC";
  const set = columns.evaluate(query.filter, query.kind, zone);
  const { filter, kind } = query;
  const summary = columns.summary(
    set,
    filter === undefined ? undefined : { filter, kind, zone },
  );
  const limit = query.limit ?? request.limit ?? LIMIT;
  const groups = query.aggregate === undefined
    ? undefined
    : columns.aggregate(set, query.aggregate, {
      zone,
      limit,
      ...(query.sort === undefined ? {} : { sort: query.sort }),
    });
  const { ranked, weak } = groups === undefined
    ? await list(set, { query, request, limit }, sources)
    : { ranked: rowsOf(groups, store), weak: false };
  const hits = ranked.flatMap((place): Hit[] => {
    const stored = store.at(place.row);
    return stored === undefined ? [] : [toHit(stored, { language, ...place })];
  });
  return {
    ...understanding,
    weak,
    hits,
    summary,
    ...(groups === undefined ? {} : { groups }),
  };
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
  readonly request: SearchRequest;
  readonly limit: number;
}

async function list(
  set: RowSet,
  { query, request, limit }: ListRequest,
  { store, meaning, weakBelow }: QuerySources,
): Promise<{ ranked: readonly Ranked[]; weak: boolean }> {
  const { text, similarTo, sort } = query;
  if (sort !== undefined || text === undefined && similarTo === undefined) {
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
    limit,
    fold: request.fold !== false && query.limit === undefined,
    weakBelow,
    ...(text === undefined ? {} : { text }),
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
