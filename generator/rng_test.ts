import assert from "node:assert/strict";
import { Rng } from "./rng.ts";

function draws(rng: Rng, count: number): number[] {
  return Array.from({ length: count }, () => rng.u32());
}

Deno.test("Rng gives the same numbers for the same seed and others for another", () => {
  assert.deepEqual(draws(new Rng(5), 100), draws(new Rng(5), 100));
  assert.notDeepEqual(draws(new Rng(5), 4), draws(new Rng(6), 4));
});

Deno.test("Rng.split leaves its parent as it was and differs by label", () => {
  const parent = new Rng(1);
  const before = draws(new Rng(1), 3);
  const a = draws(parent.split("a"), 3);
  assert.deepEqual(draws(parent, 3), before);
  assert.notDeepEqual(a, draws(new Rng(1).split("b"), 3));
  assert.deepEqual(a, draws(new Rng(1).split("a"), 3));
});

Deno.test("Rng's distributions have the means and bounds that they state", () => {
  const rng = new Rng("means");
  const mean = (draw: () => number) => {
    let sum = 0;
    for (let i = 0; i < 20_000; i++) sum += draw();
    return sum / 20_000;
  };
  assert.ok(Math.abs(mean(() => rng.exponential(7)) - 7) < 0.3);
  assert.ok(Math.abs(mean(() => rng.normal())) < 0.03);
  assert.ok(
    Math.abs(mean(() => Math.log(rng.lognormal(100, 0.5))) - Math.log(100)) <
      0.02,
  );
  assert.ok(Math.abs(mean(() => rng.chance(0.2) ? 1 : 0) - 0.2) < 0.02);
  const counts = [0, 0, 0, 0];
  for (let i = 0; i < 20_000; i++) {
    const rank = rng.zipf(4);
    counts[rank] = (counts[rank] as number) + 1;
  }
  assert.ok((counts[0] as number) > 1.6 * (counts[1] as number));
  for (let i = 0; i < 5000; i++) {
    const whole = rng.int(-2, 3);
    assert.ok(whole >= -2 && whole <= 3);
    const pareto = rng.pareto(10, 1, 500);
    assert.ok(pareto >= 10 && pareto <= 500);
  }
});

Deno.test("Rng.shuffle keeps every item and Rng.bytes fills odd lengths", () => {
  const rng = new Rng(9);
  const items = Array.from({ length: 50 }, (_, i) => i);
  const mixed = rng.shuffle(items);
  assert.notDeepEqual(mixed, items);
  assert.deepEqual(mixed.toSorted((a, b) => a - b), items);
  assert.equal(new Set(rng.bytes(4099).subarray(4096)).size > 1, true);
});
