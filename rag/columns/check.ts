/**
 * Whether a query that comes from outside has the shape that its type promises.
 *
 * @module
 */

import { parseNetwork } from "@ml-defender/events";
import type { Filter, Query } from "../query/ast.ts";
import { type Field, FIELDS, isField } from "../query/fields.ts";

type Part = Record<string, unknown>;

const MAX_DEPTH = 64;
const COMPARISONS = ["lt", "le", "gt", "ge"];
const METRICS = ["sum", "mean", "min", "max"];
const UNITS = ["hour", "day", "weekday"];
const TIME_OF_DAY = /^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/;

function fail(path: string, wanted: string, value: unknown): never {
  const text = JSON.stringify(value) ?? String(value);
  throw new TypeError(
    `Cannot run query as '${path}' must be ${wanted}: current value is ${
      text.slice(0, 100)
    }`,
  );
}

function partOf(value: unknown, path: string): Part {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    fail(path, "an object", value);
  }
  return value as Part;
}

function listOf(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value) || value.length === 0) {
    fail(path, "a list that is not empty", value);
  }
  return value;
}

function oneOf(value: unknown, path: string, names: readonly string[]): void {
  if (!names.includes(value as string)) {
    fail(path, `one of ${names.join(", ")}`, value);
  }
}

function fieldOf(value: unknown, path: string, type?: string): Field {
  if (typeof value !== "string" || !isField(value)) {
    fail(path, "a field", value);
  }
  if (type !== undefined && FIELDS[value].type !== type) {
    const article = type === "address" ? "an" : "a";
    fail(path, `${article} ${type} field`, value);
  }
  return value;
}

function valueOf(field: Field, value: unknown, path: string): void {
  const { type } = FIELDS[field];
  const wanted = type === "address" || type === "text" ? "string" : type;
  if (typeof value !== wanted || Number.isNaN(value)) {
    fail(path, `a ${wanted}, as ${field} is ${type}`, value);
  }
}

function instantOf(value: unknown, path: string): void {
  if (value === undefined) return;
  if (typeof value !== "string" || Number.isNaN(Date.parse(value))) {
    fail(path, "an instant in RFC 3339", value);
  }
}

function clockOf(value: unknown, path: string): void {
  if (typeof value !== "string" || !TIME_OF_DAY.test(value)) {
    fail(path, "a time of day as HH:MM", value);
  }
}

/**
 * Checks a filter.
 *
 * @param filter What should be one.
 * @param path Where it is, for the message.
 * @throws {TypeError} With the path of what is wrong.
 */
export function checkFilter(
  filter: unknown,
  path = "filter",
): asserts filter is Filter {
  checkPart(filter, path, 0);
}

function checkPart(value: unknown, path: string, depth: number): void {
  if (depth > MAX_DEPTH) fail(path, `at most ${MAX_DEPTH} deep`, depth);
  const part = partOf(value, path);
  const { op } = part;
  switch (op) {
    case "and":
    case "or":
      listOf(part.of, `${path}.of`).forEach((inner, i) =>
        checkPart(inner, `${path}.of[${i}]`, depth + 1)
      );
      return;
    case "not":
      checkPart(part.of, `${path}.of`, depth + 1);
      return;
    default:
      checkLeaf(part, path);
  }
}

function checkLeaf(part: Part, path: string): void {
  switch (part.op) {
    case "eq":
      return valueOf(
        fieldOf(part.field, `${path}.field`),
        part.value,
        `${path}.value`,
      );
    case "lt":
    case "le":
    case "gt":
    case "ge":
      return valueOf(
        fieldOf(part.field, `${path}.field`, "number"),
        part.value,
        `${path}.value`,
      );
    case "in": {
      const field = fieldOf(part.field, `${path}.field`);
      if (FIELDS[field].type === "boolean") {
        fail(`${path}.field`, "a field that is not boolean", field);
      }
      listOf(part.values, `${path}.values`).forEach((value, i) =>
        valueOf(field, value, `${path}.values[${i}]`)
      );
      return;
    }
    case "cidr":
      fieldOf(part.field, `${path}.field`, "address");
      if (
        typeof part.network !== "string" ||
        parseNetwork(part.network) === undefined
      ) fail(`${path}.network`, "a network in CIDR notation", part.network);
      return;
    case "under":
      oneOf(part.field, `${path}.field`, ["name"]);
      return valueOf("name", part.value, `${path}.value`);
    default:
      checkTime(part, path);
  }
}

function checkTime(part: Part, path: string): void {
  switch (part.op) {
    case "time":
      instantOf(part.from, `${path}.from`);
      instantOf(part.to, `${path}.to`);
      return;
    case "time_of_day":
      clockOf(part.from, `${path}.from`);
      clockOf(part.to, `${path}.to`);
      return;
    case "day_of_week":
      listOf(part.days, `${path}.days`).forEach((day, i) => {
        if (!Number.isInteger(day) || Number(day) < 1 || Number(day) > 7) {
          fail(`${path}.days[${i}]`, "a day from 1 to 7", day);
        }
      });
      return;
    default:
      fail(`${path}.op`, "an operation of a filter", part.op);
  }
}

/**
 * Checks a query: its fields, operations and values, and that its zone is known.
 *
 * @param query What should be one.
 * @throws {TypeError} With the path of what is wrong.
 */
export function checkQuery(query: unknown): asserts query is Query {
  const { kind, filter, text, similarTo, aggregate, sort, limit, zone } =
    partOf(query, "query");
  oneOf(kind, "kind", ["event", "incident", "change"]);
  if (filter !== undefined) checkFilter(filter);
  for (const [name, value] of Object.entries({ text, similarTo })) {
    if (value !== undefined && typeof value !== "string") {
      fail(name, "a text", value);
    }
  }
  if (aggregate !== undefined) checkAggregate(partOf(aggregate, "aggregate"));
  if (sort !== undefined) checkSort(partOf(sort, "sort"), aggregate);
  if (limit !== undefined && (!Number.isInteger(limit) || Number(limit) < 0)) {
    fail("limit", "an integer of at least 0", limit);
  }
  if (zone !== undefined && !isKnownZone(zone)) {
    fail("zone", "an IANA time zone", zone);
  }
}

function checkSort({ by, order }: Part, aggregate: unknown): void {
  if (aggregate !== undefined) oneOf(by, "sort.by", ["metric", "time"]);
  else if (by !== "time") fieldOf(by, "sort.by", "number");
  oneOf(order, "sort.order", ["asc", "desc"]);
}

function checkAggregate({ metric, groupBy, having }: Part): void {
  const { kind, field } = partOf(metric, "aggregate.metric");
  oneOf(kind, "aggregate.metric.kind", ["count", "distinct", ...METRICS]);
  if (kind === "distinct") fieldOf(field, "aggregate.metric.field");
  else if (kind !== "count") {
    fieldOf(field, "aggregate.metric.field", "number");
  }
  if (!Array.isArray(groupBy)) fail("aggregate.groupBy", "a list", groupBy);
  groupBy.forEach((key: unknown, i) => {
    const path = `aggregate.groupBy[${i}]`;
    if (UNITS.includes(key as string)) return;
    const name = fieldOf(key, path);
    const { type } = FIELDS[name];
    if (type === "text" || type === "address") return;
    oneOf(name, path, ["src_port", "dst_port"]);
  });
  if (having === undefined) return;
  const { op, value } = partOf(having, "aggregate.having");
  oneOf(op, "aggregate.having.op", ["eq", ...COMPARISONS]);
  if (typeof value !== "number" || Number.isNaN(value)) {
    fail("aggregate.having.value", "a number", value);
  }
}

function isKnownZone(zone: unknown): boolean {
  try {
    new Intl.DateTimeFormat("en-US", { timeZone: zone as string });
    return typeof zone === "string";
  } catch {
    return false;
  }
}
