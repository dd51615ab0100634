/**
 * Who started a flow, told by its first packet.
 *
 * @module
 */
import { AppState } from "./app.ts";
import { isGroup } from "./networks.ts";
import type { PacketFacts } from "./tshark.ts";

const SYN = 2;
const ACK = 16;

/** The answer. */
export interface Direction {
  /** The sender is the initiator. */
  readonly forward: boolean;
  /** How sure it is, percent. */
  readonly confidence: number;
}

/** The table of docs/flows.md, from the top. */
export function directionOf(
  packet: PacketFacts,
  servicePorts: ReadonlySet<number>,
): Direction {
  const toSender = (forward: boolean, confidence: number): Direction => ({
    forward,
    confidence,
  });
  const { kind, protocol, flags, type } = packet;
  if (isGroup(packet.dst)) return toSender(true, 95); // groups do not speak
  if (kind === "arp") {
    if (type === 1) return toSender(true, 95);
    return type === 2 ? toSender(false, 90) : toSender(true, 50);
  }
  if (protocol === 6 && (flags & SYN) !== 0) {
    return (flags & ACK) === 0 ? toSender(true, 100) : toSender(false, 95);
  }
  if (protocol === 1 || protocol === 58) {
    const [request, reply] = protocol === 1 ? [8, 0] : [128, 129];
    if (packet.laterFragment) return toSender(true, 50);
    if (type === request) return toSender(true, 95);
    return type === reply ? toSender(false, 90) : toSender(true, 50);
  }
  const dns = AppState.dnsDatagram(packet);
  if (dns !== undefined) return toSender(!dns.response, 90);
  const source = servicePorts.has(packet.srcPort);
  const destination = servicePorts.has(packet.dstPort);
  if (source !== destination) return toSender(destination, 80);
  return toSender(true, 50);
}
