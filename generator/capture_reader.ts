/** Reads pcap and pcapng as far as splicing needs: time, frame, wire length. */

/** One packet of a capture, as an Ethernet frame. */
export interface CapturedPacket {
  /** Microseconds since the epoch (nanoseconds are cut). */
  timeUs: number;
  /** The frame as far as it was kept; a view of the file where it was Ethernet already. */
  frame: Uint8Array;
  /** Length of the frame on the wire. */
  wireBytes: number;
}

const MAX_FRAME = 65_535;

/** Bytes before the network header and the EtherType, for link types that are not Ethernet. */
function networkOf(
  link: number,
  data: Uint8Array,
): { skip: number; type: number } | undefined {
  const version = (at: number) =>
    ((data[at] ?? 0) >> 4) === 6 ? 0x86dd : 0x0800;
  const at16 = (at: number) => ((data[at] ?? 0) << 8) | (data[at + 1] ?? 0);
  switch (link) {
    case 12:
    case 14:
    case 101:
    case 228:
    case 229:
      return { skip: 0, type: version(0) };
    case 0:
    case 108:
      return { skip: 4, type: version(4) };
    case 113:
      return { skip: 16, type: at16(14) };
    case 276:
      return { skip: 20, type: at16(0) };
    default:
      return undefined;
  }
}

function packetOf(
  link: number,
  timeUs: number,
  data: Uint8Array,
  wire: number,
): CapturedPacket {
  if (link === 1) {
    return {
      timeUs,
      frame: data.subarray(0, MAX_FRAME),
      wireBytes: Math.max(wire, data.length),
    };
  }
  const network = networkOf(link, data);
  if (!network) {
    throw new SyntaxError(
      `Cannot splice: link type ${link} is neither Ethernet nor IP`,
    );
  }
  const body = data.subarray(network.skip, MAX_FRAME - 14);
  const frame = new Uint8Array(14 + body.length);
  frame[0] = frame[6] = 2;
  frame[12] = network.type >>> 8;
  frame[13] = network.type;
  frame.set(body, 14);
  return {
    timeUs,
    frame,
    wireBytes: Math.max(frame.length, wire - network.skip + 14),
  };
}

function* readPcap(
  bytes: Uint8Array,
  view: DataView,
): Generator<CapturedPacket, void, void> {
  const magic = view.getUint32(0, true);
  const little = magic === 0xa1b2c3d4 || magic === 0xa1b23c4d;
  const value = little ? magic : view.getUint32(0, false);
  const nanos = value === 0xa1b23c4d;
  const link = view.getUint32(20, little) & 0xffff;
  for (let at = 24; at + 16 <= bytes.length;) {
    const seconds = view.getUint32(at, little);
    const rest = view.getUint32(at + 4, little);
    const kept = view.getUint32(at + 8, little);
    const wire = view.getUint32(at + 12, little);
    at += 16;
    if (at + kept > bytes.length) return;
    const timeUs = seconds * 1e6 + (nanos ? Math.floor(rest / 1000) : rest);
    yield packetOf(link, timeUs, bytes.subarray(at, at + kept), wire);
    at += kept;
  }
}

interface Interface {
  link: number;
  ticksPerSecond: number;
}

function interfaceOf(
  view: DataView,
  at: number,
  end: number,
  little: boolean,
): Interface {
  const out = { link: view.getUint16(at, little), ticksPerSecond: 1e6 };
  for (let p = at + 8; p + 4 <= end;) {
    const code = view.getUint16(p, little);
    const length = view.getUint16(p + 2, little);
    if (code === 0) break;
    if (code === 9 && length >= 1) {
      const raw = view.getUint8(p + 4);
      out.ticksPerSecond = raw & 0x80 ? 2 ** (raw & 0x7f) : 10 ** raw;
    }
    p += 4 + ((length + 3) & ~3);
  }
  return out;
}

function* readPcapng(
  bytes: Uint8Array,
  view: DataView,
): Generator<CapturedPacket, void, void> {
  let little = true;
  let interfaces: Interface[] = [];
  let lastUs = 0;
  for (let at = 0; at + 12 <= bytes.length;) {
    const raw = view.getUint32(at, true);
    if (raw === 0x0a0d0d0a) {
      little = view.getUint32(at + 8, true) === 0x1a2b3c4d;
      interfaces = [];
    }
    const type = view.getUint32(at, little);
    const length = view.getUint32(at + 4, little);
    if (length < 12 || length % 4 !== 0 || at + length > bytes.length) return;
    const end = at + length - 4;
    if (type === 1 && length >= 20) {
      interfaces.push(interfaceOf(view, at + 8, end, little));
    }
    const enhanced = type === 6 && length >= 32;
    const obsolete = type === 2 && length >= 32;
    if (enhanced || obsolete) {
      const id = enhanced
        ? view.getUint32(at + 8, little)
        : view.getUint16(at + 8, little);
      const from = interfaces[id];
      const kept = view.getUint32(at + 20, little);
      if (from && at + 28 + kept <= end) {
        const high = view.getUint32(at + 12, little);
        const low = view.getUint32(at + 16, little);
        const scale = BigInt(from.ticksPerSecond);
        const ticks = (BigInt(high) << 32n) | BigInt(low);
        lastUs = Number(ticks * 1_000_000n / scale);
        const data = bytes.subarray(at + 28, at + 28 + kept);
        yield packetOf(
          from.link,
          lastUs,
          data,
          view.getUint32(at + 24, little),
        );
      }
    } else if (type === 3 && interfaces[0] && length >= 16) {
      const wire = view.getUint32(at + 8, little);
      const data = bytes.subarray(at + 12, Math.min(end, at + 12 + wire));
      yield packetOf(interfaces[0].link, lastUs, data, wire);
    }
    at += length;
  }
}

/**
 * The packets of a capture file in file order. A file that ends in the middle of a record ends
 * there; one that is no capture, or whose link type cannot be turned into Ethernet, is refused
 * with a SyntaxError.
 */
export function readCapture(
  bytes: Uint8Array,
): Generator<CapturedPacket, void, void> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = bytes.length >= 24 ? view.getUint32(0, false) : 0;
  if (magic === 0x0a0d0d0a) return readPcapng(bytes, view);
  if ([0xa1b2c3d4, 0xa1b23c4d, 0xd4c3b2a1, 0x4d3cb2a1].includes(magic)) {
    return readPcap(bytes, view);
  }
  throw new SyntaxError("Cannot read capture: it is neither pcap nor pcapng");
}
