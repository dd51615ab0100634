import assert from "node:assert/strict";
import type { Reason, Verdict } from "@ml-defender/events";
import {
  changeRecord,
  eventOf,
  incidentRecord,
  recordOf,
  ruleReason,
  scanVerdict,
} from "../ingest/testdata/entries.ts";
import { behaviourText } from "../prepare.ts";

const FLOW = scanVerdict(1).flow!;

function flowText(
  changes: Partial<typeof FLOW>,
  verdict: Partial<Verdict> = {},
): string {
  const base = scanVerdict(1);
  const flow = { ...FLOW, ...changes };
  return behaviourText(eventOf({ ...base, ...verdict, flow }));
}

Deno.test("behaviourText tells category, reason, service, direction, exchange and engines in this order", () => {
  assert.equal(
    behaviourText(eventOf(scanVerdict(1))),
    "reconnaissance, network scan; ports it tried by TCP, hardly any accepted; ssh remote login; from outside to inside; handshake refused, reset; tiny amount of data; short; found by rules and forests",
  );
});

Deno.test("behaviourText is equal for events that differ in addresses, names, ports and exact numbers", () => {
  const one = flowText({ facts: { sshClient: "SSH-2.0-a" } });
  const other = flowText({
    sourceAddress: "198.51.100.77",
    destinationAddress: "10.9.8.7",
    sourcePort: 51_515,
    forwardBytes: 200,
    startUs: FLOW.startUs + 1e9,
    endUs: FLOW.endUs + 1e9,
    communityId: "1:zzz=",
    facts: { sshClient: "SSH-2.0-b" },
  }, {
    fastScore: 0.97,
    finalScore: 0.97,
    reasons: [ruleReason({ value: 999, weight: 0.97 })],
  });
  assert.equal(one, other);
});

Deno.test("behaviourText is the same with and without the artifact where one rule fired and nothing else is known", () => {
  const record = recordOf(scanVerdict(1));
  assert.equal(
    behaviourText({ kind: "event", record, evidence: null }),
    behaviourText(eventOf(scanVerdict(1))),
  );
});

Deno.test("behaviourText tells exchanges apart", () => {
  const request = { forwardPackets: 1, backwardPackets: 0, backwardBytes: 0 };
  assert.match(
    flowText({ ...request, forwardBytes: 60 }),
    /unanswered connection request; single packet/,
  );
  assert.match(
    flowText({ ...request, forwardBytes: 5000, forwardPackets: 9 }),
    /one-way, unanswered; small amount/,
  );
  assert.match(
    flowText({
      ...request,
      forwardPackets: 0,
      backwardPackets: 1,
      backwardBytes: 80,
    }),
    /replies without a question/,
  );
  const size = (forwardBytes: number, backwardBytes: number) =>
    flowText({
      forwardBytes,
      backwardBytes,
      forwardPackets: 50,
      backwardPackets: 50,
    });
  assert.match(
    size(50_000_000, 1000),
    /mostly sent, upload; large amount of data/,
  );
  assert.match(
    size(9_000, 900_000_000),
    /mostly received, download; huge amount/,
  );
  assert.match(size(40_000, 50_000), /data both ways; small amount/);
});

Deno.test("behaviourText tells pace and rhythm apart", () => {
  const seconds = (duration: number, packets: number) =>
    flowText({
      endUs: FLOW.startUs + duration * 1e6,
      forwardPackets: packets,
      forwardBytes: packets * 500,
    });
  assert.match(seconds(0.5, 10), /; short;/);
  assert.match(seconds(1000, 20), /; long; slow;/);
  assert.match(seconds(5000, 100_000), /many packets; very long/);
  assert.match(seconds(10, 50_000), /many packets; fast/);
  const regular = flowText({}, {
    features: { pair_flows: 40, pair_gap_cv: 0.05, pair_gap_mean_s: 60 },
  });
  assert.match(regular, /repeated to the same service at regular intervals/);
  const wild = flowText({}, {
    features: { pair_flows: 40, pair_gap_cv: 2, pair_gap_mean_s: 60 },
  });
  assert.match(wild, /repeated many times to the same service/);
});

Deno.test("behaviourText tells names and requests apart without giving them", () => {
  const named = (facts: typeof FLOW.facts, app: "dns" | "http" | "tls") =>
    flowText({ facts, app, forwardPackets: 20, forwardBytes: 9000 });
  const random = named(
    { dnsName: "xk3jq9vzt2hw7r.example", dnsRcode: 3 },
    "dns",
  );
  assert.match(random, /random looking name; name does not exist/);
  assert.doesNotMatch(random, /xk3j|example/);
  assert.doesNotMatch(
    named({ tlsSni: "www.wikipedia.org" }, "tls"),
    /random|not named/,
  );
  assert.match(named({}, "tls"), /server not named/);
  const web = named({
    httpMethod: "POST",
    httpStatus: 404,
    httpUserAgent: "sqlmap/1.7",
    httpHost: "shop.example",
  }, "http");
  assert.match(web, /data posted; page not found; attack tool user agent/);
  assert.doesNotMatch(web, /shop|sqlmap/);
});

Deno.test("behaviourText tells directions apart, groups among them", () => {
  const to = (source: string, destination: string) =>
    flowText({ sourceAddress: source, destinationAddress: destination });
  assert.match(to("10.0.0.1", "10.0.0.2"), /between hosts inside/);
  assert.match(to("10.0.0.1", "192.0.2.1"), /from inside to outside/);
  assert.match(to("192.0.2.1", "198.51.100.1"), /between hosts outside/);
  assert.match(
    to("10.0.0.1", "239.255.255.250"),
    /to a broadcast or multicast group/,
  );
  assert.match(to("fe80::1", "ff02::fb"), /to a broadcast or multicast group/);
});

Deno.test("behaviourText says what the forests went by where no rule fired, without numbers", () => {
  const reasons: Reason[] = [
    ruleReason({
      code: "internal.src_unique_ports_30s",
      text: "ports it contacted in 30 s",
      feature: "src_unique_ports_30s",
      weight: 0.3,
      engine: "ml",
    }),
    ruleReason({ weight: 0.4 }),
  ];
  const text = flowText({}, {
    fastScore: 0.4,
    authoritativeSource: "ML_PRIORITY",
    reasons,
  });
  assert.match(text, /; ports it contacted; ssh/);
  assert.doesNotMatch(text, /tried by TCP|\d/);
  assert.match(text, /found by forests$/);
});

Deno.test("behaviourText doubts what is suspicious, and calls benign what is benign", () => {
  assert.match(
    flowText({}, { severity: "suspicious" }),
    /^suspected reconnaissance, network scan/,
  );
  const calm = { severity: null, reasons: [], category: "scan" } as const;
  assert.match(
    flowText({}, { ...calm, finalScore: 0.6, fastScore: 0.6 }),
    /^ordinary traffic, weak signs of reconnaissance, network scan; .*nothing found$/,
  );
  assert.match(
    flowText({}, { ...calm, finalScore: 0.2, fastScore: 0.2 }),
    /^ordinary traffic; ssh/,
  );
});

Deno.test("behaviourText tells incidents and changes", () => {
  assert.equal(
    behaviourText({ kind: "incident", record: incidentRecord(1) }),
    "reconnaissance, network scan; ports it tried by TCP, hardly any accepted; a host outside; found by rules",
  );
  assert.equal(
    behaviourText({ kind: "change", record: changeRecord() }),
    "configuration change applied; scoring thresholds alert",
  );
});

Deno.test("behaviourText has at most 60 words, the most telling first", () => {
  const reasons = ["vertical_scan", "port_probing", "refused_scan", "slow_scan"]
    .map((code) => ruleReason({ code }));
  const text = flowText({
    app: "http",
    forwardPackets: 60_000,
    forwardBytes: 9_000_000,
    endUs: FLOW.startUs + 100e6,
    facts: {
      httpMethod: "POST",
      httpStatus: 500,
      httpUserAgent: "sqlmap",
      httpHost: "xk3jq9vzt2hw7r.example",
    },
  }, {
    reasons,
    features: {
      pair_flows: 40,
      src_unique_destinations_30s: 500,
      src_unique_ports_30s: 500,
      dst_source_ip_dispersion_10s: 50,
      http_target_special_ratio: 0.3,
    },
  });
  const count = text.split(" ").length;
  assert.ok(count > 45 && count <= 60, `${count}: ${text}`);
  assert.match(text, /^reconnaissance.*; found by rules and forests$/);
});
