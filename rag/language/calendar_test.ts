import assert from "node:assert/strict";
import { Calendar, type Span, spanFilter } from "./calendar.ts";

const text = (span: Span | undefined) => {
  const filter = spanFilter(span ?? {});
  return [filter?.from, filter?.to].map((t) => t?.slice(0, 16));
};
const at = (time: string, zone: string) => new Calendar(Date.parse(time), zone);

Deno.test("Calendar gives days of 23 and 25 hours where clocks change", () => {
  const spring = at("2026-03-30T10:00:00Z", "Europe/Madrid");
  assert.deepEqual(text(spring.dayFromToday(-1)), [
    "2026-03-28T23:00",
    "2026-03-29T22:00",
  ]);
  const autumn = at("2026-11-02T10:00:00Z", "America/New_York");
  assert.deepEqual(text(autumn.dayFromToday(-1)), [
    "2026-11-01T04:00",
    "2026-11-02T05:00",
  ]);
});

Deno.test("Calendar takes the day of the zone, not of UTC", () => {
  const tokyo = at("2026-03-18T15:30:00Z", "Asia/Tokyo");
  assert.deepEqual(text(tokyo.dayFromToday(0)), [
    "2026-03-18T15:00",
    "2026-03-19T15:00",
  ]);
});

Deno.test("Calendar counts weeks from Monday and months by the calendar", () => {
  const sunday = at("2026-03-22T12:00:00Z", "UTC");
  assert.deepEqual(text(sunday.unit("week", -1)), [
    "2026-03-09T00:00",
    "2026-03-16T00:00",
  ]);
  const january = at("2026-01-31T12:00:00Z", "UTC");
  assert.deepEqual(text(january.unit("month", -1)), [
    "2025-12-01T00:00",
    "2026-01-01T00:00",
  ]);
  assert.deepEqual(text(at("2026-03-31T12:00:00Z", "UTC").past(1, "month")), [
    "2026-02-28T12:00",
    "2026-03-31T12:00",
  ]);
});

Deno.test("Calendar finds the latest day that is not after today", () => {
  const now = at("2026-03-18T12:00:00Z", "UTC");
  assert.deepEqual(text(now.monthDay(3, 18)), [
    "2026-03-18T00:00",
    "2026-03-19T00:00",
  ]);
  assert.deepEqual(text(now.monthDay(3, 19)), [
    "2025-03-19T00:00",
    "2025-03-20T00:00",
  ]);
  assert.deepEqual(text(now.monthDay(2, 29)), [
    "2024-02-29T00:00",
    "2024-03-01T00:00",
  ]);
  assert.equal(now.monthDay(2, 30), undefined);
  assert.deepEqual(text(now.weekday(3, true)), [
    "2026-03-18T00:00",
    "2026-03-19T00:00",
  ]);
  assert.deepEqual(text(now.weekday(3, false)), [
    "2026-03-11T00:00",
    "2026-03-12T00:00",
  ]);
});

Deno.test("Calendar reads days first where it is told to", () => {
  const now = at("2026-06-18T12:00:00Z", "UTC");
  const date = { numbers: [5, 3], iso: false };
  assert.deepEqual(text(now.digits(date, true))[0], "2026-03-05T00:00");
  assert.deepEqual(text(now.digits(date, false))[0], "2026-05-03T00:00");
});

Deno.test("spanFilter gives nothing for what no log holds", () => {
  assert.equal(spanFilter({ fromMs: 8e15 }), undefined);
  assert.equal(spanFilter({}), undefined);
});
