/** Packets of TCP connections that stay open, for measuring what they hold. */

const FRAME = 54;
const RECORD = 16 + FRAME;
const START_S = 1_700_000_000;
/** Each host speaks once in each of so many buckets of five seconds. */
const BUCKETS = 12;

/**
 * A capture in which connections begin, go on for a minute and do not end.
 *
 * @param options How many connections, and how many hosts open them.
 * @returns Bytes of a pcap file.
 */
export function openFlows(options: {
  /** Connections, at most 1,000,000. */
  readonly flows: number;
  /** Hosts that open them, at most as many. */
  readonly hosts: number;
}): Uint8Array<ArrayBuffer> {
  const { flows, hosts } = options;
  const packets = flows * (3 + BUCKETS - 1);
  const bytes = new Uint8Array(24 + packets * RECORD);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0xa1b2c3d4);
  view.setUint16(4, 2);
  view.setUint16(6, 4);
  view.setUint32(16, 65535);
  view.setUint32(20, 1);
  let at = 24;
  const SYN = 0x02;
  const ACK = 0x10;
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    for (let flow = 0; flow < flows; flow++) {
      const steps: [boolean, number][] = bucket === 0
        ? [[true, SYN], [false, SYN | ACK], [true, ACK]]
        : [[true, ACK]];
      for (const [forward, flags] of steps) {
        view.setUint32(at, START_S + 5 * bucket);
        view.setUint32(at + 4, flow % 1_000_000);
        view.setUint32(at + 8, FRAME);
        view.setUint32(at + 12, FRAME);
        writeFrame(view, at + 16, { flow, hosts, forward, flags });
        at += RECORD;
      }
    }
  }
  return bytes;
}

function writeFrame(
  view: DataView,
  at: number,
  { flow, hosts, forward, flags }: {
    readonly flow: number;
    readonly hosts: number;
    readonly forward: boolean;
    readonly flags: number;
  },
): void {
  view.setUint16(at + 12, 0x0800);
  const ip = at + 14;
  view.setUint8(ip, 0x45);
  view.setUint16(ip + 2, FRAME - 14);
  view.setUint8(ip + 8, 64);
  view.setUint8(ip + 9, 6);
  const client = 0x0a000001 + flow % hosts;
  const server = 0xc0a80001 + flow % 16;
  view.setUint32(ip + 12, forward ? client : server);
  view.setUint32(ip + 16, forward ? server : client);
  const tcp = ip + 20;
  const port = 1024 + Math.floor(flow / hosts) % 60_000;
  view.setUint16(tcp, forward ? port : 443);
  view.setUint16(tcp + 2, forward ? 443 : port);
  view.setUint8(tcp + 12, 0x50);
  view.setUint8(tcp + 13, flags);
  view.setUint16(tcp + 14, 65535);
}
