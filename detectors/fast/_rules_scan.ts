import { atLeast, atMost, lead, type Rule } from "./rule.ts";

// A probe gets no data back. (A RST counts as an answer of the flow, not as data.)
const NO_DATA_BACK = [{ feature: "bwd_payload_bytes", is: 0 }];

// Who only gets packets, as the victim of reflected floods does, looks for nothing.
const SENDS = [{ ...atLeast("out_packet_rate_60s", 0.3), guard: true }];
const SENDS_SLOWLY = [{ ...atLeast("out_byte_rate_300s", 3), guard: true }];
// The victim of a flood with forged or reflected packets gets answers to what it never asked.
const ASKED_FOR = {
  ...atMost("out_unsolicited_packet_rate_10s", 5),
  guard: true,
};

/** Searches for hosts and services. The subject is the scanner. */
export const SCAN_RULES: readonly Rule[] = [
  {
    code: "vertical_scan",
    category: "scan",
    subject: "initiator",
    text: "ports it tried by TCP, hardly any accepted",
    terms: [
      lead("out_unique_ports_30s", 20, 25),
      atLeast("out_syn_without_ack_ratio_30s", 0.6),
      // Peer-to-peer software tries many ports as well, each on another host.
      atMost("out_unique_destinations_30s", 10),
    ],
    flows: [...NO_DATA_BACK, { feature: "is_tcp", is: 1 }],
  },
  {
    code: "port_probing",
    category: "scan",
    subject: "initiator",
    text: "ports it tried on few hosts without any answer",
    terms: [
      lead("out_unique_ports_30s", 20, 25),
      atLeast("out_unanswered_ratio_30s", 0.8),
      atMost("out_unique_destinations_30s", 10),
      ...SENDS,
    ],
    flows: NO_DATA_BACK,
  },
  {
    code: "refused_scan",
    category: "scan",
    subject: "initiator",
    text: "ports that refused it",
    terms: [
      lead("out_unique_ports_30s", 20, 25),
      atLeast("out_tcp_rst_ratio_30s", 0.35),
      atMost("out_unique_destinations_30s", 10),
      ...SENDS,
    ],
    flows: [...NO_DATA_BACK, { feature: "is_tcp", is: 1 }],
  },
  {
    code: "horizontal_scan",
    category: "scan",
    subject: "initiator",
    text: "hosts it tried on the same few TCP ports, hardly any accepted",
    terms: [
      lead("out_unique_destinations_30s", 25, 20),
      atLeast("out_syn_without_ack_ratio_30s", 0.6),
      atMost("out_port_entropy_30s", 0.45),
    ],
    flows: [...NO_DATA_BACK, { feature: "is_tcp", is: 1 }],
  },
  {
    code: "host_probing",
    category: "scan",
    subject: "initiator",
    text: "hosts it tried on the same few ports without any answer",
    terms: [
      lead("out_unique_destinations_30s", 25, 20),
      atLeast("out_unanswered_ratio_30s", 0.7),
      atMost("out_port_entropy_30s", 0.45),
      ...SENDS,
      ASKED_FOR,
    ],
    flows: NO_DATA_BACK,
  },
  {
    code: "refused_sweep",
    category: "scan",
    subject: "initiator",
    text: "hosts that it tried and that refused it",
    terms: [
      lead("out_unique_destinations_30s", 25, 20),
      atLeast("out_tcp_rst_ratio_30s", 0.35),
      ...SENDS,
      ASKED_FOR,
    ],
    flows: [...NO_DATA_BACK, { feature: "is_tcp", is: 1 }],
  },
  {
    code: "scattered_scan",
    category: "scan",
    subject: "initiator",
    text: "hosts it tried on ever other TCP ports, none accepted",
    // Pairs of host and port in random order. Peer-to-peer software has some that answer, and tries fewer.
    terms: [
      lead("out_unique_destinations_30s", 100, 10),
      atLeast("out_unique_ports_30s", 60),
      atLeast("out_syn_without_ack_ratio_30s", 0.95),
      atLeast("out_unanswered_ratio_30s", 0.8),
    ],
    flows: [...NO_DATA_BACK, { feature: "is_tcp", is: 1 }],
  },
  {
    code: "icmp_sweep",
    category: "scan",
    subject: "initiator",
    text: "hosts it sent ICMP to",
    terms: [
      lead("out_icmp_flows_30s", 16, 16),
      atLeast("out_unique_destinations_30s", 16),
    ],
    flows: [{ feature: "is_icmp", is: 1 }],
  },
  {
    code: "icmp_probing",
    category: "scan",
    subject: "initiator",
    text: "hosts it sent ICMP to, many of them silent",
    // Monitoring asks hosts that are known to answer.
    terms: [
      lead("out_icmp_flows_30s", 12, 16),
      atLeast("out_unique_destinations_30s", 12),
      atLeast("out_unanswered_ratio_30s", 0.3),
      ...SENDS,
    ],
    flows: [{ feature: "is_icmp", is: 1 }],
  },
  {
    code: "few_ports_tried",
    category: "scan",
    subject: "initiator",
    text: "ports it tried by TCP on next to one host, none accepted",
    // Few, but all in vain: short scans look like this, and so do long ones that take their time.
    terms: [
      lead("out_unique_ports_30s", 8, 60),
      atLeast("out_syn_without_ack_ratio_30s", 0.85),
      atMost("out_unique_destinations_30s", 3),
    ],
    flows: [...NO_DATA_BACK, { feature: "is_tcp", is: 1 }],
    ceiling: 0.94,
  },
  {
    code: "few_hosts_tried",
    category: "scan",
    subject: "initiator",
    text: "hosts inside it tried on next to one TCP port, none accepted",
    // Of hosts outside a browser without a connection tries as many.
    terms: [
      lead("out_internal_destinations_30s", 8, 60),
      atLeast("out_syn_without_ack_ratio_30s", 0.85),
      atLeast("out_unanswered_ratio_30s", 0.85),
      atMost("out_port_entropy_30s", 0.33),
    ],
    flows: [...NO_DATA_BACK, { feature: "is_tcp", is: 1 }],
    ceiling: 0.94,
  },
  {
    code: "arp_sweep",
    category: "scan",
    subject: "initiator",
    text: "addresses it asked for by ARP",
    terms: [lead("out_arp_targets_30s", 40, 6)],
    flows: [
      { feature: "is_tcp", is: 0 },
      { feature: "is_udp", is: 0 },
      { feature: "is_icmp", is: 0 },
    ],
  },
  {
    code: "slow_scan",
    category: "scan",
    subject: "initiator",
    text: "ports it tried over five minutes, most without an answer",
    terms: [
      lead("out_unique_ports_300s", 25, 20),
      atLeast("out_port_scan_pattern_score_300s", 0.5),
      atMost("out_unique_destinations_300s", 20),
      ...SENDS_SLOWLY,
    ],
    flows: NO_DATA_BACK,
  },
  {
    code: "slow_refused_scan",
    category: "scan",
    subject: "initiator",
    text: "ports it tried over five minutes, each for a moment only",
    terms: [
      lead("out_unique_ports_300s", 30, 20),
      atMost("out_avg_flow_duration_seconds_300s", 0.3),
      atMost("out_unique_destinations_300s", 20),
      ASKED_FOR,
    ],
    flows: [...NO_DATA_BACK, { feature: "is_tcp", is: 1 }],
  },
  {
    code: "slow_sweep",
    category: "scan",
    subject: "initiator",
    text: "hosts it tried over five minutes, most without an answer",
    terms: [
      lead("out_unique_destinations_300s", 30, 20),
      atLeast("out_port_scan_pattern_score_300s", 0.6),
      atMost("out_port_entropy_300s", 0.45),
      // Games, calls and measurements ask many hosts by UDP, half of them in vain.
      atLeast("out_tcp_udp_ratio_60s", 0.5),
      ...SENDS_SLOWLY,
    ],
    flows: [...NO_DATA_BACK, { feature: "is_tcp", is: 1 }],
  },
  {
    code: "slow_inner_sweep",
    category: "scan",
    subject: "initiator",
    text:
      "hosts inside it tried over five minutes on the same few ports, most without an answer",
    // By UDP too: games and calls that ask many hosts in vain ask outside.
    terms: [
      lead("out_internal_destinations_300s", 30, 20),
      atLeast("out_port_scan_pattern_score_300s", 0.6),
      atMost("out_port_entropy_300s", 0.45),
      ...SENDS_SLOWLY,
    ],
    flows: NO_DATA_BACK,
  },
];
