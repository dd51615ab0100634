/** What a host did in the windows that end with one 5-second bucket. A plain, owned object. */
export interface HostWindow {
  /** 128-bit hash of source id, host and bucket; 32 hexadecimal digits. */
  readonly id: string;
  /** Address of the host. */
  readonly address: string;
  /** Start of the bucket, microseconds since the Unix epoch. */
  readonly startUs: number;
  /** End of the bucket, microseconds since the Unix epoch. */
  readonly endUs: number;
  /** Whether the host is in the home networks. */
  readonly internal: boolean;
  /** Whether the host has had an answered flow. */
  readonly established: boolean;
  /** Outer VLAN id * 4096 + inner VLAN id; 0 if untagged. */
  readonly vlan: number;
  /** Tunnel network id + 1; 0 if not tunnelled. */
  readonly vni: number;
  /** Packets of the host in the bucket. */
  readonly packets: number;
}
