import assert from "node:assert/strict";
import { falseAlerts } from "./benign.ts";

Deno.test("falseAlerts divides alerted windows by host-days of 288 windows", () => {
  const result = falseAlerts([
    { source: "a", activeWindows: 144, alerted: 3, alertedHigh: 1 },
    { source: "a", activeWindows: 144, alerted: 1, alertedHigh: 0 },
    { source: "b", activeWindows: 144, alerted: 0, alertedHigh: 0 },
  ]);
  const { captures, sources, hostDays, capturesAlerted } = result;
  assert.deepEqual([captures, sources, hostDays, capturesAlerted], [
    ...[3, 2, 1.5, 2],
  ]);
  assert.equal(result.alerts.count, 4);
  assert.equal(result.alerts.rate, 4 / 1.5);
  assert.equal(result.highAlerts.rate, 1 / 1.5);
});

Deno.test("falseAlerts draws whole sources: two give the ends that drawing one of them twice gives", () => {
  // Draws of two: aa (1/4) 8 in 2 days, ab (1/2) 4 in 1.5, bb (1/4) none; so both ends are aa and bb.
  const { alerts } = falseAlerts([
    { source: "a", activeWindows: 288, alerted: 4, alertedHigh: 0 },
    { source: "b", activeWindows: 144, alerted: 0, alertedHigh: 0 },
  ]);
  assert.deepEqual([alerts.low, alerts.high], [0, 4]);
});

Deno.test("falseAlerts of one source has no width, of none no rate, and the same seed gives the same", () => {
  const one = [{
    source: "a",
    activeWindows: 288,
    alerted: 2,
    alertedHigh: 1,
  }];
  const { alerts, highAlerts } = falseAlerts(one);
  assert.deepEqual(alerts, { rate: 2, low: 2, high: 2, count: 2 });
  assert.deepEqual(highAlerts, { rate: 1, low: 1, high: 1, count: 1 });
  assert.deepEqual(falseAlerts([]).alerts, {
    ...{ rate: 0, low: 0, high: 0, count: 0 },
  });
  const many = Array.from({ length: 9 }, (_, i) => ({
    source: `s${i}`,
    activeWindows: 100 + i,
    alerted: i % 4,
    alertedHigh: 0,
  }));
  assert.deepEqual(falseAlerts(many, 7), falseAlerts(many, 7));
  const { low, rate, high } = falseAlerts(many, 7).alerts;
  assert.ok(low < rate && rate < high, `${low} ${rate} ${high}`);
});
