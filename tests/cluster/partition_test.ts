/** Three members and five processes in network namespaces: members and processes that are cut off, silently. */
import assert from "node:assert/strict";
import type { FleetMember } from "@ml-defender/watcher";
import { optional } from "../_optional.ts";
import { noEtcd } from "../etcd_server.ts";
import { Bed, eventually, PIPELINES } from "./_bed.ts";
import { MEMBERS } from "./_members.ts";
import { type Net, noNamespaces } from "./_place.ts";
import { checkEnd, goThrough, stepsOf, tell } from "./_scenario.ts";

const STEP_MS = 40_000;
const missing = noEtcd ?? await noNamespaces();

/** Cuts the leader off, or another; from everybody, or from the other members only. */
async function cutMember(
  bed: Bed,
  which: "leader" | "follower",
  nets: readonly Net[],
): Promise<void> {
  const leader = await bed.members.leader();
  const follower = MEMBERS.find((name) => name !== leader)!;
  const victim = which === "leader" ? leader : follower;
  const others = MEMBERS.filter((name) => name !== victim);
  await goThrough(bed, {
    name: `${which} cut off from ${nets.length === 2 ? "all" : nets[0]}`,
    fault: () => bed.network.cut(victim, nets),
    meanwhile: async () => {
      await bed.members.leader(others);
    },
    heal: () => bed.network.heal(victim, nets),
    lastsMs: 8000,
    boundMs: 5000,
    staleMs: 15_000,
  });
}

/** Revisions that make a difference to the ones that are written within the second in which a process reports. */
const FAR_BEHIND = 40;

/** Cuts a process off from all members; the others see that it does not follow, and then that it is back. */
async function cutProcess(bed: Bed): Promise<void> {
  const [id] = PIPELINES;
  const others = (fleet: readonly FleetMember[]) =>
    fleet.filter((one) => one.id !== id);
  const shows =
    (holds: (fleet: readonly FleetMember[]) => boolean) => async () =>
      holds(await bed.fleet());
  let lagMs = 0;
  let goneMs = 0;
  await goThrough(bed, {
    name: "a process cut off",
    fault: () => bed.network.cut(id),
    meanwhile: async () => {
      const lags = shows((fleet) => {
        const it = fleet.find((one) => one.id === id);
        const lag = (one?: FleetMember) => Number(one?.lagRevisions);
        return others(fleet).length === 4 &&
          others(fleet).every((one) => lag(one) + FAR_BEHIND < lag(it));
      });
      lagMs = await eventually("fleet() shows its lag", lags, 8000);
      const gone = shows((fleet) =>
        fleet.length === 4 && others(fleet).length === 4
      );
      goneMs = await eventually("fleet() shows that it is gone", gone, 15_000);
    },
    heal: () => bed.network.heal(id),
    cutOff: bed.pipelines.slice(0, 1),
    lastsMs: 6000,
    boundMs: 10_000,
  });
  const newest = await bed.newest();
  const clear = shows((fleet) =>
    fleet.length === PIPELINES.length &&
    fleet.every((one) =>
      one.lagRevisions === 0 && one.appliedRevision === newest &&
      one.status === "in_force"
    )
  );
  const clearMs = await eventually("nobody lags", clear, 10_000);
  tell("fleet", { lagMs, goneMs: lagMs + goneMs, clearMs });
}

optional({
  name:
    "Five pipeline processes keep on and agree while members, the leader and one of them are cut off",
  available: missing === undefined,
  reason: missing ?? "",
  async fn(context) {
    await using bed = await Bed.start({ kind: "namespaces" });
    const step = stepsOf(context, STEP_MS);
    await step(
      "a member that does not lead is cut off from everybody",
      () => cutMember(bed, "follower", ["clients", "peers"]),
    );
    await step(
      "the leader is cut off from everybody",
      () => cutMember(bed, "leader", ["clients", "peers"]),
    );
    await step(
      "a member that does not lead is cut off from the other members",
      () => cutMember(bed, "follower", ["peers"]),
    );
    await step(
      "the leader is cut off from the other members",
      () => cutMember(bed, "leader", ["peers"]),
    );
    await step(
      "a process is cut off from all members, and fleet() shows it",
      () => cutProcess(bed),
    );
    await step(
      "everybody ends by itself, with nothing lost",
      () => checkEnd(bed),
    );
    assert.equal(bed.pipelines.length, PIPELINES.length);
  },
});
