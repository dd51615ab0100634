import type { Filter, Metric, Sort } from "../query/ast.ts";
import { isField, type NumberField } from "../query/fields.ts";
import type { Parts } from "./chart.ts";
import type { Context, Found, Meaning } from "./_context.ts";
import { AUTHORS } from "./_meanings_changes.ts";
import { isEmpty } from "./_residue.ts";
import {
  type Asked,
  atLeast,
  counted,
  doing,
  done,
  group,
  type Ordered,
  subject,
  type Who,
  who,
} from "./_groups.ts";
import type { Comparison } from "./_quantities.ts";

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
  unitWho: (p) => {
    const unit = p.get<string>("UNIT");
    return unit === "hour" || unit === "day"
      ? { field: unit, filters: [], attack: false }
      : undefined;
  },
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
    if (!isField(field)) return undefined;
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
  whoAsked: (_, c) =>
    c.changes === true ? AUTHORS : { ...group(who("src_ip")), weak: true },
  askedActor: () => group({ ...who("src_ip"), attack: true }),
  askedScanner: () => group({ ...who("src_ip"), filters: [SCAN] }),
  askedVictim: () => group({ ...who("dst_ip"), attack: true }),
  talkers: () => TALKERS,
  topTalkers: (p) => ({ ...TALKERS, limit: p.get<number>("Count") ?? 10 }),
  top: (p) => ({
    ...group(p.get<Who>("Who")!, p.get("MOST_ADJ")),
    limit: p.get<number>("Count") ?? 10,
  }),
  topActors: (p) => ({
    groupBy: [p.has("VICTIM") ? "dst_ip" : "src_ip"],
    filters: p.has("SCANNER") ? [SCAN] : [],
    attack: !p.has("SCANNER"),
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
  leastWho: (p) => ({
    ...group(p.get<Who>("Who")!, p.get("MOST_ADJ")),
    limit: 1,
    sort: { by: "metric", order: "asc" },
  }),
  headRole: (p, c) => head(p, c),
  headOf: (p, c) =>
    /^(?:source|target|destination|origen|objetivo|destino|blanco)/.test(
        c.tokens[p.span[0]]?.norm ?? "",
      )
      ? head(p, c)
      : undefined,
  headScan: (p, c) => {
    const asked = head(p, c);
    return asked && { ...asked, filters: [SCAN] };
  },
  headAttack: (p, c) => {
    const asked = head(p, c);
    return asked && { ...asked, attack: true };
  },
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

  ranked: (p, c) => rankedBy(p, c, { kind: "count" }),
  rankedBytes: (p, c) => rankedBy(p, c, { kind: "sum", field: "bytes" }),

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

/** "Hosts that ...", where the question begins so: what is asked for. */
function head(parts: Parts, { tokens, language }: Context): Asked | undefined {
  const [from] = parts.span;
  const isPlural = tokens[from]?.norm.endsWith("s") === true;
  const isFirst = tokens.slice(0, from).every(({ kind, norm }) =>
    kind === "sign" || isEmpty(norm, language)
  );
  return isPlural && isFirst
    ? group(who(parts.get<Who["field"]>("ROLE")!))
    : undefined;
}

/** "The 5 hosts with the most ...": groups in order, so many, or one where one is asked for. */
function rankedBy(
  parts: Parts,
  { tokens }: Context,
  metric: Metric,
): Asked | undefined {
  const of = parts.get<Partial<Who>>("Subject")!;
  const things = parts.get<{ filters: Filter[]; attack?: boolean }>("Things");
  const trailing = parts.get<Found>("Trailing");
  const word = tokens[parts.spanOf(["Subject"])[1] - 1]?.norm ?? "";
  const first = tokens[parts.spanOf(["Subject"])[0]]?.norm ?? "";
  const asksOne = !word.endsWith("s") ||
    /^(?:which|what|who|que|cual|cuales|quien|quienes)$/.test(first);
  return {
    metric,
    groupBy: [of.field ?? "src_ip"],
    filters: [
      ...(of.filters ?? []),
      ...(things?.filters ?? []),
      ...(trailing === undefined ? [] : [trailing.filter]),
    ],
    attack: of.attack === true || things?.attack === true,
    limit: parts.get<number>("Count") ?? (asksOne ? 1 : 10),
  };
}

function internal(end: "src" | "dst", value: boolean): Filter {
  return { op: "eq", field: `${end}_internal`, value };
}

function numberOf(parts: Parts): NumberField {
  return parts.get<{ field: NumberField }>("Fd")!.field;
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
