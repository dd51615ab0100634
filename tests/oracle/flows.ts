/**
 * Flows, as docs/flows.md tells it: one pass over the packets, everything kept, nothing forgotten. Tables have no bounds
 * here; captures for the comparison are chosen so that the core's bounds are not reached.
 *
 * @module
 */
import { BUCKET_US, type Bucketed, Hosts } from "./buckets.ts";
import { AppState } from "./app.ts";
import { directionOf } from "./direction.ts";
import type {
  Flow,
  FlowRecord,
  HostRecord,
  OracleOptions,
  OracleRun,
} from "./flow.ts";
import type { PacketFacts } from "./tshark.ts";

const ANSWERED_TCP_US = 300e6;
const ANSWERED_OTHER_US = 60e6;
const UNANSWERED_US = 30e6;
const CLOSED_US = 5e6;
const MIN_PROBATION_PACKETS = 8;
const FIN = 1;
const SYN = 2;
const RST = 4;
const ACK = 16;

/** Runs the oracle over packets. */
export function runOracle(
  packets: readonly PacketFacts[],
  options: OracleOptions,
): OracleRun {
  const oracle = new Oracle(options);
  for (const packet of packets) oracle.add(packet);
  oracle.finish();
  return oracle;
}

class Oracle implements OracleRun {
  readonly flows: FlowRecord[] = [];
  readonly hosts: HostRecord[] = [];
  readonly table = new Hosts();
  readonly #live = new Map<string, Flow>();
  /** Ended, but their last packet's bucket has not closed yet; or live: in the order in which they were created. */
  readonly #unreported = new Set<{ flow: Flow; reason: string }>();
  readonly #created = new Map<Flow, number>();
  readonly #pairs = new Map<string, number[]>();
  readonly #options: OracleOptions;
  #clockUs = -Infinity;
  #startUs = 0;
  #bucket = 0;
  #twoWay = false;

  constructor(options: OracleOptions) {
    this.#options = options;
  }

  add(packet: PacketFacts): void {
    if (this.#clockUs === -Infinity) this.#startUs = packet.timeUs;
    this.#clockUs = Math.max(this.#clockUs, packet.timeUs);
    const bucket = Math.floor((this.#clockUs - this.#startUs) / BUCKET_US);
    if (bucket > this.#bucket) {
      this.#close(this.#startUs + bucket * BUCKET_US, false);
      this.#bucket = bucket;
    }
    if (packet.kind !== "none") this.#track(packet);
  }

  finish(): void {
    if (this.#clockUs === -Infinity) return;
    this.#close(this.#endUs(), true);
  }

  #endUs(): number {
    return this.#startUs + (this.#bucket + 1) * BUCKET_US;
  }

  /** Closes the open bucket. What is due by `nowUs`, the start of the next bucket with a packet, ends. */
  #close(nowUs: number, finish: boolean): void {
    this.#hostRecords();
    const ended: { flow: Flow; reason: string }[] = [...this.#unreported];
    this.#unreported.clear();
    for (const flow of this.#live.values()) {
      const idleUs = nowUs - flow.lastUs;
      if (flow.closed !== "" && (finish || idleUs >= CLOSED_US)) {
        ended.push({ flow, reason: flow.closed });
      } else if (finish) {
        ended.push({ flow, reason: "capture_end" });
      } else if (idleUs > timeoutOf(flow)) {
        ended.push({ flow, reason: "idle" });
      } else if (this.#isReportDue(flow)) {
        ended.push({ flow, reason: "active" });
      }
    }
    const order = (flow: Flow): number => this.#created.get(flow) ?? 0;
    ended.sort((a, b) => order(a.flow) - order(b.flow));
    for (const { flow, reason } of ended) {
      if (reason === "active") {
        flow.reportedUs = this.#endUs();
      } else if (this.#live.get(flow.key) === flow) {
        this.#live.delete(flow.key);
      }
      this.#record(flow, reason);
    }
  }

  #isReportDue(flow: Flow): boolean {
    const sinceUs = flow.reportedUs ?? flow.packets[0]?.timeUs ?? 0;
    return flow.lastBucket === this.#bucket &&
      this.#endUs() - sinceUs >= this.#options.activeTimeoutMs * 1000;
  }

  #hostRecords(): void {
    for (const host of this.table.all()) {
      const packets = host.packets.get(this.#bucket) ?? 0;
      const enough = host.established ? 1 : MIN_PROBATION_PACKETS;
      if (packets < enough) continue;
      this.hosts.push({
        host,
        bucket: this.#bucket,
        endUs: this.#endUs(),
        packets,
      });
    }
  }

  #record(flow: Flow, reason: string): void {
    flow.app.endPrefixes();
    this.flows.push({
      flow,
      packetCount: flow.packets.length,
      sequence: flow.sequence,
      final: reason !== "active",
      reason,
      bucket: flow.lastBucket,
      answered: flow.answered,
      pair: flow.pair,
      app: flow.app.copy(),
      twoWay: this.#twoWay,
    });
    flow.sequence++;
  }

  #track(packet: PacketFacts): void {
    const key = keyOf(packet);
    let flow = this.#live.get(key);
    if (flow !== undefined) {
      const isSyn = (packet.flags & (SYN | ACK)) === SYN &&
        !packet.laterFragment;
      const gapUs = Math.max(0, packet.timeUs - flow.lastUs);
      const reason = flow.closed !== "" && isSyn
        ? flow.closed
        : gapUs > timeoutOf(flow)
        ? flow.closed === "" ? "idle" : flow.closed
        : "";
      if (reason !== "") {
        this.#replace(flow, reason);
        flow = undefined;
      }
    }
    flow ??= this.#start(packet, key);
    this.#count(flow, packet);
  }

  /** The flow ends now; its record waits for the close of the bucket of its last packet. */
  #replace(flow: Flow, reason: string): void {
    this.#live.delete(flow.key);
    this.#unreported.add({ flow, reason });
  }

  #start(packet: PacketFacts, key: string): Flow {
    const { forward, confidence } = directionOf(
      packet,
      this.#options.servicePorts,
    );
    const [initiator, responder] = forward
      ? [packet.src, packet.dst]
      : [packet.dst, packet.src];
    const [initiatorPort, responderPort] = forward
      ? [packet.srcPort, packet.dstPort]
      : [packet.dstPort, packet.srcPort];
    const flow: Flow = {
      key,
      first: packet,
      initiator,
      responder,
      initiatorPort,
      responderPort,
      confidence,
      source: this.table.get(initiator, packet.vlan, packet.vni),
      destination: this.table.get(responder, packet.vlan, packet.vni),
      packets: [],
      app: new AppState(packet.protocol, this.#options.prefixBytes),
      lastUs: packet.timeUs,
      lastBucket: this.#bucket,
      answered: false,
      closed: "",
      fins: { forward: false, backward: false },
      reportedUs: undefined,
      sequence: 0,
      pair: undefined,
      synAck: false,
      handshake: false,
    };
    this.#live.set(key, flow);
    this.#created.set(flow, this.#created.size);
    this.#tell(flow, { type: "start", flow });
    return flow;
  }

  /** Both hosts learn of it, in the bucket of the clock. */
  #tell(flow: Flow, event: Bucketed): void {
    flow.source.add("out", this.#bucket, event);
    flow.destination.add("in", this.#bucket, event);
  }

  #count(flow: Flow, packet: PacketFacts): void {
    const forward = packet.src === flow.initiator &&
      packet.srcPort === flow.initiatorPort;
    const { timeUs, length, payloadLength, flags, payload } = packet;
    const before = flow.packets.some((it) => it.forward !== forward);
    const hadForward = flow.packets.some((it) => it.forward);
    const sentBefore = forwardPayload(flow);
    flow.packets.push({
      number: packet.number,
      timeUs,
      forward,
      length,
      payloadLength,
      flags,
      payload,
    });
    flow.lastUs = Math.max(flow.lastUs, timeUs);
    flow.lastBucket = this.#bucket;
    if (!forward) this.#twoWay = true;
    for (const host of new Set([flow.source, flow.destination])) {
      host.packets.set(
        this.#bucket,
        (host.packets.get(this.#bucket) ?? 0) + 1,
      );
    }
    this.#tell(flow, {
      type: "packet",
      flow,
      forward,
      length,
      payloadLength,
      flags,
      unsolicited: !forward && !hadForward,
    });
    if (sentBefore <= 1048576 && forwardPayload(flow) > 1048576) {
      this.#tell(flow, { type: "large", flow });
    }
    if (before && !flow.answered) this.#answer(flow);
    // Confirmed: of TCP, the initiator must have come back.
    const cameBack = forward && (flags & (ACK | SYN | RST)) === ACK;
    if (flow.answered && (packet.protocol !== 6 || cameBack)) {
      flow.source.established = true;
      flow.destination.established = true;
    }
    if (packet.protocol === 6 && !packet.laterFragment) {
      this.#tcp(flow, forward, flags);
    }
    for (const fact of flow.app.add(packet, forward, flow)) {
      this.#tell(flow, { ...fact, flow });
    }
  }

  #answer(flow: Flow): void {
    flow.answered = true;
    this.#tell(flow, { type: "answer", flow });
    const key = [
      flow.initiator,
      flow.responder,
      flow.responderPort,
      flow.first.protocol,
      flow.first.vlan,
      flow.first.vni,
    ].join();
    const starts = this.#pairs.get(key) ?? [];
    starts.push(flow.first.timeUs);
    this.#pairs.set(key, starts);
    flow.pair = { startsUs: [...starts] };
  }

  #tcp(flow: Flow, forward: boolean, flags: number): void {
    if (!forward && (flags & (SYN | ACK)) === (SYN | ACK)) flow.synAck = true;
    const completes = forward && (flags & ACK) !== 0 && (flags & SYN) === 0;
    if (completes && flow.synAck && !flow.handshake) {
      flow.handshake = true;
      this.#tell(flow, { type: "handshake", flow });
    }
    if ((flags & FIN) !== 0) {
      flow.fins[forward ? "forward" : "backward"] = true;
    }
    if (flow.closed !== "") return;
    if ((flags & RST) !== 0) flow.closed = "rst";
    else if (flow.fins.forward && flow.fins.backward) flow.closed = "fin";
    if (flow.closed !== "") {
      const seconds = (flow.lastUs - flow.first.timeUs) / 1e6;
      this.#tell(flow, { type: "closed", flow, seconds });
    }
  }
}

function forwardPayload(flow: Flow): number {
  let bytes = 0;
  for (const it of flow.packets) if (it.forward) bytes += it.payloadLength;
  return bytes;
}

function timeoutOf(flow: Flow): number {
  if (!flow.answered) return UNANSWERED_US;
  return flow.first.protocol === 6 ? ANSWERED_TCP_US : ANSWERED_OTHER_US;
}

/** The same for both directions. */
function keyOf(packet: PacketFacts): string {
  const ends = [
    `${packet.src}/${packet.srcPort}`,
    `${packet.dst}/${packet.dstPort}`,
  ].sort();
  const { kind, protocol, vlan, vni } = packet;
  return [kind, protocol, vlan, vni, ...ends].join(" ");
}
