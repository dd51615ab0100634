import { FIELDS, type NumberField } from "./fields.ts";
import { instant } from "./zone.ts";

const NUMBER = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)([a-z%]*)$/i;
const SIZES: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
  tib: 1024 ** 4,
};
const COUNTS: Readonly<Record<string, number>> = { k: 1e3, m: 1e6 };
/** Seconds. */
const DURATIONS: Readonly<Record<string, number>> = {
  ms: 0.001,
  s: 1,
  m: 60,
  min: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
};

/** A number with a unit that its field can have; undefined where the text is none. */
export function numberOf(text: string, field: NumberField): number | undefined {
  const [, digits = "", unit = ""] = NUMBER.exec(text) ?? [];
  const value = digits === "" ? NaN : Number(digits);
  if (!Number.isFinite(value)) return undefined;
  if (unit === "") return value;
  const kind = (FIELDS[field] as { readonly unit?: string }).unit;
  if (unit === "%") return kind === "0 to 1" ? value / 100 : undefined;
  const name = unit.toLowerCase();
  const units = kind === "seconds"
    ? DURATIONS
    : kind?.startsWith("bytes")
    ? SIZES
    : kind === undefined || kind.startsWith("packets")
    ? COUNTS
    : {};
  const factor = Object.hasOwn(units, name) ? units[name] : undefined;
  return factor === undefined ? undefined : value * factor;
}

/** A length of time such as `24h`, in milliseconds; undefined where the text is none. */
export function durationMs(text: string): number | undefined {
  const [, digits = "", unit = ""] = NUMBER.exec(text) ?? [];
  const name = unit.toLowerCase();
  const seconds = Object.hasOwn(DURATIONS, name) ? DURATIONS[name] : undefined;
  return digits === "" || seconds === undefined
    ? undefined
    : Math.round(Number(digits) * seconds * 1000);
}

const TIME =
  /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?(Z|[+-]\d\d:\d\d)?)?$/i;

/** A date or a time: its first instant, and the first after it (one day, minute, second or millisecond later). */
export function timeOf(
  text: string,
  zone: string,
): { readonly fromMs: number; readonly toMs: number } | undefined {
  const [, year, month, day, hour, minute, second, fraction, offset] =
    TIME.exec(text) ?? [];
  if (year === undefined) return undefined;
  const wall = {
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour ?? 0),
    minute: Number(minute ?? 0),
    second: Number(second ?? 0),
    millisecond: Number((fraction ?? "0").padEnd(3, "0")),
  };
  const date = new Date(Date.UTC(wall.year, wall.month - 1, wall.day));
  if (
    date.getUTCMonth() + 1 !== wall.month || date.getUTCDate() !== wall.day ||
    wall.hour > 23 || wall.minute > 59 || wall.second > 59
  ) return undefined;
  if (hour === undefined) {
    return {
      fromMs: instant(zone, wall),
      toMs: instant(zone, { ...wall, day: wall.day + 1 }),
    };
  }
  const fromMs = offset === undefined
    ? instant(zone, wall)
    : instant("UTC", wall) - offsetOf(offset);
  const stepMs = fraction !== undefined ? 1 : second !== undefined ? 1e3 : 6e4;
  return { fromMs, toMs: fromMs + stepMs };
}

function offsetOf(text: string): number {
  if (text.toUpperCase() === "Z") return 0;
  const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(4));
  return (text.startsWith("-") ? -minutes : minutes) * 60_000;
}

/** A clock time as `HH:MM`; undefined where the text is none. */
export function clockOf(text: string): string | undefined {
  const [, hour = "", minute = ""] = /^(\d{1,2}):(\d\d)$/.exec(text) ?? [];
  const isEnd = hour === "24" && minute === "00";
  return hour === "" || Number(minute) > 59 || (Number(hour) > 23 && !isEnd)
    ? undefined
    : `${hour.padStart(2, "0")}:${minute}`;
}

/** Short names of the days, Monday first. */
export const DAYS: readonly string[] = [
  "mon",
  "tue",
  "wed",
  "thu",
  "fri",
  "sat",
  "sun",
];

/** Days that a word such as `mon`, `monday`, `mon-fri` or `1-5` stands for; undefined where it stands for none. */
export function daysOf(text: string): number[] | undefined {
  const ends = text.toLowerCase().split("-").map((name) =>
    /^[1-7]$/.test(name)
      ? Number(name)
      : /^[a-z]{3,9}$/.test(name)
      ? DAYS.indexOf(name.slice(0, 3)) + 1
      : 0
  );
  const [first = 0, last = first] = ends;
  if (ends.length > 2 || first === 0 || last === 0) return undefined;
  const days: number[] = [];
  for (let day = first;; day = day % 7 + 1) {
    days.push(day);
    if (day === last) return days;
  }
}
