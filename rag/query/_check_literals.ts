import type { Language } from "../result.ts";
import type { Filter } from "./ast.ts";
import { timesClash } from "./_check_times.ts";
import { describeFilter } from "./describe.ts";
import { FIELDS } from "./fields.ts";
import {
  isWithin,
  type Network,
  parseAddress,
  parseNetwork,
} from "./network.ts";

/** A filter without parts, or its opposite. */
export interface Literal {
  /** No `and`, `or`, `not`, and nothing about `ip`. */
  readonly atom: Exclude<Filter, { op: "and" | "or" | "not" }>;
  /** Whether it must not match. */
  readonly negated: boolean;
}

const WHOLE = new Set([
  "src_port",
  "dst_port",
  "packets",
  "bytes",
  "sent_bytes",
  "received_bytes",
]);

/** What cannot be true at once among literals that must all hold, one text for each field. */
export function clashes(
  literals: readonly Literal[],
  context: { readonly zone: string; readonly language: Language },
): string[] {
  const byField = new Map<string, Literal[]>();
  for (const literal of literals) {
    const key = "field" in literal.atom ? literal.atom.field : "";
    byField.set(key, [...(byField.get(key) ?? []), literal]);
  }
  const found: string[] = [];
  for (const [field, list] of byField) {
    if (!fieldClashes(field, list, context.zone)) continue;
    found.push(sentence(smallest(field, list, context.zone), context));
  }
  return found;
}

/** The literals without which the rest would not clash, for a short sentence; all of them where there are many. */
function smallest(
  field: string,
  list: readonly Literal[],
  zone: string,
): readonly Literal[] {
  if (list.length > 12) return list;
  let left = list;
  for (const literal of list) {
    const without = left.filter((l) => l !== literal);
    if (fieldClashes(field, without, zone)) left = without;
  }
  return left;
}

function sentence(
  list: readonly Literal[],
  { zone, language }: { readonly zone: string; readonly language: Language },
): string {
  const phrases = new Set(
    list.map(({ atom, negated }) =>
      describeFilter(negated ? { op: "not", of: atom } : atom, {
        language,
        zone,
      })
    ),
  );
  const joined = [...phrases].join(language === "en" ? " and " : " y ");
  if (phrases.size === 1) {
    return language === "en"
      ? `${joined}: nothing can be that`
      : `${joined}: nada puede serlo`;
  }
  return language === "en"
    ? `${joined} cannot be true at once`
    : `${joined} no pueden cumplirse a la vez`;
}

function fieldClashes(
  field: string,
  list: readonly Literal[],
  zone: string,
): boolean {
  if (field === "") return timesClash(list, zone);
  // An unknown value matches every negated literal.
  if (!list.some((l) => !l.negated)) return false;
  switch (FIELDS[field as keyof typeof FIELDS].type) {
    case "number":
      return numbersClash(list, WHOLE.has(field));
    case "address":
      return addressesClash(list);
    case "paths":
      // A change is about several settings.
      return false;
    default:
      return valuesClash(list);
  }
}

/** Values that an `eq` or `in` allows, as text without case. */
function valuesOf({ atom }: Literal): string[] | undefined {
  const values = atom.op === "eq"
    ? [atom.value]
    : atom.op === "in"
    ? atom.values
    : undefined;
  return values?.map((v) => String(v).toLowerCase());
}

function valuesClash(list: readonly Literal[]): boolean {
  const unders = list.filter((l) => l.atom.op === "under");
  const sets = list.filter((l) => !l.negated).flatMap((l) => {
    const values = valuesOf(l);
    return values === undefined ? [] : [values];
  });
  const [first, ...others] = sets;
  if (first !== undefined) {
    const refused = new Set(
      list.filter((l) => l.negated).flatMap((l) => valuesOf(l) ?? []),
    );
    return !first.some((value) =>
      others.every((set) => set.includes(value)) && !refused.has(value) &&
      unders.every((l) => isUnder(value, domainOf(l)) !== l.negated)
    );
  }
  const wanted = unders.filter((l) => !l.negated).map(domainOf);
  const deepest = wanted.reduce((a, b) => b.length > a.length ? b : a, "");
  return wanted.some((domain) => !isUnder(deepest, domain)) ||
    unders.some((l) => l.negated && isUnder(deepest, domainOf(l)));
}

function domainOf({ atom }: Literal): string {
  return atom.op === "under" ? atom.value.toLowerCase() : "";
}

function isUnder(name: string, domain: string): boolean {
  return name === domain || name.endsWith(`.${domain}`);
}

function addressesClash(list: readonly Literal[]): boolean {
  const matches = (bits: ReturnType<typeof parseAddress>, literal: Literal) => {
    if (bits === undefined) return false;
    const { atom } = literal;
    if (atom.op === "cidr") {
      const network = parseNetwork(atom.network);
      return network !== undefined && isWithin(bits, network);
    }
    return (valuesOf(literal) ?? []).some((value) => {
      const other = parseAddress(value);
      return other?.bits === bits.bits && other.width === bits.width;
    });
  };
  const listed = list.find((l) => !l.negated && l.atom.op !== "cidr");
  if (listed !== undefined) {
    return !(valuesOf(listed) ?? []).some((value) => {
      const address = parseAddress(value);
      return list.every((l) => matches(address, l) !== l.negated);
    });
  }
  const networks = (negated: boolean): Network[] =>
    list.flatMap((l) =>
      l.negated === negated && l.atom.op === "cidr"
        ? parseNetwork(l.atom.network) ?? []
        : []
    );
  const wanted = networks(false);
  const [first] = [...wanted].sort((a, b) => b.prefix - a.prefix);
  return first !== undefined &&
    (wanted.some((network) => !isWithin(first, network)) ||
      networks(true).some((network) => isWithin(first, network)));
}

/** An interval with ends that are in it or not. */
interface Interval {
  readonly low: number;
  readonly high: number;
  readonly lowOpen: boolean;
  readonly highOpen: boolean;
}

function numbersClash(list: readonly Literal[], whole: boolean): boolean {
  let low = -Infinity;
  let high = Infinity;
  let lowOpen = false;
  let highOpen = false;
  const refused = new Set<number>();
  const sets: (readonly (string | number)[])[] = [];
  for (const { atom, negated } of list) {
    if (atom.op === "eq" || atom.op === "in") {
      const values = atom.op === "eq" ? [atom.value as number] : atom.values;
      if (!negated) sets.push(values);
      else values.forEach((v) => refused.add(v as number));
      continue;
    }
    if (!("value" in atom) || typeof atom.value !== "number") continue;
    const { value } = atom;
    const isLower = (atom.op === "gt" || atom.op === "ge") !== negated;
    const open = (atom.op === "gt" || atom.op === "lt") !== negated;
    if (isLower && (value > low || value === low && open)) {
      low = value;
      lowOpen = open;
    } else if (!isLower && (value < high || value === high && open)) {
      high = value;
      highOpen = open;
    }
  }
  const interval = { low, high, lowOpen, highOpen };
  const [first, ...others] = sets;
  if (first !== undefined) {
    return !first.some((value) =>
      others.every((set) => set.includes(value)) &&
      !refused.has(value as number) && contains(interval, value as number)
    );
  }
  return isEmpty(interval, whole, refused);
}

function contains(
  { low, high, lowOpen, highOpen }: Interval,
  value: number,
): boolean {
  return (lowOpen ? value > low : value >= low) &&
    (highOpen ? value < high : value <= high);
}

function isEmpty(
  { low, high, lowOpen, highOpen }: Interval,
  whole: boolean,
  refused: ReadonlySet<number>,
): boolean {
  if (!whole) {
    return low > high ||
      low === high && (lowOpen || highOpen || refused.has(low));
  }
  const first = lowOpen ? Math.floor(low) + 1 : Math.ceil(low);
  const last = highOpen ? Math.ceil(high) - 1 : Math.floor(high);
  if (first > last) return true;
  if (last - first > refused.size) return false;
  for (let value = first; value <= last; value++) {
    if (!refused.has(value)) return false;
  }
  return true;
}
