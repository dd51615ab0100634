/**
 * Wall clocks of time zones, with their changes to and from summer time.
 *
 * @module
 */

/** What clock and calendar of a zone show at an instant. */
export interface LocalTime {
  /** Year of the common era. */
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
  /** 0 to 23. */
  readonly hour: number;
  /** 0 to 59. */
  readonly minute: number;
  /** 0 to 59. */
  readonly second: number;
  /** 1 for Monday to 7 for Sunday. */
  readonly weekday: number;
}

/** A date, and a time of that day; what exceeds its range is carried over: day 0 is the last of the month before. */
export interface WallTime {
  /** Year of the common era. */
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
  /** 0 to 24. @default {0} */
  readonly hour?: number;
  /** 0 to 59. @default {0} */
  readonly minute?: number;
  /** 0 to 59. @default {0} */
  readonly second?: number;
  /** 0 to 999. @default {0} */
  readonly millisecond?: number;
}

const HALF_DAY_MS = 43_200_000;
const MAX_FORMATS = 16;
const formats = new Map<string, Intl.DateTimeFormat>();

/** Whether a text names a time zone that this system knows. */
export function isZone(zone: string): boolean {
  try {
    formatOf(zone);
    return true;
  } catch {
    return false;
  }
}

/**
 * What has to be added to UTC for the wall clock of a zone.
 *
 * @param zone IANA name.
 * @param atMs When.
 * @returns Milliseconds, positive east of Greenwich.
 * @throws {RangeError} For an unknown zone.
 */
export function offsetMs(zone: string, atMs: number): number {
  if (zone === "UTC") return 0;
  const wholeMs = Math.floor(atMs / 1000) * 1000;
  const part: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(wholeMs)) {
    part[type] = Number(value);
  }
  const wall = Date.UTC(
    part.year ?? 0,
    (part.month ?? 1) - 1,
    part.day,
    part.hour,
    part.minute,
    part.second,
  );
  return wall - wholeMs;
}

/**
 * Clock and calendar of a zone at an instant.
 *
 * @param zone IANA name.
 * @param atMs When.
 * @returns What they show.
 * @throws {RangeError} For an unknown zone.
 */
export function localTime(zone: string, atMs: number): LocalTime {
  const wall = new Date(atMs + offsetMs(zone, atMs));
  return {
    year: wall.getUTCFullYear(),
    month: wall.getUTCMonth() + 1,
    day: wall.getUTCDate(),
    hour: wall.getUTCHours(),
    minute: wall.getUTCMinutes(),
    second: wall.getUTCSeconds(),
    weekday: (wall.getUTCDay() + 6) % 7 + 1,
  };
}

/**
 * The instant at which the clock of a zone shows a time: the first of two where it is put back, as long after the gap as
 * the time is into it where it is put forward.
 *
 * @param zone IANA name.
 * @param wall The time that is shown.
 * @returns Milliseconds since the Unix epoch.
 * @throws {RangeError} For an unknown zone.
 */
export function instant(zone: string, wall: WallTime): number {
  const { year, month, day, hour = 0, minute = 0, second = 0 } = wall;
  const asUtc = Date.UTC(
    year,
    month - 1,
    day,
    hour,
    minute,
    second,
    wall.millisecond ?? 0,
  );
  const before = offsetMs(zone, asUtc - HALF_DAY_MS);
  const after = offsetMs(zone, asUtc + HALF_DAY_MS);
  if (before === after) return asUtc - before;
  if (offsetMs(zone, asUtc - before) === before) return asUtc - before;
  return offsetMs(zone, asUtc - after) === after
    ? asUtc - after
    : asUtc - before;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  if (formats.size >= MAX_FORMATS) formats.clear();
  formats.set(zone, made);
  return made;
}
