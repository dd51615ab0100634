import type { Literal } from "./_check_literals.ts";
import { offsetMs } from "./zone.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Offsets change on quarters of an hour. */
const QUARTER_MS = 900_000;
/** Beyond so many days each time of each weekday has come but for what summer time leaves out. */
const MAX_DAYS = 9;

/** Whether no instant is in all of the spans, times of day and weekdays. */
export function timesClash(list: readonly Literal[], zone: string): boolean {
  const spans = openSpans(list);
  if (spans.length === 0) return true;
  const minutes = list.filter((l) => l.atom.op === "time_of_day");
  const days = list.filter((l) => l.atom.op === "day_of_week");
  if (minutes.length === 0 && days.length === 0) return false;
  const allowed = (weekday: number, minute: number) =>
    days.every((l) => onDay(l, weekday) !== l.negated) &&
    minutes.every((l) => atMinute(l, minute) !== l.negated);
  if (!anyMinute(allowed)) return true;
  const lengthMs = spans.reduce((sum, [from, to]) => sum + to - from, 0);
  if (lengthMs > MAX_DAYS * DAY_MS) return false;
  return !spans.some((span) => anyIn(span, zone, allowed));
}

type Span = readonly [from: number, to: number];

/** The instants that are in every wanted span and in no refused one. */
function openSpans(list: readonly Literal[]): Span[] {
  let spans: Span[] = [[-Infinity, Infinity]];
  for (const { atom, negated } of list) {
    if (atom.op !== "time") continue;
    const from = atom.from === undefined ? -Infinity : Date.parse(atom.from);
    const to = atom.to === undefined ? Infinity : Date.parse(atom.to);
    const kept: Span[] = negated
      ? from < to
        ? [[-Infinity, from], [to, Infinity]]
        : [[-Infinity, Infinity]]
      : [[from, to]];
    spans = spans.flatMap(([a, b]) =>
      kept.map(([c, d]): Span => [Math.max(a, c), Math.min(b, d)])
    ).filter(([a, b]) => a < b);
  }
  return spans;
}

function onDay({ atom }: Literal, weekday: number): boolean {
  return atom.op === "day_of_week" && atom.days.includes(weekday);
}

function atMinute({ atom }: Literal, minute: number): boolean {
  if (atom.op !== "time_of_day") return false;
  const from = minuteOf(atom.from);
  const to = minuteOf(atom.to);
  return to < from
    ? minute >= from || minute < to
    : minute >= from && minute < to;
}

function minuteOf(clock: string): number {
  return Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
}

function anyMinute(
  allowed: (weekday: number, minute: number) => boolean,
): boolean {
  for (let weekday = 1; weekday <= 7; weekday++) {
    for (let minute = 0; minute < 1440; minute++) {
      if (allowed(weekday, minute)) return true;
    }
  }
  return false;
}

function anyIn(
  [from, to]: Span,
  zone: string,
  allowed: (weekday: number, minute: number) => boolean,
): boolean {
  let quarter = NaN;
  let offset = 0;
  for (let at = from; at < to; at = nextMinute(at)) {
    const atQuarter = Math.floor(at / QUARTER_MS);
    if (atQuarter !== quarter) {
      quarter = atQuarter;
      offset = offsetMs(zone, at);
    }
    const wall = at + offset;
    const day = Math.floor(wall / DAY_MS);
    const weekday = ((day + 3) % 7 + 7) % 7 + 1;
    const minute = Math.floor((wall - day * DAY_MS) / MINUTE_MS);
    if (allowed(weekday, minute)) return true;
  }
  return false;
}

function nextMinute(atMs: number): number {
  return (Math.floor(atMs / MINUTE_MS) + 1) * MINUTE_MS;
}
