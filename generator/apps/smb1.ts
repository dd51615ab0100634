/** The one message of SMB1 that is still seen. */

import { be24, join, le16, le32, utf8, zeros } from "../bytes.ts";
import type { Rng } from "../rng.ts";

/** The SMB1 negotiation that old clients and exploits begin with. */
export function smb1Negotiate(rng: Rng): Uint8Array {
  const dialects = join(
    ...[
      "PC NETWORK PROGRAM 1.0",
      "LANMAN1.0",
      "Windows for Workgroups 3.1a",
      "LM1.2X002",
    ].map(
      (name) => join(2, utf8(name), 0),
    ),
    ...[2, "NT LM 0.12", 0],
  );
  const body = join(
    ...[
      Uint8Array.of(0xff, 0x53, 0x4d, 0x42),
      0x72,
      le32(0),
      0x18,
      le16(0xc853),
      zeros(12),
    ],
    ...[le16(0), le16(rng.int(1, 65535)), le16(0), le16(rng.int(1, 60000))],
    ...[0, le16(dialects.length), dialects],
  );
  return join(0, be24(body.length), body);
}
