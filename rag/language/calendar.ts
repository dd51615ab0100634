/**
 * Spans of time that words stand for, in a zone.
 *
 * @module
 */

import type { InTime } from "../query/ast.ts";
import { instant, type LocalTime, localTime } from "../query/zone.ts";
import type { Clock, DigitDate } from "./tokens.ts";

/** A calendar day. */
export interface Day {
  /** Year of the common era. */
  readonly year: number;
  /** 1 to 12; what exceeds it is carried over. */
  readonly month: number;
  /** 1 to 31; what exceeds the month is carried over. */
  readonly day: number;
}

/** A span of time, half open; open ended where an end is absent. */
export interface Span {
  /** First instant. */
  readonly fromMs?: number;
  /** First instant after it. */
  readonly toMs?: number;
  /** The day that it is, where it is one. */
  readonly day?: Day;
  /** The weekday that it was named by. */
  readonly weekday?: number;
  /** Whether it was named by a clock time: then it ends for `until` where it begins. */
  readonly isInstant?: boolean;
}

/** Units of time; smaller ones are not calendar units. */
export type TimeUnit =
  | "second"
  | "minute"
  | "hour"
  | "day"
  | "week"
  | "month"
  | "year";

const LENGTH_MS: Readonly<Record<TimeUnit, number>> = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
  month: 2_592_000_000,
  year: 31_536_000_000,
};

/** Parts of a day: first hour and the hour after it, of the next day where that is less. */
export const DAY_PARTS: Readonly<Record<string, readonly [number, number]>> = {
  morning: [6, 12],
  afternoon: [12, 18],
  evening: [18, 22],
  night: [22, 6],
  small: [0, 6],
};

/** The calendar of a zone, seen from an instant. */
export class Calendar {
  readonly #zone: string;
  readonly #nowMs: number;
  /** The day that contains now. */
  readonly today: LocalTime;

  /**
   * A calendar.
   *
   * @param nowMs Now; milliseconds since the Unix epoch.
   * @param zone IANA name.
   */
  constructor(nowMs: number, zone: string) {
    this.#nowMs = nowMs;
    this.#zone = zone;
    this.today = localTime(zone, nowMs);
  }

  /** A day so many days from today. */
  dayFromToday(days: number): Span {
    return this.day({ ...dayOf(this.today), day: this.today.day + days });
  }

  /** A day. */
  day(day: Day): Span {
    const normal = new Date(Date.UTC(day.year, day.month - 1, day.day));
    const plain = {
      year: normal.getUTCFullYear(),
      month: normal.getUTCMonth() + 1,
      day: normal.getUTCDate(),
    };
    return {
      fromMs: instant(this.#zone, plain),
      toMs: instant(this.#zone, { ...plain, day: plain.day + 1 }),
      day: plain,
    };
  }

  /** The latest weekday before today, or today where that is allowed. */
  weekday(weekday: number, orToday: boolean): Span {
    const back = (this.today.weekday - weekday + 7) % 7;
    return {
      ...this.dayFromToday(back === 0 && !orToday ? -7 : -back),
      weekday,
    };
  }

  /** The calendar unit that contains now, or so many after it. */
  unit(unit: TimeUnit, offset: number): Span {
    const { year, month, day, hour, minute, weekday } = this.today;
    const at = (wall: Parameters<typeof instant>[1]) =>
      instant(this.#zone, wall);
    switch (unit) {
      case "year":
        return {
          fromMs: at({ year: year + offset, month: 1, day: 1 }),
          toMs: at({ year: year + offset + 1, month: 1, day: 1 }),
        };
      case "month":
        return {
          fromMs: at({ year, month: month + offset, day: 1 }),
          toMs: at({ year, month: month + offset + 1, day: 1 }),
        };
      case "week": {
        const monday = day - weekday + 1 + 7 * offset;
        return {
          fromMs: at({ year, month, day: monday }),
          toMs: at({ year, month, day: monday + 7 }),
        };
      }
      case "day":
        return this.dayFromToday(offset);
      default: {
        const startMs = at({
          year,
          month,
          day,
          hour,
          minute: unit === "hour" ? 0 : minute,
        });
        const fromMs = startMs + offset * LENGTH_MS[unit];
        return { fromMs, toMs: fromMs + LENGTH_MS[unit] };
      }
    }
  }

  /** From so many units before now, to now. */
  past(count: number, unit: TimeUnit): Span {
    return { fromMs: this.#back(count, unit), toMs: this.#nowMs };
  }

  /** So many units ago: a calendar unit, or an hour, minute or second that begins that long ago. */
  ago(count: number, unit: TimeUnit): Span {
    if (unit !== "hour" && unit !== "minute" && unit !== "second") {
      return this.unit(unit, -Math.round(count));
    }
    const fromMs = this.#nowMs - count * LENGTH_MS[unit];
    return { fromMs, toMs: fromMs + LENGTH_MS[unit] };
  }

  /** The latest such month that has begun, or that of a year. */
  month(month: number, year?: number): Span {
    const of = year ?? this.today.year - (month > this.today.month ? 1 : 0);
    return {
      fromMs: instant(this.#zone, { year: of, month, day: 1 }),
      toMs: instant(this.#zone, { year: of, month: month + 1, day: 1 }),
    };
  }

  /** A year. */
  year(year: number): Span {
    return this.unit("year", year - this.today.year);
  }

  /** The latest such day that is not after today, or that of a year; undefined where there is none. */
  monthDay(month: number, day: number, year?: number): Span | undefined {
    for (const back of [0, 1, 2, 3, 4, 8]) {
      const of = year ?? this.today.year - back;
      const found = this.day({ year: of, month, day });
      const exists = found.day?.month === month && found.day.day === day;
      const past = (found.fromMs ?? 0) <= this.#nowMs;
      if (exists && (past || year !== undefined)) return found;
      if (year !== undefined) return undefined;
    }
    return undefined;
  }

  /** The latest such day of a month that is not after today. */
  dayOfMonth(day: number): Span | undefined {
    for (let back = 0; back < 3; back++) {
      const { year, month } = this.today;
      const found = this.day({ year, month: month - back, day });
      if (found.day?.day === day && (found.fromMs ?? 0) <= this.#nowMs) {
        return found;
      }
    }
    return undefined;
  }

  /** A date in digits; `dayFirst` decides for two numbers with a slash between them. */
  digits({ numbers, iso }: DigitDate, dayFirst: boolean): Span | undefined {
    const [first = 0, second = 0, third] = numbers;
    if (iso) return this.monthDay(second, third ?? 1, first);
    const year = third === undefined || third > 99 ? third : 2000 + third;
    const swap = dayFirst ? second <= 12 : first > 12;
    return swap
      ? this.monthDay(second, first, year)
      : this.monthDay(first, second, year);
  }

  /** Saturday and Sunday of the week that is so many after this one. */
  weekend(offset: number): Span {
    const { fromMs = 0, toMs = 0 } = this.unit("week", offset);
    const monday = localTime(this.#zone, fromMs);
    return {
      fromMs: instant(this.#zone, {
        ...dayOf(monday),
        day: monday.day + 5,
      }),
      toMs,
    };
  }

  /** A part of a day, from hour to hour; into the next day where it ends before it begins. */
  hours(day: Day, [from, to]: readonly [number, number]): Span {
    return {
      fromMs: instant(this.#zone, { ...day, hour: from }),
      toMs: instant(this.#zone, {
        ...day,
        day: day.day + (to <= from ? 1 : 0),
        hour: to,
      }),
    };
  }

  /** From one clock time of a day to another, into the next day where it ends before it begins. */
  between(day: Day, from: Clock, to: Clock): Span {
    const fromMs = this.#clock(day, from);
    const toMs = this.#clock(day, to);
    return {
      fromMs,
      toMs: toMs > fromMs
        ? toMs
        : this.#clock({ ...day, day: day.day + 1 }, to),
    };
  }

  /** The hour, or the minute, that a clock time of a day names. */
  at(day: Day, clock: Clock): Span {
    const fromMs = this.#clock(day, clock);
    return {
      fromMs,
      toMs: fromMs + LENGTH_MS[clock.exact ? "minute" : "hour"],
      isInstant: true,
    };
  }

  /** A quarter of an hour before and after a clock time of a day. */
  around(day: Day, clock: Clock): Span {
    const atMs = this.#clock(day, clock);
    return { fromMs: atMs - 900_000, toMs: atMs + 900_000 };
  }

  #clock(day: Day, { hour, minute }: Clock): number {
    return instant(this.#zone, { ...day, hour, minute });
  }

  /** Days, weeks, months and years back keep the time of day. */
  #back(count: number, unit: TimeUnit): number {
    if (unit === "month" || unit === "year") {
      const { year, month, day, hour, minute, second } = this.today;
      const back = unit === "month" ? count : 12 * count;
      const days = new Date(Date.UTC(year, month - back, 0)).getUTCDate();
      return instant(this.#zone, {
        year,
        month: month - back,
        day: Math.min(day, days),
        hour,
        minute,
        second,
        millisecond: ((this.#nowMs % 1000) + 1000) % 1000,
      });
    }
    return this.#nowMs - Math.round(count * LENGTH_MS[unit]);
  }
}

/** The filter that a span is; undefined where it cannot be written. */
export function spanFilter({ fromMs, toMs }: Span): InTime | undefined {
  const text = (ms: number) => {
    const year = new Date(ms).getUTCFullYear();
    return year >= 0 && year <= 9999 ? new Date(ms).toISOString() : undefined;
  };
  const from = fromMs === undefined ? undefined : text(fromMs);
  const to = toMs === undefined ? undefined : text(toMs);
  if (fromMs !== undefined && from === undefined) return undefined;
  if (toMs !== undefined && to === undefined) return undefined;
  if (from === undefined && to === undefined) return undefined;
  return {
    op: "time",
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
}

function dayOf({ year, month, day }: Day): Day {
  return { year, month, day };
}
