/** Keys of any bytes, there and back. */
import assert from "node:assert/strict";
import { bytesOfKey, keyOfBytes } from "./_keys.ts";

Deno.test("keyOfBytes and bytesOfKey lose no byte, and leave text as it is", () => {
  for (const text of ["", "a/b", "é", "\ufeffa", "日本", "😀/x", "\0"]) {
    const bytes = new TextEncoder().encode(text);
    assert.equal(keyOfBytes(bytes), text);
    assert.deepEqual([...bytesOfKey(text)], [...bytes]);
  }
  // Half of the bytes are of what makes characters, so that many are whole, and many nearly.
  const likely = [...new TextEncoder().encode("aé日😀\ufffd"), 0xed, 0xa0];
  let seed = 1;
  const random = (below: number) => (seed = seed * 48271 % 2147483647) % below;
  const seen = new Map<string, string>();
  for (let i = 0; i < 20_000; i++) {
    const bytes = Uint8Array.from(
      { length: random(8) },
      () => random(2) === 0 ? random(256) : likely[random(likely.length)]!,
    );
    const key = keyOfBytes(bytes);
    assert.deepEqual([...bytesOfKey(key)], [...bytes]);
    const same = seen.get(key) ?? `${bytes}`;
    assert.equal(same, `${bytes}`);
    seen.set(key, same);
  }
  assert.ok(seen.size > 10_000);
});
