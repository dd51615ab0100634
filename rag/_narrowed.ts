import type { Filter, Query } from "./query/ast.ts";

/** A query with a further filter that must hold as well. */
export function narrowed(query: Query, filter: Filter | undefined): Query {
  if (filter === undefined) return query;
  if (query.filter === undefined) return { ...query, filter };
  return { ...query, filter: { op: "and", of: [query.filter, filter] } };
}
