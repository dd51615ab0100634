/** Verdicts and incidents for the tests: the same number gives the same event. */
import type { IncidentUpdate, Verdict } from "@ml-defender/events";

/** A verdict that policy logs. */
export function verdict(
  number: number,
  changes: Partial<Verdict> = {},
): Verdict {
  const startUs = 1_700_000_000_000_000 + number * 1000;
  return {
    eventId: number.toString(16).padStart(32, "0"),
    timestampUs: startUs + 500_000,
    category: "scan",
    subject: "192.0.2.7",
    fastScore: 0.95,
    mlScore: 0.91,
    finalScore: 0.95,
    divergence: 0.04,
    authoritativeSource: "CONSENSUS",
    severity: "high",
    confidence: 0.9,
    predictions: { ddos: 0.01, internal: 0.91 },
    reasons: [{
      code: "many_ports",
      text: "many destination ports",
      feature: "src_unique_ports_10s",
      value: 120 + number % 7,
      threshold: 10,
      weight: 0.95,
    }],
    counterEvidence: [],
    incidentId: "feedfacefeedfacefeedfacefeedface",
    flow: {
      id: number.toString(16).padStart(32, "0"),
      startUs,
      endUs: startUs + 250_000,
      sourceAddress: "192.0.2.7",
      destinationAddress: "10.0.0.5",
      sourcePort: 40_000 + number % 20_000,
      destinationPort: 22,
      protocol: 6,
      kind: "ip",
      ipVersion: 4,
      app: "ssh",
      endReason: "rst",
      final: true,
      sequence: 0,
      directionConfidence: 100,
      sourceInternal: false,
      destinationInternal: true,
      vlan: 0,
      vni: 0,
      interfaceId: 0,
      forwardPackets: 3,
      backwardPackets: 1,
      forwardBytes: 180,
      backwardBytes: 60,
      facts: { sshClient: 'SSH-2.0-"x"\n' },
      communityId: "1:abc=",
    },
    features: {
      syn_count: 1,
      ack_count: 2,
      fin_count: 0,
      rst_count: 1,
      psh_count: 0,
      iat_mean_s: 0.0625,
      iat_std_s: 0.01,
      fwd_iat_mean_s: 0.125,
      len_min: 60,
      len_max: 60,
      len_std: 0,
    },
    ...changes,
  };
}

/** A verdict that policy logs only as a sample. Its id is spread as a hash is. */
export function benign(number: number): Verdict {
  const { incidentId: _, ...rest } = verdict(number, {
    eventId: (Math.imul(number + 1, 0x9e3779b1) >>> 0).toString(16)
      .padStart(8, "0").padEnd(32, "0"),
    category: null,
    subject: null,
    fastScore: 0,
    mlScore: 0.02,
    finalScore: 0.02,
    divergence: 0.02,
    severity: null,
    reasons: [],
  });
  return rest;
}

/** A step of an incident. */
export function incident(
  number: number,
  state: IncidentUpdate["state"] = "opened",
): IncidentUpdate {
  return {
    state,
    incident: {
      id: number.toString(16).padStart(32, "0"),
      subject: "192.0.2.7",
      category: "scan",
      severity: "alert",
      finalScore: 0.9,
      fastScore: 0.9,
      mlScore: null,
      divergence: null,
      authoritativeSource: "FAST_ONLY",
      firstSeenUs: 1_700_000_000_000_000,
      lastSeenUs: 1_700_000_001_000_000,
      flows: 3,
      windows: 1,
      peers: ["10.0.0.5"],
      reasons: [],
      corroborated: false,
      eventIds: [number.toString(16)],
    },
  };
}
