import assert from "node:assert/strict";
import {
  DEFAULT_LOG_POLICY,
  LogChoice,
  type LogPolicy,
  type PolicyFacts,
} from "./policy.ts";

/** Ids that stand at even distances on the line from 0 to 1. */
function spreadId(index: number, of: number): string {
  const bits = Math.ceil(index * 2 ** 32 / of);
  return bits.toString(16).padStart(8, "0").padEnd(32, "0");
}

const LAST_ID = "f".repeat(32);

function event(
  eventId: string,
  incidentId: string | undefined,
  finalScore = 0.9,
): PolicyFacts {
  const facts = { eventId, finalScore, divergence: null };
  return incidentId === undefined ? facts : { ...facts, incidentId };
}

function tally(choice: LogChoice, events: readonly PolicyFacts[]) {
  const counts = { selected: 0, sampled: 0, skipped: 0, capped: 0 };
  for (const one of events) counts[choice.take(one).reason]++;
  return counts;
}

function spread(count: number, incidentId: string, finalScore?: number) {
  return Array.from(
    { length: count },
    (_, i) => event(spreadId(i, count), incidentId, finalScore),
  );
}

Deno.test("LogChoice gives an incident exactly its lines and beyond them exactly the sample", () => {
  const cases: [policy: LogPolicy, lines: number, sample: number][] = [
    [{}, 2000, 10],
    [{ perIncident: 7, benignShare: 0.25 }, 7, 250],
    [{ perIncident: 0, benignShare: 0.5 }, 0, 500],
  ];
  for (const [policy, perIncident, sample] of cases) {
    const choice = new LogChoice(policy);
    const full = tally(choice, spread(perIncident, "a"));
    assert.equal(full.selected, perIncident);
    const beyond = tally(choice, spread(1000, "a"));
    assert.deepEqual(beyond, {
      selected: 0,
      sampled: sample,
      skipped: 0,
      capped: 1000 - sample,
    });
  }
});

Deno.test("LogChoice selects the last line of an incident's share and not the one after", () => {
  const choice = new LogChoice();
  const one = event(LAST_ID, "a");
  const { perIncident } = DEFAULT_LOG_POLICY;
  tally(choice, Array.from({ length: perIncident - 1 }, () => one));
  assert.equal(choice.look(one).reason, "selected");
  assert.equal(choice.take(one).reason, "selected");
  assert.equal(choice.look(one).reason, "capped");
  assert.equal(choice.take(one).reason, "capped");
  assert.equal(choice.take(event(LAST_ID, "b")).reason, "selected");
  assert.equal(choice.take(event(LAST_ID, undefined)).reason, "selected");
});

Deno.test("LogChoice counts only selected lines for an incident, not the sample of its weak events", () => {
  const choice = new LogChoice({ perIncident: 5, benignShare: 0.5 });
  const weak = tally(choice, spread(100, "a", 0.1));
  assert.deepEqual(weak, { selected: 0, sampled: 50, skipped: 50, capped: 0 });
  assert.equal(tally(choice, spread(10, "a")).selected, 5);
});

Deno.test("LogChoice samples ids below the share, not the id at it", () => {
  const choice = new LogChoice({ benignShare: 0.25 });
  const reason = (bits: string) =>
    choice.take(event(bits.padEnd(32, "f"), undefined, 0)).reason;
  assert.equal(reason("3fffffff"), "sampled");
  assert.equal(reason("40000000"), "skipped");
});
