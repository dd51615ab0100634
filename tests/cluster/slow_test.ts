/** Slow lines between everybody: processes and members, members and members. */
import { optional } from "../_optional.ts";
import { noEtcd } from "../etcd_server.ts";
import { Bed } from "./_bed.ts";
import { checkEnd, goThrough, stepsOf } from "./_scenario.ts";

const STEP_MS = 40_000;
const DELAY_MS = 40;
const BYTES_PER_SECOND = 64_000;

optional({
  name:
    `Five pipeline processes agree with an etcd of three over lines of ${DELAY_MS} ms and ${BYTES_PER_SECOND} bytes a second`,
  available: noEtcd === undefined,
  reason: noEtcd ?? "",
  async fn(context) {
    await using bed = await Bed.start({
      kind: "loopback",
      slow: { delayMs: DELAY_MS, bytesPerSecond: BYTES_PER_SECOND },
    });
    const step = stepsOf(context, STEP_MS);
    await step(
      "changes run everywhere, later than on a fast line",
      () =>
        goThrough(bed, {
          name: "slow lines",
          fault: () => Promise.resolve(),
          lastsMs: 5000,
          boundMs: 5000,
        }),
    );
    await step("the leader is killed and comes back", async () => {
      const leader = await bed.members.leader();
      await goThrough(bed, {
        name: "slow lines, leader killed",
        fault: () => bed.members.kill(leader),
        heal: () => bed.members.up(leader),
        lastsMs: 5000,
        boundMs: 10_000,
        staleMs: 15_000,
      });
    });
    await step(
      "everybody ends by itself, with nothing lost",
      () => checkEnd(bed),
    );
  },
});
