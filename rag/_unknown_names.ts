/** Authors, settings and revisions that a question about changes names, and that no change in the log has. */
import type { Columns } from "./columns/columns.ts";
import type { Filter, Query } from "./query/ast.ts";
import type { Language, Unresolved } from "./result.ts";

type Named = "actor" | "setting" | "revision";

const WHY: Readonly<Record<Named, Readonly<Record<Language, string>>>> = {
  actor: {
    en: "no configuration change in the log is by an author of that name",
    es:
      "ningún cambio de configuración del registro es de un autor con ese nombre",
  },
  setting: {
    en:
      "no configuration change in the log is of that setting or of one below it",
    es:
      "ningún cambio de configuración del registro es de ese ajuste ni de uno por debajo",
  },
  revision: {
    en: "no configuration change in the log has that revision",
    es: "ningún cambio de configuración del registro tiene esa revisión",
  },
};

/** What of a query about changes of configuration the log has never seen; nothing of one about anything else. */
export function unknownNames(
  { kind, filter }: Query,
  columns: Columns,
  language: Language,
): Unresolved[] {
  if (kind !== "change" || filter === undefined) return [];
  const texts = new Map<string, Unresolved>();
  for (const { field, part, text } of wanted(filter)) {
    if (columns.evaluate(part, "change").count > 0) continue;
    texts.set(`${field} ${text}`, { text, why: WHY[field][language] });
  }
  return [...texts.values()];
}

interface Wanted {
  readonly field: Named;
  readonly part: Filter;
  readonly text: string;
}

/** Names that must be there, each by itself; those behind "not" may be missing. */
function wanted(filter: Filter): Wanted[] {
  switch (filter.op) {
    case "and":
    case "or":
      return filter.of.flatMap(wanted);
    case "under":
    case "eq":
      return isNamed(filter.field)
        ? [{ field: filter.field, part: filter, text: String(filter.value) }]
        : [];
    case "in": {
      const { field } = filter;
      return !isNamed(field) ? [] : filter.values.map((value) => ({
        field,
        part: { op: "eq", field, value },
        text: String(value),
      }));
    }
    default:
      return [];
  }
}

function isNamed(field: string): field is Named {
  return Object.hasOwn(WHY, field);
}
