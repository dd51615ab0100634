/** A block of addresses. */
export interface Network {
  /** 4 or 6. */
  readonly version: 4 | 6;
  /** The address's bytes, 4 or 16. */
  readonly bytes: Uint8Array;
  /** Leading bits that count. */
  readonly prefix: number;
}

function parseV4(text: string): Uint8Array | undefined {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  const bytes = new Uint8Array(4);
  for (let index = 0; index < 4; index++) {
    const part = parts[index]!;
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) {
      return undefined;
    }
    bytes[index] = Number(part);
  }
  return bytes;
}

function parseGroups(text: string, last: boolean): number[] | undefined {
  if (text === "") return [];
  const groups: number[] = [];
  const parts = text.split(":");
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index]!;
    if (part.includes(".")) {
      const ends = last && index === parts.length - 1;
      const tail = ends ? parseV4(part) : undefined;
      if (tail === undefined) return undefined;
      groups.push(tail[0]! << 8 | tail[1]!, tail[2]! << 8 | tail[3]!);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      groups.push(parseInt(part, 16));
    } else return undefined;
  }
  return groups;
}

function parseV6(text: string): Uint8Array | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0]!, halves.length === 1);
  const tail = halves.length === 2 ? parseGroups(halves[1]!, true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...new Array<number>(missing).fill(0), ...tail];
  const bytes = new Uint8Array(16);
  groups.forEach((group, index) => {
    bytes[2 * index] = group >> 8;
    bytes[2 * index + 1] = group & 255;
  });
  return bytes;
}

/**
 * Reads an address or a CIDR block such as `10.0.0.0/8` or `fd00::/8`. Host bits may be set.
 *
 * @returns The block (a bare address is one of full length); `undefined` if the text is neither.
 */
export function parseNetwork(text: string): Network | undefined {
  const slash = text.indexOf("/");
  const address = slash < 0 ? text : text.slice(0, slash);
  const version = address.includes(":") ? 6 : 4;
  const bytes = version === 4 ? parseV4(address) : parseV6(address);
  if (bytes === undefined) return undefined;
  const bits = bytes.length * 8;
  if (slash < 0) return { version, bytes, prefix: bits };
  const length = text.slice(slash + 1);
  if (!/^(0|[1-9]\d{0,2})$/.test(length) || Number(length) > bits) {
    return undefined;
  }
  return { version, bytes, prefix: Number(length) };
}

/** Whether a block holds an address. */
export function contains(network: Network, address: Network): boolean {
  if (network.version !== address.version) return false;
  const whole = network.prefix >> 3;
  for (let index = 0; index < whole; index++) {
    if (network.bytes[index] !== address.bytes[index]) return false;
  }
  const rest = network.prefix & 7;
  if (rest === 0) return true;
  const differing = network.bytes[whole]! ^ address.bytes[whole]!;
  return differing >> (8 - rest) === 0;
}

/**
 * Text of an address.
 *
 * @param bytes 4 bytes of IPv4 or 16 of IPv6.
 * @returns IPv6 as RFC 5952 wants it: lower case, the longest run of zero groups (at least two) shortened.
 */
export function formatAddress(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  const groups: number[] = [];
  for (let i = 0; i < 16; i += 2) {
    groups.push(bytes[i]! << 8 | bytes[i + 1]!);
  }
  let best = -1;
  let bestLength = 1;
  for (let i = 0; i < 8; i++) {
    let end = i;
    while (end < 8 && groups[end] === 0) end++;
    if (end - i > bestLength) {
      best = i;
      bestLength = end - i;
    }
    if (end > i) i = end;
  }
  const hex = (part: number[]) => part.map((g) => g.toString(16)).join(":");
  if (best < 0) return hex(groups);
  return `${hex(groups.slice(0, best))}::${
    hex(groups.slice(best + bestLength))
  }`;
}

/**
 * The address in a host's batch key, such as the subject of an incident, without the VLAN (`@5`) and the tunnel (`%7`)
 * that may stand behind it.
 *
 * @param subject Batch key.
 * @returns Text of the address.
 */
export function addressOf(subject: string): string {
  return subject.replace(/[@%].*$/, "");
}
