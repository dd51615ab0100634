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
