import assert from "node:assert/strict";
import {
  CATEGORIES,
  type FlowBatch,
  type HostBatch,
} from "@ml-defender/events";
import { CASES } from "./cases_test.ts";
import { FastRules } from "./fast.ts";
import { BASE_RULES } from "./profiles.ts";
import { lead, type Rule } from "./rule.ts";
import { flowBatch, hostBatch, type Values } from "./rows_test.ts";

// The rules as written: thresholds that are derived from traffic move, their sense does not.
const rules = new FastRules(BASE_RULES);

function codes(batch: FlowBatch | HostBatch): string[] {
  return rules.explain(batch, 0).map((evidence) => evidence.detector);
}

function batchOf(kind: "flow" | "host", values: Values) {
  return kind === "flow" ? flowBatch([values]) : hostBatch([values]);
}

for (const { rule, kind, fires, counter } of CASES) {
  Deno.test(`${rule} fires on a ${kind} record that shows it`, () => {
    const found = rules.explain(batchOf(kind, fires), 0).find((one) =>
      one.detector === rule
    );
    assert.ok(found, `silent; others: ${codes(batchOf(kind, fires))}`);
    const reason = found.reasons[0]!;
    assert.equal(reason.code, rule);
    assert.ok(reason.value > reason.threshold);
    assert.equal(reason.weight, found.score);
  });
  for (const [why, changes] of counter) {
    Deno.test(`${rule} does not fire on a ${kind} record: ${why}`, () => {
      assert.ok(
        !codes(batchOf(kind, { ...fires, ...changes })).includes(rule),
      );
    });
  }
}

Deno.test("every rule has a case", () => {
  assert.deepEqual(
    [...new Set(CASES.map((one) => one.rule))].sort(),
    BASE_RULES.map((rule) => rule.code).sort(),
  );
});

Deno.test("the subject is the victim for a flood and the scanner for a scan", () => {
  const flood = flowBatch([CASES[1]!.fires]);
  assert.equal(rules.explain(flood, 0)[0]!.subject, "10.0.0.2");
  const scan = flowBatch([{
    is_tcp: 1,
    bwd_payload_bytes: 0,
    src_unique_ports_30s: 90,
    src_unique_destinations_30s: 1,
    src_syn_without_ack_ratio_30s: 1,
  }]);
  const evidence = rules.explain(scan, 0)[0]!;
  assert.equal(evidence.subject, "10.0.0.1");
  assert.equal(evidence.reasons[0]!.feature, "src_unique_ports_30s");
});

Deno.test("who gets replies it never asked for is the subject of amplification", () => {
  const batch = flowBatch([{
    fwd_packets: 0,
    src_unsolicited_byte_rate_10s: 900_000,
    src_unsolicited_packet_rate_10s: 700,
  }]);
  assert.equal(rules.explain(batch, 0)[0]!.subject, "10.0.0.1");
});

Deno.test("a score is 0.70 at the threshold, 1 at its full multiple, and below 0.70 under it", () => {
  const at = (value: number) => {
    const out = new Float64Array(10);
    rules.score(hostBatch([{ out_arp_targets_30s: value }]).features, out);
    return out[CATEGORIES.indexOf("scan")]!;
  };
  assert.equal(at(40), 0.7);
  assert.ok(Math.abs(at(240) - 1) < 1e-12);
  assert.equal(at(4000), 1);
  assert.ok(at(39.9) < 0.7 && at(39.9) > 0.69);
  assert.ok(Math.abs(at(20) - 0.175) < 1e-12);
  assert.equal(at(0), 0);
  assert.ok(at(80) > at(60) && at(60) > at(41));
});

Deno.test("a rule whose features are unavailable says nothing", () => {
  const out = new Float64Array(10);
  rules.score(hostBatch([{}]).features, out);
  assert.ok(out.every(Number.isNaN));
  rules.score(
    hostBatch([{ out_unique_ports_30s: 500 }]).features,
    out,
  );
  assert.ok(Number.isNaN(out[CATEGORIES.indexOf("scan")]));
});

Deno.test("score() gives the best score that explain() knows, for each category", () => {
  let seed = 7;
  const random = () =>
    (seed = (seed * 1103515245 + 12345) % 2147483648) /
    2147483648;
  const rows = Array.from({ length: 200 }, () => {
    const values: Record<string, number> = {};
    for (const rule of BASE_RULES) {
      for (const term of [...rule.terms, ...rule.flows ?? []]) {
        const name = term.feature.replace(/^out_/, "src_").replace(
          /^in_/,
          "dst_",
        );
        const size = "threshold" in term ? term.threshold || 1 : 1;
        values[name] = random() < 0.5
          ? Math.round(random())
          : size * random() * 4;
      }
    }
    return values;
  });
  const batch = flowBatch(rows);
  const out = new Float64Array(rows.length * 10);
  rules.score(batch.features, out);
  let fired = 0;
  for (let row = 0; row < rows.length; row++) {
    const evidence = rules.explain(batch, row, { minScore: 0 });
    CATEGORIES.forEach((category, index) => {
      const scores = evidence.filter((one) => one.category === category).map((
        one,
      ) => one.score);
      const best = scores.length === 0 ? NaN : Math.max(...scores);
      assert.equal(out[row * 10 + index], best);
      if (best >= 0.7) fired++;
    });
  }
  assert.ok(fired > 50);
});

Deno.test("a ceiling holds a weak rule down", () => {
  const mining = CASES.find((one) => one.rule === "mining")!;
  const batch = flowBatch([{ ...mining.fires, duration_s: 1e6 }]);
  assert.equal(rules.explain(batch, 0)[0]!.score, 0.74);
});

Deno.test("rows with an offset and a stride are read where they are", () => {
  const plain = hostBatch([{ out_arp_targets_30s: 4000 }]).features;
  const values = new Float32Array(3 + 2 * (plain.stride + 5)).fill(NaN);
  values.set(plain.values, 3 + plain.stride + 5);
  const out = new Float64Array(20);
  rules.score(
    { ...plain, length: 2, values, offset: 3, stride: plain.stride + 5 },
    out,
  );
  assert.ok(Number.isNaN(out[1]));
  assert.equal(out[11], 1);
});

Deno.test("a short output is refused", () => {
  assert.throws(
    () => rules.score(hostBatch([{}, {}]).features, new Float64Array(10)),
    RangeError,
  );
});

Deno.test("own rules are checked", () => {
  const own: Rule = {
    code: "mine",
    category: "scan",
    subject: "initiator",
    text: "ports",
    terms: [lead("out_unique_ports_10s", 5, 2)],
  };
  assert.equal(new FastRules([own]).rules.length, 1);
  assert.throws(() => new FastRules([own, own]), /not unique/);
  assert.throws(
    () => new FastRules([{ ...own, terms: [] }]),
    /no term has 'full'/,
  );
  assert.throws(
    () =>
      new FastRules([{ ...own, terms: [lead("out_unique_ports_10s", 0, 2)] }]),
    RangeError,
  );
});
