/** What the commands print of an analysis. */
import assert from "node:assert/strict";
import { isoTime } from "../examples/_report.ts";

// The last and the first moment that a Date can say, in microseconds.
const LAST_US = 8.64e18;

Deno.test("isoTime writes microseconds, before the epoch too", () => {
  assert.equal(isoTime(0), "1970-01-01T00:00:00.000000Z");
  assert.equal(isoTime(-1), "1969-12-31T23:59:59.999999Z");
  assert.equal(isoTime(1_700_000_000_123_456), "2023-11-14T22:13:20.123456Z");
  assert.equal(isoTime(1_700_000_000_000_007), "2023-11-14T22:13:20.000007Z");
});

Deno.test("isoTime writes the last and the first moment of a Date as such", () => {
  assert.equal(isoTime(LAST_US), "+275760-09-13T00:00:00.000000Z");
  assert.equal(isoTime(-LAST_US), "-271821-04-20T00:00:00.000000Z");
});

Deno.test("isoTime gives the number of a time that no Date can say", () => {
  // The nearest numbers beyond, and the ends of what a capture can state.
  for (const time of [LAST_US + 1024, 2 ** 63]) {
    assert.equal(isoTime(time), `${time} us`);
    assert.equal(isoTime(-time), `${-time} us`);
  }
});
