import type { Filter } from "../query/ast.ts";
import { FIELDS, type NumberField } from "../query/fields.ts";
import { type Found, found, joined } from "./_context.ts";

/** What a number is of. */
export type Kind = "plain" | "percent" | "size" | "time" | "rate";

/** A number with its unit applied: bytes, seconds, a share. */
export interface Quantity {
  /** The number. */
  readonly value: number;
  /** What it is of. */
  readonly kind: Kind;
  /** What a plain number beside it has to be multiplied with. @default {1} */
  readonly factor?: number;
}

/** One or two comparisons with numbers. */
export interface Comparison {
  /** The comparisons: all must hold. */
  readonly limits: readonly {
    readonly op: "eq" | "lt" | "le" | "gt" | "ge";
    readonly value: number;
  }[];
  /** What the numbers are of. */
  readonly kind: Kind;
  /** What a plain number beside it has to be multiplied with. @default {1} */
  readonly factor?: number;
}

/** A comparison. */
export type Op = Comparison["limits"][number]["op"];

const SECONDS: Readonly<Record<string, number>> = {
  ms: 0.001,
  millisecond: 0.001,
  second: 1,
  s: 1,
  sec: 1,
  secs: 1,
  seg: 1,
  segs: 1,
  minute: 60,
  m: 60,
  min: 60,
  mins: 60,
  hour: 3600,
  h: 3600,
  hr: 3600,
  hrs: 3600,
  hs: 3600,
  day: 86_400,
  d: 86_400,
  week: 604_800,
  w: 604_800,
};

/** A number without a unit. */
export function plain(value: number): Quantity {
  return { value, kind: "plain" };
}

/** A length of time; undefined for an unknown unit. */
export function inSeconds(value: number, unit = ""): Quantity | undefined {
  const seconds = SECONDS[unit];
  return seconds === undefined
    ? undefined
    : { value: value * seconds, kind: "time", factor: seconds };
}

/** One comparison with a quantity. */
export function comparison(
  op: Op,
  quantity: Quantity | undefined,
): Comparison | undefined {
  return quantity && {
    limits: [{ op, value: quantity.value }],
    kind: quantity.kind,
    ...(quantity.factor === undefined ? {} : { factor: quantity.factor }),
  };
}

/** From one quantity to another, both included; undefined where they are of different things. */
export function rangeOf(
  low: Quantity | undefined,
  high: Quantity | undefined,
): Comparison | undefined {
  if (low === undefined || high === undefined) return undefined;
  if (low.kind !== high.kind && low.kind !== "plain") return undefined;
  const factor = low.kind === "plain" ? high.factor ?? 1 : 1;
  return {
    limits: [
      { op: "ge", value: low.value * factor },
      { op: "le", value: high.value },
    ],
    kind: high.kind,
  };
}

/** Whether two comparisons can be of one field. */
export function sameKind(a: Comparison, b: Comparison): boolean {
  return a.kind === b.kind || a.kind === "plain" || b.kind === "plain";
}

/** A number field within limits; undefined where their unit is none of the field. */
export function compared(
  field: NumberField | undefined,
  comp: Comparison | undefined,
): Found | undefined {
  if (field === undefined || comp === undefined) return undefined;
  const unit = (FIELDS[field] as { readonly unit?: string }).unit;
  const share = unit === "0 to 1";
  const fits = comp.kind === "plain" || comp.kind === "percent" && share ||
    comp.kind === "time" && unit === "seconds" ||
    (comp.kind === "size" || comp.kind === "rate") &&
      unit !== undefined && unit.startsWith("bytes");
  if (!fits) return undefined;
  const filters = comp.limits.map(({ op, value }): Filter => {
    const scaled = share && comp.kind === "plain" && value > 1 && value <= 100
      ? value / 100
      : value;
    return { op, field, value: Math.round(scaled * 1e12) / 1e12 } as Filter;
  });
  return found(field, joined("and", filters));
}

/** Two comparisons of one field; where one has no unit it is in that of the other. */
export function bothOf(first: Comparison, second: Comparison): Comparison {
  const limitsOf = (one: Comparison, other: Comparison) =>
    one.limits.map(({ op, value }) => ({
      op,
      value: one.kind === "plain" ? value * (other.factor ?? 1) : value,
    }));
  return {
    limits: [...limitsOf(first, second), ...limitsOf(second, first)],
    kind: first.kind === "plain" ? second.kind : first.kind,
  };
}
