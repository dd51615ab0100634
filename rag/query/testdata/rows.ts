/** Random rows and filters, and what matches what, the slow and obvious way. */

import type { Filter, Query } from "../ast.ts";
import { type Field, FIELDS } from "../fields.ts";
import { isWithin, parseAddress, parseNetwork } from "../network.ts";
import { localTime } from "../zone.ts";

/** Values of an entry's fields and its time. */
export interface Row {
  /** Milliseconds since the Unix epoch. */
  readonly timeMs: number;
  /** Values; null where unknown. */
  readonly facts: Readonly<Record<string, string | number | boolean | null>>;
}

/** Numbers from 0 to 1, the same for the same seed. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = state + 0x6d2b79f5 >>> 0;
    let mixed = Math.imul(state ^ state >>> 15, state | 1);
    mixed ^= mixed + Math.imul(mixed ^ mixed >>> 7, mixed | 61);
    return ((mixed ^ mixed >>> 14) >>> 0) / 4_294_967_296;
  };
}

/** One of several. */
export function pick<T>(random: () => number, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)] as T;
}

/** Middle of the time that random rows and filters are about. */
export const NOW_MS = Date.parse("2026-03-18T12:00:00.000Z");
const HOUR_MS = 3_600_000;

const ADDRESSES = [
  "10.0.0.1",
  "10.0.0.5",
  "10.1.2.3",
  "172.16.0.9",
  "192.168.1.50",
  "203.0.113.7",
  "198.51.100.20",
  "2001:db8::1",
  "2001:db8:0:1::2",
];
const NETWORKS = [
  "10.0.0.0/8",
  "10.0.0.0/24",
  "10.1.0.0/16",
  "192.168.0.0/16",
  "203.0.113.0/24",
  "0.0.0.0/0",
  "2001:db8::/32",
  "2001:db8:0:1::/64",
];
const TEXTS: Readonly<Record<string, readonly string[]>> = {
  category: [
    "ddos",
    "scan",
    "bruteforce",
    "lateral",
    "ransomware",
    "c2",
    "dns",
    "exfiltration",
    "mining",
    "web",
  ],
  decision: ["benign", "suspicious", "malicious"],
  priority: ["none", "low", "medium", "high", "critical"],
  authoritative_source: [
    "FAST_ONLY",
    "ML_ONLY",
    "FAST_PRIORITY",
    "ML_PRIORITY",
    "CONSENSUS",
    "DIVERGENCE",
  ],
  confidence_level: ["low", "medium", "high"],
  protocol: ["tcp", "udp", "icmp", "arp", "sctp", "gre"],
  service: ["ssh", "rdp", "smb", "dns", "http", "https", "ftp", "telnet"],
  app_protocol: ["dns", "tls", "http", "ssh", "smb"],
  name: [
    "example.com",
    "www.example.com",
    "mail.example.com",
    "example.org",
    "a b",
    "or",
  ],
  src_country: ["ES", "US", "CN"],
  outcome: ["applied", "refused", "rolled_back"],
};
const PATHS = [
  "policy.thresholds.alert",
  "policy.thresholds.categories.dns",
  "policy.thresholdsOfOthers",
  "rules.scan.minPorts",
  "log.queueLimit",
];
const PORTS = [22, 53, 80, 443, 445, 3389, 8080, 50123];

/** A row with some fields unknown. */
export function randomRow(random: () => number): Row {
  const facts: Record<string, string | number | boolean | null> = {};
  for (const field of Object.keys(FIELDS) as Field[]) {
    if (field === "ip") continue;
    facts[field] = random() < 0.1
      ? null
      : field === "setting" && random() < 0.5
      ? PATHS.filter(() => random() < 0.4).join("\n") || null
      : randomValue(field, random);
  }
  return { timeMs: randomTime(random), facts };
}

/** A value of a field, often one of few. */
export function randomValue(
  field: Field,
  random: () => number,
): string | number | boolean {
  const definition = FIELDS[field];
  switch (definition.type) {
    case "address":
      return pick(random, ADDRESSES);
    case "boolean":
      return random() < 0.5;
    case "paths":
      return pick(random, PATHS);
    case "text":
      return pick(random, TEXTS[field] ?? ["one", "two", "three"]);
    default:
      if (field.endsWith("port")) return pick(random, PORTS);
      if (definition.unit === "0 to 1") return Math.round(random() * 20) / 20;
      return Math.round(10 ** (random() * 6));
  }
}

function randomTime(random: () => number): number {
  return NOW_MS + Math.round((random() - 0.5) * 20 * 24) * HOUR_MS +
    (random() < 0.2 ? 123 : 0);
}

/** A filter of random shape; `fields` few makes contradictions likely. */
export function randomFilter(
  random: () => number,
  options: { readonly fields: readonly Field[]; readonly depth: number },
): Filter {
  const { fields, depth } = options;
  const inner = { fields, depth: depth - 1 };
  const kind = random();
  if (depth > 0 && kind < 0.5) {
    const of = Array.from(
      { length: 2 + Math.floor(random() * 2) },
      () => randomFilter(random, inner),
    );
    return { op: kind < 0.33 ? "and" : "or", of };
  }
  if (depth > 0 && kind < 0.65) {
    return { op: "not", of: randomFilter(random, inner) };
  }
  return random() < 0.2
    ? randomTimes(random)
    : randomAtom(pick(random, fields), random);
}

function randomTimes(random: () => number): Filter {
  const kind = random();
  if (kind < 0.5) {
    const end = () => new Date(randomTime(random)).toISOString();
    return random() < 0.2
      ? { op: "time", from: end() }
      : random() < 0.2
      ? { op: "time", to: end() }
      : { op: "time", from: end(), to: end() };
  }
  const hour = () => String(Math.floor(random() * 24)).padStart(2, "0");
  if (kind < 0.75) {
    return { op: "time_of_day", from: `${hour()}:00`, to: `${hour()}:30` };
  }
  const days = [1, 2, 3, 4, 5, 6, 7].filter(() => random() < 0.3);
  return { op: "day_of_week", days: days.length === 0 ? [3] : days };
}

function randomAtom(field: Field, random: () => number): Filter {
  const value = () => randomValue(field, random);
  const { type } = FIELDS[field];
  const kind = random();
  if (type !== "boolean" && kind < 0.2) {
    return { op: "in", field, values: [value(), value()] } as Filter;
  }
  if (type === "number" && kind < 0.8) {
    const op = pick(random, ["lt", "le", "gt", "ge"] as const);
    return { op, field, value: value() } as Filter;
  }
  if (type === "address" && kind < 0.7) {
    return { op: "cidr", field, network: pick(random, NETWORKS) } as Filter;
  }
  if (field === "name" && kind < 0.7) {
    return { op: "under", field, value: pick(random, ["example.com", "com"]) };
  }
  if (field === "setting" && kind < 0.7) {
    return { op: "under", field, value: pick(random, ["policy", ...PATHS]) };
  }
  return { op: "eq", field, value: value() };
}

/** Whether a row matches a filter. */
export function matches(filter: Filter, row: Row, zone: string): boolean {
  switch (filter.op) {
    case "and":
      return filter.of.every((part) => matches(part, row, zone));
    case "or":
      return filter.of.some((part) => matches(part, row, zone));
    case "not":
      return !matches(filter.of, row, zone);
    case "time":
      return (filter.from === undefined ||
        row.timeMs >= Date.parse(filter.from)) &&
        (filter.to === undefined || row.timeMs < Date.parse(filter.to));
    case "time_of_day": {
      const { hour, minute } = localTime(zone, row.timeMs);
      const now = `${String(hour).padStart(2, "0")}:${
        String(minute).padStart(2, "0")
      }`;
      return filter.to < filter.from
        ? now >= filter.from || now < filter.to
        : now >= filter.from && now < filter.to;
    }
    case "day_of_week":
      return filter.days.includes(localTime(zone, row.timeMs).weekday);
    default:
      return filter.field === "ip"
        ? ["src_ip", "dst_ip"].some((end) =>
          atomMatches(filter, row.facts[end] ?? null)
        )
        : atomMatches(filter, row.facts[filter.field] ?? null);
  }
}

function atomMatches(
  filter: Exclude<
    Filter,
    { op: "and" | "or" | "not" | "time" | "time_of_day" | "day_of_week" }
  >,
  fact: string | number | boolean | null,
): boolean {
  if (fact === null) return false;
  if (filter.field === "setting") return hasPath(filter, String(fact));
  const isAddress = FIELDS[filter.field].type === "address";
  const key = (v: string | number | boolean) =>
    isAddress
      ? String(parseAddress(String(v))?.bits)
      : typeof v === "string"
      ? v.toLowerCase()
      : v;
  switch (filter.op) {
    case "eq":
      return key(fact) === key(filter.value);
    case "in":
      return filter.values.some((v) => key(v) === key(fact));
    case "cidr":
      return isWithin(
        parseAddress(String(fact))!,
        parseNetwork(filter.network)!,
      );
    case "under":
      return fact === filter.value ||
        String(fact).endsWith(`.${filter.value}`);
    case "lt":
      return Number(fact) < filter.value;
    case "le":
      return Number(fact) <= filter.value;
    case "gt":
      return Number(fact) > filter.value;
    default:
      return Number(fact) >= filter.value;
  }
}

/** Whether one of several paths is what a filter wants. */
function hasPath(
  filter: Parameters<typeof atomMatches>[0],
  fact: string,
): boolean {
  const lower = (v: unknown) => String(v).toLowerCase();
  return fact.split("\n").map(lower).some((path) => {
    if (filter.op === "in") return filter.values.map(lower).includes(path);
    if (filter.op !== "eq" && filter.op !== "under") return false;
    return filter.op === "eq"
      ? path === lower(filter.value)
      : `${path}.`.startsWith(`${lower(filter.value)}.`);
  });
}

/** A query of random shape. */
export function randomQuery(random: () => number): Query {
  const fields = Object.keys(FIELDS) as Field[];
  const numbers = fields.filter((f) => FIELDS[f].type === "number");
  const some = (share: number) => random() < share;
  const aggregate = some(0.3)
    ? {
      metric: some(0.5) ? { kind: "count" } : some(0.5)
        ? {
          kind: "distinct",
          field: pick(random, fields.filter((f) => f !== "setting")),
        }
        : {
          kind: pick(random, ["sum", "mean", "min", "max"]),
          field: pick(random, numbers),
        },
      groupBy: some(0.3)
        ? []
        : some(0.5)
        ? [pick(random, ["src_ip", "service", "hour", "day", "weekday"])]
        : ["src_ip", "dst_port"],
      ...(some(0.3)
        ? { having: { op: pick(random, ["gt", "ge", "eq"]), value: 10 } }
        : {}),
    }
    : undefined;
  const by = ["time", ...numbers, ...(aggregate ? ["metric"] : [])];
  return {
    kind: pick(random, ["event", "incident", "change"]),
    ...(some(0.8)
      ? { filter: randomFilter(random, { fields, depth: 2 }) }
      : {}),
    ...(some(0.3)
      ? { text: pick(random, ["syn", "sql injection", "a, b"]) }
      : {}),
    ...(some(0.1) ? { similarTo: "0123456789abcdef".repeat(2) } : {}),
    ...(aggregate === undefined ? {} : { aggregate }),
    ...(some(0.3)
      ? { sort: { by: pick(random, by), order: pick(random, ["asc", "desc"]) } }
      : {}),
    ...(some(0.3) ? { limit: pick(random, [1, 5, 10]) } : {}),
    ...(some(0.3) ? { zone: pick(random, ["UTC", "Europe/Madrid"]) } : {}),
  } as Query;
}
