/** Application protocol recognised in a flow's payload. */
export type AppProtocol = "dns" | "tls" | "http" | "ssh" | "smb";

/** Why a flow record was made. */
export type EndReason =
  | "fin"
  | "rst"
  | "idle"
  | "capture_end"
  | "evicted"
  | "active";

/** Names and facts read from the start of a flow's payload. Absent where not seen. */
export interface AppFacts {
  /** First DNS query name, lower case. */
  readonly dnsName?: string;
  /** Type number of the first DNS query. */
  readonly dnsType?: number;
  /** Response code of the first DNS response. */
  readonly dnsRcode?: number;
  /** Server name of the TLS ClientHello. */
  readonly tlsSni?: string;
  /** JA3 fingerprint of the ClientHello, 32 hexadecimal digits. */
  readonly ja3?: string;
  /** First protocol offered by ALPN. */
  readonly alpn?: string;
  /** Method of the first HTTP request. */
  readonly httpMethod?: string;
  /** Target of the first HTTP request. */
  readonly httpTarget?: string;
  /** Host header of the first HTTP request. */
  readonly httpHost?: string;
  /** User agent of the first HTTP request. */
  readonly httpUserAgent?: string;
  /** Status code of the first HTTP response. */
  readonly httpStatus?: number;
  /** Client's SSH banner. */
  readonly sshClient?: string;
  /** Server's SSH banner. */
  readonly sshServer?: string;
}

/** One flow record as a plain, owned object. Safe to clone, log and replay. */
export interface Flow {
  /** 128-bit hash of source id, flow key, start and sequence; 32 hexadecimal digits. */
  readonly id: string;
  /** First packet, microseconds since the Unix epoch. */
  readonly startUs: number;
  /** Last packet, microseconds since the Unix epoch. */
  readonly endUs: number;
  /** Initiator's address. */
  readonly sourceAddress: string;
  /** Responder's address. */
  readonly destinationAddress: string;
  /** Initiator's port; 0 where the protocol has none. */
  readonly sourcePort: number;
  /** Responder's port; 0 where the protocol has none. */
  readonly destinationPort: number;
  /** IP protocol number; 0 for ARP. */
  readonly protocol: number;
  /** `ip`, or `arp` for a pair of protocol addresses in ARP. */
  readonly kind: "ip" | "arp";
  /** 4 or 6. */
  readonly ipVersion: number;
  /** Recognised application protocol. */
  readonly app?: AppProtocol;
  /** Why this record was made. */
  readonly endReason: EndReason;
  /** Whether this is the flow's last record. */
  readonly final: boolean;
  /** Number of the record within its flow, from 0. */
  readonly sequence: number;
  /** How sure the direction is, 0 to 100. */
  readonly directionConfidence: number;
  /** Whether the initiator is in the home networks. */
  readonly sourceInternal: boolean;
  /** Whether the responder is in the home networks. */
  readonly destinationInternal: boolean;
  /** Outer VLAN id * 4096 + inner VLAN id; 0 if untagged. */
  readonly vlan: number;
  /** Tunnel network id + 1; 0 if not tunnelled. */
  readonly vni: number;
  /** Capture interface number. */
  readonly interfaceId: number;
  /** Packets from initiator to responder. */
  readonly forwardPackets: number;
  /** Packets from responder to initiator. */
  readonly backwardPackets: number;
  /** Bytes on the wire, forward. */
  readonly forwardBytes: number;
  /** Bytes on the wire, backward. */
  readonly backwardBytes: number;
  /** Names and facts from the payload. */
  readonly facts: AppFacts;
  /** Community ID v1; absent for ARP. */
  readonly communityId?: string;
}
