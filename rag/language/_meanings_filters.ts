import type { Filter } from "../query/ast.ts";
import type { Field, NumberField } from "../query/fields.ts";
import { FIELDS } from "../query/fields.ts";
import type { Parts } from "./chart.ts";
import { type Token, wordOf } from "./tokens.ts";
import { type Found, found, joined, type Meaning } from "./_context.ts";
import { LEXICONS } from "./lexicon/mod.ts";
import {
  bothOf,
  compared,
  type Comparison,
  comparison,
  inSeconds,
  type Kind,
  type Op,
  plain,
  type Quantity,
  rangeOf,
  sameKind,
} from "./_quantities.ts";

/** Ports that a number after "on" or "to" can only be. */
const WELL_KNOWN = new Set([
  ...[22, 23, 25, 53, 80, 88, 110, 123, 135, 139, 143, 161, 389, 443, 445],
  ...[514, 587, 636, 993, 995, 1433, 3306, 3389, 5432, 5900, 5985, 6379],
  ...[8000, 8080, 8443],
]);

/** Limits of high, very high, low and very low. */
const LEVELS: Readonly<Record<string, readonly [Op, number]>> = {
  "score high": ["ge", 0.75],
  "score very high": ["ge", 0.95],
  "score low": ["lt", 0.3],
  "score very low": ["lt", 0.1],
  "divergence high": ["ge", 0.4],
  "divergence very high": ["ge", 0.6],
  "divergence low": ["lt", 0.3],
  "divergence very low": ["lt", 0.1],
};

/** Meanings of filters, by the names in the rules. */
export const FILTER_MEANINGS: Readonly<Record<string, Meaning>> = {
  comma: () => "comma",
  and: () => "and",
  or: () => "or",
  list: (p) =>
    p.values.flatMap((v, i) =>
      i === 0 ? [v] : Array.isArray(v) ? v as unknown[] : []
    ),
  category: (p) => oneOf("category", p.get("CatList")),
  guessing: (p) => {
    const service = oneOf("service", p.get("SvcList"));
    const { filter } = oneOf("category", ["bruteforce"])!;
    return service === undefined
      ? found("category", filter)
      : found("category", { op: "and", of: [filter, service.filter] });
  },
  service: (p) => oneOf("service", p.get("SvcList")),
  appProtocol: (p) => oneOf("app_protocol", [p.get("App")]),
  protocol: (p) => oneOf("protocol", p.get("ProtoList")),
  decision: (p) => oneOf("decision", p.get("DecList")),
  critical: () => "critical",
  criticalOnly: () => oneOf("priority", ["critical"]),
  priority: (p) =>
    oneOf(
      "priority",
      p.get<string[]>("LvlList")!.flatMap((level) =>
        level === "high" ? ["critical", "high"] : [level]
      ),
    ),
  confidenceLevel: (p) => {
    const levels = p.get<string[]>("LvlList")!;
    return levels.includes("critical")
      ? undefined
      : oneOf("confidence_level", levels);
  },
  alert: () => ({
    ...oneOf("decision", ["malicious"]),
    kind: "alert",
  }),
  needsAnalysis: () => isTrue("needs_analysis", true),

  field: (p) => ({ field: p.get("FIELD") }),
  finalScore: () => ({ field: "final_score" }),
  mlScore: () => ({ field: "ml_score" }),
  fastScore: () => ({ field: "fast_score" }),
  confidence: () => ({ field: "confidence" }),
  bareConfidence: () => ({ field: "confidence", bare: true }),
  modelScore: (p) => ({ field: p.get("MODEL_NAME") }),

  quantity: (p) => plain(Number(p.values[0])),
  quantityScaled: (p) => plain(Number(p.values[0]) * Number(p.get("SCALE"))),
  percent: (p) => ({
    value: Number(p.values[0]) / 100,
    kind: "percent",
    factor: 0.01,
  }),
  percentToken: (p) => ({
    value: p.get<{ value: number }>("PCT")!.value / 100,
    kind: "percent",
    factor: 0.01,
  }),
  sized: (p) => ({
    value: Number(p.values[0]) * Number(p.get("SIZE")),
    kind: "size",
    factor: Number(p.get("SIZE")),
  }),
  sizedRate: (p) => ({
    value: Number(p.values[0]) * Number(p.get("SIZE")),
    kind: "rate",
  }),
  sizedToken: (p) => ({ ...p.get<Quantity>("SIZED")!, kind: "size" }),
  sizedTokenRate: (p) => ({
    value: p.get<Quantity>("SIZED")!.value,
    kind: "rate",
  }),
  rateToken: (p) => ({ value: p.get<Quantity>("RATE")!.value, kind: "rate" }),
  timed: (p) => inSeconds(Number(p.values[0]), p.get<string>("UNIT")),
  timedToken: (p) => {
    const { value, unit } = p.get<{ value: number; unit: string }>("TIMED")!;
    return inSeconds(value, unit);
  },
  compare: (p) => comparison(p.get<Op>("CMP")!, p.get("Qty")),
  orMore: (p) => comparison("ge", p.get("Qty")),
  orLess: (p) => comparison("le", p.get("Qty")),
  range: (p) => {
    const [low, high] = p.all<Quantity>("Qty");
    return rangeOf(low, high);
  },
  compareBoth: (p) => {
    const [first, second] = p.all<Comparison>("Comp");
    return first && second && sameKind(first, second)
      ? bothOf(first, second)
      : undefined;
  },
  fieldCompare: (p) => compared(fieldOf(p), p.get("Comp")),
  fieldRange: (p) => {
    const [low, high] = p.all<Quantity>("Qty");
    return compared(fieldOf(p), rangeOf(low, high));
  },
  fieldEquals: (p) => compared(fieldOf(p), comparison("eq", p.get("Qty"))),
  fieldOrMore: (p) => compared(fieldOf(p), comparison("ge", p.get("Qty"))),
  fieldOrLess: (p) => compared(fieldOf(p), comparison("le", p.get("Qty"))),
  fieldLevel: (p) =>
    leveled(p, `${p.has("VERY") ? "very " : ""}${p.get("LEVEL")}`),
  fieldVery: (p) => leveled(p, `very ${p.get("VERYLEVEL")}`),
  lasting: (p) => ofKind(p, "time", "duration"),
  bareCompare: (p) => {
    const comp = p.get<Comparison>("Comp")!;
    if (comp.kind === "time") return compared("duration", comp);
    if (comp.kind === "rate") return compared("bytes_per_second", comp);
    return comp.kind === "size"
      ? { ...compared("bytes", comp)!, generic: true }
      : undefined;
  },
  sentCompare: (p) => ofKind(p, "size", "sent_bytes"),
  receivedCompare: (p) => ofKind(p, "size", "received_bytes"),

  portList: (p) => {
    const ports = [...p.all("NUMBER"), ...(p.get<unknown[]>("Ports") ?? [])];
    return ports.every(isPort) ? ports : undefined;
  },
  destinationPort: (p) => oneOf("dst_port", p.get("Ports")),
  sourcePort: (p) => oneOf("src_port", p.get("Ports")),
  wellKnownPort: (p) =>
    WELL_KNOWN.has(p.get<number>("NUMBER") ?? 0)
      ? oneOf("dst_port", [p.get("NUMBER")])
      : undefined,
  protocolPort: (p) =>
    isPort(p.get("NUMBER"))
      ? found("protocol", {
        op: "and",
        of: [
          { op: "eq", field: "protocol", value: p.get<string>("Proto")! },
          { op: "eq", field: "dst_port", value: p.get<number>("NUMBER")! },
        ],
      })
      : undefined,
  destinationRange: (p) => portRange("dst_port", p),
  sourceRange: (p) => portRange("src_port", p),
  destinationCompare: (p) => compared("dst_port", p.get("Comp")),
  sourceCompare: (p) => compared("src_port", p.get("Comp")),

  source: (p) => addressed("src_ip", p),
  destination: (p) => addressed("dst_ip", p),
  either: (p) => addressed("ip", p),
  notSource: (p) => {
    const filter = addressFilter("src_ip", p.get("AddrList") ?? []);
    return found("not src_ip", { op: "not", of: filter });
  },
  notDestination: (p) => {
    const filter = addressFilter("dst_ip", p.get("AddrList") ?? []);
    return found("not dst_ip", { op: "not", of: filter });
  },
  betweenAddresses: (p) => {
    const ends = p.all<string>("Addr").map((a) => addressFilter("ip", [a]));
    return found("between", joined("and", ends));
  },
  sourceToDestination: (p) => {
    const [from = "", to = ""] = p.all<string>("Addr");
    return found("src_dst", {
      op: "and",
      of: [addressFilter("src_ip", [from]), addressFilter("dst_ip", [to])],
    });
  },
  nameUnder: (p) =>
    found(
      "name",
      joined(
        "or",
        p.get<string[]>("NameList")!.map((value) => ({
          op: "under",
          field: "name",
          value: value.toLowerCase(),
        })),
      ),
    ),
  interfaceName: (p, c) => {
    const word = c.tokens[p.span[1] - 1];
    return word !== undefined && /\d/.test(word.text)
      ? oneOf("interface", [word.norm])
      : undefined;
  },
  nodeName: (p, c) => {
    const word = c.tokens[p.span[1] - 1];
    return word !== undefined &&
        (/[\d-]/.test(word.text) || !LEXICONS[c.language].words.has(word.norm))
      ? oneOf("node_id", [word.norm])
      : undefined;
  },
  fromOutside: () => isTrue("src_internal", false),
  fromInside: () => isTrue("src_internal", true),
  toOutside: () => isTrue("dst_internal", false),
  toInside: () => isTrue("dst_internal", true),
  insideOut: () => direction(true, false),
  outsideIn: () => direction(false, true),
  direction: (p) => {
    const flow = p.get("FLOW");
    return direction(flow !== "inbound", flow !== "outbound");
  },

  fastFired: () => isTrue("fast_triggered", true),
  fastMissed: () => isTrue("fast_triggered", false),
  mlFired: () => limit("ml_score", "ge", 0.7),
  mlMissed: () => limit("ml_score", "lt", 0.5),
  modelName: (p) => p.get("MODEL_NAME"),
  modelFired: (p) => limit(p.get<NumberField>("Mdl")!, "ge", 0.7),
  modelMissed: (p) => limit(p.get<NumberField>("Mdl")!, "lt", 0.5),
  disagreed: () => limit("divergence", "ge", 0.3),
  agreed: () => oneOf("authoritative_source", ["CONSENSUS"]),
  fastOnly: () => oneOf("authoritative_source", ["FAST_ONLY"]),
  mlOnly: () => oneOf("authoritative_source", ["ML_ONLY"]),

  behaviour: (p, c) => words(c.tokens.slice(...p.span)),
  behaviourLike: (p, c) => {
    const [from, to] = p.spanOf(["BEHAVIOUR", "Cat", "SVC"]);
    return words(c.tokens.slice(from, to));
  },
  similarTo: (p, c) => c.tokens[p.span[1] - 1]?.norm,
  negated: (p) => {
    const { kind, filter } = p.get<Found>("F")!;
    return found(`not ${kind}`, { op: "not", of: filter });
  },
  negatedOutside: (p) => {
    const { kind, filter } = p.get<Found>("F")!;
    return /^(?:(?:src|dst)_port|(?:src_|dst_)?ip|service|time_of_day|day_of_week)$/
        .test(kind)
      ? found(`not ${kind}`, { op: "not", of: filter })
      : undefined;
  },
  negatedAttack: () => oneOf("decision", ["benign"]),
};

function words(tokens: readonly Token[]): string {
  return tokens.map(wordOf).join(" ");
}

/** A field equal to one of several values. */
export function oneOf(
  field: Field,
  values: readonly unknown[] | undefined,
): Found | undefined {
  const all = [...new Set(values as (string | number)[] | undefined)];
  const [only] = all;
  if (only === undefined) return undefined;
  return {
    kind: field,
    filter: all.length === 1
      ? { op: "eq", field, value: only }
      : { op: "in", field, values: all } as Filter,
  };
}

function isTrue(field: Field, value: boolean): Found {
  return { kind: field, filter: { op: "eq", field, value } };
}

function limit(field: NumberField, op: "ge" | "lt", value: number): Found {
  return { kind: field, filter: { op, field, value } };
}

function fieldOf(parts: Parts): NumberField | undefined {
  return parts.get<{ field: NumberField }>("Fd")?.field;
}

function ofKind(parts: Parts, kind: Kind, field: NumberField): unknown {
  const comp = parts.get<Comparison>("Comp")!;
  return comp.kind === kind ? compared(field, comp) : undefined;
}

function leveled(parts: Parts, level: string): unknown {
  const { field, bare } = parts.get<{ field: NumberField; bare?: boolean }>(
    "Fd",
  )!;
  if (bare === true || FIELDS[field].unit !== "0 to 1") return undefined;
  const name = field === "divergence" ? "divergence" : "score";
  const [op, value] = LEVELS[`${name} ${level}`] ?? [];
  return op === undefined || value === undefined
    ? undefined
    : found(field, { op, field, value } as Filter);
}

function isPort(port: unknown): boolean {
  return Number.isInteger(port) && Number(port) >= 0 && Number(port) <= 65_535;
}

function portRange(field: NumberField, parts: Parts): unknown {
  const [low = 0, high = 0] = parts.all<number>("NUMBER");
  return isPort(low) && isPort(high)
    ? found(field, {
      op: "and",
      of: [{ op: "ge", field, value: low }, { op: "le", field, value: high }],
    })
    : undefined;
}

function addressed(
  field: "src_ip" | "dst_ip" | "ip",
  parts: Parts,
): Found | undefined {
  return found(field, addressFilter(field, parts.get("AddrList") ?? []));
}

function addressFilter(
  field: "src_ip" | "dst_ip" | "ip",
  addresses: readonly string[],
): Filter {
  const hosts = addresses.filter((a) => !a.includes("/"));
  const parts: Filter[] = addresses.filter((a) => a.includes("/")).map(
    (network) => ({ op: "cidr", field, network }),
  );
  const equal = oneOf(field, hosts);
  if (equal !== undefined) parts.push(equal.filter);
  return joined("or", parts)!;
}

function direction(source: boolean, destination: boolean): Found {
  return {
    kind: "direction",
    filter: {
      op: "and",
      of: [
        { op: "eq", field: "src_internal", value: source },
        { op: "eq", field: "dst_internal", value: destination },
      ],
    },
  };
}
