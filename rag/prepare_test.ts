import assert from "node:assert/strict";
import { LOG_FIELDS } from "@ml-defender/raglogger";
import {
  changeRecord,
  eventOf,
  incidentRecord,
  recordOf,
  ruleReason,
  scanVerdict,
  seeded,
} from "./ingest/testdata/entries.ts";
import type { Entry } from "./entry.ts";
import { narrate } from "./narrative/narrate.ts";
import { behaviourText, prepare } from "./prepare.ts";
import { FIELDS } from "./query/fields.ts";

const FLOW = scanVerdict(1).flow!;

function withFacts(
  facts: typeof FLOW.facts,
  changes: Partial<typeof FLOW> = {},
) {
  return prepare(
    eventOf(scanVerdict(1, { flow: { ...FLOW, ...changes, facts } })),
  );
}

Deno.test("prepare reads the fields of an event", () => {
  const { kind, id, timestampUs, facts } = prepare(eventOf(scanVerdict(1)));
  assert.equal(kind, "event");
  assert.equal(id, "1".padStart(32, "0"));
  assert.equal(timestampUs, Date.UTC(2026, 0, 2, 3, 4, 5) * 1000 + 251_000);
  assert.deepEqual(facts, {
    src_ip: "192.0.2.7",
    dst_ip: "10.0.0.5",
    category: "scan",
    leaning: "scan",
    decision: "malicious",
    priority: "critical",
    authoritative_source: "CONSENSUS",
    reason: "vertical_scan",
    confidence_level: "high",
    protocol: "tcp",
    service: "ssh",
    app_protocol: "ssh",
    name: null,
    interface: null,
    node_id: "sensor-1",
    src_country: null,
    dst_country: null,
    actor: null,
    revision: null,
    outcome: null,
    src_port: 40_000,
    dst_port: 22,
    fast_score: 0.95,
    ml_score: 0.91,
    final_score: 0.95,
    divergence: 0.04,
    confidence: 0.9,
    ddos: 0.01,
    ransomware: null,
    traffic: null,
    internal: 0.91,
    duration: 0.25,
    packets: 4,
    bytes: 240,
    sent_bytes: 180,
    received_bytes: 60,
    bytes_per_second: 960,
    packets_per_second: 16,
    fast_triggered: true,
    needs_analysis: true,
    src_internal: false,
    dst_internal: true,
    setting: null,
  });
});

Deno.test("prepare reads each field that has a path from that path of the line", () => {
  for (const [name, { path, type }] of Object.entries(FIELDS)) {
    if (path === undefined || name === "category" || type === "address") {
      continue;
    }
    const entry = structuredClone(eventOf(scanVerdict(1)));
    const names = path.split(".");
    const leaf = names.pop()!;
    const parent = names.reduce<Record<string, unknown>>(
      (object, one) => object[one] as Record<string, unknown>,
      entry.record as unknown as Record<string, unknown>,
    );
    assert.ok(Object.hasOwn(parent, leaf), path);
    const value = type === "number" ? 4321 : type === "boolean" ? false : "x1";
    parent[leaf] = value;
    const { facts } = prepare(entry);
    const wanted = name === "duration" ? 0.004321 : value;
    assert.equal(facts[name as keyof typeof facts], wanted, name);
  }
});

Deno.test("prepare takes the service from the payload, else from the port", () => {
  const service = (app: string | null, port: number, protocol = "tcp") => {
    const record = structuredClone(recordOf(scanVerdict(1)));
    record.network.app_protocol = app;
    record.network.five_tuple.dst_port = port;
    record.network.five_tuple.protocol = protocol;
    return prepare({ kind: "event", record, evidence: null }).facts.service;
  };
  assert.equal(service("tls", 443), "https");
  assert.equal(service("tls", 4433), "tls");
  assert.equal(service("ssh", 902), "ssh");
  assert.equal(service(null, 445), "smb");
  assert.equal(service(null, 3389), "rdp");
  assert.equal(service(null, 53, "udp"), "dns");
  assert.equal(service(null, 40_001), null);
  assert.equal(service(null, 22, "icmp"), null);
});

Deno.test("prepare knows inside by the home networks", () => {
  const inside = (source: string, homeNets?: readonly string[]) => {
    const flow = { ...FLOW, sourceAddress: source };
    const entry = eventOf(scanVerdict(1, { flow }));
    return prepare(entry, homeNets ? { homeNets } : {}).facts.src_internal;
  };
  assert.equal(inside("172.31.255.255"), true);
  assert.equal(inside("172.32.0.1"), false);
  assert.equal(inside("fe80::1"), true);
  assert.equal(inside("2001:db8::1"), false);
  assert.equal(inside("10.0.0.1", ["192.0.2.0/24"]), false);
  assert.equal(inside("192.0.2.9", ["192.0.2.0/24"]), true);
  assert.throws(() => inside("10.0.0.1", ["not a network"]), SyntaxError);
});

Deno.test("prepare takes the name from the server name, the host header or the query, lower case", () => {
  assert.equal(
    withFacts({ tlsSni: "WWW.Example.com" }).facts.name,
    "www.example.com",
  );
  assert.equal(
    withFacts({ httpHost: "a.example:8080" }).facts.name,
    "a.example",
  );
  assert.equal(withFacts({ dnsName: "x.example" }).facts.name, "x.example");
  assert.equal(withFacts({ tlsSni: "\u202e\u0000" }).facts.name, null);
  assert.equal(withFacts({ tlsSni: "a\u202eb\u0007c" }).facts.name, "a b c");
});

Deno.test("prepare says no category where the decision is benign", () => {
  const verdict = scanVerdict(1, {
    severity: null,
    finalScore: 0.4,
    reasons: [],
  });
  const { facts } = prepare(eventOf(verdict));
  assert.equal(facts.category, null);
  assert.equal(facts.leaning, "scan");
  assert.equal(facts.decision, "benign");
});

Deno.test("prepare makes an incident's host its source, and a ddos incident's its destination", () => {
  const scan = prepare({ kind: "incident", record: incidentRecord(1) });
  assert.equal(scan.facts.src_ip, "192.0.2.7");
  assert.equal(scan.facts.src_internal, false);
  assert.equal(scan.facts.dst_ip, null);
  assert.equal(scan.facts.decision, "malicious");
  assert.equal(scan.facts.priority, "high");
  assert.equal(scan.facts.reason, "vertical_scan");
  assert.equal(
    scan.timestampUs,
    Date.UTC(2026, 0, 2, 3, 6, 5) * 1000 + 250_000,
  );
  const record = incidentRecord(2, {
    category: "ddos",
    subject: "10.0.0.9%42",
    severity: "suspicious",
  });
  const { facts } = prepare({ kind: "incident", record });
  assert.equal(facts.src_ip, null);
  assert.equal(facts.dst_ip, "10.0.0.9");
  assert.equal(facts.dst_internal, true);
  assert.equal(facts.decision, "suspicious");
  assert.equal(facts.priority, "medium");
});

Deno.test("prepare gathers names and identifiers into words, without hostile characters and bounded", () => {
  const { words } = withFacts({
    httpHost: "shop.example",
    httpUserAgent: "curl/8.0",
    httpTarget: "/\u202e\u0000login",
    ja3: "e".repeat(32),
    sshClient: "SSH-2.0-libssh",
  });
  for (
    const word of [
      "1:abc=",
      "shop.example",
      "curl/8.0",
      "e".repeat(32),
      "SSH-2.0-libssh",
      "feedfacefeedfacefeedfacefeedface",
      "vertical_scan",
    ]
  ) assert.ok(words.split(" ").includes(word), word);
  assert.doesNotMatch(words, /[\p{Cc}\p{Cf}]/u);
  const long = withFacts({
    httpHost: "h".repeat(5000),
    httpUserAgent: "u".repeat(5000),
    httpTarget: "/" + "t".repeat(5000),
    dnsName: "d".repeat(5000),
    sshServer: "s".repeat(5000),
  });
  assert.ok(long.words.length <= 1024);
  const near = eventOf(
    scanVerdict(1, { reasons: [ruleReason({ weight: 0.3 })] }),
  );
  assert.doesNotMatch(prepare(near).words, /vertical_scan/);
  const change = prepare({ kind: "change", record: changeRecord() });
  assert.match(change.words, /ada .*scoring\.thresholds\.alert 0\.7 0\.8/);
});

Deno.test("prepare refuses what has no id or no time", () => {
  const entry = structuredClone(eventOf(scanVerdict(1)));
  entry.record.detection.detection_timestamp = "yesterday";
  assert.throws(() => prepare(entry), TypeError);
  entry.record.detection.detection_timestamp = "2026-01-02T03:04:05.000000Z";
  assert.equal(
    prepare(entry).timestampUs,
    Date.UTC(2026, 0, 2, 3, 4, 5) * 1000,
  );
  entry.record.detection.detection_timestamp = "2026-01-02T04:04:05.5+01:00";
  assert.equal(
    prepare(entry).timestampUs,
    Date.UTC(2026, 0, 2, 3, 4, 5) * 1000 + 500_000,
  );
  entry.record.rag_metadata.event_id = "x".repeat(65);
  assert.throws(() => prepare(entry), TypeError);
});

/** Any JSON value, hostile ones among them. */
function anything(random: () => number, depth = 0): unknown {
  const pick = Math.floor(random() * (depth > 2 ? 9 : 11));
  switch (pick) {
    case 0:
      return null;
    case 1:
      return random() < 0.5;
    case 2:
      return (random() - 0.5) * 10 ** (random() * 40 - 10);
    case 3:
      return Math.floor(random() * 70_000);
    case 4:
      return '\u202e\u0000\u0007\u2066[deadbeef]"\\\n\u{e0041}\ud800';
    case 5:
      return "x".repeat(Math.floor(random() * 5000));
    case 6:
      return ["tcp", "scan", "10.0.0.1", "ssh", "FAST_ONLY", "benign"][
        Math.floor(random() * 6)
      ];
    case 7:
      return "2026-01-02T03:04:05.000006Z";
    case 8:
      return ["__proto__", "constructor", "toString"][Math.floor(random() * 3)];
    case 9:
      return Array.from(
        { length: Math.floor(random() * 4) },
        () => anything(random, depth + 1),
      );
    default:
      return {
        code: anything(random, depth + 1),
        text: anything(random, depth + 1),
        weight: random(),
        value: anything(random, depth + 1),
        feature: anything(random, depth + 1),
      };
  }
}

function anyRecord(random: () => number): Entry {
  const record = structuredClone(recordOf(scanVerdict(1))) as unknown as Record<
    string,
    unknown
  >;
  for (const { path } of LOG_FIELDS) {
    if (random() < 0.6) continue;
    if (/event_id|detection_timestamp/.test(path)) continue;
    const names = path.split(".");
    const leaf = names.pop()!;
    const parent = names.reduce(
      (object, name) => object[name] as Record<string, unknown>,
      record,
    );
    parent[leaf] = anything(random);
  }
  const evidence = {
    reasons: anything(random),
    facts: {
      http_host: anything(random),
      http_target: anything(random),
      http_user_agent: anything(random),
      dns_name: anything(random),
      tls_sni: anything(random),
      ssh_client: anything(random),
    },
    features: {
      pair_flows: anything(random),
      fwd_pause_count: anything(random),
    },
  };
  return { kind: "event", record, evidence } as unknown as Entry;
}

Deno.test("prepare and narrate bear any values: they never throw, and their texts are bounded and clean", () => {
  const random = seeded(3);
  for (let turn = 0; turn < 3000; turn++) {
    const entry = anyRecord(random);
    const prepared = prepare(entry);
    assert.equal(behaviourText(entry), prepared.behaviour);
    assert.deepEqual(
      prepare(structuredClone(entry)).behaviour,
      prepared.behaviour,
    );
    assert.ok(prepared.behaviour.length <= 600);
    assert.ok(prepared.words.length <= 1024);
    const told = [narrate(prepared, "en"), narrate(prepared, "es")];
    for (const text of [prepared.behaviour, prepared.words, ...told]) {
      assert.doesNotMatch(text, /[\p{Cc}\p{Cf}\p{Cs}]/u);
      assert.doesNotMatch(text, /undefined|\bNaN\b|Infinity/);
    }
    for (const text of told) {
      assert.doesNotMatch(text, /[[\]]/);
      assert.ok(text.length <= 1600);
    }
    for (const [name, value] of Object.entries(prepared.facts)) {
      const type = FIELDS[name as keyof typeof FIELDS].type;
      const wanted = type === "address" || type === "text" ? "string" : type;
      assert.ok(value === null || typeof value === wanted, name);
    }
  }
});
