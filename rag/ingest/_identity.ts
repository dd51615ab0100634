/** Which file a position is of. */
import { createHash } from "node:crypto";

/** Bytes of a file's beginning that tell it from others: its first line's time and id are among them. */
const HEAD_BYTES = 256;

/** What is known of a file: which it is, and how its bytes begin. */
export interface FileHead {
  /** Device and inode. */
  readonly node: string;
  /** First bytes. */
  readonly head: Uint8Array;
}

/** Device and inode of a file. */
export function nodeOf({ dev, ino }: Deno.FileInfo): string {
  return `${dev}.${ino ?? 0}`;
}

/** The first bytes of an open file; the file then stands behind them. */
export function readHead(file: Deno.FsFile): Uint8Array {
  const head = new Uint8Array(HEAD_BYTES);
  let filled = 0;
  file.seekSync(0, Deno.SeekMode.Start);
  while (filled < head.length) {
    const count = file.readSync(head.subarray(filled));
    if (count === null || count === 0) break;
    filled += count;
  }
  return head.subarray(0, filled);
}

function hash(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex").slice(0, 16);
}

/** The identity of a file: `node-length-hash` of its first bytes. */
export function identityOf({ node, head }: FileHead): string {
  return `${node}-${head.length}-${hash(head)}`;
}

/** Whether a file begins as the one that an identity is of. */
export function beginsAlike(identity: string, head: Uint8Array): boolean {
  const [, length, digest] = identity.split("-");
  const count = Number(length);
  return Number.isInteger(count) && count <= head.length &&
    hash(head.subarray(0, count)) === digest;
}

/** Whether a file is the one that an identity is of. */
export function isSameFile(identity: string, file: FileHead): boolean {
  return identity.startsWith(`${file.node}-`) &&
    beginsAlike(identity, file.head);
}
