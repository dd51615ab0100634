/** Payload bytes that are made once and sliced often, with their checksum sums known beforehand. */

import { join } from "./bytes.ts";
import type { Rng } from "./rng.ts";

/** Fixed bytes with prefix sums, so that a slice's checksum costs nothing. */
export class Blob16 {
  /** The bytes; never written after construction. */
  readonly bytes: Uint8Array;
  readonly #even: Uint32Array;
  readonly #odd: Uint32Array;

  /** Takes ownership of `bytes` (at most 128 KiB, so that the sums fit 32 bits). */
  constructor(bytes: Uint8Array) {
    if (bytes.length > 131072) {
      throw new RangeError("Cannot make a blob of more than 128 KiB");
    }
    this.bytes = bytes;
    this.#even = Blob16.#sums(bytes, 0);
    this.#odd = Blob16.#sums(bytes, 1);
  }

  static #sums(bytes: Uint8Array, from: number): Uint32Array {
    const out = new Uint32Array((bytes.length >> 1) + 1);
    let sum = 0;
    for (let i = from, k = 1; i + 1 < bytes.length; i += 2, k++) {
      sum += ((bytes[i] as number) << 8) | (bytes[i + 1] as number);
      out[k] = sum;
    }
    return out;
  }

  /** Sum of 16-bit words of a slice, an odd last byte padded with zero. */
  sum(offset: number, length: number): number {
    const words = length >> 1;
    const table = offset & 1 ? this.#odd : this.#even;
    const first = offset >> 1;
    let sum = (table[first + words] as number) - (table[first] as number);
    if (length & 1) sum += (this.bytes[offset + length - 1] as number) << 8;
    return sum;
  }
}

/** A long message: `length` bytes of a blob repeated with a period. */
export interface Bulk {
  /** What is repeated; holds at least `period` + 1460 + 1 bytes. */
  blob: Blob16;
  /** After how many bytes the content starts again. */
  period: number;
  /** Bytes of the message. */
  length: number;
}

/** Random bytes shared by one generation: encrypted-looking filler. */
export class Filler {
  readonly #pool: Uint8Array;
  readonly #rng: Rng;
  #tls: Blob16 | undefined;
  #plain: Blob16 | undefined;

  /** Draws the pool from `rng`. */
  constructor(rng: Rng) {
    this.#rng = rng;
    this.#pool = rng.bytes(65536);
  }

  /** `count` random-looking bytes, copied out of the pool. */
  bytes(count: number): Uint8Array {
    const out = new Uint8Array(count);
    for (let at = 0; at < count;) {
      const n = Math.min(count - at, 16384);
      const from = this.#rng.int(0, this.#pool.length - n);
      out.set(this.#pool.subarray(from, from + n), at);
      at += n;
    }
    return out;
  }

  /** A long run of full TLS application data records; the length is rounded to whole records. */
  tls(length: number): Bulk {
    const record = 16406;
    this.#tls ??= (() => {
      const one = join(
        Uint8Array.of(0x17, 3, 3, 0x40, 0x11),
        this.bytes(16401),
      );
      return new Blob16(join(one, one.subarray(0, 9002)));
    })();
    const records = Math.max(1, Math.round(length / record));
    return { blob: this.#tls, period: record, length: records * record };
  }

  /** A long run of bytes without structure. */
  plain(length: number): Bulk {
    this.#plain ??= new Blob16(this.bytes(65536));
    return { blob: this.#plain, period: 56000, length };
  }
}

/** A blob that a scenario repeats as a datagram payload. */
export function blobOf(bytes: Uint8Array): Blob16 {
  return new Blob16(bytes);
}
