import { type Field, FIELDS } from "./fields.ts";

const CLOSED: ReadonlySet<Field> = new Set([
  "decision",
  "priority",
  "authoritative_source",
  "confidence_level",
  "outcome",
]);

/** Every value that a field can have; undefined where there are more than the table of fields lists. */
export function closedValues(field: Field): readonly string[] | undefined {
  return CLOSED.has(field) ? FIELDS[field].unit?.split(", ") : undefined;
}
