import assert from "node:assert/strict";
import { seal } from "./envelope.ts";
import { KeyRing, newKeyLine, openValue, sealValue } from "./mod.ts";

const LINE = newKeyLine("one");
const keys = KeyRing.parse(LINE);
const VALUE = { token: "hunter2", list: [1, null, "two"] };

Deno.test("openValue gives back what sealValue took, also after a rotation, and nothing can be read without a key", async () => {
  for (const algorithm of ["aes-256-gcm", "chacha20-poly1305"] as const) {
    const sealed = await sealValue(VALUE, { name: "n", keys, algorithm });
    const text = new TextDecoder("latin1").decode(sealed);
    assert.doesNotMatch(text, /token|hunter2|list/);
    const rotated = KeyRing.parse(`${newKeyLine("two")}\n${LINE}`);
    const opened = await openValue(sealed, { name: "n", keys: rotated });
    assert.deepEqual(opened, VALUE);
  }
});

Deno.test("openValue refuses another name, another key, a changed byte, and what no key has made", async () => {
  const name = "n";
  const sealed = await sealValue(VALUE, { name, keys });
  const fails = (
    bytes: Uint8Array,
    options: Parameters<typeof openValue>[1],
    code: string,
  ) => assert.rejects(openValue(bytes, options), { name: "EtcdError", code });
  await fails(sealed, { name: "other", keys }, "integrity");
  await fails(
    sealed,
    { name, keys: KeyRing.parse(newKeyLine("one")) },
    "key",
  );
  await fails(
    sealed,
    { name, keys: KeyRing.parse(newKeyLine("two")) },
    "key",
  );
  const changed = sealed.with(sealed.length - 20, sealed.at(-20)! ^ 1);
  await fails(changed, { name, keys }, "integrity");
  const content = new TextEncoder().encode("{}");
  const bare = seal(content, {
    ...{ name, counter: 0, compress: false },
    algorithm: "none",
  });
  await fails(bare, { name, keys }, "integrity");
  await fails(content, { name, keys }, "integrity");
});
