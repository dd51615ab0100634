/**
 * Whether a query is well formed, and whether anything at all can match it.
 *
 * @module
 */

import type { Language } from "../result.ts";
import { clashes, type Literal } from "./_check_literals.ts";
import { closedValues } from "./_check_values.ts";
import type { Filter, Metric, Query } from "./ast.ts";
import { FIELDS, isField } from "./fields.ts";
import { parseAddress, parseNetwork } from "./network.ts";
import { isZone } from "./zone.ts";

const MAX_DEPTH = 64;
const MAX_NODES = 10_000;
const MAX_TEXT = 4_096;
const MAX_LIMIT = 1_000_000;
const MAX_BRANCHES = 2_000;
const KINDS = ["event", "incident", "change"];
const COMPARES = ["lt", "le", "gt", "ge"];
const CALENDAR = ["hour", "day", "weekday"];

/**
 * Check that a query is one: fields exist, values are of their types, addresses, networks, times and zones are such.
 *
 * @param query What may be a query, for example from JSON.
 * @throws {TypeError} For a wrong shape, with the path of the part.
 * @throws {RangeError} For a value out of its range, with the path of the part.
 */
export function checkQuery(query: Query): void {
  need(isObject(query), "query", "an object");
  refuseOthers(query, "query", [
    "kind",
    "filter",
    "text",
    "similarTo",
    "aggregate",
    "sort",
    "limit",
    "zone",
  ]);
  const { kind, filter, text, similarTo, aggregate, sort, limit, zone } = query;
  within(KINDS.includes(kind), "kind", `one of ${KINDS.join(", ")}`);
  if (filter !== undefined) checkFilter(filter);
  if (text !== undefined) {
    need(typeof text === "string", "text", "a text");
    within(text.length <= MAX_TEXT, "text", `at most ${MAX_TEXT} characters`);
  }
  if (similarTo !== undefined) {
    need(typeof similarTo === "string", "similarTo", "a text");
    within(
      similarTo !== "" && similarTo.length <= 256,
      "similarTo",
      "the id of an entry",
    );
  }
  if (aggregate !== undefined) checkAggregate(aggregate);
  if (sort !== undefined) {
    need(isObject(sort), "sort", "an object");
    within(
      sort.by === "time" || isNumberField(sort.by) ||
        sort.by === "metric" && aggregate !== undefined,
      "sort.by",
      "time, a number field, or metric where there is an aggregate",
    );
    within(
      sort.order === "asc" || sort.order === "desc",
      "sort.order",
      "asc or desc",
    );
  }
  if (limit !== undefined) {
    need(typeof limit === "number", "limit", "a number");
    within(
      Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT,
      "limit",
      `a whole number from 1 to ${MAX_LIMIT}`,
    );
  }
  if (zone !== undefined) {
    need(typeof zone === "string", "zone", "a text");
    within(isZone(zone), "zone", "the IANA name of a time zone");
  }
}

/**
 * What in a query's filter cannot be true at once. A reported contradiction is one: no entry matches such a query. The
 * reverse does not hold: it looks at each field by itself, at times together, and gives up after 2,000 combinations.
 *
 * @param query A query that `checkQuery` accepts.
 * @param language Language of the words.
 * @returns The contradictions in words; empty where something may match.
 */
export function contradictions(query: Query, language: Language): string[] {
  if (query.filter === undefined) return [];
  const zone = query.zone ?? "UTC";
  const context = { budget: MAX_BRANCHES, zone, language };
  const found = refute([{ part: query.filter, negated: false }], [], context);
  return found === undefined ? [] : [...new Set(found)].slice(0, 5);
}

interface Signed {
  readonly part: Filter;
  readonly negated: boolean;
}

/** Contradictions of every branch of a conjunction; undefined where one branch has none. */
function refute(
  parts: readonly Signed[],
  known: readonly Literal[],
  context: {
    budget: number;
    readonly zone: string;
    readonly language: Language;
  },
): string[] | undefined {
  if (--context.budget < 0) return undefined;
  const literals = [...known];
  const choices: Signed[][] = [];
  const open = [...parts].reverse();
  while (open.length > 0) {
    const { part, negated } = open.pop()!;
    if (part.op === "not") open.push({ part: part.of, negated: !negated });
    else if (part.op === "and" || part.op === "or") {
      const of = part.of.map((p) => ({ part: p, negated }));
      if ((part.op === "and") !== negated) open.push(...of.reverse());
      else choices.push(of);
    } else if (
      (part.op === "eq" || part.op === "in" || part.op === "cidr") &&
      part.field === "ip"
    ) {
      const ends = (["src_ip", "dst_ip"] as const).map((field) => ({
        part: { ...part, field } as Filter,
        negated,
      }));
      if (negated) open.push(...ends);
      else choices.push(ends);
    } else literals.push({ atom: part, negated });
  }
  const found = clashes(literals, context);
  if (found.length > 0) return found;
  const [first, ...rest] = choices.sort((a, b) => a.length - b.length);
  if (first === undefined) return undefined;
  const others = rest.map((of): Signed => ({
    part: {
      op: "or",
      of: of.map((s) => s.negated ? { op: "not", of: s.part } : s.part),
    },
    negated: false,
  }));
  const all: string[] = [];
  for (const branch of first) {
    const refuted = refute([branch, ...others], literals, context);
    if (refuted === undefined) return undefined;
    all.push(...refuted);
  }
  return all;
}

function checkFilter(root: Filter): void {
  const open = [{ part: root, path: "filter", depth: 1 }];
  for (let nodes = 1; open.length > 0; nodes++) {
    const { part, path, depth } = open.pop()!;
    within(nodes <= MAX_NODES, "filter", `at most ${MAX_NODES} parts`);
    within(depth <= MAX_DEPTH, path, `at most ${MAX_DEPTH} levels deep`);
    need(isObject(part), path, "an object");
    if (part.op === "not") {
      open.push({ part: part.of, path: `${path}.of`, depth: depth + 1 });
    } else if (part.op === "and" || part.op === "or") {
      need(Array.isArray(part.of), `${path}.of`, "a list");
      within(part.of.length >= 2, `${path}.of`, "two parts or more");
      part.of.forEach((p, i) =>
        open.push({ part: p, path: `${path}.of[${i}]`, depth: depth + 1 })
      );
    } else checkAtom(part, path);
  }
}

function checkAtom(part: Filter, path: string): void {
  switch (part.op) {
    case "eq":
      checkField(part.field, path);
      return checkValue(part.field, part.value, `${path}.value`);
    case "in":
      checkField(part.field, path);
      need(Array.isArray(part.values), `${path}.values`, "a list");
      within(
        part.values.length >= 1 && part.values.length <= MAX_NODES,
        `${path}.values`,
        `1 to ${MAX_NODES} values`,
      );
      within(
        FIELDS[part.field].type as string !== "boolean",
        `${path}.field`,
        "no field that is true or false",
      );
      return part.values.forEach((value, i) =>
        checkValue(part.field, value, `${path}.values[${i}]`)
      );
    case "cidr":
      checkField(part.field, path);
      within(
        FIELDS[part.field].type === "address",
        `${path}.field`,
        "a field that holds an address",
      );
      need(typeof part.network === "string", `${path}.network`, "a text");
      return within(
        parseNetwork(part.network) !== undefined,
        `${path}.network`,
        "a network such as 10.0.0.0/8",
      );
    case "under":
      return checkUnder(part, path);
    case "time":
      return checkSpan(part, path);
    case "time_of_day":
      checkClock(part.from, `${path}.from`, false);
      return checkClock(part.to, `${path}.to`, true);
    case "day_of_week":
      need(Array.isArray(part.days), `${path}.days`, "a list");
      return within(
        part.days.length >= 1 && part.days.length <= 7 &&
          part.days.every((d) => Number.isInteger(d) && d >= 1 && d <= 7),
        `${path}.days`,
        "days from 1 for Monday to 7 for Sunday",
      );
    default: {
      const { op, field, value } = part as Extract<Filter, { op: "lt" }>;
      within(COMPARES.includes(op), `${path}.op`, "a known operator");
      checkField(field, path);
      within(isNumberField(field), `${path}.field`, "a number field");
      return checkValue(field, value, `${path}.value`);
    }
  }
}

function checkUnder(
  { field, value }: Extract<Filter, { op: "under" }>,
  path: string,
): void {
  within(
    field === "name" || field === "setting",
    `${path}.field`,
    "name or setting",
  );
  need(typeof value === "string", `${path}.value`, "a text");
  within(
    value !== "" && value.length <= MAX_TEXT,
    `${path}.value`,
    `a domain name or the path of a setting, of at most ${MAX_TEXT} characters`,
  );
}

function checkSpan(
  part: Extract<Filter, { op: "time" }>,
  path: string,
): void {
  within(
    part.from !== undefined || part.to !== undefined,
    path,
    "a span with 'from' or 'to'",
  );
  for (const end of ["from", "to"] as const) {
    const value = part[end];
    if (value === undefined) continue;
    need(typeof value === "string", `${path}.${end}`, "a text");
    const atMs = Date.parse(value);
    within(
      /^\d{4}-/.test(value) && Number.isFinite(atMs) &&
        new Date(atMs).toISOString() === value,
      `${path}.${end}`,
      "a time such as 2026-03-17T00:00:00.000Z",
    );
  }
}

function checkClock(value: string, path: string, isEnd: boolean): void {
  need(typeof value === "string", path, "a text");
  within(
    /^(?:[01]\d|2[0-3]):[0-5]\d$/.test(value) || isEnd && value === "24:00",
    path,
    "a clock time such as 09:30",
  );
}

function checkField(field: string, path: string): void {
  need(typeof field === "string", `${path}.field`, "a text");
  within(isField(field), `${path}.field`, "a known field");
}

function checkValue(
  field: keyof typeof FIELDS,
  value: unknown,
  path: string,
): void {
  const { type } = FIELDS[field];
  if (type === "boolean") {
    return need(typeof value === "boolean", path, "true or false");
  }
  if (type === "number") {
    need(typeof value === "number", path, "a number");
    return within(Number.isFinite(value), path, "a finite number");
  }
  need(typeof value === "string", path, "a text");
  const text = value as string;
  if (type === "address") {
    return within(parseAddress(text) !== undefined, path, "an address");
  }
  within(text.length <= MAX_TEXT, path, `at most ${MAX_TEXT} characters`);
  const values = closedValues(field);
  if (values === undefined) return;
  const wanted = text.toLowerCase();
  within(
    values.some((v) => v.toLowerCase() === wanted),
    path,
    `one of ${values.join(", ")}`,
  );
}

function checkAggregate(aggregate: NonNullable<Query["aggregate"]>): void {
  need(isObject(aggregate), "aggregate", "an object");
  const { metric, groupBy, having } = aggregate;
  need(isObject(metric), "aggregate.metric", "an object");
  checkMetric(metric);
  need(Array.isArray(groupBy), "aggregate.groupBy", "a list");
  groupBy.forEach((key, i) =>
    within(
      CALENDAR.includes(key) || key === "src_port" || key === "dst_port" ||
        isField(key) && ["text", "address"].includes(FIELDS[key].type),
      `aggregate.groupBy[${i}]`,
      "a text or address field, a port, hour, day or weekday",
    )
  );
  if (having === undefined) return;
  need(isObject(having), "aggregate.having", "an object");
  within(
    having.op === "eq" || COMPARES.includes(having.op),
    "aggregate.having.op",
    "eq, lt, le, gt or ge",
  );
  need(
    typeof having.value === "number" && Number.isFinite(having.value),
    "aggregate.having.value",
    "a finite number",
  );
}

function checkMetric(metric: Metric): void {
  if (metric.kind === "count") return;
  const path = "aggregate.metric.field";
  if (metric.kind === "distinct") {
    return within(
      isField(metric.field) &&
        FIELDS[metric.field].type as string !== "paths",
      path,
      "a known field of one value",
    );
  }
  within(
    ["sum", "mean", "min", "max"].includes(metric.kind),
    "aggregate.metric.kind",
    "count, distinct, sum, mean, min or max",
  );
  within(isNumberField(metric.field), path, "a number field");
}

function isNumberField(field: string): boolean {
  return isField(field) && FIELDS[field].type === "number";
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function refuseOthers(
  value: object,
  path: string,
  known: readonly string[],
): void {
  for (const key of Object.keys(value)) {
    need(known.includes(key), `${path}.${key}`, "left out");
  }
}

function need(holds: boolean, path: string, wanted: string): asserts holds {
  if (!holds) throw new TypeError(`'${path}' must be ${wanted}`);
}

function within(holds: boolean, path: string, wanted: string): void {
  if (!holds) throw new RangeError(`'${path}' must be ${wanted}`);
}
