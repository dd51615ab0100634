/**
 * A capture made while it is read: many live connections, then a flood of forged sources, and one host that talks all the
 * time and must be seen whole.
 *
 * @module
 */

/** What {@linkcode floodCapture} makes. */
export interface FloodOptions {
  /** Hosts of the live connections. */
  readonly hosts: number;
  /** Connections that are open before the flood and stay so. */
  readonly flows: number;
  /** Sources of the flood: one SYN each, to one victim. */
  readonly sources: number;
  /** Sources in one second of capture time. */
  readonly sourcesPerSecond: number;
}

/** The host that talks all the time: one packet each way in every second. */
export const WITNESS = "10.200.0.1";
/** Seconds of capture time before and after the flood. */
export const QUIET_SECONDS = 30;
/** Seconds in which the live connections begin. */
const OPENING_SECONDS = 10;

const FRAME = 54;
const RECORD = 16 + FRAME;
const CHUNK_RECORDS = 14_000;
const START_SECONDS = 1_700_000_000;
const SYN = 2;
const ACK = 16;
const WITNESS_ADDRESS = 0x0ac80001;
const PEER_ADDRESS = 0xc6336407;
const VICTIM_ADDRESS = 0x0ac80002;

/** Seconds of capture time that a capture spans: whole buckets of 5 s. */
export function floodSeconds(options: FloodOptions): number {
  const flood = Math.ceil(options.sources / options.sourcesPerSecond);
  return 2 * QUIET_SECONDS + Math.ceil(flood / 5) * 5;
}

/** A packet that is filled in again and again, so that the generator leaves no garbage to measure. */
interface Packet {
  from: number;
  to: number;
  fromPort: number;
  toPort: number;
  flags: number;
}

/** The other way. */
function turn(packet: Packet): void {
  const { from, fromPort } = packet;
  packet.from = packet.to;
  packet.fromPort = packet.toPort;
  packet.to = from;
  packet.toPort = fromPort;
}

/** TCP over IPv4 over Ethernet without payload, in pcap records. */
class Records {
  readonly bytes = new Uint8Array(CHUNK_RECORDS * RECORD);
  readonly #view = new DataView(this.bytes.buffer);
  count = 0;

  constructor() {
    const record = this.bytes.subarray(0, RECORD);
    this.#view.setUint32(8, FRAME, true);
    this.#view.setUint32(12, FRAME, true);
    this.#view.setUint16(28, 0x0800);
    this.#view.setUint16(30, 0x4500);
    this.#view.setUint16(32, 40);
    this.#view.setUint16(38, 0x4006);
    record[62] = 0x50;
    for (let at = RECORD; at < this.bytes.length; at += RECORD) {
      this.bytes.copyWithin(at, 0, RECORD);
    }
  }

  /** Takes a packet of a connection: no object is made. */
  add(timeUs: number, { from, to, fromPort, toPort, flags }: Packet): void {
    const view = this.#view;
    const at = this.count++ * RECORD;
    const seconds = Math.floor(timeUs / 1e6);
    view.setUint32(at, START_SECONDS + seconds, true);
    view.setUint32(at + 4, timeUs - seconds * 1e6, true);
    view.setUint32(at + 42, from);
    view.setUint32(at + 46, to);
    view.setUint16(at + 50, fromPort);
    view.setUint16(at + 52, toPort);
    this.bytes[at + 63] = flags;
  }

  /** The records so far; borrowed until the next is added. */
  take(): Uint8Array<ArrayBuffer> {
    const bytes = this.bytes.subarray(0, this.count * RECORD);
    this.count = 0;
    return bytes;
  }
}

function pcapHeader(): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(24));
  view.setUint32(0, 0xa1b2c3d4, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, 65535, true);
  view.setUint32(20, 1, true);
  return new Uint8Array(view.buffer);
}

/**
 * Chunks of the capture.
 *
 * @param options Sizes.
 * @param told Called once where the flood begins.
 */
export function* floodChunks(
  options: FloodOptions,
  told: () => void = () => {},
): Generator<Uint8Array<ArrayBuffer>> {
  const { sources, sourcesPerSecond } = options;
  const records = new Records();
  const seconds = floodSeconds(options);
  yield pcapHeader();
  let source = 0;
  const packet: Packet = {
    from: 0,
    to: VICTIM_ADDRESS,
    fromPort: 0,
    toPort: 443,
    flags: SYN,
  };
  for (let second = 0; second < seconds; second++) {
    if (second === QUIET_SECONDS) told();
    witness(records, second);
    if (second < OPENING_SECONDS) yield* opened(records, second, options);
    const flooding = second >= QUIET_SECONDS && source < sources;
    const end = flooding ? Math.min(sources, source + sourcesPerSecond) : 0;
    const first = source;
    for (; source < end; source++) {
      const timeUs = second * 1e6 + 10 +
        Math.floor((source - first) * 999_000 / (end - first));
      packet.from = 0x20000000 + source * 107; // public, each once
      packet.fromPort = 1024 + source % 60_000;
      records.add(timeUs, packet);
      if (records.count >= CHUNK_RECORDS - 4) yield records.take();
    }
  }
  yield records.take();
}

/** One packet each way; the connection begins with the capture. */
function witness(records: Records, second: number): void {
  const packet: Packet = {
    from: WITNESS_ADDRESS,
    to: PEER_ADDRESS,
    fromPort: 50_000,
    toPort: 443,
    flags: second === 0 ? SYN : ACK,
  };
  records.add(second * 1e6, packet);
  turn(packet);
  packet.flags |= ACK;
  records.add(second * 1e6 + 1, packet);
}

/** The share of the live connections that begins in a second: a handshake each. */
function* opened(
  records: Records,
  second: number,
  { hosts, flows }: FloodOptions,
): Generator<Uint8Array<ArrayBuffer>> {
  const clients = Math.max(1, Math.floor(hosts / 5));
  const servers = Math.max(1, hosts - clients);
  const first = Math.floor(flows * second / OPENING_SECONDS);
  const end = Math.floor(flows * (second + 1) / OPENING_SECONDS);
  const packet: Packet = { from: 0, to: 0, fromPort: 0, toPort: 0, flags: 0 };
  for (let flow = first; flow < end; flow++) {
    const timeUs = second * 1e6 + 10 +
      Math.floor((flow - first) * 999_000 / (end - first));
    packet.from = 0x0a000000 + flow % clients;
    packet.to = 0xac100000 + flow % servers;
    packet.fromPort = 20_000 + Math.floor(flow / clients) % 40_000;
    packet.toPort = 443;
    packet.flags = SYN;
    records.add(timeUs, packet);
    turn(packet);
    packet.flags = SYN | ACK;
    records.add(timeUs + 1, packet);
    turn(packet);
    packet.flags = ACK;
    records.add(timeUs + 2, packet);
    if (records.count >= CHUNK_RECORDS - 4) yield records.take();
  }
}

/** The capture as a stream for `openCapture` or `analyze`. */
export function floodCapture(
  options: FloodOptions,
  told?: () => void,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const chunks = floodChunks(options, told);
  return new ReadableStream({
    pull: (controller) => {
      const { done, value } = chunks.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  }, { highWaterMark: 0 });
}
