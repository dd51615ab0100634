import type { Parts } from "./chart.ts";
import {
  type Calendar,
  DAY_PARTS,
  type Span,
  spanFilter,
  type TimeUnit,
} from "./calendar.ts";
import { type Context, found, joined, type Meaning } from "./_context.ts";
import type { Clock, DigitDate } from "./tokens.ts";

const TIMED_UNITS: Readonly<Record<string, TimeUnit>> = {
  m: "minute",
  min: "minute",
  mins: "minute",
  h: "hour",
  hr: "hour",
  hrs: "hour",
  hs: "hour",
  d: "day",
  w: "week",
};

interface Timed {
  readonly value: number;
  readonly unit: string;
}

/** Meanings of times, by the names in the rules. */
export const TIME_MEANINGS: Readonly<Record<string, Meaning>> = {
  first: (p) => p.values[0],
  second: (p) => p.values[1] ?? p.values[0],
  last: (p) => p.values.at(-1),
  wordNumber: (p) => Number(p.values[0]),
  scaled: (p) => Number(p.values[0]) * Number(p.get("SCALE")),
  few: () => 3,

  today: (_, c) => c.calendar.dayFromToday(0),
  yesterday: (_, c) => c.calendar.dayFromToday(-1),
  dayOfYesterday: (p, c) =>
    p.get("UNIT") === "day" ? c.calendar.dayFromToday(-1) : undefined,
  beforeYesterday: (_, c) => c.calendar.dayFromToday(-2),
  weekdayOrToday: (p, c) => c.calendar.weekday(weekdayOf(p), true),
  lastWeekday: (p, c) => c.calendar.weekday(weekdayOf(p), false),
  digitDate: (p, c) =>
    c.calendar.digits(p.get<DigitDate>("DATE")!, c.language === "es"),
  monthDay: (p) => datedOf(p, undefined),
  monthDayYear: (p) => {
    const year = p.get<number>("NUMBER") ?? 0;
    return isYear(year) ? datedOf(p, year) : undefined;
  },
  dayDated: (p, c) => {
    const { month, day, year } = p.get<Dated>("Dated")!;
    return c.calendar.monthDay(month, day, year);
  },
  ordinalDay: (p, c) => c.calendar.dayOfMonth(p.get<number>("ORDINAL") ?? 0),
  numberedDay: (p, c) =>
    p.get("UNIT") === "day"
      ? c.calendar.dayOfMonth(p.get<number>("DayNum") ?? 0)
      : undefined,
  agoDay: (p, c) =>
    p.get("UNIT") === "day"
      ? c.calendar.dayFromToday(-Math.round(countOf(p)))
      : undefined,
  agoTimedDay: (p, c) => {
    const { value, unit } = p.get<Timed>("TIMED")!;
    return unit === "d"
      ? c.calendar.dayFromToday(-Math.round(value))
      : undefined;
  },

  thisUnit: (p, c) => withUnit(p, (unit) => c.calendar.unit(unit, 0)),
  lastUnit: (p, c) =>
    withUnit(
      p,
      (unit) =>
        unit === "week" || unit === "month" || unit === "year"
          ? c.calendar.unit(unit, -1)
          : c.calendar.past(1, unit),
    ),
  rollingUnit: (p, c) => withUnit(p, (unit) => c.calendar.past(1, unit)),
  pastUnits: (p, c) =>
    countOf(p) === 0.5 && p.get("UNIT") === "hour"
      ? c.calendar.past(30, "minute")
      : withUnit(p, (unit) => c.calendar.past(countOf(p), unit)),
  pastTimed: (p, c) =>
    withTimed(p, (count, unit) => c.calendar.past(count, unit)),
  agoPeriod: (p, c) =>
    countOf(p) === 0.5 && p.get("UNIT") === "hour"
      ? c.calendar.ago(30, "minute")
      : withUnit(p, (unit) => c.calendar.ago(countOf(p), unit)),
  instant: (p) => {
    const fromMs = p.get<number>("INSTANT") ?? 0;
    return { fromMs, toMs: fromMs + 60_000, isInstant: true };
  },
  agoTimed: (p, c) =>
    withTimed(p, (count, unit) => c.calendar.ago(count, unit)),
  month: (p, c) => {
    const [from, to] = p.span;
    const alone = to - from === 1 && c.tokens[from]?.norm === "may";
    return alone || (p.has("UNIT") && p.get("UNIT") !== "month")
      ? undefined
      : c.calendar.month(Number(p.get("MONTH")));
  },
  monthYear: (p, c) => {
    const year = p.get<number>("NUMBER") ?? 0;
    return isYear(year)
      ? c.calendar.month(Number(p.get("MONTH")), year)
      : undefined;
  },
  namedYear: (p, c) => {
    const year = p.get<number>("NUMBER") ?? 0;
    return p.get("UNIT") === "year" && isYear(year)
      ? c.calendar.year(year)
      : undefined;
  },
  yearPeriod: (p, c) => {
    const year = p.get<number>("NUMBER") ?? 0;
    return isYear(year) && year >= 2000 ? c.calendar.year(year) : undefined;
  },
  lastWeekend: (_, c) => c.calendar.weekend(-1),
  thisWeekend: (_, c) => c.calendar.weekend(0),
  lastNight: (_, c) => night(c.calendar, c.calendar.dayFromToday(-1)),
  tonight: (_, c) => night(c.calendar, c.calendar.dayFromToday(0)),
  thisPart: (p, c) => partOf(p, c.calendar, c.calendar.dayFromToday(0)),
  dayPart: (p, c) => partOf(p, c.calendar, p.get<Span>("Day")!),
  dayNight: (p, c) => night(c.calendar, p.get<Span>("Day")!),
  dayHours: (p, c) => {
    const [from, to] = p.get<[Clock, Clock]>("Hours")!;
    const { day } = p.get<Span>("Day")!;
    return day && c.calendar.between(day, from, to);
  },
  dayAround: (p, c) => {
    const { day } = p.get<Span>("Day")!;
    return day && c.calendar.around(day, p.get<Clock>("LooseClock")!);
  },
  dayAt: (p, c) => {
    const { day } = p.get<Span>("Day")!;
    const clock = p.get<Clock>("LooseAt") ?? p.get<Clock>("CLOCK");
    return day && clock && c.calendar.at(day, clock);
  },

  spans: (p) => p.all<Span>("Point"),
  moreSpans: (p) => [...p.all<Span>("Point"), ...p.get<Span[]>("Spans")!],
  since: (p) => [open(pointOf(p).fromMs, undefined)],
  sinceClock: (p, c) => {
    const { day } = c.calendar.dayFromToday(0);
    return day &&
      [open(c.calendar.at(day, p.get<Clock>("Clock")!).fromMs, undefined)];
  },
  after: (p) => [open(endOf(pointOf(p)), undefined)],
  before: (p) => [open(undefined, pointOf(p).fromMs)],
  until: (p) => [open(undefined, endOf(pointOf(p)))],
  fromTo: (p) => {
    const [first, second] = p.all<Span>("Point");
    return first && second && spanBetween(first, second);
  },
  fromNow: (p) => [open(p.get<Span>("Point")!.fromMs, undefined)],
  afterBefore: (p) => {
    const [first, second] = p.all<Span>("Point");
    return first && second && [open(endOf(first), second.fromMs)];
  },
  olderThan: (p, c) => {
    const comparison = p.get<string>("CMP");
    const ago = p.has("AGO");
    if (comparison !== undefined && !ago) return undefined;
    const span = pastOf(p, c);
    if (span === undefined) return undefined;
    return comparison === "lt" || comparison === "le"
      ? [span]
      : comparison === undefined || comparison === "gt" || comparison === "ge"
      ? [open(undefined, span.fromMs)]
      : undefined;
  },
  youngerThan: (p, c) => {
    const span = pastOf(p, c);
    return span && [span];
  },
  agoRange: (p, c) => {
    const [near = 1, far = 1] = p.all<number>("Count");
    const unit = p.get<TimeUnit>("UNIT")!;
    const whole = [near, far].every((n) => Number.isInteger(n) && n <= 1e6);
    return whole && UNITS.has(unit)
      ? [open(
        c.calendar.ago(Math.max(near, far), unit).fromMs,
        c.calendar.ago(Math.min(near, far), unit).toMs,
      )]
      : undefined;
  },
  dayRange: (p, c) => {
    const { month, day, year } = p.get<Dated>("Dated")!;
    return daysOfMonth(c, month, [p.get<number>("DayNum") ?? 0, day], year);
  },
  monthDays: (p, c) => {
    const [first = 0, second = 0] = p.all<number>("DayNum");
    return daysOfMonth(c, Number(p.get("MONTH")), [first, second], undefined);
  },
  timeFilter: (p) => {
    const spans = p.get<Span[]>("Spans")!;
    const [only] = spans;
    if (only?.weekday !== undefined && only.fromMs === undefined) return;
    const filters = spans.map(spanFilter).filter((f) => f !== undefined);
    return filters.length < spans.length ? undefined : found(
      spans.some((s) => s.fromMs === undefined || s.toMs === undefined)
        ? "open time"
        : "time",
      joined("or", filters),
    );
  },
};

/** The day, period or year that a relation is to. */
function pointOf(parts: Parts): Span {
  return parts.get<Span>("Point") ?? parts.get<Span>("Year")!;
}

const UNITS: ReadonlySet<string> = new Set([
  ...["second", "minute", "hour", "day", "week", "month", "year"],
]);

/** So many units before now, to now. */
function pastOf(parts: Parts, { calendar }: Context): Span | undefined {
  const make = (count: number, unit: TimeUnit) => calendar.past(count, unit);
  return (parts.has("TIMED")
    ? withTimed(parts, make)
    : withUnit(parts, (unit) => make(countOf(parts), unit))) as
      | Span
      | undefined;
}

interface Dated {
  readonly month: number;
  readonly day: number;
  readonly year: number | undefined;
}

function weekdayOf(parts: Parts): number {
  return Number(parts.get("WEEKDAY"));
}

function countOf(parts: Parts): number {
  return parts.get<number>("Count") ?? 1;
}

function isYear(year: number): boolean {
  return Number.isInteger(year) && year >= 1970 && year <= 2100;
}

function datedOf(parts: Parts, year: number | undefined): Dated | undefined {
  const day = parts.get<number>("DayNum") ?? 0;
  const unit = parts.get<string>("UNIT");
  return Number.isInteger(day) && day >= 1 && day <= 31 &&
      (unit === undefined || unit === "day")
    ? { month: Number(parts.get("MONTH")), day, year }
    : undefined;
}

function withUnit(parts: Parts, make: (unit: TimeUnit) => Span): unknown {
  const unit = parts.get<string>("UNIT");
  if (unit === undefined || unit === "millisecond") {
    return undefined;
  }
  const count = countOf(parts);
  return count >= 0 && count <= 1e6 && Number.isInteger(count)
    ? make(unit as TimeUnit)
    : undefined;
}

function withTimed(
  parts: Parts,
  make: (count: number, unit: TimeUnit) => Span,
): unknown {
  const { value, unit } = parts.get<Timed>("TIMED")!;
  const known = TIMED_UNITS[unit];
  return known !== undefined && value <= 1e6 ? make(value, known) : undefined;
}

function night(calendar: Calendar, { day }: Span): Span | undefined {
  return day && calendar.hours(day, [18, 6]);
}

function partOf(parts: Parts, calendar: Calendar, { day }: Span): unknown {
  const part = parts.get<string>("PARTOFDAY") ?? "";
  const hours = part === "night" ? [18, 6] as const : DAY_PARTS[part];
  return day && hours && calendar.hours(day, hours);
}

function open(fromMs: number | undefined, toMs: number | undefined): Span {
  return {
    ...(fromMs === undefined ? {} : { fromMs }),
    ...(toMs === undefined ? {} : { toMs }),
  };
}

function endOf({ fromMs, toMs, isInstant }: Span): number | undefined {
  return isInstant === true ? fromMs : toMs;
}

/** Undefined for weekdays in the wrong order: those are repeating ones. */
function spanBetween(first: Span, second: Span): Span[] | undefined {
  const fromMs = first.fromMs;
  const toMs = endOf(second);
  const isWeek = first.weekday !== undefined && second.weekday !== undefined;
  return isWeek && (fromMs ?? 0) >= (toMs ?? 0)
    ? undefined
    : [open(fromMs, toMs)];
}

function daysOfMonth(
  { calendar }: Context,
  month: number,
  [from, to]: readonly [number, number],
  year: number | undefined,
): Span[] | undefined {
  const end = calendar.monthDay(month, to, year);
  if (end?.day === undefined || from > to || from < 1) return undefined;
  const start = calendar.monthDay(month, from, end.day.year);
  return start && [open(start.fromMs, end.toMs)];
}
