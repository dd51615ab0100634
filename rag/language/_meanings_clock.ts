import type { Filter } from "../query/ast.ts";
import {
  clockOf,
  daysBetween,
  daysFilter,
  halved,
  isHalved,
  minuteText,
  textOf,
  timeOfDay,
} from "./_clocks.ts";
import { type Found, found, type Meaning } from "./_context.ts";
import { DAY_PARTS } from "./calendar.ts";
import type { Clock } from "./tokens.ts";

const BUSINESS: Filter = {
  op: "and",
  of: [
    { op: "time_of_day", from: "09:00", to: "18:00" },
    { op: "day_of_week", days: [1, 2, 3, 4, 5] },
  ],
};

interface Timed {
  readonly value: number;
  readonly unit: string;
}

/** Meanings of clock times, times of day and weekdays, by the names in the rules. */
export const CLOCK_MEANINGS: Readonly<Record<string, Meaning>> = {
  midnight: () => ({ hour: 0, minute: 0, exact: false }),
  noon: () => ({ hour: 12, minute: 0, exact: false }),
  numberClock: (p) => clockOf(p.get("NUMBER") ?? p.get("WORDNUM")),
  timedClock: (p) => {
    const { value, unit } = p.get<Timed>("TIMED")!;
    return unit === "h" || unit === "hs" ? clockOf(value) : undefined;
  },
  halfClock: (p) => {
    const clock = p.get<Clock>("CLOCK") ??
      clockOf(p.get("NUMBER") ?? p.get("WORDNUM"));
    return clock && halved(clock, p.get<string>("HALF") ?? "a");
  },
  clockRange: (p) => {
    const [from, to] = p.values.filter((v): v is Clock =>
      typeof v === "object" && v !== null && "hour" in v
    );
    if (from === undefined || to === undefined) return undefined;
    const loose = p.get<Clock>("LooseClock") === from || isHalved(to);
    const later = loose && !isHalved(from) && from.hour < 12 &&
      to.hour > 12 && from.hour + 12 < to.hour;
    return [later ? { ...from, hour: from.hour + 12 } : from, to];
  },
  hoursFilter: (p) => {
    const [from, to] = p.get<[Clock, Clock]>("Hours")!;
    return timeOfDay(textOf(from), textOf(to));
  },
  atFilter: (p) => {
    const clock = p.get<Clock>("LooseAt") ??
      p.get<Clock>("PlainClock")!;
    const minutes = clock.hour * 60 + clock.minute;
    return clock.hour === 24
      ? undefined
      : timeOfDay(textOf(clock), minuteText(minutes + (clock.exact ? 1 : 60)));
  },
  aroundFilter: (p) => {
    const { hour, minute } = p.get<Clock>("Clock")!;
    const minutes = hour * 60 + minute + 1440;
    return timeOfDay(
      minuteText((minutes - 15) % 1440),
      minuteText((minutes + 15) % 1440),
    );
  },
  afterClock: (p) => {
    const from = textOf(p.get<Clock>("Clock")!);
    return timeOfDay(from, from === "00:00" ? "06:00" : "24:00");
  },
  beforeClock: (p) => timeOfDay("00:00", textOf(p.get<Clock>("Clock")!)),
  partFilter: (p) => {
    const [from, to] = DAY_PARTS[p.get<string>("PARTOFDAY") ?? ""] ?? [0, 0];
    return timeOfDay(minuteText(from * 60), minuteText(to * 60));
  },
  nightFilter: () => timeOfDay("22:00", "06:00"),
  business: () => found("business", BUSINESS),
  offHours: () => found("business", { op: "not", of: BUSINESS }),

  weekdays: (p) => daysFilter(p.all("WEEKDAYS")),
  everyWeekday: (p) => daysFilter([...p.all("WEEKDAY"), ...p.all("WEEKDAYS")]),
  moreWeekdays: (p) => {
    const more = p.get<{ filter: Filter }>("Weekdays")?.filter;
    return daysFilter([
      ...p.all("WEEKDAY"),
      ...p.all("WEEKDAYS"),
      ...(more?.op === "day_of_week" ? more.days : []),
    ]);
  },
  weekdayParts: (p, { tokens }) => {
    const hours = DAY_PARTS[p.get<string>("PARTOFDAY") ?? ""];
    return hours !== undefined && tokens[p.span[1] - 1]?.norm.endsWith("s")
      ? found("often", {
        op: "and",
        of: [
          { op: "day_of_week", days: [Number(p.get("WEEKDAY"))] },
          {
            op: "time_of_day",
            from: minuteText(hours[0] * 60),
            to: minuteText(hours[1] * 60),
          },
        ],
      })
      : undefined;
  },
  tiedWeekdays: (p, { tokens }) => {
    const [from = 1, to = 7] = p.all("WEEKDAY").map(Number);
    return tokens[p.span[1] - 1]?.tied === true
      ? daysFilter(daysBetween(from, to))
      : undefined;
  },
  weekdaysHours: (p) => {
    const days = p.get<Found>("Weekdays")!;
    const [from, to] = p.get<[Clock, Clock]>("Hours")!;
    const hours = timeOfDay(textOf(from), textOf(to)) as Found | undefined;
    return hours &&
      found("often", { op: "and", of: [days.filter, hours.filter] });
  },
  workdays: () => daysFilter([1, 2, 3, 4, 5]),
  weekends: () => daysFilter([6, 7]),
  weekdayRange: (p) => {
    const [from = 1, to = 7] = p.all("WEEKDAY").map(Number);
    return daysFilter(daysBetween(from, to));
  },
};
