/** Hosts and their addresses. */

/** IP version. */
export type Family = 4 | 6;

/** Which TCP stack a host shows on the wire. */
export type Stack = "linux" | "windows" | "apple" | "embedded";

/** A machine of the made-up network or of the internet around it. */
export interface Host {
  /** Link address; machines beyond the gateway carry the gateway's. */
  mac: Uint8Array;
  /** IPv4 address, 4 bytes. */
  v4: Uint8Array;
  /** IPv6 address, 16 bytes. */
  v6: Uint8Array;
  /** One's-complement sums of both addresses, for checksums. */
  sum4: number;
  /** See `sum4`. */
  sum6: number;
  /** Whether the machine belongs to the home networks. */
  home: boolean;
  /** TCP stack. */
  stack: Stack;
  /** TTL or hop limit as seen where the capture is taken. */
  ttl: number;
  /** Next IPv4 identification. */
  ipId: number;
  /** Next ephemeral port. */
  nextPort: number;
  /** Round trip to a home machine, in microseconds. */
  rttUs: number;
  /** A name for DNS, SNI and such. */
  name: string;
}

function wordSum(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) {
    sum += ((bytes[i] as number) << 8) | (bytes[i + 1] as number);
  }
  return sum;
}

/** Makes a host; the checksum sums follow from the addresses. */
export function makeHost(
  fields: Omit<Host, "sum4" | "sum6" | "ipId" | "nextPort"> & {
    nextPort?: number;
  },
): Host {
  return {
    ...fields,
    sum4: wordSum(fields.v4),
    sum6: wordSum(fields.v6),
    ipId: (wordSum(fields.v4) * 31) & 0xffff,
    nextPort: fields.nextPort ??
      49152 + (wordSum(fields.mac) * 7 + wordSum(fields.v4)) % 12000,
  };
}

// Ports of the ephemeral range that analysers take for a protocol whatever is sent.
const CLAIMED = new Set([
  ...[
    34962,
    34980,
    37008,
    41170,
    44321,
    44322,
    44818,
    45564,
    47000,
    47808,
    48049,
    48898,
    49999,
  ],
  ...[
    54328,
    56000,
    56001,
    56500,
    56501,
    57000,
    57001,
    57032,
    57033,
    57500,
    57501,
    57532,
    57533,
  ],
  ...[59000, 59001, 59032, 59033, 59500, 59501, 59532, 59533, 60001],
]);

/** The host's next ephemeral port, going round in 49152..65000 or 32768..60999 by stack. */
export function ephemeral(host: Host): number {
  const [low, high] = host.stack === "linux" || host.stack === "embedded"
    ? [32768, 60999]
    : [49152, 65000];
  let port = host.nextPort + 1;
  if (port < low || port > high) port = low + (port % (high - low));
  while (CLAIMED.has(port)) port++;
  host.nextPort = port;
  return port;
}

/** The host's address of one family. */
export function addressOf(host: Host, family: Family): Uint8Array {
  return family === 4 ? host.v4 : host.v6;
}

/** Text of an address of 4 or 16 bytes; IPv6 as RFC 5952 wants it. */
export function formatAddress(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  const words = Array.from(
    { length: 8 },
    (_, i) => ((bytes[i * 2] as number) << 8) | (bytes[i * 2 + 1] as number),
  );
  let best = -1;
  let bestLength = 1;
  for (let i = 0; i < 8; i++) {
    let n = 0;
    while (i + n < 8 && words[i + n] === 0) n++;
    if (n > bestLength) [best, bestLength] = [i, n];
  }
  const hex = (from: number, to: number) =>
    words.slice(from, to).map((word) => word.toString(16)).join(":");
  return best < 0 ? hex(0, 8) : `${hex(0, best)}::${hex(best + bestLength, 8)}`;
}

/** Address bytes of a text, or undefined where it is not an address. */
export function parseAddress(text: string): Uint8Array | undefined {
  if (/^\d+\.\d+\.\d+\.\d+$/.test(text)) {
    const parts = text.split(".").map(Number);
    return parts.every((part) => part < 256)
      ? Uint8Array.from(parts)
      : undefined;
  }
  const halves = text.split("::");
  if (!text.includes(":") || halves.length > 2) return undefined;
  const words = (half: string) =>
    half === "" ? [] : half.split(":").map((w) => parseInt(w, 16));
  const head = words(halves[0] as string);
  const tail = halves.length === 2 ? words(halves[1] as string) : [];
  const gap = 8 - head.length - tail.length;
  if (halves.length === 2 ? gap < 1 : gap !== 0) return undefined;
  const all = [...head, ...new Array<number>(gap).fill(0), ...tail];
  if (!all.every((word) => word >= 0 && word < 65536)) return undefined;
  return Uint8Array.from(all.flatMap((word) => [word >>> 8, word & 255]));
}

/** Whether an address lies in a prefix written as `address/bits`. */
export function inPrefix(address: Uint8Array, prefix: string): boolean {
  const [base, bitsText] = prefix.split("/") as [string, string];
  const bytes = parseAddress(base);
  if (!bytes || bytes.length !== address.length) return false;
  let bits = Number(bitsText);
  for (let i = 0; i < bytes.length && bits > 0; i++, bits -= 8) {
    const mask = bits >= 8 ? 255 : (255 << (8 - bits)) & 255;
    if ((((bytes[i] as number) ^ (address[i] as number)) & mask) !== 0) {
      return false;
    }
  }
  return true;
}
