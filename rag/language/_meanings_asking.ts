import type { Filter, GroupKey, Metric, Sort } from "../query/ast.ts";
import type { Field, NumberField } from "../query/fields.ts";
import type { Parts } from "./chart.ts";
import type { Found, Meaning } from "./_context.ts";
import type { Comparison, Quantity } from "./_quantities.ts";

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
  readonly field: GroupKey & Field;
  /** Filters that the word says. */
  readonly filters: readonly Filter[];
  /** Whether it is about attacks where nothing else says so. */
  readonly attack: boolean;
}

const SCAN: Filter = { op: "eq", field: "category", value: "scan" };

/** Meanings of aggregates, orders and limits, by the names in the rules. */
export const ASKING_MEANINGS: Readonly<Record<string, Meaning>> = {
  key: (p) => p.values[0],
  sourcePortKey: () => "src_port",
  unitKey: (p) => {
    const unit = p.get("UNIT");
    return unit === "hour" || unit === "day" ? unit : undefined;
  },
  weekdayKey: () => "weekday",
  who: (p) => who(p.values[0] as Who["field"]),
  actor: () => ({ ...who("src_ip"), attack: true }),
  scanner: () => ({ ...who("src_ip"), filters: [SCAN] }),
  victim: () => ({ ...who("dst_ip"), attack: true }),
  attackedWho: (p) => {
    const role = p.get<Who["field"]>("ROLE")!;
    return { ...who(role === "src_ip" ? "dst_ip" : role), attack: true };
  },
  whoFilter: (p) => {
    const inner = p.get<Who>("Who")!;
    const { filter } = p.get<Found>("F")!;
    return { ...inner, filters: [...inner.filters, filter] };
  },
  whoOutside: () => ({ ...who("src_ip"), filters: [internal("src", false)] }),
  whoInside: () => ({ ...who("src_ip"), filters: [internal("src", true)] }),
  whoOutsideTarget: () => ({
    ...who("dst_ip"),
    filters: [internal("dst", false)],
  }),
  whoInsideTarget: () => ({
    ...who("dst_ip"),
    filters: [internal("dst", true)],
  }),
  groups: (p) => ({ groupBy: p.get("KeyList") }),
  distinct: (p) => {
    const { field, filters, attack } = p.get<Who>("Who")!;
    return { metric: { kind: "distinct", field }, filters, attack };
  },
  count: () => ({ metric: { kind: "count" } }),
  sumBytes: () => ({ metric: { kind: "sum", field: "bytes" } }),
  sumField: (p) => {
    const field = numberOf(p);
    return field.startsWith("bytes") || field.endsWith("bytes") ||
        field === "packets" || field === "duration"
      ? { metric: { kind: "sum", field } }
      : undefined;
  },
  stat: (p) => ({
    metric: { kind: p.get("STAT"), field: numberOf(p) },
  }),
  which: (p) => group(p.get<Who>("Who")!),
  whoAsked: () => ({ ...group(who("src_ip")), weak: true }),
  askedActor: () => group({ ...who("src_ip"), attack: true }),
  askedScanner: () => group({ ...who("src_ip"), filters: [SCAN] }),
  askedVictim: () => group({ ...who("dst_ip"), attack: true }),
  talkers: () => TALKERS,
  topTalkers: (p) => ({ ...TALKERS, limit: p.get<number>("Count") ?? 10 }),
  top: (p) => ({
    ...group(p.get<Who>("Who")!, p.get("MOST_ADJ")),
    limit: p.get<number>("Count") ?? 10,
  }),
  mostWho: (p, { tokens }) => {
    const word = tokens[p.spanOf(["Who"])[1] - 1]?.norm ?? "";
    return {
      ...group(p.get<Who>("Who")!, p.get("MOST_ADJ")),
      limit: p.get<number>("Count") ?? (word.endsWith("s") ? 10 : 1),
    };
  },
  whichMost: (p) => ({
    ...group(p.get<Who>("Who")!, p.get("MOST_ADJ")),
    limit: p.get<number>("Count") ?? 1,
  }),
  mostBytes: () => ({ metric: { kind: "sum", field: "bytes" }, limit: 1 }),
  most: (p) => ({ limit: 1, attack: p.get("MOST_ADJ") === "attack" }),
  least: () => ({ limit: 1, sort: { by: "metric", order: "asc" } }),

  many: () => ({ op: "ge", value: 10 }),
  several: () => ({ op: "ge", value: 3 }),
  quantCompare: (p) => {
    const { limits, kind } = p.get<Comparison>("Comp")!;
    const [only] = limits;
    return kind === "plain" && limits.length === 1 ? only : undefined;
  },
  quantRange: () => undefined,
  objFilter: (p) => {
    const inner = p.get<Who>("Who")!;
    const { filter } = p.get<Found>("Trailing")!;
    return { ...inner, filters: [...inner.filters, filter] };
  },
  contact: (p) => doing(p, p.get("Quant"), []),
  contactOrMore: (p) => doing(p, atLeast(p), []),
  contactMost: (p) => ({ ...doing(p, ANY, []), having: undefined, limit: 1 }),
  contactLeast: (p) => ({
    ...doing(p, ANY, []),
    having: undefined,
    limit: 1,
    sort: { by: "metric", order: "asc" },
  }),
  contactScanMost: (p) => ({
    ...doing(p, ANY, [SCAN]),
    having: undefined,
    limit: 1,
  }),
  contactedMost: (p) => ({
    ...done(p, ANY, []),
    having: undefined,
    limit: 1,
  }),
  contactScan: (p) => doing(p, p.get("Quant"), [SCAN]),
  contactScanOrMore: (p) => doing(p, atLeast(p), [SCAN]),
  contactAttack: (p) => ({ ...doing(p, p.get("Quant"), []), attack: true }),
  contactRole: (p) => {
    const { field } = p.get<Who>("Obj")!;
    return field === "src_ip" ? undefined : doing(p, p.get("Quant"), []);
  },
  contacted: (p) => done(p, p.get("Quant"), []),
  contactedOrMore: (p) => done(p, atLeast(p), []),
  contactedScan: (p) => done(p, p.get("Quant"), [SCAN]),
  contactedAttack: (p) => ({ ...done(p, p.get("Quant"), []), attack: true }),
  subjectDoing: (p) => subject(p, p.get<Asked>("Doing")!, "src_ip"),
  subjectDone: (p) => subject(p, p.get<Asked>("Done")!, "dst_ip"),
  doing: (p) => ({ groupBy: ["src_ip"], ...p.get<Asked>("Doing")! }),
  noFilters: () => ({ filters: [] }),
  oneFilter: (p) => ({ filters: [p.get<Found>("F")!.filter] }),
  twoFilters: (p) => ({ filters: p.all<Found>("F").map((f) => f.filter) }),
  attackFilter: () => ({ filters: [], attack: true }),
  fieldThings: (p) => ({ filters: [], sum: p.get("FIELD") }),
  subjectCount: (p) => counted(p, p.get("Quant")),
  subjectCountOrMore: (p) => counted(p, atLeast(p)),

  newest: () => ordered("time", "desc", undefined, 10),
  newestOne: (p) => ordered("time", "desc", plural(p) ? undefined : 1, 10),
  newestCount: (p) => ordered("time", "desc", p.get("Count")),
  newestThings: (p) => ordered("time", "desc", p.get("Count")),
  newestBare: () => ({ ...ordered("time", "desc"), bare: true }),
  oldestBare: () => ({ ...ordered("time", "asc"), bare: true }),
  oldest: () => ordered("time", "asc", undefined, 10),
  oldestOne: () => ordered("time", "asc", 1),
  oldestCount: (p) => ordered("time", "asc", p.get("Count")),
  newestOrder: () => ordered("time", "desc"),
  oldestOrder: () => ordered("time", "asc"),
  superlative: (p) => superlative(p),
  extreme: (p) => ({
    ...ordered(numberOf(p), p.get<"asc" | "desc">("EXTREME")!),
    extreme: true,
  }),
  sorted: (p) => ordered(numberOf(p), p.has("ASCENDING") ? "asc" : "desc"),
  topCount: (p) => p.get("Count"),
  topTen: () => 10,
  limit: (p) => {
    const count = Number(p.values[0]);
    return Number.isInteger(count) && count >= 1 && count <= 100_000
      ? count
      : undefined;
  },
  measure: () => "measure",
  incident: () => "incident",
  change: () => "change",
};

/** Any number: taken out again. */
const ANY = { op: "ge", value: 1 } as const;

const TALKERS: Asked = {
  metric: { kind: "sum", field: "bytes" },
  groupBy: ["src_ip"],
};

function who(field: Who["field"]): Who {
  return { field, filters: [], attack: false };
}

function internal(end: "src" | "dst", value: boolean): Filter {
  return { op: "eq", field: `${end}_internal`, value };
}

function numberOf(parts: Parts): NumberField {
  return parts.get<{ field: NumberField }>("Fd")!.field;
}

function group({ field, filters, attack }: Who, adjective?: unknown): Asked {
  return {
    groupBy: [field],
    filters,
    attack: attack || adjective === "attack",
  };
}

function atLeast(parts: Parts): Asked["having"] {
  const quantity = parts.get<Quantity>("Qty")!;
  return quantity.kind === "plain"
    ? { op: "ge", value: quantity.value }
    : undefined;
}

function doing(
  parts: Parts,
  having: Asked["having"],
  filters: readonly Filter[],
): Asked | undefined {
  const object = parts.get<Who>("Obj")!;
  const trailing = parts.get<Found>("Trailing");
  if (having === undefined) return undefined;
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

function done(
  parts: Parts,
  having: Asked["having"],
  filters: readonly Filter[],
): Asked | undefined {
  const object = parts.get<Who>("Obj")!;
  return having === undefined ? undefined : {
    metric: {
      kind: "distinct",
      field: object.field === "dst_ip" ? "src_ip" : object.field,
    },
    having,
    filters: [...filters, ...object.filters],
    attack: object.attack,
  };
}

function subject(
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

function counted(parts: Parts, having: Asked["having"]): Asked | undefined {
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

function ordered(
  by: Sort["by"],
  order: "asc" | "desc",
  limit?: number,
  otherwise?: number,
): Ordered {
  return {
    sort: { by, order },
    ...(limit === undefined ? {} : { limit }),
    ...(otherwise === undefined ? {} : { otherwise }),
  };
}

function plural(parts: Parts): boolean {
  return parts.get("ONE") === "many";
}

function superlative(parts: Parts): Ordered {
  const [by = "bytes", order = "desc"] = parts.get<string>("SUP")!.split(":");
  return {
    sort: { by: by as NumberField, order: order as "asc" | "desc" },
    generic: by === "bytes",
    extreme: true,
  };
}
