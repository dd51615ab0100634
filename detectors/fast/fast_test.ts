import assert from "node:assert/strict";
import {
  CATEGORIES,
  type FlowBatch,
  type HostBatch,
} from "@ml-defender/events";
import { FastRules } from "./fast.ts";
import { BASE_RULES } from "./profiles.ts";
import { lead, type Rule } from "./rule.ts";
import { flowBatch, hostBatch, type Values } from "./rows_test.ts";

// The rules as written: thresholds that are derived from traffic move, their sense does not.
const rules = new FastRules(BASE_RULES);

function codes(batch: FlowBatch | HostBatch): string[] {
  return rules.explain(batch, 0).map((evidence) => evidence.detector);
}

interface Case {
  rule: string;
  kind: "flow" | "host";
  fires: Values;
  counter: [why: string, changes: Values][];
}

const MIB = 1_048_576;
const CASES: Case[] = [
  {
    rule: "syn_flood",
    kind: "host",
    fires: {
      in_syn_rate_10s: 900,
      in_resource_saturation_score_10s: 0.98,
      in_unique_ports_10s: 1,
    },
    counter: [
      ["a busy server completes its handshakes", {
        in_resource_saturation_score_10s: 0.2,
      }],
      ["a scanned host sees many ports", { in_unique_ports_10s: 800 }],
    ],
  },
  {
    rule: "syn_flood",
    kind: "flow",
    fires: {
      is_tcp: 1,
      bwd_payload_bytes: 0,
      dst_syn_rate_10s: 900,
      dst_resource_saturation_score_10s: 0.98,
      dst_unique_ports_10s: 1,
    },
    counter: [["a client that is served during the flood", {
      bwd_payload_bytes: 900,
    }], ["UDP to the same host", { is_tcp: 0 }]],
  },
  {
    rule: "half_open_saturation",
    kind: "host",
    fires: { in_resource_saturation_score_10s: 0.7, in_unique_ports_10s: 1 },
    counter: [["few are open", { in_resource_saturation_score_10s: 0.1 }]],
  },
  {
    rule: "udp_flood",
    kind: "host",
    fires: { in_udp_packet_rate_10s: 9000, in_reply_byte_ratio_10s: 0 },
    counter: [["a call has two directions", { in_reply_byte_ratio_10s: 0.5 }]],
  },
  {
    rule: "udp_flood_distributed",
    kind: "host",
    fires: {
      in_source_ip_dispersion_10s: 400,
      in_udp_packet_rate_10s: 120,
      in_reply_byte_ratio_10s: 0,
    },
    counter: [["a name server answers", { in_reply_byte_ratio_10s: 0.6 }]],
  },
  {
    rule: "icmp_flood",
    kind: "host",
    fires: { in_icmp_packet_rate_10s: 500 },
    counter: [["one ping a second", { in_icmp_packet_rate_10s: 1 }]],
  },
  {
    rule: "amplification",
    kind: "host",
    fires: {
      out_unsolicited_byte_rate_10s: 400_000,
      out_unsolicited_packet_rate_10s: 300,
    },
    counter: [["a few stray packets", {
      out_unsolicited_packet_rate_10s: 2,
      out_unsolicited_byte_rate_10s: 3000,
    }]],
  },
  {
    rule: "http_flood",
    kind: "host",
    fires: { in_http_request_rate_10s: 300 },
    counter: [["a visited site", { in_http_request_rate_10s: 5 }]],
  },
  {
    rule: "slow_http",
    kind: "flow",
    fires: {
      fwd_pause_count: 5,
      app_http: 1,
      duration_s: 60,
      upload_ratio: 1,
      fwd_payload_bytes: 600,
      dst_connection_rate_60s: 3,
    },
    counter: [
      ["the server answered", { upload_ratio: 0.1 }],
      ["one slow client", { dst_connection_rate_60s: 0.02 }],
    ],
  },
  {
    rule: "slow_connections",
    kind: "host",
    fires: {
      in_connection_rate_60s: 5,
      in_avg_packet_size_10s: 80,
      in_reply_byte_ratio_10s: 0.4,
      in_flow_completion_rate_60s: 1,
      in_unique_ports_60s: 1,
      in_tcp_rst_ratio_10s: 0,
      in_http_request_rate_10s: 4,
    },
    counter: [["pages are served", { in_reply_byte_ratio_10s: 0.9 }]],
  },
  {
    rule: "vertical_scan",
    kind: "host",
    fires: {
      out_unique_ports_30s: 200,
      out_syn_without_ack_ratio_30s: 0.99,
      out_unique_destinations_30s: 1,
    },
    counter: [["connections are accepted", {
      out_syn_without_ack_ratio_30s: 0.05,
    }], ["a browser's few ports", { out_unique_ports_30s: 3 }]],
  },
  {
    rule: "port_probing",
    kind: "host",
    fires: {
      out_unique_ports_30s: 200,
      out_unanswered_ratio_30s: 0.98,
      out_unique_destinations_30s: 1,
      out_packet_rate_60s: 4,
    },
    counter: [["peer-to-peer software", { out_unique_destinations_30s: 190 }]],
  },
  {
    rule: "refused_scan",
    kind: "host",
    fires: {
      out_unique_ports_30s: 200,
      out_tcp_rst_ratio_30s: 0.5,
      out_unique_destinations_30s: 1,
      out_packet_rate_60s: 4,
    },
    counter: [["hardly any resets", { out_tcp_rst_ratio_30s: 0.02 }]],
  },
  {
    rule: "horizontal_scan",
    kind: "host",
    fires: {
      out_unique_destinations_30s: 120,
      out_syn_without_ack_ratio_30s: 0.95,
      out_port_entropy_30s: 0,
    },
    counter: [["a crawler is answered", {
      out_syn_without_ack_ratio_30s: 0.03,
    }]],
  },
  {
    rule: "host_probing",
    kind: "host",
    fires: {
      out_unique_destinations_30s: 120,
      out_unanswered_ratio_30s: 0.95,
      out_port_entropy_30s: 0,
      out_packet_rate_60s: 2,
    },
    counter: [["the victim of a reflected flood sends nothing", {
      out_packet_rate_60s: 0,
    }], ["peer-to-peer software uses many ports", {
      out_port_entropy_30s: 0.95,
    }]],
  },
  {
    rule: "refused_sweep",
    kind: "host",
    fires: {
      out_unique_destinations_30s: 120,
      out_tcp_rst_ratio_30s: 0.45,
      out_packet_rate_60s: 4,
    },
    counter: [["browsing", { out_tcp_rst_ratio_30s: 0.02 }]],
  },
  {
    rule: "icmp_sweep",
    kind: "host",
    fires: { out_icmp_flows_30s: 100, out_unique_destinations_30s: 100 },
    counter: [["one host is pinged", {
      out_icmp_flows_30s: 1,
      out_unique_destinations_30s: 1,
    }]],
  },
  {
    rule: "arp_sweep",
    kind: "host",
    fires: { out_arp_targets_30s: 250 },
    counter: [["a router with some neighbours", { out_arp_targets_30s: 6 }]],
  },
  {
    rule: "slow_scan",
    kind: "host",
    fires: {
      out_unique_ports_300s: 60,
      out_port_scan_pattern_score_300s: 0.95,
      out_unique_destinations_300s: 1,
      out_byte_rate_300s: 12,
    },
    counter: [["answers come", { out_port_scan_pattern_score_300s: 0.05 }]],
  },
  {
    rule: "slow_refused_scan",
    kind: "host",
    fires: {
      out_unique_ports_300s: 60,
      out_avg_flow_duration_seconds_300s: 0.01,
      out_unique_destinations_300s: 1,
    },
    counter: [["real connections last", {
      out_avg_flow_duration_seconds_300s: 20,
    }]],
  },
  {
    rule: "slow_sweep",
    kind: "host",
    fires: {
      out_unique_destinations_300s: 90,
      out_port_scan_pattern_score_300s: 0.9,
      out_port_entropy_300s: 0,
      out_byte_rate_300s: 18,
    },
    counter: [["answers come", { out_port_scan_pattern_score_300s: 0.02 }]],
  },
  {
    rule: "password_guessing",
    kind: "host",
    fires: {
      out_login_flows_60s: 80,
      out_login_targets_300s: 1,
      out_unanswered_ratio_30s: 0,
    },
    counter: [
      ["an administrator's few sessions", { out_login_flows_60s: 2 }],
      ["nobody answers: a search", { out_unanswered_ratio_30s: 1 }],
    ],
  },
  {
    rule: "slow_password_guessing",
    kind: "host",
    fires: {
      out_login_flows_300s: 90,
      out_login_targets_300s: 1,
      out_unanswered_ratio_300s: 0,
    },
    counter: [["configuration of many machines", {
      out_login_targets_300s: 40,
    }]],
  },
  {
    rule: "password_spraying",
    kind: "host",
    fires: {
      out_login_targets_300s: 20,
      out_login_flows_300s: 120,
      out_unanswered_ratio_300s: 0.1,
    },
    counter: [["each host once", { out_login_flows_300s: 20 }]],
  },
  {
    rule: "login_pressure",
    kind: "host",
    fires: {
      in_login_flows_60s: 200,
      in_source_ip_dispersion_60s: 40,
      in_flow_completion_rate_60s: 1,
      in_resource_saturation_score_10s: 0,
    },
    counter: [["a flood of its SSH port", {
      in_resource_saturation_score_10s: 0.97,
    }], ["one source", { in_source_ip_dispersion_60s: 1 }]],
  },
  {
    rule: "smb_fan_out",
    kind: "host",
    fires: {
      out_smb_connection_diversity_30s: 15,
      out_smb_upload_bytes_60s: 40_000,
    },
    counter: [
      ["a bare scan of port 445", { out_smb_upload_bytes_60s: 0 }],
      ["two file servers", { out_smb_connection_diversity_30s: 2 }],
    ],
  },
  {
    rule: "slow_smb_fan_out",
    kind: "host",
    fires: {
      out_smb_connection_diversity_300s: 30,
      out_smb_upload_bytes_60s: 40_000,
    },
    counter: [["two file servers", { out_smb_connection_diversity_300s: 2 }]],
  },
  {
    rule: "login_fan_out",
    kind: "host",
    fires: {
      out_login_targets_300s: 10,
      out_lateral_movement_score_300s: 0.91,
      out_login_flows_300s: 12,
      out_unanswered_ratio_300s: 0.1,
    },
    counter: [["two servers", {
      out_login_targets_300s: 2,
      out_lateral_movement_score_300s: 0.67,
    }]],
  },
  {
    rule: "smb_worm",
    kind: "host",
    fires: {
      out_smb_connection_diversity_30s: 25,
      out_smb_upload_bytes_60s: 30 * MIB,
    },
    counter: [["little is uploaded", { out_smb_upload_bytes_60s: 10_000 }]],
  },
  {
    rule: "smb_rewriting",
    kind: "host",
    fires: {
      out_smb_upload_bytes_60s: 300 * MIB,
      out_smb_download_bytes_60s: 290 * MIB,
    },
    counter: [["a backup only writes", { out_smb_download_bytes_60s: MIB }]],
  },
  {
    rule: "dns_tunnel",
    kind: "host",
    fires: {
      out_dns_name_length_mean_60s: 90,
      out_dns_query_entropy_30s: 0.85,
      out_dns_unique_names_60s: 200,
    },
    counter: [["ordinary names", {
      out_dns_name_length_mean_60s: 18,
      out_dns_query_entropy_30s: 0.6,
    }]],
  },
  {
    rule: "dns_names_per_zone",
    kind: "host",
    fires: {
      out_dns_names_per_zone_300s: 80,
      out_dns_name_length_mean_300s: 60,
      out_dns_query_entropy_300s: 0.8,
    },
    counter: [["each zone has few names", { out_dns_names_per_zone_300s: 2 }]],
  },
  {
    rule: "dns_rare_types",
    kind: "host",
    fires: {
      out_dns_rare_type_ratio_300s: 0.9,
      out_dns_names_per_zone_300s: 50,
      out_dns_unique_names_300s: 100,
    },
    counter: [["a mail server asks for TXT of many zones", {
      out_dns_names_per_zone_300s: 1.2,
    }]],
  },
  {
    rule: "dns_tunnel_flow",
    kind: "flow",
    fires: { dns_name_length_mean: 100, dns_queries: 200, name_entropy: 4 },
    counter: [["one query", { dns_queries: 1 }]],
  },
  {
    rule: "nxdomain_burst",
    kind: "host",
    fires: {
      out_failed_dns_queries_ratio_300s: 0.9,
      out_dns_unique_names_300s: 150,
      out_dns_names_per_zone_300s: 1,
    },
    counter: [["some mistyped names", { out_dns_unique_names_300s: 4 }]],
  },
  {
    rule: "external_upload",
    kind: "host",
    fires: {
      out_external_upload_bytes_300s: 400 * MIB,
      out_data_exfiltration_indicators_300s: 0.98,
    },
    counter: [["a download", { out_data_exfiltration_indicators_300s: 0.02 }]],
  },
  {
    rule: "upload_flow",
    kind: "flow",
    fires: {
      fwd_payload_bytes: 300 * MIB,
      upload_ratio: 0.99,
      dst_is_internal: 0,
    },
    counter: [["to a server inside", { dst_is_internal: 1 }]],
  },
  {
    rule: "beacon",
    kind: "flow",
    fires: {
      pair_flows: 40,
      pair_gap_cv: 0.1,
      pair_gap_mean_s: 30,
      is_tcp: 1,
      dst_is_internal: 0,
      fwd_payload_bytes: 400,
      duration_s: 0.3,
      login_service: 0,
    },
    counter: [
      ["guesses at a login service", { login_service: 1 }],
      ["uneven visits", { pair_gap_cv: 1.4 }],
      ["a few visits", { pair_flows: 3 }],
      ["inside", { dst_is_internal: 1 }],
    ],
  },
  {
    rule: "beacon_in_connection",
    kind: "flow",
    fires: {
      fwd_pause_count: 40,
      fwd_pause_cv: 0.05,
      fwd_pause_mean_s: 10,
      is_tcp: 1,
      dst_is_internal: 0,
      fwd_len_mean: 150,
      empty_payload_ratio: 0.4,
    },
    counter: [["bare keep-alives", { empty_payload_ratio: 0.98 }]],
  },
  {
    rule: "mining",
    kind: "flow",
    fires: {
      duration_s: 900,
      is_tcp: 1,
      dst_is_internal: 0,
      dst_port_registered: 1,
      app_tls: 0,
      app_http: 0,
      app_smb: 0,
      login_service: 0,
      fwd_payload_entropy: 4.8,
      bwd_payload_entropy: 4.9,
      byte_rate: 60,
      fwd_pause_count: 30,
    },
    counter: [["encrypted", { app_tls: 1 }], ["a download", {
      byte_rate: 900_000,
    }]],
  },
  {
    rule: "web_attack",
    kind: "flow",
    fires: { http_target_special_ratio: 0.25, http_target_length: 120 },
    counter: [["a plain page", { http_target_special_ratio: 0 }]],
  },
  {
    rule: "web_probing",
    kind: "host",
    fires: {
      out_http_requests_60s: 900,
      out_unique_destinations_30s: 1,
      out_unanswered_ratio_30s: 0,
      out_upload_download_ratio_300s: 0.2,
    },
    counter: [["browsing", { out_http_requests_60s: 12 }], [
      "requests that are held open",
      { out_upload_download_ratio_300s: 40 },
    ]],
  },
];

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
