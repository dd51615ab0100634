import assert from "node:assert/strict";
import { CATEGORIES, type Evidence, type FlowBatch } from "@ml-defender/events";
import { IncidentTracker } from "./incidents.ts";
import { definePolicy } from "./policy.ts";
import type { ScoredBatch } from "./scored.ts";
import { Scorer } from "./scorer.ts";
import { flowOf, hostOf, model, rule } from "./verdicts_test.ts";

const record = { eventId: "e", timestampUs: 1_000_000 };
const judge = (evidence: Evidence[], policy: unknown = {}) =>
  new Scorer(definePolicy(policy)).judge(evidence, record);

Deno.test("maximum threat wins, and both scores are kept", () => {
  const verdict = judge([rule("dns", 0.72), model("traffic", "dns", 0.9)]);
  assert.equal(verdict.finalScore, 0.9);
  assert.equal(verdict.fastScore, 0.72);
  assert.equal(verdict.mlScore, 0.9);
  assert.ok(Math.abs(verdict.divergence! - 0.18) < 1e-12);
  assert.equal(verdict.severity, "alert");
  assert.equal(verdict.authoritativeSource, "CONSENSUS");
});

Deno.test("an engine that says nothing is null, not 0", () => {
  const verdict = judge([rule("scan", 0.8)]);
  assert.equal(verdict.mlScore, null);
  assert.equal(verdict.divergence, null);
  assert.equal(verdict.authoritativeSource, "FAST_ONLY");
});

Deno.test("without evidence there is no category", () => {
  const verdict = judge([]);
  assert.equal(verdict.category, null);
  assert.equal(verdict.subject, null);
  assert.equal(verdict.finalScore, 0);
  assert.equal(verdict.severity, null);
});

Deno.test("the highest severity leads, then the score", () => {
  const verdicts = new Scorer().judgeAll([
    rule("scan", 0.8),
    rule("lateral", 0.97),
    rule("ddos", 0.9, { subject: "10.0.0.2" }),
    rule("web", 0.3),
  ], record);
  assert.deepEqual(verdicts.map((one) => one.category), [
    "lateral",
    "ddos",
    "scan",
  ]);
  assert.equal(verdicts[1]!.subject, "10.0.0.2");
});

Deno.test("scores of one category about two hosts are not mixed", () => {
  const verdicts = new Scorer().judgeAll([
    rule("ddos", 0.9),
    model("ddos", "ddos", 0.95, { subject: "10.0.0.2" }),
  ], record);
  assert.equal(verdicts.length, 2);
  assert.ok(verdicts.every((one) => one.divergence === null));
});

Deno.test("a model below its own threshold does not alert", () => {
  const low = judge([model("ransomware", "ransomware", 0.74)]);
  assert.equal(low.severity, null);
  assert.equal(low.finalScore, 0.74);
  assert.equal(
    judge([model("ransomware", "ransomware", 0.75)]).severity,
    "alert",
  );
});

Deno.test("a category may need a higher score than others", () => {
  const policy = { thresholds: { categories: { mining: 0.9 } } };
  assert.equal(judge([rule("mining", 0.85)], policy).severity, null);
  assert.equal(judge([rule("mining", 0.91)], policy).severity, "alert");
  assert.equal(judge([rule("c2", 0.85)], policy).severity, "alert");
});

Deno.test("divergence is said in words and lowers the confidence", () => {
  const verdict = judge([rule("c2", 0.9), model("traffic", "c2", 0.2)]);
  assert.equal(verdict.authoritativeSource, "DIVERGENCE");
  assert.deepEqual(verdict.counterEvidence, ["the model disagrees"]);
  assert.ok(verdict.confidence < 0.7);
  const other = judge([rule("c2", 0.1), model("traffic", "c2", 0.9)]);
  assert.deepEqual(other.counterEvidence, ["the rules disagree"]);
});

Deno.test("reasons are unique by code, strongest first, and of what speaks", () => {
  const verdict = judge([
    rule("scan", 0.8, { detector: "a" }),
    rule("scan", 0.9, { detector: "b" }),
    rule("scan", 0.75, { detector: "a" }),
    rule("scan", 0.2, { detector: "silent" }),
  ]);
  assert.deepEqual(verdict.reasons.map((one) => [one.code, one.weight]), [
    ["b", 0.9],
    ["a", 0.8],
  ]);
});

Deno.test("a suppression takes evidence away until it ends, and says so", () => {
  const policy = definePolicy({
    suppressions: [{
      network: "10.0.0.0/24",
      rule: "some_rule",
      until: "1970-01-01T00:00:02Z",
      reason: "known probe",
    }],
  });
  const scorer = new Scorer(policy);
  const quiet = scorer.judge([rule("scan", 0.9)], record);
  assert.equal(quiet.category, null);
  assert.deepEqual(quiet.counterEvidence, [
    "suppressed (some_rule): known probe",
  ]);
  assert.equal(scorer.counts.suppressed, 1);
  const others = [
    scorer.judge([rule("scan", 0.9)], { ...record, timestampUs: 2_000_000 }),
    scorer.judge([rule("scan", 0.9, { subject: "10.0.1.1" })], record),
    scorer.judge([rule("scan", 0.9, { detector: "other" })], record),
  ];
  assert.ok(others.every((one) => one.severity === "alert"));
});

Deno.test("a suppression by domain holds for names of the flow and below", () => {
  const policy = definePolicy({
    suppressions: [{
      domain: "example.org",
      until: "2030-01-01T00:00:00Z",
      reason: "ours",
    }],
  });
  const scorer = new Scorer(policy);
  const severity = (facts: Record<string, string>) =>
    scorer.judge([rule("c2", 0.9)], { ...record, flow: flowOf({ facts }) })
      .severity;
  assert.equal(severity({ tlsSni: "cdn.Example.org" }), null);
  assert.equal(severity({ httpHost: "example.org:8080" }), null);
  assert.equal(severity({ dnsName: "badexample.org" }), "alert");
  assert.equal(severity({}), "alert");
});

Deno.test("a suppression of a host holds for its key with a VLAN, and by category", () => {
  const policy = definePolicy({
    suppressions: [{
      host: "10.0.0.1",
      category: "scan",
      until: "2030-01-01T00:00:00Z",
      reason: "audit",
    }],
  });
  const scorer = new Scorer(policy);
  const tagged = { subject: "10.0.0.1@4096" };
  assert.equal(
    scorer.judge([rule("scan", 0.9, tagged)], record).severity,
    null,
  );
  assert.equal(
    scorer.judge([rule("c2", 0.9, tagged)], record).severity,
    "alert",
  );
});

Deno.test("a role relaxes what it explains and nothing else", () => {
  const roles = [{ network: "10.0.0.0/30", role: "resolver" }];
  const relaxed = judge([rule("dns", 0.99)], { roles });
  assert.equal(relaxed.severity, null);
  assert.ok(Math.abs(relaxed.finalScore - 0.594) < 1e-12);
  assert.deepEqual(relaxed.counterEvidence, ["known role: resolver"]);
  assert.equal(judge([rule("scan", 0.99)], { roles }).severity, "high");
  const outside = rule("dns", 0.99, { subject: "10.0.0.9" });
  assert.equal(judge([outside], { roles }).severity, "high");
});

Deno.test("what speaks against a flow is said", () => {
  const verdict = new Scorer().judge([rule("scan", 0.9)], {
    ...record,
    flow: flowOf({ directionConfidence: 50 }),
    backwardPayload: 900,
    health: { oneWay: true, lossRatio: 0.02 },
  });
  assert.deepEqual(verdict.counterEvidence, [
    "answered with data by the other side",
    "the direction of the flow is a guess",
    "the capture shows one direction only",
    "packets were lost while it was seen",
  ]);
});

function scoredOf(rows: number[][]): ScoredBatch {
  const fast = new Float64Array(rows.length * 10).fill(NaN);
  rows.forEach(([score], row) => {
    fast[row * 10 + CATEGORIES.indexOf("scan")] = score!;
  });
  return {
    fast,
    ml: new Float64Array(rows.length * 10).fill(NaN),
    predictions: { traffic: new Float32Array(rows.length).fill(0.25) },
    evidence: (row) => [rule("scan", rows[row]![0]!)],
  };
}

function batchOf(length: number): FlowBatch {
  const batch: FlowBatch = {
    length,
    features: {
      length,
      names: ["packet_rate", "answered"],
      values: Float32Array.from(
        { length: length * 2 },
        (_, index) => index % 2 === 0 ? index : NaN,
      ),
      offset: 0,
      stride: 2,
    },
    bytes: new Uint8Array(),
    text: new Uint8Array(),
    order: (row) => 100 + row,
    id: (row) => `f${row}`,
    endUs: (row) => row,
    flow: (row) => flowOf({ id: `f${row}`, endUs: row }),
    source: () => "10.0.0.1",
    destination: () => "192.0.2.7",
    copy: () => batch,
  };
  return batch;
}

Deno.test("flows() makes verdicts of interesting rows and of those asked for, only", () => {
  const scorer = new Scorer();
  const found = scorer.flows(batchOf(4), scoredOf([[0.1], [0.9], [0], [0.2]]), {
    also: (row) => row === 3,
  });
  assert.deepEqual(found.map((one) => one.row), [1, 3]);
  assert.equal(found[0]!.order, 101);
  assert.equal(found[0]!.verdict.eventId, "f1");
  assert.deepEqual(found[0]!.verdict.predictions, { traffic: 0.25 });
  assert.equal(found[0]!.alerts.length, 1);
  assert.equal(found[1]!.alerts.length, 0);
  assert.equal(scorer.counts.verdicts, 2);
});

Deno.test("engines that disagree are interesting though neither alerts", () => {
  const scored = scoredOf([[0.5]]);
  const scorer = new Scorer();
  assert.ok(!scorer.isInteresting(scored, 0));
  scored.ml[CATEGORIES.indexOf("scan")] = 0.1;
  assert.ok(scorer.isInteresting(scored, 0));
});

Deno.test("hosts() gives verdicts with their host window", () => {
  const { flow: _flow, source: _source, destination: _to, ...rest } = batchOf(
    1,
  );
  const hosts = {
    ...rest,
    host: () => hostOf(),
    address: () => "10.0.0.1",
    copy: () => hosts,
  };
  const found = new Scorer().hosts(hosts, scoredOf([[0.97]]));
  assert.equal(found[0]!.verdict.host?.address, "10.0.0.1");
  assert.equal(found[0]!.verdict.timestampUs, 5_000_000);
  assert.equal(found[0]!.verdict.severity, "high");
});

Deno.test("perSubject judges a share of a flood, and every row is counted", () => {
  const rows = Array.from({ length: 1000 }, () => [0.9]);
  const run = (sizes: number[]) => {
    const scorer = new Scorer();
    const tracker = new IncidentTracker();
    const ids: string[] = [];
    let from = 0;
    for (const size of sizes) {
      const offset = from;
      const batch = {
        ...batchOf(size),
        flow: (row: number) => flowOf({ id: `f${offset + row}`, endUs: 0 }),
        endUs: () => 0,
      };
      const scored = scoredOf(rows.slice(from, from + size));
      for (
        const { alerts, repeats } of scorer.flows(batch, scored, {
          perSubject: 100,
        })
      ) {
        ids.push(alerts[0]!.eventId);
        tracker.push(alerts[0]!, repeats);
      }
      from += size;
    }
    return { ids, flows: tracker.close()[0]!.incident.flows };
  };
  const whole = run([1000]);
  assert.equal(whole.ids.length, 100 + Math.floor(900 / 256));
  assert.equal(whole.flows, 100 + 256 * Math.floor(900 / 256));
  // However the records are cut into batches.
  assert.deepEqual(run([1, 333, 600, 66]), whole);
});

Deno.test("perSubject limits a flood from many sources by its victim", () => {
  const size = 5000;
  const scored = scoredOf(Array.from({ length: size }, () => [0.9]));
  // The column of scans moves to that of floods, which is before it.
  scored.fast.copyWithin(0, 1);
  const batch = { ...batchOf(size), source: (row: number) => `source ${row}` };
  const moved = {
    ...scored,
    evidence: () => [rule("ddos", 0.9, { subject: "192.0.2.7" })],
  };
  const found = new Scorer().flows(batch, moved, { perSubject: 50 });
  assert.ok(found.length < 50 + size / 256 + 1, `${found.length}`);
  const counted = found.reduce((sum, one) => sum + 1 + one.repeats, 0);
  assert.ok(counted > size - 256 && counted <= size);
});
