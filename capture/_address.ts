/**
 * A host as text: its address, and `@vlan` / `%vni` behind it where it has them.
 *
 * @param octets 16 bytes; IPv4 uses the first 4.
 * @param version 4 or 6.
 * @param vlan Outer VLAN id * 4096 + inner; 0 is left out.
 * @param vni Tunnel network id + 1; 0 is left out.
 * @returns Text that is equal for equal hosts.
 */
export function hostKey(
  octets: Uint8Array,
  version: number,
  vlan = 0,
  vni = 0,
): string {
  let text = version === 6 ? ipv6Text(octets) : octets.subarray(0, 4).join(".");
  if (vlan !== 0) {
    const inner = vlan & 4095;
    const outer = vlan >>> 12;
    text += outer === 0 ? `@${inner}` : `@${outer}.${inner}`;
  }
  if (vni !== 0) text += `%${vni - 1}`;
  return text;
}

/** RFC 5952: lower case, longest run of zero groups (at least two) shortened. */
function ipv6Text(octets: Uint8Array): string {
  const groups: number[] = [];
  for (let i = 0; i < 16; i += 2) {
    groups.push(octets[i]! << 8 | octets[i + 1]!);
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
