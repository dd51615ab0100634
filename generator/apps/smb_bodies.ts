/** Pieces of SMB2 bodies. */

import { join, le32, le64, type Part, utf16, zeros } from "../bytes.ts";
import type { Rng } from "../rng.ts";

/** A time stamp of recent years. */
export function fileTime(rng: Rng): Uint8Array {
  return join(rng.bytes(6), 0xda, 1);
}

/** One entry of a directory listing (FileIdBothDirectoryInformation). */
export function directoryEntry(
  rng: Rng,
  name: string,
  last: boolean,
): Uint8Array {
  const text = utf16(name);
  const size = (104 + text.length + 7) & ~7;
  const parts: Part[] = [
    ...[le32(last ? 0 : size), le32(0)],
    ...Array.from({ length: 4 }, () => fileTime(rng)),
    ...[
      le64(4096),
      le64(4096),
      le32(0x20),
      le32(text.length),
      le32(0),
      zeros(28),
      le64(1),
      text,
    ],
  ];
  const out = join(...parts);
  return last ? out : join(out, zeros(size - out.length));
}
