import assert from "node:assert/strict";
import { MemoryStore } from "@ml-defender/etcd-client";
import {
  ConfigWatcher,
  type Prepared,
  type Subscriber,
} from "@ml-defender/watcher";
import { force, model, scoring } from "../../watcher/testdata/sections.ts";
import { oneOf, random } from "./_random.ts";

const CHANGES = 2000;

/** Comes when nobody waits any more. */
async function late(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) await new Promise((done) => setTimeout(done, 10));
  await new Promise((done) => setTimeout(done, 2));
}

type Fault = "none" | "prepare" | "slow" | "commit" | "abort";

/** A subscriber that fails in a phase when it is told to. */
class Faulty implements Subscriber {
  readonly sections = [scoring];
  running = 0;
  fault: Fault = "none";
  /** Prepared and neither committed nor aborted. */
  open = 0;

  constructor(readonly name: string) {}

  async prepare(
    ...[next, , { revision, signal }]: Parameters<Subscriber["prepare"]>
  ): Promise<Prepared> {
    const { fault } = this;
    const alert = next.get(scoring).alert;
    if (fault === "slow") await late(signal);
    else if (revision % 3 === 0) await Promise.resolve();
    if (fault === "prepare") throw new Error("refuses");
    this.open++;
    return {
      commit: () => {
        this.open--;
        if (fault === "commit") {
          this.fault = "none";
          throw new Error("fails");
        }
        this.running = alert;
      },
      abort: () => {
        this.open--;
        if (fault === "abort") throw new Error("fails");
      },
    };
  }
}

Deno.test(`ConfigWatcher leaves all subscribers on one configuration whatever fails, over ${CHANGES} changes`, async () => {
  const next = random(7);
  await using store = new MemoryStore({ historyLimit: 100 });
  const subscribers = ["a", "b", "c", "d"].map((name) => new Faulty(name));
  await using watcher = await ConfigWatcher.start({
    store,
    model: model(),
    subscribers,
    prepareTimeoutMs: 300,
    retryMs: 600_000,
  });
  const outcomes = { applied: 0, refused: 0, rolledBack: 0 };
  for (let i = 1; i <= CHANGES; i++) {
    const before = watcher.tree.get(scoring).alert;
    const alert = 0.8 + 0.2 * (i / CHANGES);
    let faults: Fault[] = [];
    for (const subscriber of subscribers) {
      subscriber.fault = next() < 0.75 ? "none" : oneOf<Fault>(next, [
        "prepare",
        "commit",
        "commit",
        "abort",
        ...(i % 100 === 0 ? ["slow" as const] : []),
      ]);
      faults = [...faults, subscriber.fault];
    }
    const revision = await force(store, { scoring: { alert } });
    const { state, refusal, broken } = await watcher.reached(revision);
    const said = `${faults} -> ${state}: ${refusal?.reason}`;
    const fails = (fault: Fault) => faults.includes(fault);
    const expected = fails("prepare") || fails("slow")
      ? "refused"
      : fails("commit")
      ? "rolledBack"
      : "applied";
    outcomes[expected]++;
    assert.deepEqual(broken, [], said);
    assert.equal(state, expected === "applied" ? "in_force" : "refused", said);
    if (expected === "rolledBack") assert.equal(refusal?.kind, "commit", said);
    const runs = watcher.tree.get(scoring).alert;
    assert.equal(runs, expected === "applied" ? alert : before, said);
    for (const { name, running } of subscribers) {
      assert.equal(running, runs, `${name} after ${said}`);
    }
    if (fails("slow")) await new Promise((done) => setTimeout(done, 40));
    for (const { name, open } of subscribers) {
      assert.equal(open, 0, `${name} let go after ${said}`);
    }
  }
  const { counters } = watcher.status();
  assert.deepEqual(
    [counters.applied, counters.refused, counters.rolledBack],
    [outcomes.applied + 1, outcomes.refused, outcomes.rolledBack],
  );
  assert.ok(outcomes.rolledBack > 100 && outcomes.applied > 100);
});
