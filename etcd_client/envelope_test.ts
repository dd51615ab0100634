/** The envelope on literal bytes: every bit, every length, every name. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { zstdCompressSync } from "node:zlib";
import {
  type Algorithm,
  MAX_CONTENT_BYTES,
  open,
  parseEnvelope,
  seal,
  type SealOptions,
} from "./envelope.ts";
import { EtcdError, type EtcdErrorCode } from "./error.ts";

const encoder = new TextEncoder();
const bytes = new Uint8Array(32).map((_, i) => i * 7);
const content = encoder.encode(`{"threshold":0.7,"pad":"${"ab".repeat(20)}"}`);

function options(algorithm: Algorithm | "none"): SealOptions {
  return {
    name: "scoring/threshold",
    counter: 1234,
    algorithm,
    compress: false,
    ...(algorithm === "none" ? {} : { key: { id: "2026-11", bytes } }),
  };
}

function reopen(
  sealed: Uint8Array,
  name = "scoring/threshold",
  key: Uint8Array = bytes,
): Uint8Array {
  const envelope = parseEnvelope(sealed, name);
  return open(
    envelope,
    name,
    envelope.algorithm === "none" ? undefined : key,
  );
}

function refuses(action: () => unknown, codes: readonly EtcdErrorCode[]): void {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof EtcdError, `${error}`);
    assert.ok(codes.includes(error.code), `${error.code}: ${error.message}`);
    return;
  }
  throw new Error("nothing was thrown");
}

const FLAGS = ["tombstone", "leased", "expendable"] as const;
const ALGORITHMS = ["none", "aes-256-gcm", "chacha20-poly1305"] as const;

for (const algorithm of ALGORITHMS) {
  Deno.test(`open gives back what seal took: ${algorithm}`, () => {
    for (const size of [0, 1, 511, 512, 100_000]) {
      const text = new Uint8Array(size).fill(97);
      for (const compress of [false, true]) {
        const sealed = seal(text, { ...options(algorithm), compress });
        assert.deepEqual(reopen(sealed), text);
        assert.equal(
          parseEnvelope(sealed, "x").compression,
          compress && size > 500 ? "zstd" : "none",
        );
      }
    }
  });

  Deno.test(`open refuses every flipped bit: ${algorithm}`, () => {
    const compressed = seal(new Uint8Array(600), {
      ...options(algorithm),
      compress: true,
    });
    for (const sealed of [seal(content, options(algorithm)), compressed]) {
      for (let bit = 0; bit < sealed.length * 8; bit++) {
        const changed = sealed.slice();
        changed[bit >> 3]! ^= 1 << (bit & 7);
        refuses(() => reopen(changed), ["integrity", "key", "limit"]);
      }
    }
  });

  Deno.test(`open refuses every cut and everything added: ${algorithm}`, () => {
    const sealed = seal(content, options(algorithm));
    for (let length = 0; length < sealed.length; length++) {
      refuses(() => reopen(sealed.slice(0, length)), ["integrity"]);
      refuses(() => reopen(sealed.slice(length + 1)), ["integrity"]);
    }
    refuses(() => reopen(new Uint8Array([...sealed, 0])), ["integrity"]);
  });

  Deno.test(`open refuses another name: ${algorithm}`, () => {
    const sealed = seal(content, options(algorithm));
    for (const name of ["scoring/threshole", "scoring", "", "x"]) {
      refuses(() => reopen(sealed, name), ["integrity"]);
    }
  });
}

Deno.test("open tells a wrong key from a changed value", () => {
  const sealed = seal(content, options("aes-256-gcm"));
  const other = bytes.map((b) => b ^ 1);
  refuses(() => reopen(sealed, undefined, other), ["key"]);
});

Deno.test("the same content sealed twice has nothing in common but the header", () => {
  const [a, b] = [1, 2].map(() => seal(content, options("aes-256-gcm")));
  const head = parseEnvelope(a!, "x").head.length;
  assert.deepEqual(a!.slice(0, head), b!.slice(0, head));
  assert.notDeepEqual(a!.slice(head, head + 12), b!.slice(head, head + 12));
  assert.notDeepEqual(a!.slice(head + 12), b!.slice(head + 12));
});

Deno.test("seal lays bytes out as docs/envelope.md says", () => {
  const sealed = seal(content, {
    ...options("chacha20-poly1305"),
    tombstone: true,
    leased: true,
  });
  const hex = (from: number, to: number) =>
    Array.from(sealed.slice(from, to), (b) => b.toString(16).padStart(2, "0"))
      .join(" ");
  assert.equal(hex(0, 4), "8b 4d 4c 44");
  assert.equal(hex(4, 8), "01 02 00 03");
  assert.equal(hex(8, 16), "00 00 00 00 00 00 04 d2");
  assert.equal(new DataView(sealed.buffer).getUint32(16), content.length);
  assert.equal(sealed[20], 7);
  assert.equal(new TextDecoder().decode(sealed.slice(21, 28)), "2026-11");
  assert.equal(sealed.length, 28 + 4 + 12 + content.length + 16);
  for (const [i, name] of FLAGS.entries()) {
    const one = seal(content, { ...options("none"), [name]: true });
    assert.equal(one[7], 1 << i);
    const envelope = parseEnvelope(one, "x");
    assert.deepEqual(FLAGS.map((flag) => envelope[flag]), [
      i === 0,
      i === 1,
      i === 2,
    ]);
  }
});

Deno.test("open stops at a bomb before it grows", () => {
  // 200 MB of zeros are about 20 KB as zstd: as whoever holds the key, or knows the checksum, could send it.
  const huge = new Uint8Array(200 * 1024 * 1024);
  const packed = zstdCompressSync(huge);
  const honest = forge(packed, huge.length);
  refuses(() => reopen(honest), ["limit"]);
  const lying = forge(packed, 1000);
  const before = Deno.memoryUsage().rss;
  refuses(() => reopen(lying), ["integrity"]);
  assert.ok(Deno.memoryUsage().rss - before < 50 * 1024 * 1024);
  refuses(
    () => seal(new Uint8Array(MAX_CONTENT_BYTES + 1), options("none")),
    ["limit"],
  );
});

/** An envelope whose checksum is right and whose content is as given. */
function forge(packed: Uint8Array, rawLength: number): Uint8Array {
  const plain = seal(packed, options("none"));
  const parts = parseEnvelope(plain, "x");
  const head = parts.head.slice();
  head[6] = 1;
  new DataView(head.buffer).setUint32(16, rawLength);
  return rechecked(head, packed);
}

function rechecked(head: Uint8Array, body: Uint8Array): Uint8Array {
  // The checksum is found by the code under test, from an envelope whose head it is told.
  const name = "scoring/threshold";
  const data = new Uint8Array([
    ...encoder.encode("mld-config-v1\0"),
    ...head,
    ...encoder.encode(name),
    0,
    ...body,
  ]);
  const sum = digest(data).subarray(0, 16);
  return new Uint8Array([...head, ...body, ...sum]);
}

function digest(data: Uint8Array): Uint8Array {
  return new Uint8Array(createHash("sha256").update(data).digest());
}

Deno.test("parseEnvelope and open refuse random and half-right bytes with a typed error, quickly", () => {
  let seed = 12345;
  const random = () => (seed = Math.imul(seed, 1103515245) + 12345 >>> 0) >>> 8;
  const good = ALGORITHMS.map((algorithm) =>
    seal(content, { ...options(algorithm), compress: random() % 2 === 0 })
  );
  const started = performance.now();
  for (let round = 0; round < 20_000; round++) {
    const base = good[round % 3]!;
    const kind = random() % 3;
    const made = kind === 0
      ? new Uint8Array(random() % 120).map(() => random())
      : base.slice();
    if (kind === 0) made.set([0x8b, 0x4d, 0x4c, 0x44, 1].slice(0, made.length));
    else {
      for (let i = 0; i < 1 + random() % 4; i++) {
        made[random() % made.length] = random();
      }
    }
    const same = made.every((b, i) => b === base[i]) &&
      made.length === base.length;
    if (!same) refuses(() => reopen(made), ["integrity", "key", "limit"]);
  }
  assert.ok(performance.now() - started < 30_000);
});
