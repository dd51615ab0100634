import assert from "node:assert/strict";
import { FLOW_FEATURES, HOST_FEATURES } from "@ml-defender/events";
import { FastRules } from "./fast.ts";
import { BASE_RULES, DEFAULT_PROVENANCE, resolveRules } from "./profiles.ts";
import { hostBatch } from "./rows_test.ts";

const legacy = new FastRules({ profile: "legacy" });

// Feature -> the earlier system's number; it alerts above, not at it.
const LEGACY: [string, string, number][] = [
  ["external_ips_10s", "out_external_destinations_10s", 10],
  ["smb_connections_10s", "out_smb_connection_diversity_10s", 3],
  ["ports_10s", "out_unique_ports_10s", 10],
  ["rst_ratio_10s", "out_tcp_rst_ratio_10s", 0.2],
  ["external_ips_30s", "out_external_destinations_30s", 15],
  ["smb_diversity_30s", "out_smb_connection_diversity_30s", 10],
  ["failed_dns_30s", "out_failed_dns_queries_ratio_30s", 0.3],
  ["upload_download_30s", "out_upload_download_ratio_30s", 3],
  ["burst_connections_30s", "out_burst_connections_count_30s", 50],
  ["unique_destinations_30s", "out_unique_destinations_30s", 30],
  ["syn_flood_10s", "in_syn_rate_10s", 10_000],
  ["udp_flood_10s", "in_udp_packet_rate_10s", 50_000],
  ["icmp_flood_10s", "in_icmp_packet_rate_10s", 5_000],
];

for (const [code, feature, threshold] of LEGACY) {
  Deno.test(`the legacy rule ${code} fires above ${threshold}, not at it`, () => {
    const at = legacy.explain(hostBatch([{ [feature]: threshold }]), 0);
    assert.deepEqual(at, []);
    const below = legacy.explain(
      hostBatch([{ [feature]: threshold * 0.999 }]),
      0,
    );
    assert.deepEqual(below, []);
    const above = legacy.explain(
      hostBatch([{ [feature]: threshold * 1.001 }]),
      0,
    );
    assert.equal(above[0]?.detector, code);
    assert.equal(above[0]?.reasons[0]?.threshold, threshold);
  });
}

Deno.test("every feature that a rule names exists for the records it is meant for", () => {
  const flow = new Set(FLOW_FEATURES.map((one) => one.name));
  const host = new Set(HOST_FEATURES.map((one) => one.name));
  for (
    const rule of [...BASE_RULES, ...resolveRules({ profile: "legacy" })]
  ) {
    for (const { feature } of [...rule.terms, ...rule.flows ?? []]) {
      const known = /^(out|in)_/.test(feature)
        ? host.has(feature)
        : flow.has(feature);
      assert.ok(known, `${rule.code}: ${feature}`);
    }
  }
});

Deno.test("the default profile has every rule and says where its numbers are from", () => {
  assert.deepEqual(
    resolveRules().map((rule) => rule.code),
    BASE_RULES.map((rule) => rule.code),
  );
  assert.equal(typeof DEFAULT_PROVENANCE.method, "string");
});

Deno.test("thresholds can be replaced and rules left out", () => {
  const changed = resolveRules({
    thresholds: { arp_sweep: { out_arp_targets_30s: 99 } },
    disabled: ["mining"],
  });
  assert.equal(
    changed.find((rule) => rule.code === "arp_sweep")?.terms[0]?.threshold,
    99,
  );
  assert.ok(!changed.some((rule) => rule.code === "mining"));
});

Deno.test("wrong thresholds are refused with where, what is wanted and what is there", () => {
  const change = (thresholds: unknown) => () =>
    resolveRules({ thresholds: thresholds as Record<string, never> });
  assert.throws(change({ nosuch: {} }), /TypeError: .*'nosuch'/);
  assert.throws(
    change({ arp_sweep: { speed: 1 } }),
    /TypeError: .*thresholds\.arp_sweep\.speed.*out_arp_targets_30s/,
  );
  assert.throws(
    change({ arp_sweep: { out_arp_targets_30s: "40" } }),
    /TypeError: .*must be a number, is string/,
  );
  for (const bad of [NaN, -1, 0, Infinity]) {
    assert.throws(
      change({ arp_sweep: { out_arp_targets_30s: bad } }),
      RangeError,
    );
  }
  assert.throws(() => resolveRules({ disabled: ["nosuch"] }), TypeError);
  assert.throws(
    () => resolveRules({ profile: "best" as "legacy" }),
    /must be 'default' or 'legacy'/,
  );
});
