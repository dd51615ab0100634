/** Small UDP protocols: NTP, DHCP, SSDP, SNMP, memcached, STUN, syslog, RTP, QUIC, WireGuard. */

import { be16, be32, der, derInt, join, le32, utf8, zeros } from "../bytes.ts";
import type { Filler } from "../blob.ts";
import type { Rng } from "../rng.ts";
import { dnsName } from "./dns.ts";

function ntpTime(timeUs: number): Uint8Array {
  const seconds = Math.floor(timeUs / 1e6);
  return join(
    be32(seconds + 2208988800),
    be32(Math.floor((timeUs % 1e6) / 1e6 * 4294967296)),
  );
}

/** An NTP request (mode 3) or reply (mode 4). */
export function ntp(mode: 3 | 4, timeUs: number): Uint8Array {
  const time = ntpTime(timeUs);
  return mode === 3 ? join(0x23, 0, 6, 0xec, zeros(36), time) : join(
    0x24,
    2,
    6,
    0xec,
    be32(300),
    be32(800),
    be32(0x0a000001),
    time,
    time,
    time,
    time,
  );
}

/** The answer to an NTP monlist request, as reflectors send it: 6 items of 72 bytes. */
export function ntpMonlist(rng: Rng): Uint8Array {
  return join(
    Uint8Array.of(0xd7, rng.int(0, 127), 3, 42),
    be16(6),
    be16(72),
    rng.bytes(432),
  );
}

/** DHCP of one kind (1 discover, 2 offer, 3 request, 5 ack). */
export function dhcp(
  rng: Rng,
  kind: 1 | 2 | 3 | 5,
  options: {
    mac: Uint8Array;
    transaction: number;
    address: Uint8Array;
    server: Uint8Array;
  },
): Uint8Array {
  const reply = kind === 2 || kind === 5;
  const fields = join(
    reply ? 2 : 1,
    ...[1, 6, 0, be32(options.transaction), be16(0), be16(0), zeros(4)],
    ...[
      reply ? options.address : zeros(4),
      zeros(8),
      options.mac,
      zeros(10),
      zeros(192),
    ],
    be32(0x63825363),
  );
  const client = join(53, 1, kind, 12, 8, rng.text(8), 55, 4, 1, 3, 6, 15);
  const server = join(53, 1, kind, 54, 4, options.server, 51, 4, be32(86400));
  const out = join(fields, reply ? server : client, 255);
  return out.length < 300 ? join(out, zeros(300 - out.length)) : out;
}

/** An SSDP search. */
export function ssdpSearch(): Uint8Array {
  return utf8(
    'M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: "ssdp:discover"\r\nMX: 2\r\nST: ssdp:all\r\n\r\n',
  );
}

/** An answer to a search. */
export function ssdpAnswer(rng: Rng): Uint8Array {
  return utf8(
    `HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=1800\r\nEXT:\r\nLOCATION: http://192.0.2.${
      rng.int(1, 254)
    }:${
      rng.int(1000, 9999)
    }/root.xml\r\nSERVER: Linux/3.14 UPnP/1.0 MiniUPnPd/1.9\r\nST: ${
      rng.pick([
        "upnp:rootdevice",
        "urn:schemas-upnp-org:device:InternetGatewayDevice:1",
      ])
    }\r\nUSN: uuid:${rng.text(32)}::upnp:rootdevice\r\n\r\n`,
  );
}

/** An SNMP message: GET (0xa0), GETBULK (0xa5) or response (0xa2) with `values` texts. */
export function snmp(
  rng: Rng,
  kind: 0xa0 | 0xa5 | 0xa2,
  values: number,
): Uint8Array {
  const items = Array.from({ length: Math.max(1, values) }, (_, i) => {
    const oid = der(6, Uint8Array.of(0x2b, 6, 1, 2, 1, 1, i + 1, 0));
    return der(
      0x30,
      oid,
      kind === 0xa2 ? der(4, rng.text(rng.int(8, 60))) : der(5),
    );
  });
  return der(
    0x30,
    derInt(1),
    der(4, "public"),
    der(
      kind,
      derInt(rng.int(1, 1e9)),
      derInt(0),
      derInt(kind === 0xa5 ? 20 : 0),
      der(0x30, ...items),
    ),
  );
}

/** A memcached datagram: a `stats` or `get` request, or one piece of the answer. */
export function memcached(
  rng: Rng,
  content: "request" | "answer",
  filler: Filler,
): Uint8Array {
  const frame = join(be16(rng.int(0, 65535)), be16(0), be16(1), be16(0));
  if (content === "request") return join(frame, "get a\r\n");
  const value = filler.bytes(1300);
  for (let i = 0; i < value.length; i++) {
    value[i] = 65 + ((value[i] as number) % 26);
  }
  return join(frame, `VALUE a 0 1300\r\n`, value, "\r\nEND\r\n");
}

/** A STUN binding request or success. */
export function stun(
  rng: Rng,
  kind: "request" | "answer",
  transaction: Uint8Array,
): Uint8Array {
  const magic = be32(0x2112a442);
  const attributes = kind === "request"
    ? join(be16(0x8022), be16(8), rng.text(8))
    : join(be16(0x0020), be16(8), 0, 1, rng.bytes(6));
  const type = kind === "request" ? 0x0001 : 0x0101;
  return join(
    be16(type),
    be16(attributes.length),
    magic,
    transaction,
    attributes,
  );
}

/** An RTP packet of a media stream. */
export function rtp(
  filler: Filler,
  state: { sequence: number; timestamp: number; source: number; bytes: number },
): Uint8Array {
  return join(
    ...[
      0x80,
      0x60,
      be16(state.sequence),
      be32(state.timestamp),
      be32(state.source),
    ],
    filler.bytes(state.bytes),
  );
}

/** A syslog line. */
export function syslog(rng: Rng): Uint8Array {
  return utf8(
    `<${rng.int(8, 190)}>May ${rng.int(10, 28)} 12:${rng.int(10, 59)}:${
      rng.int(10, 59)
    } host${rng.int(1, 30)} app[${rng.int(100, 9999)}]: ${
      rng.text(rng.int(20, 160), "abcdefghij klmnop ")
    }`,
  );
}

/** An mDNS question for a service. */
export function mdnsQuestion(service: string): Uint8Array {
  return join(
    be16(0),
    be16(0),
    be16(1),
    zeros(6),
    dnsName(service),
    be16(12),
    be16(1),
  );
}

/** An mDNS announcement of a service. */
export function mdnsAnswer(rng: Rng, service: string): Uint8Array {
  const target = dnsName(`${rng.text(8)}.${service}`);
  return join(
    ...[be16(0), be16(0x8400), be16(0), be16(1), zeros(4), dnsName(service)],
    ...[be16(12), be16(1), be32(4500), be16(target.length), target],
  );
}

/** A WireGuard message: handshake start, handshake answer, or data of `bytes`. */
export function wireguard(
  filler: Filler,
  kind: 1 | 2 | 4,
  bytes: number,
): Uint8Array {
  if (kind === 1) return join(le32(1), filler.bytes(144));
  if (kind === 2) return join(le32(2), filler.bytes(88));
  const padded = (bytes + 15) & ~15;
  return join(
    le32(4),
    filler.bytes(4),
    le32(filler.bytes(1)[0] as number),
    zeros(4),
    filler.bytes(padded + 16),
  );
}

/** A QUIC version 1 packet: an Initial of at least 1200 bytes, or a short-header packet. */
export function quic(
  filler: Filler,
  kind: "initial" | "short",
  options: { id: Uint8Array; bytes: number },
): Uint8Array {
  const { id, bytes } = options;
  if (kind === "short") return join(0x41, id, filler.bytes(bytes));
  const length = Math.max(1200, bytes) - 7 - id.length * 2 - 3;
  return join(
    ...[0xc3, be32(1), id.length, id, id.length, id, 0, be16(0x4000 | length)],
    filler.bytes(length),
  );
}
