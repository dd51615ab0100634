import assert from "node:assert/strict";
import type { Json } from "@ml-defender/etcd-client";
import { LADDER, MAX_LEVEL } from "../../operate/ladder.ts";
import { applyMove, applyOptimize } from "../../operate/plan.ts";
import { policyAtLevel } from "../../operate/policy_at_level.ts";
import { begin, inputs, stored, TARGETS } from "./_config.ts";
import { Random } from "./_random.ts";

const ana = { actor: "ana", dryRun: false };

Deno.test("applyMove: a step up and a step down give the same stored configuration", async () => {
  const { store, editor } = begin();
  await editor.set({ "policy.thresholds.alert": 0.8 }, ana);
  const before = await stored(store);
  for (const steps of [1, -1, 3, -2, 6]) {
    const { move } = await applyMove(editor, steps, ana);
    assert.ok(move.moved.length > 0, `${steps}`);
    await applyMove(editor, -move.to, ana);
    assert.deepEqual(await stored(store), before, `${steps}`);
  }
});

Deno.test("applyMove moves thresholds down for more, up for less, and ends at the ends", async () => {
  const { editor } = begin();
  const at = async (path: string) => (await editor.get(path)).value;
  await applyMove(editor, 1, ana);
  assert.equal(await at("policy.thresholds.malicious"), 0.65);
  assert.equal(await at("policy.thresholds.models.level1"), 0.6);
  assert.equal(await at("log.benignShare"), 0.02);
  await applyMove(editor, -2, ana);
  assert.equal(await at("policy.thresholds.malicious"), 0.7);
  assert.equal(await at("policy.thresholds.models.level1"), 0.8);
  const { move } = await applyMove(editor, -6, ana);
  assert.equal(move.to, -MAX_LEVEL);
  const end = await applyMove(editor, -1, ana);
  assert.deepEqual(end.move.values, {});
  assert.equal(end.written.written, false);
  assert.match(end.move.notes[0]!, /the ladder ends here/);
});

Deno.test("applyMove in a dry run writes nothing", async () => {
  const { store, editor } = begin();
  const { written } = await applyMove(editor, 2, { ...ana, dryRun: true });
  assert.ok(written.changes.length > 5);
  assert.deepEqual(await stored(store), {});
});

Deno.test("applyMove takes what was set by hand as its new beginning, and says so", async () => {
  const { editor } = begin();
  await applyMove(editor, 1, ana);
  await editor.set({ "policy.thresholds.malicious": 0.62 }, ana);
  const { move } = await applyMove(editor, 1, ana);
  assert.match(move.notes.join(), /set by hand.*malicious/);
  const at = async () =>
    (await editor.get("policy.thresholds.malicious")).value;
  assert.equal(await at(), 0.57);
  await applyMove(editor, -1, ana);
  assert.equal(await at(), 0.62);
  await applyMove(editor, -1, ana);
  assert.equal(await at(), 0.67);
  await applyMove(editor, 1, ana);
  assert.equal(await at(), 0.62);
});

Deno.test("applyMove moves a category's own score with all others", async () => {
  const { store, editor } = begin();
  await editor.set({ "policy.thresholds.categories.scan": 0.8 }, ana);
  const before = await stored(store);
  await applyMove(editor, 2, ana);
  const path = "policy.thresholds.categories.scan";
  assert.equal((await editor.get(path)).value, 0.7);
  await applyMove(editor, -2, ana);
  assert.deepEqual(await stored(store), before);
});

Deno.test("applyMove loses against someone who writes in between, and changes nothing then", async () => {
  const { editor } = begin();
  const both = await Promise.allSettled([
    applyMove(editor, 1, ana),
    applyMove(editor, 1, ana),
  ]);
  const level = (await editor.get("operate.level")).value;
  const won = both.filter(({ status }) => status === "fulfilled").length;
  assert.equal(level, won);
  for (const one of both) {
    if (one.status === "rejected") assert.equal(one.reason.code, "conflict");
  }
});

Deno.test("policyAtLevel goes down with each level, and level 0 is the policy itself", () => {
  const scores = [-3, -2, -1, 0, 1, 2, 3].map((level) => {
    const { malicious, models } = policyAtLevel(level).thresholds;
    return Math.max(malicious, models.level1);
  });
  for (let i = 1; i < scores.length; i++) {
    assert.ok(scores[i]! <= scores[i - 1]!, scores.join());
  }
  assert.deepEqual(policyAtLevel(0), policyAtLevel(0));
  assert.equal(scores[3], 0.7);
});

/** What an operator may set by hand where the ladder moves; valid for itself. */
function byHand(random: Random): Record<string, Json> {
  const share = () => Math.round(random.next() * 1000) / 1000;
  const scores = [share(), share(), share()].sort((a, b) => a - b);
  return random.pick<Record<string, Json>>([
    { "policy.thresholds.malicious": Math.min(0.85, share()) },
    {
      "policy.thresholds.suspicious": scores[0]!,
      "policy.thresholds.alert": scores[1]!,
      "policy.thresholds.high": scores[2]!,
    },
    {
      [`policy.thresholds.models.${random.pick(["level1", "ddos"])}`]: share(),
    },
    {
      [`policy.thresholds.categories.${random.pick(["scan", "c2"])}`]: share(),
    },
    { "log.benignShare": share() },
    { "log.ragScore": 1 },
    { "models.ddos.use": random.next() < 0.5 },
  ]);
}

/** Effective values but for what the commands remember. */
async function settings(editor: ReturnType<typeof begin>["editor"]) {
  const { operate: _, ...rest } = (await editor.get("")).value as Record<
    string,
    Json
  >;
  return rest;
}

Deno.test("any sequence of accelerate, decelerate, optimize and settings by hand keeps a valid configuration in its bounds, and every way back ends where it began", async () => {
  let backs = 0;
  for (let seed = 1; seed <= 60; seed++) {
    const random = new Random(seed);
    const { editor } = begin();
    const hands: number[] = [];
    for (let step = 0; step < 25; step++) {
      const what = random.whole(0, 5);
      // Each write is checked against every section and rule between settings: it throws where one does not hold.
      if (what === 0) {
        // Half of the sequences have no values of an operator's own, so that the bounds alone hold.
        if (seed % 2 === 0) continue;
        const values = byHand(random);
        hands.push(
          ...Object.values(values).filter((one) => typeof one === "number"),
        );
        await editor.set(values, ana).catch(({ code }) =>
          assert.equal(code, "invalid")
        );
      } else if (what === 1) {
        await applyOptimize(
          editor,
          inputs({
            packetsPerSecond: 10 ** random.whole(2, 7),
            temperature: random.pick([undefined, 40, 70, 90]),
            targets: {
              ...TARGETS,
              cpuPercent: random.whole(1, 100),
              ramMib: random.whole(64, 2048),
            },
          }),
          ana,
        );
      } else {
        const before = await settings(editor);
        const steps = random.pick([-2, -1, 1, 2]);
        const { move } = await applyMove(editor, steps, ana);
        for (const { path, after } of move.moved) {
          const rung = LADDER.find((one) => one.path === path) ?? LADDER[0]!;
          // Nothing leaves the bounds but what someone had put beyond them.
          const least = Math.min(rung.low, ...hands);
          const most = Math.max(rung.high, ...hands);
          const value = Number(after);
          assert.ok(value >= least && value <= most, `${path} ${value}`);
        }
        const moved = move.to - move.from;
        if (moved !== 0) {
          await applyMove(editor, -moved, ana);
          assert.deepEqual(await settings(editor), before, `seed ${seed}`);
          backs++;
          await applyMove(editor, moved, ana);
        }
      }
      const level = Number((await editor.get("operate.level")).value);
      assert.ok(Math.abs(level) <= MAX_LEVEL);
    }
  }
  assert.ok(backs > 300, `${backs}`);
});
