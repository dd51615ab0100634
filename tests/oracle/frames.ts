/**
 * One row of tshark's fields to one packet.
 *
 * @module
 */

/** One frame, as far as docs/flows.md needs it. Addresses are "4:" or "6:" and hexadecimal digits. */
export interface PacketFacts {
  /** Number in the capture, from 1. */
  readonly number: number;
  /** Microseconds since the epoch, nanoseconds cut off. */
  readonly timeUs: number;
  /** Frame length on the wire, bytes. */
  readonly length: number;
  /** "none" for frames that are neither IP nor ARP. */
  readonly kind: "ip" | "arp" | "none";
  /** 4 or 6. */
  readonly version: number;
  /** IP protocol number after extension headers; 0 for ARP. */
  readonly protocol: number;
  /** Sender. */
  readonly src: string;
  /** Receiver. */
  readonly dst: string;
  /** 0 where there are no ports. */
  readonly srcPort: number;
  /** 0 where there are no ports. */
  readonly dstPort: number;
  /** TCP flags, low 8 bits. */
  readonly flags: number;
  /** TCP sequence number. */
  readonly seq: number;
  /** ICMP type, or ARP operation. */
  readonly type: number;
  /** Outer VLAN id times 4096 plus inner id. */
  readonly vlan: number;
  /** VXLAN network id plus 1; 0 without tunnel. */
  readonly vni: number;
  /** Transport payload by IP length, bytes. */
  readonly payloadLength: number;
  /** Captured part of it. */
  readonly payload: Uint8Array;
  /** A fragment, but not the first. */
  readonly laterFragment: boolean;
}

/** The fields that are asked for, in order. */
export const FIELDS = [
  "frame.number",
  "frame.time_epoch",
  "frame.len",
  "frame.protocols",
  "vlan.id",
  "vxlan.vni",
  "ip.src",
  "ip.dst",
  "ip.len",
  "ip.hdr_len",
  "ip.proto",
  "ip.frag_offset",
  "ip.flags.mf",
  "ip.id",
  "ipv6.src",
  "ipv6.dst",
  "ipv6.plen",
  "ipv6.nxt",
  "ipv6.hopopts.nxt",
  "ipv6.hopopts.len_oct",
  "ipv6.dstopts.nxt",
  "ipv6.dstopts.len_oct",
  "ipv6.routing.nxt",
  "ipv6.routing.len_oct",
  "ipv6.fraghdr.nxt",
  "ipv6.fraghdr.offset",
  "ipv6.fraghdr.more",
  "ipv6.fraghdr.ident",
  "tcp.srcport",
  "tcp.dstport",
  "tcp.flags",
  "tcp.seq_raw",
  "tcp.hdr_len",
  "tcp.payload",
  "tcp.reset_cause",
  "udp.srcport",
  "udp.dstport",
  "udp.length",
  "udp.payload",
  "arp.opcode",
  "arp.src.proto_ipv4",
  "arp.dst.proto_ipv4",
  "data.data",
] as const;

type FieldName = typeof FIELDS[number];
/** Fields of one frame by name. */
export type Row = Record<FieldName, string>;

/** The innermost occurrence of a field. */
function last(row: Row, name: FieldName): string {
  return row[name].split(",").at(-1) ?? "";
}

function number(row: Row, name: FieldName): number {
  const text = last(row, name);
  if (text === "") return 0;
  if (text === "True") return 1;
  if (text === "False") return 0;
  return Number(text);
}

/** Hexadecimal text to bytes. */
export function bytesOf(hex: string): Uint8Array {
  const bytes = new Uint8Array(hex.length >> 1);
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  }
  return bytes;
}

/** "10.0.0.1" or "fe80::1" to the form of `PacketFacts`. */
export function addressOf(text: string): string {
  const hex = (value: number, digits: number): string =>
    value.toString(16).padStart(digits, "0");
  if (!text.includes(":")) {
    return "4:" + text.split(".").map((part) => hex(Number(part), 2)).join("");
  }
  const [head = "", tail] = text.split("::");
  const words = (part: string): string[] =>
    part === "" ? [] : part.split(":").flatMap((word) => {
      if (!word.includes(".")) return [word.padStart(4, "0")];
      const four = addressOf(word).slice(2);
      return [four.slice(0, 4), four.slice(4)];
    });
  const left = words(head);
  const right = tail === undefined ? [] : words(tail);
  const zeros = Array.from(
    { length: 8 - left.length - right.length },
    () => "0000",
  );
  return "6:" + [...left, ...zeros, ...right].join("");
}

/** Cuts nanoseconds off "1558968008.021140999". */
export function microsecondsOf(epoch: string): number {
  const [seconds = "0", fraction = ""] = epoch.split(".");
  return Number(seconds) * 1e6 + Number(fraction.padEnd(6, "0").slice(0, 6));
}

/** What the transport header says. */
export interface Transport {
  protocol: number;
  srcPort: number;
  dstPort: number;
  flags: number;
  seq: number;
  type: number;
  headerLength: number;
  payload: Uint8Array;
}

/** The packet of a frame; `fragments` remembers first fragments. */
export function packetOf(
  row: Row,
  fragments: Map<string, Transport>,
): PacketFacts {
  const base = {
    number: number(row, "frame.number"),
    timeUs: microsecondsOf(row["frame.time_epoch"]),
    length: number(row, "frame.len"),
    vlan: row["vlan.id"].split(",").filter((id) => id !== "")
      .reduce((all, id, index) => index < 2 ? all * 4096 + Number(id) : all, 0),
    vni: row["vxlan.vni"] === "" ? 0 : number(row, "vxlan.vni") + 1,
  };
  const layers = row["frame.protocols"].split(":");
  // One tag is the outer one: its id goes to the upper half.
  if (row["vlan.id"] !== "" && !row["vlan.id"].includes(",")) base.vlan *= 4096;
  const none: PacketFacts = {
    ...base,
    kind: "none",
    version: 0,
    protocol: 0,
    src: "",
    dst: "",
    srcPort: 0,
    dstPort: 0,
    flags: 0,
    seq: 0,
    type: 0,
    payloadLength: 0,
    payload: new Uint8Array(),
    laterFragment: false,
  };
  if (layers.includes("arp")) {
    if (
      row["arp.src.proto_ipv4"] === "" || row["arp.dst.proto_ipv4"] === ""
    ) return none;
    return {
      ...none,
      kind: "arp",
      version: 4,
      src: addressOf(last(row, "arp.src.proto_ipv4")),
      dst: addressOf(last(row, "arp.dst.proto_ipv4")),
      type: number(row, "arp.opcode"),
    };
  }
  const version = layers.lastIndexOf("ipv6") > layers.lastIndexOf("ip") ? 6 : 4;
  if (!layers.includes("ip") && !layers.includes("ipv6")) return none;
  return ipPacket(row, { ...none, kind: "ip", version }, layers, fragments);
}

function ipPacket(
  row: Row,
  base: PacketFacts,
  layers: readonly string[],
  fragments: Map<string, Transport>,
): PacketFacts {
  const ip = base.version === 4 ? ipv4(row, base, layers) : ipv6(row, layers);
  if (ip === undefined) return { ...base, kind: "none" };
  const packet = { ...base, src: ip.src, dst: ip.dst };
  const key = [ip.src, ip.dst, ip.id, ip.protocol, base.vlan, base.vni].join();
  if (ip.offset > 0) {
    const first = fragments.get(key);
    return {
      ...packet,
      protocol: first?.protocol ?? ip.protocol,
      srcPort: first?.srcPort ?? 0,
      dstPort: first?.dstPort ?? 0,
      type: first?.type ?? 0,
      payloadLength: ip.payloadLength,
      payload: bytesOf(last(row, "data.data")),
      laterFragment: true,
    };
  }
  const transport = transportOf(row, ip.protocol, layers);
  if (transport === undefined) return { ...base, kind: "none" };
  if (ip.more) fragments.set(key, transport);
  const { headerLength, ...facts } = transport;
  // A UDP length below the IP length is padding; one above it is a fragment's.
  const udp = number(row, "udp.length");
  const room = ip.protocol === 17 && udp !== 0 ? udp : Infinity;
  return {
    ...packet,
    ...facts,
    payloadLength: Math.max(0, Math.min(ip.payloadLength, room) - headerLength),
  };
}

interface IpFacts {
  src: string;
  dst: string;
  protocol: number;
  /** Fragment offset: 0 or not 0 is all that counts. */
  offset: number;
  more: boolean;
  id: string;
  /** Bytes after IP header and extension headers, by IP length. */
  payloadLength: number;
}

/** Bytes in front of the IP header of a packet without tunnel; undefined for others. */
function linkLength(layers: readonly string[]): number | undefined {
  if (layers.includes("vxlan")) return undefined;
  const first = { eth: 14, sll: 16, null: 4, raw: 0 }[layers[0] ?? ""];
  if (first === undefined) return undefined;
  return first +
    4 * layers.filter((it) => it === "vlan" || it === "ieee8021ad").length;
}

function ipv4(
  row: Row,
  base: PacketFacts,
  layers: readonly string[],
): IpFacts | undefined {
  if (row["ip.src"] === "" || row["ip.proto"] === "") return undefined;
  const link = linkLength(layers);
  const room = link === undefined ? Infinity : base.length - link;
  const total = number(row, "ip.len");
  return {
    src: addressOf(last(row, "ip.src")),
    dst: addressOf(last(row, "ip.dst")),
    protocol: number(row, "ip.proto"),
    offset: number(row, "ip.frag_offset"),
    more: number(row, "ip.flags.mf") === 1,
    id: last(row, "ip.id"),
    payloadLength: Math.min(total === 0 ? room : total, room) -
      number(row, "ip.hdr_len"),
  };
}

const EXTENSIONS = {
  "ipv6.hopopts": ["ipv6.hopopts.nxt", "ipv6.hopopts.len_oct"],
  "ipv6.dstopts": ["ipv6.dstopts.nxt", "ipv6.dstopts.len_oct"],
  "ipv6.routing": ["ipv6.routing.nxt", "ipv6.routing.len_oct"],
} as const;

function ipv6(row: Row, layers: readonly string[]): IpFacts | undefined {
  if (row["ipv6.src"] === "" || row["ipv6.nxt"] === "") return undefined;
  let protocol = number(row, "ipv6.nxt");
  let length = number(row, "ipv6.plen");
  const facts = { offset: 0, more: false, id: "" };
  for (const layer of layers) {
    if (layer in EXTENSIONS) {
      const [next, octets] = EXTENSIONS[layer as keyof typeof EXTENSIONS];
      protocol = number(row, next);
      length -= number(row, octets);
    } else if (layer === "ipv6.fraghdr") {
      protocol = number(row, "ipv6.fraghdr.nxt");
      length -= 8;
      facts.offset = number(row, "ipv6.fraghdr.offset");
      facts.more = number(row, "ipv6.fraghdr.more") === 1;
      facts.id = last(row, "ipv6.fraghdr.ident");
    }
  }
  return {
    ...facts,
    src: addressOf(last(row, "ipv6.src")),
    dst: addressOf(last(row, "ipv6.dst")),
    protocol,
    payloadLength: length,
  };
}

/** What tshark shows of a RST's payload is a text of its own, the "reset cause", with C escapes. */
function tcpPayload(row: Row): Uint8Array {
  if (row["tcp.payload"] !== "") return bytesOf(last(row, "tcp.payload"));
  const escapes: Readonly<Record<string, string>> = {
    r: "\r",
    n: "\n",
    t: "\t",
  };
  const text = row["tcp.reset_cause"].replace(
    /\\(.)/g,
    (_, letter: string) => escapes[letter] ?? letter,
  );
  return new TextEncoder().encode(text);
}

function transportOf(
  row: Row,
  protocol: number,
  layers: readonly string[],
): Transport | undefined {
  const facts: Transport = {
    protocol,
    srcPort: 0,
    dstPort: 0,
    flags: 0,
    seq: 0,
    type: 0,
    headerLength: 0,
    payload: new Uint8Array(),
  };
  if (protocol === 6) {
    if (!layers.includes("tcp") || row["tcp.hdr_len"] === "") return undefined;
    return {
      ...facts,
      srcPort: number(row, "tcp.srcport"),
      dstPort: number(row, "tcp.dstport"),
      flags: number(row, "tcp.flags") & 0xff,
      seq: number(row, "tcp.seq_raw"),
      headerLength: number(row, "tcp.hdr_len"),
      payload: tcpPayload(row),
    };
  }
  if (protocol === 17) {
    if (!layers.includes("udp") || row["udp.dstport"] === "") return undefined;
    return {
      ...facts,
      srcPort: number(row, "udp.srcport"),
      dstPort: number(row, "udp.dstport"),
      headerLength: 8,
      payload: bytesOf(last(row, "udp.payload")),
    };
  }
  const data = bytesOf(last(row, "data.data"));
  const word = (at: number): number =>
    ((data[at] ?? 0) << 8) | (data[at + 1] ?? 0);
  if (protocol === 1 || protocol === 58) {
    if (data.length < 4) return undefined;
    return {
      ...facts,
      type: data[0] ?? 0,
      headerLength: 8,
      payload: data.subarray(8),
    };
  }
  if (protocol === 132) {
    if (data.length < 12) return undefined;
    return {
      ...facts,
      srcPort: word(0),
      dstPort: word(2),
      headerLength: 12,
      payload: data.subarray(12),
    };
  }
  return { ...facts, payload: data };
}
