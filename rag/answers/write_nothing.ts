/** What an answer says where nothing was found: what was looked for, and one thing to try. */
import type { Filter, Query } from "../query/ast.ts";
import type { Widening } from "./phrases.ts";
import { clause } from "./clean_text.ts";
import type { Paragraph, Writing } from "./writing.ts";

/** Nothing was found, or nothing was asked that the log can answer. */
export function writeNothing({ result, phrases }: Writing): Paragraph {
  const { query, unresolved } = result;
  if (unresolved.length > 0 && isEmpty(query)) {
    return { lines: [{ text: phrases.nothingAsked }] };
  }
  if (query.similarTo !== undefined) {
    return { lines: [{ text: phrases.nothingSimilar }] };
  }
  const understood = clause(result.understood);
  return {
    lines: [
      {
        text: query.aggregate === undefined
          ? phrases.nothingFound(query.kind, understood)
          : phrases.noGroups(understood),
      },
      { text: phrases.hints[widening(query)] },
    ],
  };
}

/** Whether a query says nothing but its kind. */
function isEmpty(query: Query): boolean {
  return query.filter === undefined && query.text === undefined &&
    query.similarTo === undefined && query.aggregate === undefined &&
    query.sort === undefined && query.limit === undefined;
}

function widening(query: Query): Widening {
  const parts = query.filter === undefined ? [] : leaves(query.filter);
  if (parts.some(({ op }) => op.startsWith("time") || op === "day_of_week")) {
    return "time";
  }
  if (parts.length > 1) return "filter";
  if (parts.some((p) => "field" in p && p.field === "category")) {
    return "category";
  }
  if (query.text !== undefined) return "text";
  return parts.length === 1 ? "filter" : "log";
}

function leaves(filter: Filter): Filter[] {
  if (filter.op === "and" || filter.op === "or") {
    return filter.of.flatMap(leaves);
  }
  return filter.op === "not" ? leaves(filter.of) : [filter];
}
