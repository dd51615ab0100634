/**
 * A query in words: what "understood as" shows. Two queries that differ read differently.
 *
 * @module
 */

import type { Language } from "../result.ts";
import { NAMES, WORDS } from "./_describe_words.ts";
import type { Aggregate, Filter, Query, Scalar, Sort } from "./ast.ts";
import { instant, localTime, offsetMs } from "./zone.ts";

/**
 * A query in words, complete: kind, filter, text, aggregate, order, limit, time zone.
 *
 * @param query A query that `checkQuery` accepts.
 * @param language Language of the words.
 * @returns One line without a full stop, for example `events with divergence at least 0.4, newest first`.
 */
export function describe(query: Query, language: Language): string {
  const words = WORDS[language];
  const { kind, filter, text, similarTo, aggregate, sort, limit } = query;
  const zone = query.zone ?? "UTC";
  const subject = words.kinds[kind];
  const what = aggregate === undefined
    ? limit === undefined ? subject : `${words.atMost} ${limit} ${subject}`
    : `${metricText(aggregate, language)} ${words.of} ${subject}`;
  const parts = [what + filterText(filter, zone, language)];
  if (text !== undefined && text !== "") {
    parts.push(`${words.like} ${JSON.stringify(text)}`);
  }
  if (similarTo !== undefined) parts.push(`${words.similar} ${similarTo}`);
  if (aggregate !== undefined) {
    parts.push(...groupText(aggregate, language));
    if (limit !== undefined) parts.push(`${words.atMost} ${limit}`);
  }
  if (sort !== undefined) parts.push(sortText(sort, language));
  if (zone !== "UTC") parts.push(`${words.times} ${zone}`);
  return parts.join(", ");
}

/**
 * One part of a filter in words.
 *
 * @param filter The part.
 * @param options Language, and the zone that its times are shown in.
 * @returns A phrase; `and` and `or` within it in parentheses.
 */
export function describeFilter(
  filter: Filter,
  options: {
    /** Language of the words. */
    readonly language: Language;
    /** IANA name. @default {"UTC"} */
    readonly zone?: string;
  },
): string {
  const { language, zone = "UTC" } = options;
  const words = WORDS[language];
  switch (filter.op) {
    case "and":
    case "or":
      return `(${
        filter.of.map((f) => describeFilter(f, options)).join(
          ` ${words[filter.op]} `,
        )
      })`;
    case "not":
      return `${words.not} ${
        filter.of.op === "and" || filter.of.op === "or"
          ? describeFilter(filter.of, options)
          : `(${describeFilter(filter.of, options)})`
      }`;
    case "eq":
      return equalsText(filter.field, filter.value, language);
    case "in":
      return `${NAMES[filter.field][language]} ${
        filter.values.map((v) => valueText(v)).join(` ${words.or} `)
      }`;
    case "cidr":
      return `${NAMES[filter.field][language]} ${words.in} ${filter.network}`;
    case "under":
      return `${NAMES[filter.field][language]} ${words.under} ${
        valueText(filter.value)
      }`;
    case "time":
      return spanText(filter, zone, language);
    case "time_of_day":
      return `${words.between} ${filter.from} ${words.and} ${filter.to}`;
    case "day_of_week":
      return `${words.on} ${
        filter.days.map((d) => words.days[d - 1]).join(` ${words.or} `)
      }`;
    default:
      return `${NAMES[filter.field][language]} ${
        words.compares[filter.op]
      } ${filter.value}`;
  }
}

function filterText(
  filter: Filter | undefined,
  zone: string,
  language: Language,
): string {
  if (filter === undefined) return "";
  const words = WORDS[language];
  const parts = filter.op === "and" ? filter.of : [filter];
  const phrases = (some: readonly Filter[]) =>
    some.map((f) => describeFilter(f, { language, zone }));
  const isTime = ({ op }: Filter) =>
    op === "time" || op === "time_of_day" || op === "day_of_week";
  const facts = phrases(parts.filter((f) => !isTime(f)));
  const times = phrases(parts.filter(isTime));
  return (facts.length === 0
    ? ""
    : ` ${words.with} ${facts.join(` ${words.and} `)}`) +
    (times.length === 0 ? "" : ` ${times.join(` ${words.and} `)}`);
}

function equalsText(
  field: keyof typeof NAMES,
  value: Scalar,
  language: Language,
): string {
  const name = NAMES[field][language];
  if (typeof value === "boolean") {
    return `${name}: ${WORDS[language][value ? "yes" : "no"]}`;
  }
  return `${name} ${valueText(value)}`;
}

/** Plain words as they are, anything else quoted. */
function valueText(value: string | number): string {
  return typeof value === "number" || /^[\w.:-]+$/.test(value)
    ? String(value)
    : JSON.stringify(value);
}

function spanText(
  { from, to }: { readonly from?: string; readonly to?: string },
  zone: string,
  language: Language,
): string {
  const words = WORDS[language];
  const suffix = zone === "UTC" ? " UTC" : "";
  const at = (time: string) => timeText(Date.parse(time), zone);
  if (from !== undefined && to !== undefined) {
    return `${words.from} ${at(from)} ${words.to} ${at(to)}${suffix}`;
  }
  if (from !== undefined) return `${words.since} ${at(from)}${suffix}`;
  return to === undefined ? words.always : `${words.before} ${at(to)}${suffix}`;
}

/** `2026-03-17 09:30`, with seconds where it has some, with the offset where the clock shows that time twice. */
function timeText(atMs: number, zone: string): string {
  const { year, month, day, hour, minute, second } = localTime(zone, atMs);
  const two = (n: number) => String(n).padStart(2, "0");
  const millisecond = ((atMs % 1000) + 1000) % 1000;
  const seconds = second === 0 && millisecond === 0 ? "" : `:${two(second)}` +
    (millisecond === 0 ? "" : `.${String(millisecond).padStart(3, "0")}`);
  const wall = { year, month, day, hour, minute, second, millisecond };
  const offset = offsetMs(zone, atMs) / 60_000;
  const twice = instant(zone, wall) === atMs
    ? ""
    : ` (${offset < 0 ? "-" : "+"}${two(Math.floor(Math.abs(offset) / 60))}:${
      two(Math.floor(Math.abs(offset) % 60))
    })`;
  return `${String(year).padStart(4, "0")}-${two(month)}-${two(day)} ${
    two(hour)
  }:${two(minute)}${seconds}${twice}`;
}

function metricText({ metric }: Aggregate, language: Language): string {
  const name = WORDS[language].metrics[metric.kind];
  return metric.kind === "count"
    ? name
    : `${name} ${NAMES[metric.field][language]}`;
}

function groupText(
  { groupBy, having }: Aggregate,
  language: Language,
): string[] {
  const words = WORDS[language];
  const parts: string[] = [];
  if (groupBy.length > 0) {
    parts.push(
      `${words.by} ${
        groupBy.map((key) => NAMES[key][language]).join(` ${words.and} `)
      }`,
    );
  }
  if (having !== undefined) {
    parts.push(`${words.having} ${words.compares[having.op]} ${having.value}`);
  }
  return parts;
}

function sortText({ by, order }: Sort, language: Language): string {
  const words = WORDS[language];
  if (by === "time") return order === "desc" ? words.newest : words.oldest;
  const direction = order === "desc" ? words.highest : words.lowest;
  return by === "metric"
    ? `${words.number} ${direction}`
    : `${NAMES[by][language]} ${direction}`;
}
