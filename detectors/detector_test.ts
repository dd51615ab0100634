import assert from "node:assert/strict";
import { CATEGORIES, type Predictor } from "@ml-defender/events";
import { Detector } from "./detector.ts";
import { FastRules } from "./fast/fast.ts";
import { flowBatch, hostBatch } from "./fast/rows_test.ts";

const constant = (name: string, scores: number[]): Predictor => ({
  name,
  predict: (_rows, out) => out.set(scores),
});
const column = (name: typeof CATEGORIES[number]) => CATEGORIES.indexOf(name);
const rules = new FastRules();
const scan = {
  is_tcp: 1,
  bwd_payload_bytes: 0,
  src_unique_ports_30s: 900,
  src_syn_without_ack_ratio_30s: 1,
  src_unique_destinations_30s: 1,
};

Deno.test("a quiet model answers for all its categories, a loud one for one", () => {
  const detector = new Detector({
    rules,
    models: [constant("internal", [0.1, 0.9])],
  });
  const { ml } = detector.flows(flowBatch([{}, scan]));
  for (const name of ["scan", "lateral", "bruteforce"] as const) {
    assert.ok(Math.abs(ml[column(name)]! - 0.1) < 1e-6);
  }
  assert.ok(Math.abs(ml[10 + column("scan")]! - 0.9) < 1e-6);
  assert.ok(Number.isNaN(ml[10 + column("lateral")]));
  assert.ok(Number.isNaN(ml[10 + column("c2")]));
});

Deno.test("where a rule fired, the model speaks for its category and its subject", () => {
  const detector = new Detector({
    rules,
    models: [constant("traffic", [0.8])],
    reasons: (model) => [{
      code: `${model}.x`,
      text: "x",
      feature: "x",
      value: 1,
      threshold: 0,
      weight: 1,
    }],
  });
  // Alone this would be c2 of the host inside.
  const tunnel = {
    app_dns: 0,
    src_is_internal: 0,
    dst_is_internal: 1,
    dns_name_length_mean: 120,
    dns_queries: 500,
    name_entropy: 4,
  };
  const result = detector.flows(flowBatch([tunnel]));
  assert.ok(Math.abs(result.ml[column("dns")]! - 0.8) < 1e-6);
  const evidence = result.evidence(0);
  const ml = evidence.filter((one) => one.engine === "ml");
  assert.equal(ml.length, 1);
  assert.equal(ml[0]!.subject, "10.0.0.1");
  assert.equal(ml[0]!.reasons[0]!.code, "traffic.x");
  const fast = evidence.find((one) => one.engine === "fast")!;
  assert.equal(fast.detector, "dns_tunnel_flow");
  assert.equal(fast.subject, "10.0.0.1");
});

Deno.test("a Detector keeps nothing between batches but its buffers", () => {
  const detector = new Detector({ rules });
  const long = detector.flows(flowBatch([scan, scan, scan]));
  assert.equal(long.fast.length, 30);
  const short = detector.flows(flowBatch([{}]));
  assert.equal(short.fast.length, 10);
  assert.ok(short.fast.every(Number.isNaN));
  assert.deepEqual(short.evidence(0), []);
});

Deno.test("host records are judged by rules about the host itself", () => {
  const detector = new Detector({ models: [constant("ddos", [1])], rules });
  const result = detector.hosts(hostBatch([{ out_arp_targets_30s: 5000 }]));
  assert.ok(result.ml.every(Number.isNaN));
  assert.equal(result.evidence(0)[0]!.subject, "10.0.0.9");
});

Deno.test("models of unknown or equal names are refused", () => {
  assert.throws(
    () => new Detector({ models: [constant("best", [])] }),
    /TypeError: .*'best'.*ddos, ransomware, traffic, internal/,
  );
  assert.throws(
    () =>
      new Detector({ models: [constant("ddos", []), constant("ddos", [])] }),
    /occurs twice/,
  );
});

Deno.test("scores of hosts stay while flows are scored", () => {
  const detector = new Detector({ rules });
  const hosts = detector.hosts(hostBatch([{ out_arp_targets_30s: 5000 }]));
  detector.flows(flowBatch([{}, {}]));
  assert.equal(hosts.fast[column("scan")], 1);
});

Deno.test("a first batch without records has scores of every model, none long", () => {
  const models = [constant("ddos", []), constant("traffic", [])];
  const { predictions, fast } = new Detector({ rules, models })
    .flows(flowBatch([]));
  assert.deepEqual(predictions, {
    ddos: new Float32Array(0),
    traffic: new Float32Array(0),
  });
  assert.equal(fast.length, 0);
});
