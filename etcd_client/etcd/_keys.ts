/**
 * Keys as text and as etcd has them, which is any bytes. A byte that is part of no UTF-8 text is one half of a surrogate
 * pair, U+DC80 to U+DCFF, so that no two keys are the same text and each finds its bytes again. Text that a store writes has
 * no such halves.
 */
import { Buffer } from "node:buffer";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const HALF = 0xdc00;
/** Bytes of one character at most. */
const LONGEST = 4;

/** The bytes of a key. */
export function bytesOfKey(key: string): Buffer {
  if (key.isWellFormed()) return Buffer.from(key);
  const parts = Array.from(key, (character) => {
    const byte = character.charCodeAt(0) - HALF;
    const escaped = character.length === 1 && byte >= 0x80 && byte <= 0xff;
    return escaped ? Buffer.of(byte) : Buffer.from(character);
  });
  return Buffer.concat(parts);
}

/** The key that has these bytes. */
export function keyOfBytes(bytes: Uint8Array): string {
  const whole = textOf(bytes);
  if (whole !== undefined) return whole;
  let key = "";
  for (let at = 0; at < bytes.length;) {
    let taken = 0;
    let text: string | undefined;
    while (text === undefined && ++taken <= LONGEST) {
      text = textOf(bytes.subarray(at, at + taken));
    }
    if (text === undefined) {
      text = String.fromCharCode(HALF + bytes[at]!);
      taken = 1;
    }
    key += text;
    at += taken;
  }
  return key;
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
