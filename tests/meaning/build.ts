/**
 * Events of the test set: from the few facts that a specification states to the record and the evidence that the
 * logger would write. Pure and deterministic: the same specification gives the same event.
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import {
  type AppFacts,
  type AppProtocol,
  type Category,
  contains,
  type Flow,
  type HostWindow,
  MODEL_OF,
  MODELS,
  parseNetwork,
  type Reason,
  type Verdict,
} from "@ml-defender/events";
import {
  artifactSha256,
  type Json,
  type LogRecord,
  toEvidence,
  toRecord,
} from "@ml-defender/raglogger";
import {
  authoritativeSource,
  confidenceOf,
  DEFAULT_POLICY,
  modelThreshold,
  severityOf,
} from "@ml-defender/scoring";
import { featuresOf, HEADER_BYTES } from "./_features.ts";

/** Transport of a specified flow. */
export type SpecProtocol = "tcp" | "udp" | "icmp" | "arp";

/** What is stated about one event; everything else follows from it. */
export interface EventSpec {
  /** First packet, or start of the host window, ISO 8601 in UTC. */
  readonly start: string;
  /** Category that was decided on; `null` where no engine scored. */
  readonly category: Category | null;
  /** Score of the rules; `null` where none covers it. */
  readonly fast: number | null;
  /** Score of the forest; `null` where none was asked. */
  readonly ml: number | null;
  /** Which end the event is about. */
  readonly about: "src" | "dst";
  /** Reasons as real artifacts carry them, strongest first. */
  readonly reasons: readonly Reason[];
  /** Initiator, or the host of a window event. */
  readonly src: string;
  /** Responder; absent for a window event. */
  readonly dst?: string;
  /** Port of the initiator; absent where there is none. */
  readonly srcPort?: number;
  /** Port of the responder; absent where there is none. */
  readonly dstPort?: number;
  /** Transport; absent for a window event. */
  readonly protocol?: SpecProtocol;
  /** Application protocol found in the payload. */
  readonly app?: AppProtocol;
  /** Packets forward and backward; of a window event all in the first. */
  readonly packets: readonly [number, number];
  /** Bytes forward and backward; zeros for a window event. */
  readonly bytes: readonly [number, number];
  /** Seconds from the first packet to the last; of a window event always 5. */
  readonly seconds: number;
  /** Names and facts from the payload. */
  readonly facts?: AppFacts;
}

/** One kind of conduct, with the events that show it. */
export interface Behaviour {
  /** Name, snake_case. */
  readonly id: string;
  /** Name for people; no part of any event. */
  readonly title: string;
  /** Its events; `id#0` is the first. */
  readonly events: readonly EventSpec[];
}

/** What the logger would write about a specified event. */
export interface BuiltEvent {
  /** The record of 83 leaves. */
  readonly record: LogRecord;
  /** The evidence of its artifact. */
  readonly evidence: Json;
}

const MODEL_SET =
  "ddos@d2d255d80c0f internal@3ce88e70382b ransomware@74dba3ebb539 traffic@80e82e0a7abe";
const CONFIG_DIGEST = hash("tests/meaning").repeat(2);
/** What a forest says that has nothing to say. */
const CALM: Readonly<Record<string, number>> = {
  ddos: 0.00193,
  ransomware: 0.0000165,
  traffic: 0.00062,
  internal: 0.00188,
};
const NUMBER_OF: Readonly<Record<SpecProtocol, number>> = {
  arp: 0,
  icmp: 1,
  tcp: 6,
  udp: 17,
};
const HOME_NETS = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].map((net) =>
  parseNetwork(net)!
);
const ECHO_REQUEST = 8;

/**
 * The event of a specification.
 *
 * @param spec What is stated.
 * @returns The record, with the hash of the artifact that it makes with the evidence, and the evidence.
 */
export function buildEvent(spec: EventSpec): BuiltEvent {
  const verdict = verdictOf(spec);
  const { finalScore, divergence } = verdict;
  const { thresholds } = DEFAULT_POLICY;
  const requiresRag = finalScore >= thresholds.rag ||
    (divergence ?? 0) >= thresholds.highDivergence;
  const evidence = toEvidence(verdict);
  const record = toRecord(verdict, {
    interfaceMode: "offline",
    configDigest: CONFIG_DIGEST,
    modelSet: MODEL_SET,
  }, {
    loggedAtMs: Math.ceil(verdict.timestampUs / 1000) + 1000,
    systemState: {
      events_processed_total: 1,
      events_in_last_minute: 1,
      memory_usage_mb: 96,
      cpu_usage_percent: 4,
      uptime_seconds: 60,
    },
    requiresRag,
    artifactSha256: null,
  });
  const sha256 = artifactSha256({ artifact_version: "1.0", record, evidence });
  return { record: { ...record, artifact: { sha256 } }, evidence };
}

/** Reads `behaviours.jsonl`. */
export async function readBehaviours(
  file: URL = new URL("behaviours.jsonl", import.meta.url),
): Promise<Behaviour[]> {
  const lines = (await Deno.readTextFile(file)).split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line));
}

/** Every event of behaviours by its id: `behaviour#index`. */
export function buildAll(
  behaviours: readonly Behaviour[],
): Map<string, BuiltEvent> {
  return new Map(
    behaviours.flatMap(({ id, events }) =>
      events.map((spec, index) => [`${id}#${index}`, buildEvent(spec)] as const)
    ),
  );
}

function verdictOf(spec: EventSpec): Verdict {
  const { category, fast, ml, reasons } = spec;
  const { thresholds } = DEFAULT_POLICY;
  const id = hash(JSON.stringify(spec));
  const flow = spec.dst === undefined ? undefined : flowOf(spec, id);
  const finalScore = Math.max(fast ?? 0, ml ?? 0);
  const divergence = fast === null || ml === null ? null : Math.abs(fast - ml);
  const severity = category && severityOf(finalScore, thresholds);
  const subject = spec.about === "src" ? spec.src : spec.dst ?? spec.src;
  return {
    eventId: id,
    timestampUs: flow?.endUs ?? startOf(spec) + 5_000_000,
    category,
    subject: category && subject,
    fastScore: fast,
    mlScore: ml,
    finalScore,
    divergence,
    authoritativeSource: authoritativeSource({
      fast,
      ml,
      mlThreshold: category === null ? 1 : modelThreshold(category, thresholds),
    }, thresholds),
    severity,
    confidence: confidenceOf({
      bothEngines: fast !== null && ml !== null,
      divergence,
      ...(flow && { directionConfidence: flow.directionConfidence }),
    }),
    predictions: flow ? predictionsOf(spec) : {},
    reasons,
    counterEvidence: counterEvidenceOf(spec, divergence),
    ...(severity === null
      ? {}
      : { incidentId: hash(`${category} ${subject} ${spec.start}`) }),
    ...(flow ? { flow } : { host: hostOf(spec, id) }),
    features: featuresOf(spec),
  };
}

function counterEvidenceOf(
  { category, fast, ml, protocol, packets, bytes }: EventSpec,
  divergence: number | null,
): string[] {
  const found: string[] = [];
  if ((divergence ?? 0) > DEFAULT_POLICY.thresholds.divergence) {
    found.push(
      (fast ?? 0) > (ml ?? 0) ? "the model disagrees" : "the rules disagree",
    );
  }
  const data = protocol === undefined
    ? 0
    : bytes[1] - packets[1] * HEADER_BYTES[protocol];
  // Padding of empty packets is no data.
  if ((category === "ddos" || category === "scan") && data > packets[1] * 12) {
    found.push("answered with data by the other side");
  }
  return found;
}

function predictionsOf({ category, ml }: EventSpec): Record<string, number> {
  if (ml === null) return {};
  const leading = category && MODEL_OF[category];
  return Object.fromEntries(
    MODELS.map((name) => [name, name === leading ? ml : CALM[name]!]),
  );
}

function flowOf(spec: EventSpec, id: string): Flow {
  const { protocol = "tcp", src, dst = "", packets, bytes } = spec;
  const startUs = startOf(spec);
  const ports = protocol === "tcp" || protocol === "udp";
  return {
    id,
    startUs,
    endUs: startUs + Math.round(spec.seconds * 1e6),
    sourceAddress: src,
    destinationAddress: dst,
    sourcePort: ports ? spec.srcPort ?? 0 : 0,
    destinationPort: ports ? spec.dstPort ?? 0 : 0,
    protocol: NUMBER_OF[protocol],
    kind: protocol === "arp" ? "arp" : "ip",
    ipVersion: src.includes(":") ? 6 : 4,
    ...(spec.app && { app: spec.app }),
    endReason: protocol === "tcp" && packets[1] > 0 ? "fin" : "idle",
    final: true,
    sequence: 0,
    directionConfidence: 100,
    sourceInternal: isInternal(src),
    destinationInternal: isInternal(dst),
    vlan: 0,
    vni: 0,
    interfaceId: 0,
    forwardPackets: packets[0],
    backwardPackets: packets[1],
    forwardBytes: bytes[0],
    backwardBytes: bytes[1],
    facts: spec.facts ?? {},
    ...(protocol === "arp" ? {} : { communityId: communityIdOf(spec) }),
  };
}

function hostOf(spec: EventSpec, id: string): HostWindow {
  const startUs = startOf(spec);
  return {
    id,
    address: spec.src,
    startUs,
    endUs: startUs + 5_000_000,
    internal: isInternal(spec.src),
    established: true,
    vlan: 0,
    vni: 0,
    packets: spec.packets[0],
  };
}

/** Community ID version 1 with seed 0; by its specification, apart from the core's. */
function communityIdOf(spec: EventSpec): string {
  const { protocol = "tcp", srcPort = 0, dstPort = 0 } = spec;
  const echo = protocol === "icmp";
  const ends = [
    end(spec.src, echo ? ECHO_REQUEST : srcPort),
    end(spec.dst ?? "", echo ? 0 : dstPort),
  ].sort((a, b) =>
    Buffer.compare(a.address, b.address) || Buffer.compare(a.port, b.port)
  );
  const [low, high] = [ends[0]!, ends[1]!];
  const text = Buffer.concat([
    Buffer.from([0, 0]),
    low.address,
    high.address,
    Buffer.from([NUMBER_OF[protocol], 0]),
    low.port,
    high.port,
  ]);
  return `1:${createHash("sha1").update(text).digest("base64")}`;
}

function end(address: string, port: number) {
  const network = parseNetwork(address);
  if (network === undefined) {
    throw new TypeError(`Cannot build an event as '${address}' is no address`);
  }
  return {
    address: Buffer.from(network.bytes),
    port: Buffer.from([port >> 8, port & 0xff]),
  };
}

function isInternal(address: string): boolean {
  const one = parseNetwork(address);
  return one !== undefined && HOME_NETS.some((net) => contains(net, one));
}

function startOf({ start }: EventSpec): number {
  const ms = Date.parse(start);
  if (Number.isNaN(ms)) {
    throw new TypeError(`Cannot build an event as '${start}' is no time`);
  }
  return ms * 1000;
}

/** 32 hexadecimal digits. */
function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}
