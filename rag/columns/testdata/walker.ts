/** What a filter means, entry by entry, as slowly and plainly as can be: the oracle of the columns. */
import type { PreparedEntry } from "../../entry.ts";
import type { Filter, Scalar } from "../../query/ast.ts";
import type { StoredField } from "../_specs.ts";

/** Whether an entry matches. */
export function matches(
  filter: Filter,
  entry: PreparedEntry,
  zone: string,
): boolean {
  const { facts, timestampUs } = entry;
  switch (filter.op) {
    case "and":
      return filter.of.every((part) => matches(part, entry, zone));
    case "or":
      return filter.of.some((part) => matches(part, entry, zone));
    case "not":
      return !matches(filter.of, entry, zone);
    case "time": {
      const ms = timestampUs / 1000;
      return (filter.from === undefined || ms >= Date.parse(filter.from)) &&
        (filter.to === undefined || ms < Date.parse(filter.to));
    }
    case "time_of_day": {
      const { time } = wall(timestampUs, zone);
      const { from, to } = filter;
      return to < from ? time >= from || time < to : time >= from && time < to;
    }
    case "day_of_week":
      return filter.days.includes(wall(timestampUs, zone).weekday);
    default:
      break;
  }
  const fields: StoredField[] = filter.field === "ip"
    ? ["src_ip", "dst_ip"]
    : [filter.field];
  return fields.some((field) => {
    const value = facts[field];
    if (value === null) return false;
    return field === "setting"
      ? String(value).split("\n").some((path) => isOf(filter, path))
      : holds(filter, value);
  });
}

/** Whether a filter of settings wants a path. */
function isOf(filter: Parameters<typeof holds>[0], path: string): boolean {
  if (filter.op !== "under") return holds(filter, path);
  const names = path.toLowerCase().split(".");
  const wanted = filter.value.toLowerCase().split(".");
  return wanted.every((name, i) => names[i] === name);
}

function holds(
  filter: Exclude<
    Filter,
    { of: unknown } | { op: "time" | "time_of_day" | "day_of_week" }
  >,
  value: Scalar,
): boolean {
  const plain = (v: Scalar) => typeof v === "string" ? v.toLowerCase() : v;
  switch (filter.op) {
    case "eq":
      return plain(value) === plain(filter.value);
    case "in":
      return filter.values.some((v) => plain(v) === plain(value));
    case "lt":
      return Number(value) < filter.value;
    case "le":
      return Number(value) <= filter.value;
    case "gt":
      return Number(value) > filter.value;
    case "ge":
      return Number(value) >= filter.value;
    case "cidr":
      return inNetwork(String(value), filter.network);
    case "under":
      return `.${plain(value)}`.endsWith(`.${filter.value}`);
  }
}

/** Bits of an address as text: 32 or 128 of `0` and `1`. */
function bitsOf(address: string): string {
  if (!address.includes(":")) {
    return address.split(".")
      .map((part) => Number(part).toString(2).padStart(8, "0")).join("");
  }
  const [head = "", tail] = address.split("::");
  const groups = (text: string) => text === "" ? [] : text.split(":");
  const left = groups(head);
  const right = groups(tail ?? "");
  const zeros = Array<string>(8 - left.length - right.length).fill("0");
  return [...left, ...zeros, ...right]
    .map((group) => parseInt(group, 16).toString(2).padStart(16, "0")).join("");
}

function inNetwork(address: string, network: string): boolean {
  const [base = "", prefix] = network.split("/");
  const bits = bitsOf(address);
  const wanted = bitsOf(base);
  return bits.length === wanted.length &&
    bits.startsWith(wanted.slice(0, Number(prefix)));
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const format = formats.get(zone) ?? new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    weekday: "short",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  });
  formats.set(zone, format);
  return format;
}

/** Clock and weekday of a zone, from `Intl`. */
export function wall(
  timestampUs: number,
  zone: string,
): { readonly time: string; readonly weekday: number; readonly date: string } {
  const parts = new Map<string, string>(
    formatOf(zone).formatToParts(Math.floor(timestampUs / 1000))
      .map(({ type, value }): [string, string] => [type, value]),
  );
  const days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
  return {
    time: `${parts.get("hour")}:${parts.get("minute")}`,
    weekday: days.indexOf(parts.get("weekday") ?? "") + 1,
    date: ["year", "month", "day"].map((name) => parts.get(name)).join("-"),
  };
}
