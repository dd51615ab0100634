/**
 * What the oracle keeps of a flow, and what it reports.
 *
 * @module
 */
import type { AppState } from "./app.ts";
import type { Host, Hosts } from "./buckets.ts";
import type { PacketFacts } from "./tshark.ts";

/** A packet as its flow keeps it. */
export interface FlowPacket {
  /** Its number in the capture. */
  readonly number: number;
  /** Its own time, microseconds. */
  readonly timeUs: number;
  /** Initiator to responder. */
  readonly forward: boolean;
  /** Length on the wire, bytes. */
  readonly length: number;
  /** Transport payload, bytes. */
  readonly payloadLength: number;
  /** TCP flags. */
  readonly flags: number;
  /** Captured payload. */
  readonly payload: Uint8Array;
}

/** What the flows of one (initiator, responder, port, protocol) looked like when this one was answered. */
export interface Pair {
  /** Starts of the answered flows so far, in order of being answered; the last is this flow's. */
  readonly startsUs: readonly number[];
}

/** One flow. */
export interface Flow {
  /** Which flow table entry it used. */
  readonly key: string;
  /** First packet's facts: addresses of the record come from it and `reversed`. */
  readonly first: PacketFacts;
  /** Initiator's address. */
  readonly initiator: string;
  /** Responder's address. */
  readonly responder: string;
  /** Initiator's port. */
  readonly initiatorPort: number;
  /** Responder's port. */
  readonly responderPort: number;
  /** How sure the direction is. */
  readonly confidence: number;
  /** Its initiator as a host. */
  readonly source: Host;
  /** Its responder as a host. */
  readonly destination: Host;
  /** Every packet so far. */
  readonly packets: FlowPacket[];
  /** What its payload said. */
  readonly app: AppState;
  /** Largest packet time so far. */
  lastUs: number;
  /** Bucket of the clock at its last packet. */
  lastBucket: number;
  /** Both directions have a packet. */
  answered: boolean;
  /** Why it closed: "" while it has not. */
  closed: "" | "fin" | "rst";
  /** Which sides sent FIN. */
  readonly fins: { forward: boolean; backward: boolean };
  /** End of the bucket of its last report. */
  reportedUs: number | undefined;
  /** Next record's number. */
  sequence: number;
  /** Frozen when it is answered. */
  pair: Pair | undefined;
  /** A SYN-ACK was seen. */
  synAck: boolean;
  /** The handshake was completed. */
  handshake: boolean;
}

/** A flow record: the flow as it stood, before any feature is computed. */
export interface FlowRecord {
  /** The flow; later packets may have been added to it since. */
  readonly flow: Flow;
  /** How many of its packets were there. */
  readonly packetCount: number;
  /** Number within the flow. */
  readonly sequence: number;
  /** The flow's last record. */
  readonly final: boolean;
  /** Why it was made. */
  readonly reason: string;
  /** Bucket whose windows it shows. */
  readonly bucket: number;
  /** `answered` at that time. */
  readonly answered: boolean;
  /** `pair` at that time. */
  readonly pair: Pair | undefined;
  /** What the payload had said by then. */
  readonly app: AppState;
  /** A backward packet had been seen in the capture by then. */
  readonly twoWay: boolean;
}

/** A host record. */
export interface HostRecord {
  /** The host. */
  readonly host: Host;
  /** Bucket that closed. */
  readonly bucket: number;
  /** Its end, microseconds. */
  readonly endUs: number;
  /** Packets of the host in it. */
  readonly packets: number;
}

/** What the oracle says about a capture. */
export interface OracleRun {
  /** Flow records in the order of their making. */
  readonly flows: readonly FlowRecord[];
  /** Host records in the order of their making. */
  readonly hosts: readonly HostRecord[];
  /** All hosts, with everything that they did. */
  readonly table: Hosts;
}

/** Options of the oracle; defaults are those of docs/flows.md. */
export interface OracleOptions {
  /** Well-known service ports. */
  readonly servicePorts: ReadonlySet<number>;
  /** Bytes of each direction's payload that are looked at. */
  readonly prefixBytes: number;
  /** A flow is reported after this time. */
  readonly activeTimeoutMs: number;
}
