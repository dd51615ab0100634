import { equal, ok, throws } from "node:assert/strict";
import { isHeld, timeUs } from "./_time.ts";
import { changeRecord } from "./ingest/testdata/entries.ts";
import { prepare } from "./prepare.ts";

Deno.test("timeUs reads times of RFC 3339 to the microsecond, with their offsets", () => {
  const expected: Record<string, number> = {
    "1970-01-01T00:00:00.000000Z": 0,
    "2026-03-18T15:30:01.234567Z": Date.UTC(2026, 2, 18, 15, 30, 1) * 1000 +
      234_567,
    "2026-03-18T15:30:01Z": Date.UTC(2026, 2, 18, 15, 30, 1) * 1000,
    "2026-03-18t15:30:01.5z": Date.UTC(2026, 2, 18, 15, 30, 1, 500) * 1000,
    "2026-03-18T15:30:01.1234567Z": Date.UTC(2026, 2, 18, 15, 30, 1) * 1000 +
      123_457,
    "2026-03-18T17:30:01+02:00": Date.UTC(2026, 2, 18, 15, 30, 1) * 1000,
    "2026-03-18T10:00:01-05:30": Date.UTC(2026, 2, 18, 15, 30, 1) * 1000,
    "2024-02-29T00:00:00Z": Date.UTC(2024, 1, 29) * 1000,
    "2016-12-31T23:59:60Z": Date.UTC(2017, 0, 1) * 1000,
    "1969-12-31T23:59:59.999999Z": -1,
  };
  for (const [text, us] of Object.entries(expected)) {
    equal(timeUs(text), us, text);
  }
});

Deno.test("timeUs takes nothing that is not RFC 3339, whatever a date parser makes of it", () => {
  const refused: unknown[] = [
    ...["", "2026", "2026-03-18", "March 18, 2026", "2026-03-18T15:30:01"],
    ...["2026-03-18 15:30:01Z", "2026-03-18T15:30Z", "2026-03-18T15:30:01 Z"],
    ...["2026-02-29T00:00:00Z", "2026-02-30T00:00:00.000000Z"],
    ...["2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z"],
    ...["2026-03-18T24:00:00Z", "2026-03-18T23:60:00.000000Z"],
    ...["2026-03-18T23:00:61Z", "2026-03-18T23:00:00+24:00"],
    ...["2026-03-18T23:00:00+0200", "+010000-01-01T00:00:00Z"],
    ...["1773847801", 1_773_847_801, null, undefined, {}],
  ];
  for (const text of refused) ok(Number.isNaN(timeUs(text)), `${text}`);
});

Deno.test("isHeld is true of times from 1970 to where microseconds are still told apart", () => {
  ok(isHeld(0) && isHeld(timeUs("2255-01-01T00:00:00Z")));
  for (const text of ["1969-12-31T23:59:59Z", "2256-01-01T00:00:00Z", "x"]) {
    ok(!isHeld(timeUs(text)), text);
  }
});

Deno.test("prepare refuses a time that no store holds as out of range, and what is no time as no entry", () => {
  const of = (time: string) =>
    prepare({ kind: "change", record: changeRecord({ time }) });
  equal(of("2254-12-31T00:00:00Z").timestampUs, Date.UTC(2254, 11, 31) * 1000);
  for (const time of ["9999-12-31T23:59:59Z", "1969-12-31T23:59:59Z"]) {
    throws(() => of(time), RangeError);
  }
  throws(() => of("+010000-01-01T00:00:00Z"), TypeError);
});
