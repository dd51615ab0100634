/** DNS messages (also mDNS) and exchanges. */

import { be16, be32, join, utf8 } from "../bytes.ts";
import type { Rng } from "../rng.ts";
import type { Step } from "../tcp.ts";

/** Numbers of the record types in use. */
export const DNS_TYPES = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  NULL: 10,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  HTTPS: 65,
  ANY: 255,
} as const;

/** Name of a record type in use. */
export type DnsType = keyof typeof DNS_TYPES;

/** An answer record. */
export interface DnsAnswer {
  /** Record type. */
  type: DnsType;
  /** Seconds it may be kept. */
  ttl: number;
  /** RDATA as sent. */
  data: Uint8Array;
}

/** A name in wire form; labels are cut to 63 bytes. */
export function dnsName(name: string): Uint8Array {
  const parts = name.split(".").filter((label) => label !== "").map((label) => {
    const bytes = utf8(label).subarray(0, 63);
    return join(bytes.length, bytes);
  });
  return join(...parts, 0);
}

/** RDATA of a TXT record. */
export function txtData(content: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < content.length || at === 0; at += 255) {
    const piece = content.subarray(at, at + 255);
    parts.push(join(piece.length, piece));
  }
  return join(...parts);
}

/** A question. */
export function dnsQuery(
  id: number,
  name: string,
  options: { type: DnsType; edns?: boolean; flags?: number },
): Uint8Array {
  const { type, edns = false, flags = 0x0100 } = options;
  const opt = edns
    ? join(0, be16(41), be16(1232), be32(0), be16(0))
    : new Uint8Array(0);
  return join(
    be16(id),
    be16(flags),
    be16(1),
    be16(0),
    be16(0),
    be16(edns ? 1 : 0),
    dnsName(name),
    be16(DNS_TYPES[type]),
    be16(1),
    opt,
  );
}

/** A response; an NXDOMAIN or NODATA answer carries an SOA record. */
export function dnsResponse(
  id: number,
  name: string,
  options: {
    type: DnsType;
    rcode?: number;
    answers: DnsAnswer[];
    ra?: boolean;
  },
): Uint8Array {
  const { type, rcode = 0, answers, ra = true } = options;
  const zone = name.split(".").slice(-2).join(".");
  const soa = answers.length === 0 && rcode !== 2;
  const records = answers.map(({ type, ttl, data }) =>
    join(
      be16(0xc00c),
      be16(DNS_TYPES[type]),
      be16(1),
      be32(ttl),
      be16(data.length),
      data,
    )
  );
  if (soa) {
    const data = join(
      dnsName(`ns1.${zone}`),
      dnsName(`hostmaster.${zone}`),
      be32(2024010101),
      be32(7200),
      be32(900),
      be32(1209600),
      be32(900),
    );
    records.push(
      join(dnsName(zone), be16(6), be16(1), be32(900), be16(data.length), data),
    );
  }
  return join(
    be16(id),
    be16(0x8100 | (ra ? 0x80 : 0) | rcode),
    be16(1),
    be16(answers.length),
    be16(soa ? 1 : 0),
    be16(0),
    dnsName(name),
    be16(DNS_TYPES[type]),
    be16(1),
    ...records,
  );
}

/** The answer that a healthy server would give. */
export function usualAnswers(
  rng: Rng,
  type: DnsType,
  name: string,
): DnsAnswer[] {
  const ttl = rng.pick([30, 60, 300, 300, 3600, 86400]);
  const zone = name.split(".").slice(-2).join(".");
  const one = (data: Uint8Array): DnsAnswer => ({ type, ttl, data });
  switch (type) {
    case "A":
      return Array.from(
        { length: rng.pick([1, 1, 1, 2, 4]) },
        () => one(rng.bytes(4)),
      );
    case "AAAA":
      return rng.chance(0.4) ? [] : [one(join(0x26, 0x20, rng.bytes(14)))];
    case "TXT":
      return [one(txtData(utf8(`v=spf1 include:_spf.${zone} -all`)))];
    case "MX":
      return [one(join(be16(10), dnsName(`mx1.${zone}`)))];
    case "PTR":
      return rng.chance(0.3)
        ? []
        : [one(dnsName(`host-${rng.int(1, 254)}.${zone}`))];
    case "SRV":
      return [one(join(be16(0), be16(100), be16(389), dnsName(`dc1.${zone}`)))];
    case "CNAME":
      return [one(dnsName(`edge-${rng.text(6)}.${zone}`))];
    case "NS":
      return [one(dnsName(`ns1.${zone}`)), one(dnsName(`ns2.${zone}`))];
    default:
      return [];
  }
}

/** One question and, as a rule, its answer. */
export function* lookup(
  rng: Rng,
  name: string,
  options: { type?: DnsType; rcode?: number; thinkUs?: number } = {},
): Generator<Step, void, void> {
  const {
    type = "A",
    thinkUs = rng.chance(0.6) ? 300 : rng.exponential(25_000),
  } = options;
  const id = rng.int(0, 65535);
  const rcode = options.rcode ?? 0;
  yield { from: 0, data: dnsQuery(id, name, { type, edns: rng.chance(0.3) }) };
  const answers = rcode === 0 ? usualAnswers(rng, type, name) : [];
  yield {
    from: 1,
    data: dnsResponse(id, name, { type, rcode, answers }),
    waitUs: thinkUs,
  };
}
