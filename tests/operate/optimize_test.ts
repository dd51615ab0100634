import assert from "node:assert/strict";
import { FOREST_CHOICES } from "../../operate/forest_choices.ts";
import {
  type Conditions,
  optimize,
  SHARE_FLOOR,
  type Targets,
} from "../../operate/optimize.ts";
import { applyOptimize } from "../../operate/plan.ts";
import {
  begin,
  CONDITIONS,
  COSTS,
  inputs,
  stored,
  TARGETS,
  trafficOf,
} from "./_config.ts";
import { Random } from "./_random.ts";

const ana = { actor: "ana", dryRun: false };

const run = (
  conditions: Partial<Conditions> = {},
  targets: Partial<Targets> = {},
) =>
  optimize(
    COSTS,
    { ...TARGETS, ...targets },
    { ...CONDITIONS, ...conditions },
    undefined,
  );

/** Number of the choice of forests; 0 is all of them. */
function choiceOf(proposal: ReturnType<typeof optimize>): number {
  const made = proposal.decisions.find(({ what }) => what === "forests")!;
  return FOREST_CHOICES.findIndex(({ name }) => name === made.choice);
}

Deno.test("optimize leaves everything in place where it fits", () => {
  const proposal = run();
  assert.equal(proposal.fits, true);
  assert.deepEqual(proposal.warnings, []);
  assert.equal(proposal.values["log.benignShare"], 0.01);
  assert.equal(proposal.values["models.ddos.use"], true);
  assert.equal(proposal.values["models.ddos.depth"], 32);
  assert.equal(proposal.values["capture.maxFlows"], 262_144);
  // 200 + 0.1 * 3000 + 0.01 * 20000 + 0.008 * 40000 + 0.0001 * 1e6 ns, and 0.09 * 0.01 * 60000 for what is sampled.
  assert.equal(proposal.load.cpuPercent.toFixed(3), "1.174");
  assert.deepEqual(
    proposal.load.byTraffic.map(([name, percent]) => [
      name,
      percent.toFixed(3),
    ]),
    [["busy", "1.174"], ["quiet", "0.272"]],
  );
  assert.deepEqual(proposal.decisions.map(({ what }) => what), [
    "batch",
    "temperature",
    "windows",
    "sampling",
    "forests",
  ]);
});

Deno.test("optimize gives up sampling before forests, and forests in their order", () => {
  let least = 0;
  for (let rate = 5e5; rate < 1e6; rate += 2e3) {
    const proposal = run({ packetsPerSecond: rate });
    const choice = choiceOf(proposal);
    assert.ok(choice >= least, `${rate}`);
    least = choice;
    if (choice > 0 && proposal.fits) {
      const all = run({ packetsPerSecond: rate, benignShare: SHARE_FLOOR });
      assert.ok(choiceOf(all) >= 1, "forests went although sampling had room");
    }
  }
  assert.equal(least, FOREST_CHOICES.length - 1);
});

Deno.test("optimize says what is below the floor and what it misses", () => {
  const effect = {
    attacks: 100,
    otherHosts: 0,
    hostDays: 3,
    falseHighWindows: 0,
  };
  const { warnings, fits } = optimize(COSTS, TARGETS, {
    ...CONDITIONS,
    packetsPerSecond: 7.75e5,
  }, {
    "level 0": { ...effect, found: 50, falseAlertWindows: 9 },
    "no forests": { ...effect, found: 40, falseAlertWindows: 4 },
  });
  assert.equal(fits, true);
  assert.deepEqual(warnings, [
    "no forests (below the floor): of 100 labelled attacks 40 are found instead of 50, with 4 false alerts instead of 9 in 3 host-days",
  ]);
  const unmeasured = run({ packetsPerSecond: 7.75e5 });
  assert.match(unmeasured.warnings.join(), /was not measured/);
});

Deno.test("optimize goes by the costliest traffic that there may be, and tells what a flood leaves room for", () => {
  const { traffic } = CONDITIONS;
  const only = (name: string) => run({ traffic: { [name]: traffic[name]! } });
  assert.equal(run().load.cpuPercent, only("busy").load.cpuPercent);
  assert.ok(only("quiet").load.cpuPercent < only("busy").load.cpuPercent);
  assert.equal(run().load.floodCapacity, undefined);
  const { load } = run({ flood: traffic.busy!, packetsPerSecond: 0 });
  assert.equal(load.cpuPercent, 0);
  assert.equal(load.floodCapacity, load.capacity);
});

Deno.test("optimize counts what fewer forests judge", () => {
  const [whole, ...others] = FOREST_CHOICES.map(({ name }) => name);
  const few = { flows: 0.1, judged: 0, logged: 0, incidents: 0 };
  const traffic = {
    any: {
      ...Object.fromEntries(others.map((name) => [name, few])),
      [whole!]: { ...few, judged: 0.1, logged: 0.1 },
    },
  };
  const proposal = run({ traffic, packetsPerSecond: 5e5, benignShare: 0.001 });
  assert.equal(choiceOf(proposal), 1);
  assert.equal(proposal.fits, true);
});

Deno.test("optimize says so where nothing fits, and how much would", () => {
  const proposal = run({ packetsPerSecond: 1e7 }, { ramMib: 64 });
  assert.equal(proposal.fits, false);
  assert.match(proposal.warnings.join("\n"), /packets will be lost above/);
  assert.match(proposal.warnings.join("\n"), /even the least room takes/);
  const { capacity } = proposal.load;
  assert.equal(run({ packetsPerSecond: capacity }).fits, true);
  assert.equal(run({ packetsPerSecond: capacity * 1.01 }).fits, false);
});

Deno.test("optimize takes 5 % of the processor away for each degree too many, at most half", () => {
  const target = (temperature: number | undefined) =>
    run({ temperature }).cpuTarget;
  assert.equal(target(undefined), 80);
  assert.equal(target(65), 80);
  assert.equal(target(67), 72);
  assert.equal(target(120), 40);
  const [decision] = run({ temperature: 67 }).decisions.filter(({ what }) =>
    what === "temperature"
  );
  assert.match(decision!.why, /67 degrees, 2 too many/);
  const none = run({ noTemperature: "no sensors here" }).decisions;
  assert.ok(none.some(({ why }) => why === "no sensors here"));
});

Deno.test("optimize keeps to its targets wherever it says that it fits, and never lowers anything for more room", () => {
  const random = new Random(7);
  for (let i = 0; i < 2000; i++) {
    const conditions = {
      packetsPerSecond: 10 ** (2 + 5 * random.next()),
      traffic: {
        any: trafficOf({
          flows: random.next() / 2,
          judged: random.next() / 10,
          logged: random.next() / 10,
          incidents: random.next() / 1000,
        }),
      },
      benignShare: random.pick([0, 0.0005, 0.01, 0.08, 1]),
      temperature: random.pick([undefined, 50, 80]),
    };
    const targets = {
      cpuPercent: random.whole(1, 99),
      ramMib: random.whole(64, 1024),
    };
    const one = run(conditions, targets);
    if (one.fits) {
      assert.ok(one.load.cpuPercent <= one.cpuTarget);
      assert.ok(one.load.ramMib <= targets.ramMib);
    }
    assert.ok(Number(one.values["log.benignShare"]) <= conditions.benignShare);
    assert.ok(
      Number(one.values["log.benignShare"]) >=
        Math.min(SHARE_FLOOR, conditions.benignShare),
    );
    const more = run(conditions, {
      cpuPercent: targets.cpuPercent + 1,
      ramMib: targets.ramMib * 2,
    });
    assert.ok(choiceOf(more) <= choiceOf(one));
    assert.ok(
      Number(more.values["capture.maxFlows"]) >=
        Number(one.values["capture.maxFlows"]),
    );
  }
});

Deno.test("applyOptimize twice gives the same, and gives back what it took when there is room again", async () => {
  const { store, editor } = begin();
  await editor.set({ "log.benignShare": 0.05, "models.ddos.use": false }, ana);
  const before = (await editor.get("")).value;
  const pressed = inputs({ packetsPerSecond: 1e6 });
  const first = await applyOptimize(editor, pressed, ana);
  assert.ok(first.written.written);
  const under = await stored(store);
  const second = await applyOptimize(editor, pressed, ana);
  assert.deepEqual(await stored(store), under);
  assert.equal(second.written.written, false);
  assert.equal((await editor.get("models.traffic.use")).value, false);
  await applyOptimize(editor, inputs(), ana);
  // What the operator had turned off stays off.
  assert.deepEqual((await editor.get("")).value, before);
});

Deno.test("applyOptimize keeps parts of a room within the whole, and a larger room that was set", async () => {
  const { editor } = begin();
  await editor.set({
    "capture.maxFlows": 400_000,
    "capture.maxUnansweredFlows": 300_000,
  }, ana);
  await applyOptimize(editor, inputs(), ana);
  assert.equal((await editor.get("capture.maxFlows")).value, 400_000);
  await applyOptimize(
    editor,
    inputs({ targets: { ...TARGETS, ramMib: 200 } }),
    ana,
  );
  const { maxFlows, maxUnansweredFlows } = (await editor.get("capture"))
    .value as Record<string, number>;
  assert.ok(maxFlows! < 262_144);
  assert.equal(maxUnansweredFlows, maxFlows);
});
