import { found } from "./_context.ts";
import type { Clock } from "./tokens.ts";

/** A clock time of which the half of the day was said. */
export interface HalvedClock extends Clock {
  /** `a` or `p`. */
  readonly half: string;
}

/** The clock time of an hour; undefined where there is none. */
export function clockOf(hours: unknown): Clock | undefined {
  const hour = Number(hours);
  return Number.isInteger(hour) && hour >= 0 && hour <= 24
    ? { hour, minute: 0, exact: false }
    : undefined;
}

/** A clock time in the half of the day that was said. */
export function halved(
  { hour, minute, exact }: Clock,
  half: string,
): HalvedClock {
  const moved = half === "p" && hour < 12
    ? hour + 12
    : half === "a" && hour === 12
    ? 0
    : hour;
  return { hour: moved, minute, exact, half };
}

/** Whether the half of the day was said. */
export function isHalved(clock: Clock): boolean {
  return "half" in clock;
}

/** `HH:MM` of minutes since midnight. */
export function minuteText(minutes: number): string {
  const two = (n: number) => String(n).padStart(2, "0");
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** `HH:MM` of a clock time. */
export function textOf({ hour, minute }: Clock): string {
  return minuteText(hour * 60 + minute);
}

/** A repeating time of day; undefined for an empty one. */
export function timeOfDay(from: string, to: string): unknown {
  const end = to === "00:00" && from !== "00:00" ? "24:00" : to;
  const start = from === "24:00" ? "00:00" : from;
  return start === end
    ? undefined
    : found("time_of_day", { op: "time_of_day", from: start, to: end });
}

/** Repeating days of the week. */
export function daysFilter(days: readonly unknown[]): unknown {
  const all = [...new Set(days.map(Number))].sort((a, b) => a - b);
  return found("day_of_week", { op: "day_of_week", days: all });
}

/** Days of the week from one to another, both included. */
export function daysBetween(from: number, to: number): number[] {
  const days = [from];
  for (let day = from; day !== to; days.push(day)) day = day % 7 + 1;
  return days;
}
