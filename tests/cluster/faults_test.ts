/** Three members on loopback: killed one by one, led by another, all gone; what is wrong is refused by everybody. */
import assert from "node:assert/strict";
import { optional } from "../_optional.ts";
import { noEtcd, sleep } from "../etcd_server.ts";
import { Bed, eventually } from "./_bed.ts";
import { MEMBERS } from "./_members.ts";
import {
  checkEnd,
  checkRuns,
  everywhere,
  goThrough,
  stepsOf,
  tell,
} from "./_scenario.ts";

const STEP_MS = 40_000;
const HARD_MS = 1000;
const CHANGES = 100;

async function quiet(bed: Bed): Promise<void> {
  const begun = performance.timeOrigin + performance.now();
  for (let i = 0; i < CHANGES; i++) {
    const { revision } = await bed.operator.ask("write");
    await bed.running(Number(revision));
  }
  const times = everywhere(bed.operator, bed.pipelines, begun)
    .toSorted((a, b) => a - b);
  assert.equal(times.length, CHANGES);
  tell("nothing is wrong", {
    p50: times[CHANGES / 2],
    p99: times[CHANGES - 2],
    max: times.at(-1),
  });
  assert.ok(times.at(-1)! <= HARD_MS, `${times.at(-1)} ms`);
}

/** Kills the leader, or another. */
async function killOne(bed: Bed, which: "leader" | "follower"): Promise<void> {
  const leader = await bed.members.leader();
  const follower = MEMBERS.find((name) => name !== leader)!;
  const victim = which === "leader" ? leader : follower;
  await goThrough(bed, {
    name: `${which} killed`,
    fault: () => bed.members.kill(victim),
    heal: () => bed.members.up(victim),
    lastsMs: 5000,
    boundMs: 5000,
    staleMs: 10_000,
  });
}

async function moveLeader(bed: Bed): Promise<void> {
  const leader = await bed.members.leader();
  const next = MEMBERS.find((name) => name !== leader)!;
  await goThrough(bed, {
    name: "leader moved",
    fault: () => bed.members.moveLeader(next),
    lastsMs: 1000,
    boundMs: 5000,
  });
  assert.equal(await bed.members.leader(), next);
}

async function loseAll(bed: Bed): Promise<void> {
  const before = await bed.newest();
  await goThrough(bed, {
    name: "all members killed",
    fault: () => bed.members.kill(...MEMBERS),
    meanwhile: async () => {
      // What runs is kept in the background: a change of this very moment may be lost with the process.
      await sleep(500);
      const { lines } = bed.pipelines[0]!;
      const last = lines.findLast(({ at }) => at === "runs")!;
      await bed.restart(0);
      const first = bed.pipelines[0]!.lines.find(({ at }) => at === "runs")!;
      assert.deepEqual(
        [first.revision, first.digest],
        [last.revision, last.digest],
        "a process that starts meanwhile goes on with what it ran",
      );
    },
    heal: () => bed.members.up(...MEMBERS),
    lastsMs: 4000,
    cutOff: bed.pipelines,
    writable: false,
    boundMs: 10_000,
  });
  assert.ok(await bed.newest() > before);
}

/** Writes something wrong while no member leads, and then something right. */
async function refuse(bed: Bed): Promise<number> {
  const victim = await bed.members.leader();
  await bed.members.kill(victim);
  const before = await bed.newest();
  const { revision } = await bed.operator.ask("spoil");
  const bad = Number(revision);
  assert.equal(bad, before + 1);
  const told = await eventually(
    "everybody reports what it refused",
    async () => {
      const fleet = await bed.fleet();
      return fleet.length === 5 &&
        fleet.every(({ status, refusal }) =>
          status === "refused" && refusal?.revision === bad &&
          refusal.reason.startsWith("policy.thresholds.alert: ")
        );
    },
    10_000,
  );
  for (const { lines } of bed.pipelines) {
    const runs = lines.findLast(({ at }) => at === "runs");
    assert.equal(runs?.revision, before);
    assert.ok(
      lines.some((line) =>
        line.at === "refused" && Number(line.revision) === bad
      ),
    );
  }
  await bed.members.up(victim);
  await bed.operator.ask("write");
  const shown = await eventually("nothing is refused any more", async () => {
    const newest = await bed.newest();
    return (await bed.fleet()).every((it) =>
      it.refusal === undefined && it.status === "in_force" &&
      it.appliedRevision === newest && it.lagRevisions === 0
    );
  }, 10_000);
  tell("refused", { toldMs: told, rightAgainMs: shown });
  await checkRuns(bed, [bad]);
  return bad;
}

optional({
  name:
    "Five pipeline processes keep on and agree while members of an etcd of three are killed, led by another, and all gone",
  available: noEtcd === undefined,
  reason: noEtcd ?? "",
  async fn(context) {
    await using bed = await Bed.start({ kind: "loopback" });
    const step = stepsOf(context, STEP_MS);
    await step(
      `${CHANGES} changes run everywhere, each within ${HARD_MS} ms`,
      () => quiet(bed),
    );
    await step(
      "a member that does not lead is killed and comes back",
      () => killOne(bed, "follower"),
    );
    await step(
      "the leader is killed and comes back",
      () => killOne(bed, "leader"),
    );
    await step("another member becomes the leader", () => moveLeader(bed));
    await step(
      "all members are killed and come back with their data; a process that starts meanwhile goes on with what it ran",
      () => loseAll(bed),
    );
    let bad = 0;
    await step("what is wrong is refused by everybody, and told", async () => {
      bad = await refuse(bed);
    });
    await step(
      "everybody ends by itself, with nothing lost",
      () => checkEnd(bed, [bad]),
    );
  },
});
