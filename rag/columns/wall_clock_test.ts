import assert from "node:assert/strict";
import { random } from "../store/testdata/entries.ts";
import { dayOf, timeOfDay, WallClock, weekdayOf } from "./_wall_clock.ts";
import { wall } from "./testdata/walker.ts";

const ZONES = [
  "UTC",
  "Europe/Madrid",
  "Europe/Dublin",
  "America/New_York",
  "America/Sao_Paulo",
  "America/St_Johns",
  "Africa/Casablanca",
  "Asia/Kolkata",
  "Asia/Tehran",
  "Australia/Lord_Howe",
  "Pacific/Apia",
  "Pacific/Kiritimati",
];

function shown(clock: WallClock, us: number): ReturnType<typeof wall> {
  const wallMs = clock.wallMs(us / 1000);
  const minutes = Math.floor(timeOfDay(wallMs) / 60_000);
  const two = (n: number) => `${n}`.padStart(2, "0");
  return {
    time: `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`,
    weekday: weekdayOf(wallMs),
    date: new Date(dayOf(wallMs) * 86_400_000).toISOString().slice(0, 10)
      .split("-").join("-"),
  };
}

for (const zone of ZONES) {
  Deno.test(`WallClock shows in ${zone} what Intl shows, at random instants and around each change of the offset`, () => {
    const clock = new WallClock(zone);
    const next = random(zone.length);
    const instants = Array.from(
      { length: 300 },
      () => Math.floor(next() * 2.2e9) * 1e6 + Math.floor(next() * 1e6),
    );
    let at = Temporal.Instant.from("2010-01-01T00:00:00Z").toZonedDateTimeISO(
      zone,
    );
    for (let i = 0; i < 40; i++) {
      const change = at.getTimeZoneTransition("next");
      if (change === null) break;
      const us = change.epochMilliseconds * 1000;
      instants.push(us - 1, us, us + 1, us - 3_600e6, us + 3_600e6);
      at = change;
    }
    for (const us of instants) {
      assert.deepEqual(shown(clock, us), wall(us, zone), `${us}`);
    }
  });
}

Deno.test("WallClock refuses a zone that is none", () => {
  assert.throws(() => new WallClock("Atlantis/Capital"), RangeError);
});
