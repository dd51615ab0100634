/** Small pieces for writing protocol payloads. */

const encoder = new TextEncoder();

/** A part of a payload: bytes, text (UTF-8) or one byte as a number. */
export type Part = Uint8Array | string | number;

/** UTF-8 bytes of a text. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** UTF-16LE bytes of a text. */
export function utf16(text: string): Uint8Array {
  const out = new Uint8Array(text.length * 2);
  for (let i = 0; i < text.length; i++) {
    out[i * 2] = text.charCodeAt(i);
    out[i * 2 + 1] = text.charCodeAt(i) >>> 8;
  }
  return out;
}

/** Joins parts into one array. */
export function join(...parts: Part[]): Uint8Array {
  let length = 0;
  const arrays = parts.map((part) => {
    const array = typeof part === "number"
      ? Uint8Array.of(part)
      : typeof part === "string"
      ? utf8(part)
      : part;
    length += array.length;
    return array;
  });
  const out = new Uint8Array(length);
  let at = 0;
  for (const array of arrays) {
    out.set(array, at);
    at += array.length;
  }
  return out;
}

/** 16 bits, big endian. */
export function be16(value: number): Uint8Array {
  return Uint8Array.of(value >>> 8, value);
}

/** 24 bits, big endian. */
export function be24(value: number): Uint8Array {
  return Uint8Array.of(value >>> 16, value >>> 8, value);
}

/** 32 bits, big endian. */
export function be32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

/** 16 bits, little endian. */
export function le16(value: number): Uint8Array {
  return Uint8Array.of(value, value >>> 8);
}

/** 32 bits, little endian. */
export function le32(value: number): Uint8Array {
  return Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24);
}

/** 64 bits, little endian, for values below 2^53. */
export function le64(value: number): Uint8Array {
  return join(le32(value % 4294967296), le32(Math.floor(value / 4294967296)));
}

/** `count` zero bytes. */
export function zeros(count: number): Uint8Array {
  return new Uint8Array(count);
}

/** An ASN.1 DER element: tag, length, contents. */
export function der(tag: number, ...parts: Part[]): Uint8Array {
  const body = join(...parts);
  const n = body.length;
  if (n < 128) return join(tag, n, body);
  if (n < 256) return join(tag, 0x81, n, body);
  return join(tag, 0x82, be16(n), body);
}

/** A DER INTEGER below 2^31. */
export function derInt(value: number, tag = 2): Uint8Array {
  const bytes: number[] = [];
  let left = value;
  do {
    bytes.unshift(left & 255);
    left >>>= 8;
  } while (left > 0);
  if ((bytes[0] as number) >= 128) bytes.unshift(0);
  return der(tag, Uint8Array.from(bytes));
}
