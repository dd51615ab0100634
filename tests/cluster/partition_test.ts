/** Three members and five processes in network namespaces: members and processes that are cut off, silently. */
import assert from "node:assert/strict";
import { optional } from "../_optional.ts";
import { noEtcd } from "../etcd/_etcd.ts";
import { Bed, eventually, PIPELINES } from "./_bed.ts";
import { MEMBERS } from "./_members.ts";
import { type Net, noNamespaces } from "./_place.ts";
import { checkEnd, goThrough, tell, within } from "./_scenario.ts";

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

/** Cuts a process off from all members; the others see that it does not follow, and then that it is back. */
async function cutProcess(bed: Bed): Promise<void> {
  const [id] = PIPELINES;
  const it = async () => (await bed.fleet()).find((one) => one.id === id);
  await goThrough(bed, {
    name: "a process cut off",
    fault: () => bed.network.cut(id),
    meanwhile: async () => {
      const shownMs = await eventually(
        "fleet() shows that it lags",
        async () => Number((await it())?.lagRevisions) > 0,
        5000,
      );
      tell("fleet", { shownMs });
    },
    heal: () => bed.network.heal(id),
    cutOff: bed.pipelines.slice(0, 1),
    lastsMs: 6000,
    boundMs: 10_000,
  });
  const clearMs = await eventually("nobody lags", async () => {
    const newest = await bed.newest();
    const fleet = await bed.fleet();
    return fleet.length === PIPELINES.length &&
      fleet.every((one) =>
        one.lagRevisions === 0 && one.appliedRevision === newest
      );
  }, 10_000);
  tell("fleet", { clearMs });
}

optional({
  name:
    "Five pipeline processes keep on and agree while members, the leader and one of them are cut off",
  available: missing === undefined,
  reason: missing ?? "",
  async fn(context) {
    await using bed = await Bed.start({ kind: "namespaces" });
    const step = (name: string, action: () => Promise<void>) =>
      context.step(name, () => within(STEP_MS, action).catch(async e => {console.log(e); throw e}));
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
