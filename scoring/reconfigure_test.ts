import assert from "node:assert/strict";
import type { Evidence, Verdict } from "@ml-defender/events";
import { definePolicy, IncidentTracker, Scorer } from "./mod.ts";

function evidence(host: string, score: number): Evidence {
  return {
    engine: "fast",
    detector: "arp_sweep",
    category: "scan",
    subject: host,
    score,
    reasons: [],
  };
}

function judged(
  scorer: Scorer,
  id: string,
  host: string,
  score: number,
): Verdict {
  return scorer.judge([evidence(host, score)], {
    eventId: id,
    timestampUs: 1_000_000,
  });
}

Deno.test("Scorer.reconfigure goes by the new thresholds, roles and suppressions, and counts on", () => {
  const scorer = new Scorer(definePolicy({
    suppressions: [{
      host: "10.0.0.2",
      until: "2100-01-01T00:00:00Z",
      reason: "known",
    }],
  }));
  assert.equal(judged(scorer, "1", "10.0.0.1", 0.8).severity, "alert");
  assert.equal(judged(scorer, "2", "10.0.0.2", 0.8).severity, null);
  const policy = definePolicy({
    thresholds: { alert: 0.9, high: 0.95 },
    roles: [{ network: "10.0.0.3", role: "domain_controller" }],
    roleFactor: 0.5,
  });
  scorer.reconfigure(policy);
  assert.equal(scorer.policy, policy);
  assert.equal(judged(scorer, "3", "10.0.0.1", 0.8).severity, "suspicious");
  assert.equal(judged(scorer, "4", "10.0.0.2", 0.8).severity, "suspicious");
  assert.equal(judged(scorer, "5", "10.0.0.3", 0.8).finalScore, 0.4);
  assert.deepEqual(scorer.counts, { verdicts: 5, suppressed: 1, relaxed: 1 });
});

Deno.test("IncidentTracker.reconfigure keeps open incidents, and a lower bound or a shorter gap holds from the next verdict on", () => {
  const scorer = new Scorer();
  const tracker = new IncidentTracker();
  for (let i = 0; i < 100; i++) {
    const updates = tracker.push(judged(scorer, `${i}`, `10.0.1.${i}`, 0.8));
    assert.deepEqual(updates.map(({ state }) => state), ["opened"]);
  }
  tracker.reconfigure(definePolicy({ incidents: { maxOpen: 10 } }));
  assert.equal(tracker.size, 100);
  const updates = tracker.push(judged(scorer, "x", "10.0.2.1", 0.99));
  assert.equal(tracker.size, 10);
  assert.deepEqual(
    updates.map(({ state }) => state),
    [...Array.from({ length: 91 }, () => "closed"), "opened"],
  );
  assert.deepEqual(tracker.counts, {
    opened: 101,
    closed: 91,
    absorbed: 0,
    evicted: 91,
  });
  tracker.reconfigure(definePolicy({ incidents: { quietSeconds: 5 } }));
  assert.equal(tracker.advance(20_000_000).length, 10);
});

Deno.test("IncidentTracker.reconfigure with an equal policy changes no step of any incident", () => {
  const run = (reload: boolean) => {
    const scorer = new Scorer();
    const tracker = new IncidentTracker();
    const steps: unknown[] = [];
    for (let i = 0; i < 300; i++) {
      if (reload && i % 3 === 0) {
        scorer.reconfigure(definePolicy());
        tracker.reconfigure(definePolicy());
      }
      const verdict = judged(
        scorer,
        `${i}`,
        `10.0.1.${i % 7}`,
        0.7 + i % 30 / 100,
      );
      const timestampUs = i * 20_000_000;
      steps.push(...tracker.push({ ...verdict, timestampUs }));
    }
    return [...steps, ...tracker.close()];
  };
  assert.deepEqual(run(true), run(false));
});
