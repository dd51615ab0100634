import { formatAddress } from "@ml-defender/events";

/**
 * A host as text: its address, and `@vlan` / `%vni` behind it where it has them.
 *
 * @param octets 16 bytes; IPv4 uses the first 4.
 * @param version 4 or 6.
 * @param vlan Outer VLAN id * 4096 + inner; an inner id of 0 is left out.
 * @param vni Tunnel network id + 1; 0 is left out.
 * @returns Text that is equal for equal hosts.
 */
export function hostKey(
  octets: Uint8Array,
  version: number,
  vlan = 0,
  vni = 0,
): string {
  let text = formatAddress(octets.subarray(0, version === 6 ? 16 : 4));
  if (vlan !== 0) {
    const inner = vlan & 4095;
    const outer = vlan >>> 12;
    text += inner === 0 ? `@${outer}` : `@${outer}.${inner}`;
  }
  if (vni !== 0) text += `%${vni - 1}`;
  return text;
}
