const HEADER = 24;
const RECORD = 16;
const MAGIC_MICROSECONDS = 0xa1b2c3d4;
const MAGIC_NANOSECONDS = 0xa1b23c4d;

/**
 * Move a classic pcap in time: its first packet to `startMs`, every other as far behind it as it was.
 *
 * @param bytes The capture.
 * @param startMs Time of its first packet.
 * @param longestMs Packets later than this are left out.
 * @returns The moved capture; absent where it is no classic pcap or its times go back.
 */
export function shiftCapture(
  bytes: Uint8Array<ArrayBuffer>,
  startMs: number,
  longestMs: number,
): Uint8Array<ArrayBuffer> | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEADER + RECORD) return undefined;
  const little = isMagic(view.getUint32(0, true));
  if (!little && !isMagic(view.getUint32(0, false))) return undefined;
  const first = view.getUint32(HEADER, little);
  const delta = Math.floor(startMs / 1000) - first;
  let at = HEADER;
  while (at + RECORD <= bytes.length) {
    const seconds = view.getUint32(at, little);
    const length = view.getUint32(at + 8, little);
    if (seconds < first || at + RECORD + length > bytes.length) break;
    if ((seconds - first) * 1000 >= longestMs) break;
    view.setUint32(at, seconds + delta, little);
    at += RECORD + length;
  }
  return bytes.subarray(0, at);
}

function isMagic(value: number): boolean {
  return value === MAGIC_MICROSECONDS || value === MAGIC_NANOSECONDS;
}
