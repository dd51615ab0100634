/** Literal evidence, flows and verdicts for the tests of this folder. */
import type {
  Category,
  Evidence,
  Flow,
  HostWindow,
  Verdict,
} from "@ml-defender/events";

/** Evidence of a rule. */
export function rule(
  category: Category,
  score: number,
  changes: Partial<Evidence> = {},
): Evidence {
  const detector = changes.detector ?? "some_rule";
  return {
    engine: "fast",
    detector,
    category,
    subject: "10.0.0.1",
    score,
    reasons: [{
      code: detector,
      text: "seen",
      feature: "packet_rate",
      value: 9,
      threshold: 3,
      weight: score,
    }],
    ...changes,
  };
}

/** Evidence of a model. */
export function model(
  detector: string,
  category: Category,
  score: number,
  changes: Partial<Evidence> = {},
): Evidence {
  return rule(category, score, { engine: "ml", detector, ...changes });
}

/** A TCP flow from 10.0.0.1 to 192.0.2.7 with data both ways. */
export function flowOf(changes: Partial<Flow> = {}): Flow {
  return {
    id: "f",
    startUs: 0,
    endUs: 1,
    sourceAddress: "10.0.0.1",
    destinationAddress: "192.0.2.7",
    sourcePort: 40_000,
    destinationPort: 443,
    protocol: 6,
    kind: "ip",
    ipVersion: 4,
    endReason: "fin",
    final: true,
    sequence: 0,
    directionConfidence: 100,
    sourceInternal: true,
    destinationInternal: false,
    vlan: 0,
    vni: 0,
    interfaceId: 0,
    forwardPackets: 9,
    backwardPackets: 8,
    forwardBytes: 900,
    backwardBytes: 8000,
    facts: {},
    ...changes,
  };
}

/** A host window of 10.0.0.1. */
export function hostOf(changes: Partial<HostWindow> = {}): HostWindow {
  return {
    id: "h",
    address: "10.0.0.1",
    startUs: 0,
    endUs: 5_000_000,
    internal: true,
    established: true,
    vlan: 0,
    vni: 0,
    packets: 9,
    ...changes,
  };
}

/** An alerting verdict. */
export function verdictOf(
  category: Category,
  score: number,
  changes: Partial<Verdict> = {},
): Verdict {
  return {
    eventId: "e",
    timestampUs: 0,
    category,
    subject: "10.0.0.1",
    fastScore: score,
    mlScore: null,
    finalScore: score,
    divergence: null,
    authoritativeSource: "FAST_ONLY",
    severity: score >= 0.95
      ? "high"
      : score >= 0.75
      ? "alert"
      : score >= 0.7
      ? "suspicious"
      : null,
    confidence: 1,
    predictions: {},
    reasons: [],
    counterEvidence: [],
    ...changes,
  };
}
