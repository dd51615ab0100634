/**
 * Addresses and networks as numbers, for comparing what queries say about them.
 *
 * @module
 */

/** An address: its bits, and how many. */
export interface Address {
  /** 32 for IPv4, 128 for IPv6. */
  readonly width: 32 | 128;
  /** The address as a number. */
  readonly bits: bigint;
}

/** A network: an address of it, and how many leading bits all its addresses share. */
export interface Network extends Address {
  /** Shared leading bits: 0 to the width. */
  readonly prefix: number;
}

/** The address that a text stands for; undefined where it is none. */
export function parseAddress(text: string): Address | undefined {
  if (text.length > 45) return undefined;
  if (!text.includes(":")) {
    const bits = ipv4Bits(text);
    return bits === undefined ? undefined : { width: 32, bits };
  }
  const bits = ipv6Bits(text);
  return bits === undefined ? undefined : { width: 128, bits };
}

/** The network that a text in CIDR notation stands for; undefined where it is none. */
export function parseNetwork(text: string): Network | undefined {
  const slash = text.indexOf("/");
  if (slash < 0) return undefined;
  const address = parseAddress(text.slice(0, slash));
  const length = text.slice(slash + 1);
  if (address === undefined || !/^\d{1,3}$/.test(length)) return undefined;
  const prefix = Number(length);
  return prefix > address.width ? undefined : { ...address, prefix };
}

/** Whether an address, or all of a network, is in a network. */
export function isWithin(inner: Address | Network, outer: Network): boolean {
  const prefix = "prefix" in inner ? inner.prefix : inner.width;
  if (inner.width !== outer.width || prefix < outer.prefix) return false;
  const shift = BigInt(outer.width - outer.prefix);
  return inner.bits >> shift === outer.bits >> shift;
}

function ipv4Bits(text: string): bigint | undefined {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  let bits = 0n;
  for (const part of parts) {
    if (!/^(?:0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) {
      return undefined;
    }
    bits = bits << 8n | BigInt(part);
  }
  return bits;
}

function ipv6Bits(text: string): bigint | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const groups = halves.map((half) => groupsOf(half));
  const [head, tail] = groups;
  if (head === undefined || groups.includes(undefined)) return undefined;
  const known = head.length + (tail?.length ?? 0);
  if (tail === undefined ? known !== 8 : known > 7) return undefined;
  const all = [...head, ...Array<number>(8 - known).fill(0), ...(tail ?? [])];
  return all.reduce((bits, group) => bits << 16n | BigInt(group), 0n);
}

function groupsOf(half: string): number[] | undefined {
  if (half === "") return [];
  const parts = half.split(":");
  const groups: number[] = [];
  for (const [i, part] of parts.entries()) {
    if (i === parts.length - 1 && part.includes(".")) {
      const bits = ipv4Bits(part);
      if (bits === undefined) return undefined;
      groups.push(Number(bits >> 16n), Number(bits & 0xffffn));
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      groups.push(parseInt(part, 16));
    } else return undefined;
  }
  return groups;
}
