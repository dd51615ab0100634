import assert from "node:assert/strict";
import type { IncidentUpdate } from "@ml-defender/events";
import { IncidentTracker } from "./incidents.ts";
import { definePolicy } from "./policy.ts";
import { EXPLAINS } from "./precedence.ts";
import { flowOf, hostOf, verdictOf } from "./verdicts_test.ts";

const states = (updates: IncidentUpdate[]) =>
  updates.map(({ state, incident }) => `${state} ${incident.category}`);
const seconds = (value: number) => value * 1_000_000;

Deno.test("an incident opens, rises and closes after a quiet gap", () => {
  const tracker = new IncidentTracker();
  const at = (second: number, score: number) =>
    tracker.push(verdictOf("scan", score, { timestampUs: seconds(second) }));
  assert.deepEqual(states(at(0, 0.72)), ["opened scan"]);
  assert.deepEqual(states(at(5, 0.72)), []);
  const risen = at(10, 0.97);
  assert.deepEqual(states(risen), ["updated scan"]);
  assert.equal(risen[0]!.incident.severity, "high");
  assert.deepEqual(states(at(20, 0.8)), []);
  assert.deepEqual(tracker.advance(seconds(320)), []);
  const closed = tracker.advance(seconds(326));
  assert.deepEqual(states(closed), ["closed scan"]);
  assert.equal(closed[0]!.incident.severity, "high");
  assert.equal(closed[0]!.incident.lastSeenUs, seconds(20));
  assert.deepEqual(tracker.counts, {
    opened: 1,
    closed: 1,
    absorbed: 0,
    evicted: 0,
  });
});

Deno.test("evidence after the gap opens another incident with another id", () => {
  const tracker = new IncidentTracker();
  const [first] = tracker.push(verdictOf("c2", 0.8, { eventId: "a" }));
  const later = tracker.push(
    verdictOf("c2", 0.8, { eventId: "b", timestampUs: seconds(1000) }),
  );
  assert.deepEqual(states(later), ["closed c2", "opened c2"]);
  assert.equal(later[0]!.incident.id, first!.incident.id);
  assert.notEqual(later[1]!.incident.id, first!.incident.id);
});

Deno.test("verdicts without a severity open nothing but move the clock", () => {
  const tracker = new IncidentTracker();
  tracker.push(verdictOf("c2", 0.8));
  assert.deepEqual(
    states(tracker.push(verdictOf("c2", 0.1, { timestampUs: seconds(900) }))),
    ["closed c2"],
  );
  assert.equal(tracker.size, 0);
});

Deno.test("close() closes what is open, once", () => {
  const tracker = new IncidentTracker();
  tracker.push(verdictOf("c2", 0.8));
  tracker.push(verdictOf("c2", 0.8, { subject: "10.0.0.2" }));
  assert.deepEqual(states(tracker.close()), ["closed c2", "closed c2"]);
  assert.deepEqual(tracker.close(), []);
});

Deno.test("the same verdicts give the same ids; another event gives another", () => {
  const id = (eventId: string) =>
    new IncidentTracker().push(verdictOf("scan", 0.8, { eventId }))[0]!
      .incident.id;
  assert.equal(id("a"), id("a"));
  assert.notEqual(id("a"), id("b"));
  assert.match(id("a"), /^[0-9a-f]{32}$/);
});

Deno.test("an explained category of the same host opens no second incident", () => {
  const tracker = new IncidentTracker();
  const [opened] = tracker.push(verdictOf("scan", 0.9));
  const lateral = verdictOf("lateral", 0.8, { timestampUs: seconds(1) });
  assert.deepEqual(tracker.push(lateral), []);
  assert.equal(tracker.counts.absorbed, 1);
  assert.equal(tracker.idOf(lateral), opened!.incident.id);
  const other = { ...lateral, subject: "10.0.0.2" };
  assert.deepEqual(states(tracker.push(other)), ["opened lateral"]);
});

Deno.test("an explained category that scores higher does open", () => {
  const tracker = new IncidentTracker();
  tracker.push(verdictOf("scan", 0.8));
  assert.deepEqual(states(tracker.push(verdictOf("lateral", 0.9))), [
    "opened lateral",
  ]);
  assert.equal(tracker.leading("10.0.0.1")?.category, "lateral");
  assert.equal(tracker.leading("10.0.0.2"), undefined);
});

Deno.test("categories that do not explain each other stay apart", () => {
  const tracker = new IncidentTracker();
  tracker.push(verdictOf("scan", 0.9));
  assert.deepEqual(states(tracker.push(verdictOf("exfiltration", 0.8))), [
    "opened exfiltration",
  ]);
});

Deno.test("no category explains itself", () => {
  for (const [category, explained] of Object.entries(EXPLAINS)) {
    assert.ok(!(explained as string[]).includes(category), category);
  }
});

Deno.test("flows and windows are counted, peers and events kept up to ten", () => {
  const tracker = new IncidentTracker();
  for (let index = 0; index < 30; index++) {
    for (let repeat = 0; repeat <= (index === 17 ? 3 : 0); repeat++) {
      tracker.push(verdictOf("scan", 0.8, {
        eventId: `e${index}-${repeat}`,
        flow: flowOf({ destinationAddress: `192.0.2.${index}` }),
      }));
    }
  }
  tracker.push(verdictOf("scan", 0.8, { host: hostOf() }));
  const { incident } = tracker.close()[0]!;
  assert.equal(incident.flows, 33);
  assert.equal(incident.windows, 1);
  assert.equal(incident.peers.length, 10);
  assert.equal(incident.peers[0], "192.0.2.17");
  assert.equal(incident.eventIds.length, 10);
  assert.equal(incident.eventIds[0], "e0-0");
});

Deno.test("a victim's peers are its attackers", () => {
  const tracker = new IncidentTracker();
  tracker.push(verdictOf("ddos", 0.9, {
    subject: "192.0.2.7",
    flow: flowOf(),
  }));
  assert.deepEqual(tracker.close()[0]!.incident.peers, ["10.0.0.1"]);
});

Deno.test("reasons are unique by code, the strongest of each, at most five", () => {
  const reason = (code: string, weight: number, value: number) => ({
    code,
    text: code,
    feature: code,
    value,
    threshold: 1,
    weight,
  });
  const tracker = new IncidentTracker();
  tracker.push(verdictOf("scan", 0.8, { reasons: [reason("a", 0.7, 10)] }));
  tracker.push(verdictOf("scan", 0.8, {
    reasons: [
      reason("a", 0.9, 20),
      ...["b", "c", "d", "e", "f"].map((code, index) =>
        reason(code, 0.8 - index / 100, 1)
      ),
    ],
  }));
  const { reasons } = tracker.close()[0]!.incident;
  assert.deepEqual(reasons.map((one) => one.code), ["a", "b", "c", "d", "e"]);
  assert.equal(reasons[0]!.value, 20);
});

Deno.test("several windows and a two-way exchange corroborate, and that is told", () => {
  const tracker = new IncidentTracker();
  const at = (second: number, flow = flowOf()) =>
    tracker.push(verdictOf("scan", 0.8, {
      timestampUs: seconds(second),
      flow,
    }));
  assert.equal(at(0)[0]!.incident.corroborated, false);
  assert.deepEqual(at(6), []);
  const third = at(11);
  assert.deepEqual(states(third), ["updated scan"]);
  assert.equal(third[0]!.incident.corroborated, true);
});

Deno.test("a source that may be forged is never corroborated", () => {
  const tracker = new IncidentTracker();
  const probe = flowOf({ forwardPackets: 1, backwardPackets: 1 });
  for (let second = 0; second < 100; second += 5) {
    tracker.push(verdictOf("scan", 0.99, {
      timestampUs: seconds(second),
      mlScore: 0.99,
      flow: probe,
    }));
  }
  assert.equal(tracker.close()[0]!.incident.corroborated, false);
});

Deno.test("both engines and a two-way exchange corroborate at once", () => {
  const tracker = new IncidentTracker();
  const [opened] = tracker.push(verdictOf("c2", 0.9, {
    mlScore: 0.8,
    flow: flowOf(),
  }));
  assert.equal(opened!.incident.corroborated, true);
  assert.equal(opened!.incident.authoritativeSource, "CONSENSUS");
  assert.ok(Math.abs(opened!.incident.divergence! - 0.1) < 1e-12);
  const weak = new IncidentTracker().push(verdictOf("c2", 0.9, {
    mlScore: 0.3,
    flow: flowOf(),
  }));
  assert.equal(weak[0]!.incident.corroborated, false);
  assert.equal(weak[0]!.incident.authoritativeSource, "DIVERGENCE");
});

Deno.test("open incidents are bounded: the lowest close early and are counted", () => {
  const policy = definePolicy({ incidents: { maxOpen: 10 } });
  const tracker = new IncidentTracker(policy);
  const updates = Array.from(
    { length: 25 },
    (_, index) =>
      tracker.push(verdictOf("scan", index === 0 ? 0.99 : 0.8, {
        subject: `10.0.0.${index}`,
        timestampUs: index,
      })),
  ).flat();
  assert.equal(tracker.size, 10);
  assert.equal(tracker.counts.evicted, 15);
  const closed = updates.filter(({ state }) => state === "closed");
  assert.equal(closed.length, 15);
  assert.equal(closed[0]!.incident.subject, "10.0.0.1");
  assert.ok(closed.every(({ incident }) => incident.subject !== "10.0.0.0"));
});

Deno.test("what never falls quiet still ends at the longest duration", () => {
  const tracker = new IncidentTracker(
    definePolicy({ incidents: { maxSeconds: 600 } }),
  );
  const found: string[] = [];
  for (let second = 0; second <= 700; second += 10) {
    found.push(...states(
      tracker.push(verdictOf("c2", 0.8, { timestampUs: seconds(second) })),
    ));
  }
  assert.deepEqual(found, ["opened c2", "closed c2", "opened c2"]);
});

Deno.test("a clock that goes back closes nothing and breaks nothing", () => {
  const tracker = new IncidentTracker();
  tracker.push(verdictOf("c2", 0.8, { timestampUs: seconds(1000) }));
  const early = tracker.push(verdictOf("c2", 0.8, { timestampUs: 0 }));
  assert.deepEqual(early, []);
  assert.equal(tracker.close()[0]!.incident.lastSeenUs, seconds(1000));
});
