import assert from "node:assert/strict";
import { FLOW_FEATURES, HOST_FEATURES } from "@ml-defender/events";
import { optional } from "../_optional.ts";
import { BINS } from "./hash.ts";
import { Networks } from "./networks.ts";
import { type KeyedRecord, type KeyedRun, keyedRun } from "./records.ts";
import { runOracle } from "./flows.ts";
import { dnsMessage, Tiny } from "./tiny.ts";
import { hasTshark, type PacketFacts, readPackets } from "./tshark.ts";

const available = await hasTshark();
const reason = "tshark is not installed";
const NETWORKS = new Networks(["10.0.0.0/8", "fe80::/10"]);
const OPTIONS = {
  servicePorts: new Set([53, 80]),
  prefixBytes: 512,
  activeTimeoutMs: 60_000,
};

async function packetsOf(bytes: Uint8Array): Promise<PacketFacts[]> {
  const path = await Deno.makeTempFile({ suffix: ".pcap" });
  try {
    await Deno.writeFile(path, bytes);
    return await readPackets(path);
  } finally {
    await Deno.remove(path);
  }
}

async function runOf(tiny: Tiny): Promise<KeyedRun> {
  const run = runOracle(await packetsOf(tiny.bytes()), OPTIONS);
  return keyedRun(run, { networks: NETWORKS, bins: BINS });
}

function value(record: KeyedRecord | undefined, name: string): number {
  const names = record?.features.length === FLOW_FEATURES.length
    ? FLOW_FEATURES
    : HOST_FEATURES;
  const index = names.findIndex((it) => it.name === name);
  assert.notEqual(index, -1, `no feature ${name}`);
  return record?.features[index] ?? NaN;
}

const A = "10.0.0.1:1111";
const B = "93.184.216.34:80";

Deno.test("Networks tells internal, external and group addresses apart", () => {
  assert.equal(NETWORKS.isInternal("4:0a010203"), true);
  assert.equal(NETWORKS.isExternal("4:0b010203"), true);
  assert.equal(NETWORKS.isExternal("4:e00000fb"), false);
  assert.equal(NETWORKS.isExternal("4:ffffffff"), false);
  assert.equal(NETWORKS.isInternal(`6:fe80${"0".repeat(28)}`), true);
  assert.equal(NETWORKS.isExternal(`6:ff02${"0".repeat(28)}`), false);
});

Deno.test("BINS hashes ports and addresses into 32 bins and uses all of them", () => {
  const ports = new Set<number>();
  for (let port = 0; port < 2000; port++) ports.add(BINS.ofPort(port));
  assert.deepEqual([...ports].sort((a, b) => a - b), [...Array(32).keys()]);
  const bin = BINS.ofAddress("4:0a000001");
  assert.ok(bin >= 0 && bin < 32);
  assert.equal(bin, BINS.ofAddress("4:0a000001".padEnd(34, "0")));
});

optional({
  name: "readPackets gives lengths, ports, fragments and truncated nanoseconds",
  available,
  reason,
  fn: async () => {
    const tiny = new Tiny().handshake(0, A, B)
      .udpFragments(1, "10.0.0.1:5000", "10.0.0.2:53", "x".repeat(100))
      .arp(2, "10.0.0.1", "10.0.0.9", 1)
      .icmp(3.0000019, "10.0.0.1", "10.0.0.2", 8, "abcdefghij");
    const packets = await packetsOf(tiny.bytes({ nanoseconds: true }));
    const [syn, , , first, later, arp, icmp] = packets;
    assert.equal(packets.length, 7);
    assert.deepEqual([syn?.src, syn?.dst, syn?.srcPort, syn?.flags], [
      "4:0a000001",
      "4:5db8d822",
      1111,
      2,
    ]);
    assert.equal(first?.payloadLength, 56);
    assert.deepEqual(
      [later?.srcPort, later?.dstPort, later?.payloadLength],
      [5000, 53, 44],
    );
    assert.equal(later?.laterFragment, true);
    assert.deepEqual([arp?.kind, arp?.type, arp?.dst], [
      "arp",
      1,
      "4:0a000009",
    ]);
    assert.equal(icmp?.timeUs, 1_600_000_003_000_001);
    assert.deepEqual([icmp?.type, icmp?.payloadLength], [8, 10]);
  },
});

optional({
  name: "runOracle gives one flow the features that its packets say",
  available,
  reason,
  fn: async () => {
    const request = "GET /a?b=(1) HTTP/1.1\r\nHost: x1.example\r\n\r\n";
    const tiny = new Tiny().handshake(0, A, B).tcp(0.5, A, B, "PA", request)
      .tcp(2, B, A, "PA", "HTTP/1.1 200 OK\r\n\r\n").tcp(2.5, B, A, "FA")
      .tcp(3, A, B, "FA");
    const { flows, hosts } = await runOf(tiny);
    const [flow] = flows;
    assert.equal(flows.length, 1);
    assert.equal(flow?.facts, "fin final true confidence 100");
    assert.equal(value(flow, "duration_s"), 3);
    assert.equal(value(flow, "fwd_packets"), 4);
    assert.equal(value(flow, "bwd_packets"), 3);
    assert.equal(value(flow, "fwd_bytes"), 4 * 54 + request.length);
    assert.equal(value(flow, "iat_max_s"), 1.5);
    assert.equal(value(flow, "fwd_pause_count"), 1);
    assert.equal(value(flow, "fwd_pause_mean_s"), 2.5);
    assert.equal(value(flow, "fin_count"), 2);
    assert.equal(value(flow, "http_target_length"), 8);
    assert.equal(value(flow, "http_target_special_ratio"), 2 / 8);
    assert.equal(value(flow, "name_length"), 10);
    assert.equal(value(flow, "name_digit_ratio"), 0.1);
    assert.equal(value(flow, "pair_flows"), 1);
    assert.ok(Number.isNaN(value(flow, "pair_gap_mean_s")));
    assert.equal(value(flow, "src_connection_rate_10s"), 0.1);
    assert.equal(value(flow, "src_http_requests_60s"), 1);
    assert.equal(value(flow, "src_avg_flow_duration_seconds_300s"), 3);
    assert.equal(value(flow, "src_external_upload_bytes_60s"), request.length);
    assert.ok(Number.isNaN(value(flow, "src_new_external_ips_30s")));
    assert.equal(value(flow, "dst_syn_ack_ratio_10s"), 1);
    assert.equal(value(flow, "dst_resource_saturation_score_10s"), 0);
    assert.equal(hosts.length, 2);
  },
});

optional({
  name:
    "runOracle counts an unanswered scan while it runs, and the victim's side",
  available,
  reason,
  fn: async () => {
    const tiny = new Tiny();
    for (let port = 1; port <= 20; port++) {
      tiny.tcp(port / 10, "10.0.0.1:40000", `10.0.0.2:${port}`, "S");
    }
    tiny.udp(12, "10.0.0.1:1", "10.0.0.2:2");
    const { flows, hosts } = await runOf(tiny);
    assert.equal(flows.length, 21);
    const scanner = hosts.find((it) => it.key.startsWith("4:0a000001"));
    assert.equal(hosts.length, 2);
    assert.equal(scanner?.facts, "packets 20");
    assert.equal(value(scanner, "out_unique_ports_10s"), 20);
    assert.equal(value(scanner, "out_unanswered_ratio_10s"), 1);
    assert.equal(value(scanner, "out_port_scan_pattern_score_30s"), 1);
    assert.equal(value(scanner, "out_syn_without_ack_ratio_10s"), 1);
    const victim = hosts.find((it) => it.key.startsWith("4:0a000002"));
    assert.equal(value(victim, "in_syn_rate_10s"), 2);
    assert.equal(value(victim, "in_source_ip_dispersion_10s"), 1);
    assert.equal(value(victim, "in_resource_saturation_score_10s"), 20 / 120);
  },
});

optional({
  name:
    "runOracle ends flows when idle, splits them at the timeout, and reports long ones",
  available,
  reason,
  fn: async () => {
    const tiny = new Tiny();
    tiny.udp(0, "10.0.0.1:1", "10.0.0.2:2").udp(31, "10.0.0.1:1", "10.0.0.2:2");
    for (let at = 0; at <= 130; at += 10) {
      tiny.icmp(40 + at, "10.0.0.3", "10.0.0.4", 8)
        .icmp(40.5 + at, "10.0.0.4", "10.0.0.3", 0);
    }
    const { flows } = await runOf(tiny);
    assert.deepEqual(flows.map((it) => it.facts), [
      "idle final true confidence 50",
      "idle final true confidence 50",
      "active final false confidence 95",
      "active final false confidence 95",
      "capture_end final true confidence 95",
    ]);
    assert.equal(value(flows.at(-1), "fwd_packets"), 14);
    assert.equal(value(flows.at(-1), "fwd_pause_cv"), 0);
  },
});

optional({
  name: "runOracle tells new addresses and DNS names by what was used before",
  available,
  reason,
  fn: async () => {
    const tiny = new Tiny();
    const resolver = "10.0.0.53:53";
    for (let at = 0; at <= 310; at += 10) {
      const port = 2000 + at;
      tiny.handshake(at, `10.0.0.1:${port}`, B);
      const name = at % 20 === 0 ? "a.example.org" : `b${at}.Example.org`;
      const client = `10.0.0.1:${port + 1}`;
      tiny.udp(at + 1, client, resolver, dnsMessage(name, { type: 16 }));
      tiny.udp(
        at + 2,
        resolver,
        client,
        dnsMessage(name, { response: true, rcode: 3 }),
      );
    }
    tiny.handshake(312, "10.0.0.1:9", "8.8.8.8:443");
    const { hosts } = await runOf(tiny);
    const last = hosts.filter((it) => it.key.startsWith("4:0a000001")).at(-1);
    assert.equal(value(last, "out_new_external_ips_30s"), 1);
    assert.equal(value(last, "out_external_destinations_30s"), 2);
    assert.equal(value(last, "out_dns_unique_names_60s"), 4);
    assert.equal(value(last, "out_dns_names_per_zone_300s"), 16);
    assert.equal(value(last, "out_dns_rare_type_ratio_300s"), 1);
    assert.equal(value(last, "out_failed_dns_queries_ratio_30s"), 1);
    assert.equal(value(last, "out_dns_query_rate_per_min_60s"), 6);
    assert.equal(value(last, "out_burst_connections_count_30s"), 3);
  },
});
