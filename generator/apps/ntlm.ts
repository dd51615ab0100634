/** NTLM messages and their SPNEGO wrapping, as SMB and DCE/RPC carry them. */

import { der, join, le16, le32, utf16, utf8, zeros } from "../bytes.ts";
import type { Rng } from "../rng.ts";

const MAGIC = join(utf8("NTLMSSP"), 0);
const VERSION = Uint8Array.of(10, 0, 0x61, 0x4a, 0, 0, 0, 15);

function field(length: number, offset: number): Uint8Array {
  return join(le16(length), le16(length), le32(offset));
}

/** The first message: what the client can do. */
export function ntlmNegotiate(): Uint8Array {
  return join(
    MAGIC,
    le32(1),
    le32(0xe2088297),
    field(0, 40),
    field(0, 40),
    VERSION,
  );
}

/** The server's challenge. */
export function ntlmChallenge(rng: Rng, domain: string): Uint8Array {
  const name = utf16(domain);
  const pair = (id: number, value: Uint8Array) =>
    join(le16(id), le16(value.length), value);
  const info = join(pair(2, name), pair(1, utf16(`SRV${domain}`)), le32(0));
  return join(
    MAGIC,
    le32(2),
    field(name.length, 56),
    le32(0xe2898215),
    rng.bytes(8),
    zeros(8),
    field(info.length, 56 + name.length),
    VERSION,
    name,
    info,
  );
}

/** The client's answer, with an NTLMv2 response. */
export function ntlmAuthenticate(
  rng: Rng,
  names: { domain: string; user: string },
): Uint8Array {
  const domain = utf16(names.domain);
  const user = utf16(names.user);
  const station = utf16("WORKSTATION");
  const time = join(rng.bytes(6), 0xda, 1);
  const nt = join(
    rng.bytes(16),
    le16(0x0101),
    zeros(6),
    time,
    rng.bytes(8),
    zeros(4),
    le32(0),
    zeros(4),
  );
  const key = rng.bytes(16);
  const parts = [domain, user, station, zeros(24), nt, key];
  const offsets: number[] = [];
  let at = 88;
  for (const part of parts) {
    offsets.push(at);
    at += part.length;
  }
  const [d, u, s, l, n, k] = parts.map((part, i) =>
    field(part.length, offsets[i] as number)
  );
  return join(
    MAGIC,
    le32(3),
    l as Uint8Array,
    n as Uint8Array,
    d as Uint8Array,
    u as Uint8Array,
    s as Uint8Array,
    k as Uint8Array,
    le32(0xe2888215),
    VERSION,
    rng.bytes(16),
    ...parts,
  );
}

/** The list of mechanisms a server offers. */
export function spnegoOffer(): Uint8Array {
  const ntlm = der(6, Uint8Array.of(0x2b, 6, 1, 4, 1, 0x82, 0x37, 2, 2, 10));
  const kerberos = der(
    6,
    Uint8Array.of(0x2a, 0x86, 0x48, 0x82, 0xf7, 0x12, 1, 2, 2),
  );
  const spnego = der(6, Uint8Array.of(0x2b, 6, 1, 5, 5, 2));
  return der(
    0x60,
    spnego,
    der(0xa0, der(0x30, der(0xa0, der(0x30, kerberos, ntlm)))),
  );
}
