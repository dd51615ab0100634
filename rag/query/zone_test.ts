import assert from "node:assert/strict";
import { instant, isZone, localTime, offsetMs } from "./zone.ts";

const at = (text: string) => Date.parse(text);
const iso = (atMs: number) => new Date(atMs).toISOString();

Deno.test("instant and localTime agree through a year of each zone", () => {
  for (
    const zone of [
      "UTC",
      "Europe/Madrid",
      "America/New_York",
      "Asia/Kolkata",
      "Australia/Lord_Howe",
    ]
  ) {
    for (
      let ms = at("2026-01-01T00:30:00Z");
      ms < at("2027-01-01T00:00:00Z");
      ms += 5_400_000
    ) {
      const back = instant(zone, localTime(zone, ms));
      const repeated = offsetMs(zone, back) !== offsetMs(zone, ms);
      assert.ok(back === ms || repeated && back < ms, `${zone} ${iso(ms)}`);
    }
  }
});

Deno.test("instant gives the first of a repeated hour and goes on after a missing one", () => {
  const zone = "Europe/Madrid";
  const wall = { year: 2026, month: 10, day: 25, hour: 2, minute: 30 };
  assert.equal(iso(instant(zone, wall)), "2026-10-25T00:30:00.000Z");
  const missing = { year: 2026, month: 3, day: 29, hour: 2, minute: 30 };
  assert.equal(iso(instant(zone, missing)), "2026-03-29T01:30:00.000Z");
});

Deno.test("instant carries what exceeds a month", () => {
  assert.equal(
    iso(instant("UTC", { year: 2026, month: 3, day: 0 })),
    "2026-02-28T00:00:00.000Z",
  );
});

Deno.test("localTime counts weekdays from Monday", () => {
  assert.equal(localTime("UTC", at("2026-03-16T12:00:00Z")).weekday, 1);
  assert.equal(localTime("UTC", at("2026-03-15T12:00:00Z")).weekday, 7);
});

Deno.test("isZone knows zones", () => {
  assert.ok(isZone("Europe/Madrid"));
  assert.ok(!isZone("Mars/Olympus"));
});
