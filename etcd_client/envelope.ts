/**
 * How an encrypted or compressed value is stored: header, nonce, content, tag. The layout, byte for byte, and what it
 * protects against is in docs/envelope.md.
 *
 * @module
 */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from "node:crypto";
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { EtcdError, type EtcdErrorCode } from "./error.ts";

/** How a value is encrypted. */
export type Algorithm = "aes-256-gcm" | "chacha20-poly1305";

/** What an envelope says of itself. Nothing of it may be trusted before the envelope was opened. */
export interface EnvelopeHeader {
  /** How the content is encrypted; "none" has a checksum only, against accidents. */
  readonly algorithm: Algorithm | "none";
  /** How the content is compressed. */
  readonly compression: "none" | "zstd";
  /** Stands for a deleted value. */
  readonly tombstone: boolean;
  /** Ends with a lease, so that its absence is no surprise. */
  readonly leased: boolean;
  /** May go away by itself: a delete removes it without a trace. */
  readonly expendable: boolean;
  /** Grows with each write of a key. */
  readonly counter: number;
  /** Bytes of the content before compression. */
  readonly rawLength: number;
  /** Which key of the key ring; empty for "none". */
  readonly keyId: string;
}

/** An envelope taken apart. */
export interface Envelope extends EnvelopeHeader {
  /** First 16 bytes of the tag: the same for the same write only. */
  readonly tag: string;
  /** Bytes up to the nonce. */
  readonly head: Uint8Array;
  /** First bytes of a hash of the key. */
  readonly check: Uint8Array;
  /** 12 bytes; none for "none". */
  readonly nonce: Uint8Array;
  /** Encrypted content. */
  readonly body: Uint8Array;
}

/** What goes into an envelope. */
export interface SealOptions {
  /** The store's key with its namespace; an envelope opens under this name only. */
  readonly name: string;
  /** Grows with each write. */
  readonly counter: number;
  /** How to encrypt; "none" for compression alone. */
  readonly algorithm: Algorithm | "none";
  /** Key and its id; absent for "none". */
  readonly key?: { readonly id: string; readonly bytes: Uint8Array };
  /** Whether to compress; done only where it makes the content smaller. */
  readonly compress: boolean;
  /** Stands for a deleted value. */
  readonly tombstone?: boolean;
  /** Ends with a lease. */
  readonly leased?: boolean;
  /** May go away by itself. */
  readonly expendable?: boolean;
}

/** Version of the layout. */
export const ENVELOPE_VERSION = 1;
/** Bytes of content at most, before compression: what a small envelope may grow to. */
export const MAX_CONTENT_BYTES = 8 * 1024 * 1024;

const MAGIC = [0x8b, 0x4d, 0x4c, 0x44] as const;
const ALGORITHMS = ["none", "aes-256-gcm", "chacha20-poly1305"] as const;
const FIXED = 21;
const CHECK = 4;
const NONCE = 12;
const TAG = 16;
const KEY_ID = /^[A-Za-z0-9._-]{1,32}$/;
const encoder = new TextEncoder();

/** Whether bytes claim to be an envelope; no JSON text starts like this. */
export function isEnvelope(bytes: Uint8Array): boolean {
  return bytes[0] === MAGIC[0];
}

/** Whether a text may be a key id. */
export function isKeyId(id: string): boolean {
  return KEY_ID.test(id);
}

/**
 * Makes an envelope.
 *
 * @throws {EtcdError} `limit`, when the content is too large.
 */
export function seal(
  content: Uint8Array,
  options: SealOptions,
): Uint8Array<ArrayBuffer> {
  const { name, counter, algorithm, key } = options;
  if (content.length > MAX_CONTENT_BYTES) {
    throw new EtcdError(
      "limit",
      `Cannot store '${name}': it has ${content.length} bytes, and ${MAX_CONTENT_BYTES} are allowed`,
      { key: name },
    );
  }
  const packed = options.compress ? compress(content) : content;
  const smaller = packed.length < content.length;
  const plain = smaller ? packed : content;
  const id = encoder.encode(key?.id ?? "");
  const checkLength = key === undefined ? 0 : CHECK;
  const head = new Uint8Array(FIXED + id.length + checkLength);
  const view = new DataView(head.buffer);
  head.set(MAGIC);
  head[4] = ENVELOPE_VERSION;
  head[5] = ALGORITHMS.indexOf(algorithm);
  head[6] = smaller ? 1 : 0;
  head[7] = flagsOf(options);
  view.setBigUint64(8, BigInt(counter));
  view.setUint32(16, content.length);
  head[20] = id.length;
  head.set(id, FIXED);
  if (algorithm === "none" || key === undefined) {
    return join(head, plain, checksum(head, name, plain));
  }
  head.set(keyCheck(key.bytes), FIXED + id.length);
  const nonce = randomBytes(NONCE);
  const cipher = cipherOf(algorithm, subkey(key.bytes, algorithm, name), nonce);
  cipher.setAAD(associated(head, name), { plaintextLength: plain.length });
  const body = join(cipher.update(plain), cipher.final());
  return join(head, nonce, body, cipher.getAuthTag());
}

function flagsOf({ tombstone, leased, expendable }: SealOptions): number {
  return (tombstone ? 1 : 0) | (leased ? 2 : 0) | (expendable ? 4 : 0);
}

/**
 * Takes an envelope apart without opening it.
 *
 * @param bytes The envelope.
 * @param name The store's key, for the message.
 * @throws {EtcdError} `integrity`, when it is none, is cut, or is of another version.
 */
export function parseEnvelope(bytes: Uint8Array, name: string): Envelope {
  const bad = (reason: string) => broken("integrity", name, reason);
  if (MAGIC.some((byte, i) => bytes[i] !== byte)) {
    throw bad("it is no envelope");
  }
  if (bytes.length < FIXED + TAG) throw bad("the envelope is cut short");
  if (bytes[4] !== ENVELOPE_VERSION) {
    throw bad(`envelope version ${bytes[4]} is not known; this one reads 1`);
  }
  const algorithm = ALGORITHMS[bytes[5]!];
  const compression = (["none", "zstd"] as const)[bytes[6]!];
  const flags = bytes[7]!;
  const idLength = bytes[20]!;
  if (algorithm === undefined || compression === undefined || flags > 7) {
    throw bad("the envelope's header is not valid");
  }
  const sealed = algorithm !== "none";
  const headLength = FIXED + idLength + (sealed ? CHECK : 0);
  const nonceLength = sealed ? NONCE : 0;
  if (bytes.length < headLength + nonceLength + TAG) {
    throw bad("the envelope is cut short");
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const counter = Number(view.getBigUint64(8));
  const keyId = String.fromCharCode(
    ...bytes.subarray(FIXED, FIXED + idLength),
  );
  if (
    !Number.isSafeInteger(counter) || (sealed ? !isKeyId(keyId) : keyId !== "")
  ) throw bad("the envelope's header is not valid");
  const end = bytes.length - TAG;
  return {
    algorithm,
    compression,
    tombstone: (flags & 1) !== 0,
    leased: (flags & 2) !== 0,
    expendable: (flags & 4) !== 0,
    counter,
    rawLength: view.getUint32(16),
    keyId,
    tag: hex(bytes.subarray(end)),
    head: bytes.subarray(0, headLength),
    check: bytes.subarray(FIXED + idLength, headLength),
    nonce: bytes.subarray(headLength, headLength + nonceLength),
    body: bytes.subarray(headLength + nonceLength, end),
  };
}

/**
 * Opens an envelope.
 *
 * @param envelope The parts.
 * @param name The store's key with its namespace.
 * @param key The key that its id names; absent for "none".
 * @returns The content as it was sealed.
 * @throws {EtcdError} `key`, when the key is another one under the same id; `integrity`, when anything was changed, cut or
 * comes from another key; `limit`, when it would grow beyond what is allowed.
 */
export function open(
  envelope: Envelope,
  name: string,
  key: Uint8Array | undefined,
): Uint8Array {
  const { algorithm, head, body, rawLength } = envelope;
  const tag = bytesOfHex(envelope.tag);
  let plain: Uint8Array;
  if (algorithm === "none") {
    plain = body;
    if (!timingSafeEqual(checksum(head, name, body), tag)) {
      throw broken("integrity", name, "the checksum does not fit");
    }
  } else {
    plain = decrypt(envelope, algorithm, name, key!, tag);
  }
  if (rawLength > MAX_CONTENT_BYTES) {
    throw broken(
      "limit",
      name,
      `it would grow to ${rawLength} bytes, and ${MAX_CONTENT_BYTES} are allowed`,
    );
  }
  const content = envelope.compression === "zstd"
    ? decompress(plain, rawLength, name)
    : plain;
  if (content.length === rawLength) return content;
  throw broken("integrity", name, "the content's length does not fit");
}

function decrypt(
  envelope: Envelope,
  algorithm: Algorithm,
  name: string,
  key: Uint8Array,
  tag: Uint8Array,
): Uint8Array {
  const { keyId, head, nonce, body } = envelope;
  if (!timingSafeEqual(keyCheck(key), envelope.check)) {
    throw broken(
      "key",
      name,
      `key '${keyId}' of the key ring is not the key it was encrypted with`,
    );
  }
  const decipher = decipherOf(algorithm, subkey(key, algorithm, name), nonce);
  decipher.setAAD(associated(head, name), { plaintextLength: body.length });
  decipher.setAuthTag(tag);
  try {
    return join(decipher.update(body), decipher.final());
  } catch (cause) {
    throw broken(
      "integrity",
      name,
      "it was changed, or belongs to another key",
      cause,
    );
  }
}

/** A key of its own for each name and algorithm, so that random nonces have room and no key serves two algorithms. */
function subkey(
  key: Uint8Array,
  algorithm: Algorithm,
  name: string,
): Uint8Array {
  const info = encoder.encode(`mld-config-v1 ${algorithm} ${name}`);
  return new Uint8Array(hkdfSync("sha256", key, new Uint8Array(), info, 32));
}

function keyCheck(key: Uint8Array): Uint8Array {
  const info = encoder.encode("mld-config-v1 key check");
  const empty = new Uint8Array();
  return new Uint8Array(hkdfSync("sha256", key, empty, info, CHECK));
}

function associated(head: Uint8Array, name: string): Uint8Array {
  return join(encoder.encode("mld-config-v1\0"), head, encoder.encode(name));
}

function checksum(
  head: Uint8Array,
  name: string,
  body: Uint8Array,
): Uint8Array {
  const hash = createHash("sha256").update(associated(head, name));
  return new Uint8Array(hash.update("\0").update(body).digest())
    .subarray(0, TAG);
}

function cipherOf(
  algorithm: Algorithm,
  key: Uint8Array,
  nonce: Uint8Array,
) {
  return algorithm === "aes-256-gcm"
    ? createCipheriv(algorithm, key, nonce, { authTagLength: TAG })
    : createCipheriv(algorithm, key, nonce, { authTagLength: TAG });
}

function decipherOf(
  algorithm: Algorithm,
  key: Uint8Array,
  nonce: Uint8Array,
) {
  return algorithm === "aes-256-gcm"
    ? createDecipheriv(algorithm, key, nonce, { authTagLength: TAG })
    : createDecipheriv(algorithm, key, nonce, { authTagLength: TAG });
}

function compress(content: Uint8Array): Uint8Array {
  const params = { [constants.ZSTD_c_compressionLevel]: 3 };
  return new Uint8Array(zstdCompressSync(content, { params }));
}

function decompress(
  packed: Uint8Array,
  rawLength: number,
  name: string,
): Uint8Array {
  try {
    const maxOutputLength = Math.max(1, rawLength);
    return new Uint8Array(zstdDecompressSync(packed, { maxOutputLength }));
  } catch (cause) {
    throw broken("integrity", name, "the content does not unpack", cause);
  }
}

function broken(
  code: EtcdErrorCode,
  name: string,
  reason: string,
  cause?: unknown,
): EtcdError {
  return new EtcdError(code, `Cannot open '${name}': ${reason}`, {
    key: name,
    cause,
  });
}

function join(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, p) => sum + p.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

function bytesOfHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g)!, (pair) => parseInt(pair, 16));
}
