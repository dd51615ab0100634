/**
 * One form for every tree that means the same, so that two can be compared.
 *
 * @module
 */

import type { Filter, Query } from "./ast.ts";

/**
 * The canonical form of a filter: nested `and` and `or` flattened and their parts in order of their JSON text without
 * repeats, `or` of equalities on one field as `in`, values of `in` sorted without repeats, `in` of one value as `eq`,
 * double `not` removed, text values in lower case but for `authoritative_source`.
 *
 * @param filter Any filter.
 * @returns The same filter, canonical.
 */
export function canonicalFilter(filter: Filter): Filter {
  switch (filter.op) {
    case "and":
      return joined("and", filter.of.map(canonicalFilter));
    case "or":
      return joined("or", gathered(filter.of.map(canonicalFilter)));
    case "not": {
      const of = canonicalFilter(filter.of);
      return of.op === "not" ? of.of : { op: "not", of };
    }
    case "eq":
      return {
        op: "eq",
        field: filter.field,
        value: canonicalValue(filter.field, filter.value),
      };
    case "in": {
      const values = sortedValues(
        filter.values.map((v) => canonicalValue(filter.field, v)) as (
          | string
          | number
        )[],
      );
      const [first] = values;
      return values.length === 1 && first !== undefined
        ? { op: "eq", field: filter.field, value: first }
        : { op: "in", field: filter.field, values };
    }
    case "time":
      return {
        op: "time",
        ...(filter.from === undefined ? {} : { from: filter.from }),
        ...(filter.to === undefined ? {} : { to: filter.to }),
      };
    case "day_of_week":
      return {
        op: "day_of_week",
        days: [...new Set(filter.days)].sort((a, b) => a - b),
      };
    default:
      return ordered(filter);
  }
}

/**
 * The canonical form of a query: its filter canonical, members in one order, defaults left out.
 *
 * @param query Any query.
 * @returns The same query, canonical; `JSON.stringify` of two that mean the same is the same text.
 */
export function canonicalQuery(query: Query): Query {
  const { kind, filter, text, similarTo, aggregate, sort, limit, zone } = query;
  return {
    kind,
    ...(filter === undefined ? {} : { filter: canonicalFilter(filter) }),
    ...(text === undefined || text === "" ? {} : { text }),
    ...(similarTo === undefined ? {} : { similarTo }),
    ...(aggregate === undefined ? {} : {
      aggregate: {
        metric: ordered(aggregate.metric),
        groupBy: [...aggregate.groupBy],
        ...(aggregate.having === undefined
          ? {}
          : { having: ordered(aggregate.having) }),
      },
    }),
    ...(sort === undefined || isDefaultSort(query) ? {} : {
      sort: ordered(sort),
    }),
    ...(limit === undefined ? {} : { limit }),
    ...(zone === undefined || zone === "UTC" ? {} : { zone }),
  };
}

function isDefaultSort({ aggregate, sort }: Query): boolean {
  return aggregate !== undefined && sort?.by === "metric" &&
    sort.order === "desc";
}

function canonicalValue<T extends string | number | boolean>(
  field: string,
  value: T,
): T | string {
  return typeof value === "string" && field !== "authoritative_source"
    ? value.toLowerCase()
    : value;
}

function sortedValues(
  values: readonly (string | number)[],
): (string | number)[] {
  return [...new Set(values)].sort((a, b) =>
    typeof a === "number" && typeof b === "number"
      ? a - b
      : String(a) < String(b)
      ? -1
      : 1
  );
}

/** The parts of an `or` with its equalities on one field gathered into one `in`. */
function gathered(parts: readonly Filter[]): Filter[] {
  const values = new Map<string, (string | number)[]>();
  const rest: Filter[] = [];
  for (const part of parts.flatMap((p) => p.op === "or" ? p.of : [p])) {
    const found = part.op === "eq" && typeof part.value !== "boolean"
      ? [part.value]
      : part.op === "in"
      ? part.values
      : undefined;
    if (found === undefined || (part.op !== "eq" && part.op !== "in")) {
      rest.push(part);
      continue;
    }
    values.set(part.field, [...(values.get(part.field) ?? []), ...found]);
  }
  const equalities = [...values].map(([field, list]) =>
    canonicalFilter({ op: "in", field, values: list } as Filter)
  );
  return [...rest, ...equalities];
}

function joined(op: "and" | "or", parts: readonly Filter[]): Filter {
  const flat = parts.flatMap((p) => p.op === op ? p.of : [p]);
  const byText = new Map(flat.map((p) => [JSON.stringify(p), p]));
  const of = [...byText.keys()].sort().map((text) => byText.get(text)!);
  const [first] = of;
  return of.length === 1 && first !== undefined ? first : { op, of };
}

function ordered<T extends object>(value: T): T {
  return Object.fromEntries(
    Object.entries(value).filter(([, v]) => v !== undefined).sort((
      [a],
      [b],
    ) => ORDER.indexOf(a) - ORDER.indexOf(b)),
  ) as T;
}

const ORDER = [
  "op",
  "kind",
  "field",
  "by",
  "order",
  "network",
  "value",
  "from",
  "to",
];
