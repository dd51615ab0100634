import type { Filter, GroupKey, Metric, Sort } from "../query/ast.ts";
import { isField, type NumberField } from "../query/fields.ts";
import type { Parts } from "./chart.ts";
import type { Found } from "./_context.ts";
import type { Quantity } from "./_quantities.ts";

/** A part of an aggregate. */
export interface Asked {
  /** The number. */
  readonly metric?: Metric;
  /** What it is for each of. */
  readonly groupBy?: readonly GroupKey[];
  /** Limits of the number. */
  readonly having?: {
    readonly op: "eq" | "lt" | "le" | "gt" | "ge";
    readonly value: number;
  };
  /** Filters that it says. */
  readonly filters?: readonly Filter[];
  /** Whether it is about attacks where nothing else says so. */
  readonly attack?: boolean;
  /** At most so many groups. */
  readonly limit?: number;
  /** Order of groups. */
  readonly sort?: Sort;
  /** How firmly it says that groups are asked for: words such as "who" may be about anything. */
  readonly weak?: boolean;
}

/** An order of the list. */
export interface Ordered {
  /** The order; absent where only a limit is said. */
  readonly sort?: Sort;
  /** At most so many. */
  readonly limit?: number;
  /** Whether it is a size that becomes one of uploads or downloads. */
  readonly generic?: boolean;
  /** Limit where none is said elsewhere. */
  readonly otherwise?: number;
  /** Whether it is of one thing unless a plural comes after it: "the last scan", "the last scans". */
  readonly bare?: boolean;
  /** Whether one entry with the extreme may be meant. */
  readonly extreme?: boolean;
}

/** Whom or what a question asks for. */
export interface Who {
  /** The field. */
  readonly field: GroupKey;
  /** Filters that the word says. */
  readonly filters: readonly Filter[];
  /** Whether it is about attacks where nothing else says so. */
  readonly attack: boolean;
}

/** What a field alone asks for. */
export function who(field: Who["field"]): Who {
  return { field, filters: [], attack: false };
}

/** Groups by whom or what is asked for. */
export function group(
  { field, filters, attack }: Who,
  adjective?: unknown,
): Asked {
  return {
    groupBy: [field],
    filters,
    attack: attack || adjective === "attack",
  };
}

/** "30 or more" as a limit of groups. */
export function atLeast(parts: Parts): Asked["having"] {
  const quantity = parts.get<Quantity>("Qty")!;
  return quantity.kind === "plain"
    ? { op: "ge", value: quantity.value }
    : undefined;
}

/** How many different others a host is in contact with. */
export function doing(
  parts: Parts,
  having: Asked["having"],
  filters: readonly Filter[],
): Asked | undefined {
  const object = parts.get<Who>("Obj")!;
  const trailing = parts.get<Found>("Trailing");
  if (having === undefined) return undefined;
  if (!isField(object.field)) return undefined;
  const outside = object.field === "src_ip";
  return {
    metric: {
      kind: "distinct",
      field: outside ? "dst_ip" : object.field,
    },
    having,
    filters: [
      ...filters,
      ...object.filters.map((f) => outside ? asDestination(f) : f),
      ...(trailing === undefined ? [] : [trailing.filter]),
    ],
    attack: object.attack,
  };
}

/** What is said of contacted hosts is said of destinations. */
function asDestination(filter: Filter): Filter {
  return filter.op === "eq" && filter.field === "src_internal"
    ? { ...filter, field: "dst_internal" }
    : filter;
}

/** By how many different others something is contacted. */
export function done(
  parts: Parts,
  having: Asked["having"],
  filters: readonly Filter[],
): Asked | undefined {
  const object = parts.get<Who>("Obj")!;
  return having === undefined || !isField(object.field) ? undefined : {
    metric: {
      kind: "distinct",
      field: object.field === "dst_ip" ? "src_ip" : object.field,
    },
    having,
    filters: [...filters, ...object.filters],
    attack: object.attack,
  };
}

/** Whose contacts are counted. */
export function subject(
  parts: Parts,
  asked: Asked,
  otherwise: "src_ip" | "dst_ip",
): Asked | undefined {
  const of = parts.get<Partial<Who>>("Subject")!;
  const field = of.field;
  const passive = otherwise === "dst_ip";
  const key =
    field === undefined || field === "src_ip" || field === "dst_ip" && !passive
      ? otherwise
      : field;
  if (asked.metric?.kind === "distinct" && asked.metric.field === key) {
    return undefined;
  }
  return {
    ...asked,
    groupBy: [key],
    filters: [...(of.filters ?? []), ...(asked.filters ?? [])],
    attack: asked.attack === true || of.attack === true,
  };
}

/** Of whom entries are counted. */
export function counted(
  parts: Parts,
  having: Asked["having"],
): Asked | undefined {
  const of = parts.get<Partial<Who>>("Subject")!;
  const things = parts.get<{
    filters: readonly Filter[];
    attack?: boolean;
    sum?: NumberField;
  }>("Things")!;
  if (having === undefined) return undefined;
  const more = parts.get<Found>("F");
  return {
    metric: things.sum === undefined
      ? { kind: "count" }
      : { kind: "sum", field: things.sum },
    groupBy: [of.field ?? "src_ip"],
    having,
    filters: [
      ...(of.filters ?? []),
      ...(more === undefined ? [] : [more.filter]),
      ...things.filters,
    ],
    attack: things.attack === true || of.attack === true,
  };
}
