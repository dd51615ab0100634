import assert from "node:assert/strict";
import { optional } from "../tests/_optional.ts";
import { type Packed, unpack } from "./_packed.ts";
import packedWasm from "./bin/core_wasm.json" with { type: "json" };
import { NativeError, openCore } from "./mod.ts";
import { LIBRARY } from "./_test_builds.ts";

const ABC = new TextEncoder().encode("abc");
const ABC_SHA256 =
  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

Deno.test({
  name: "openCore without any permission gives wasm and says why",
  permissions: "none",
  fn: async () => {
    const core = await openCore();
    assert.equal(core.build, "wasm");
    assert.match(core.buildReason, /permission "ffi" is not granted/);
    assert.equal(core.sha256(ABC).toHex(), ABC_SHA256);
  },
});

Deno.test({
  name:
    "openCore for native without permission throws NativeError no_permission and does not prompt",
  permissions: "none",
  fn: async () => {
    await assert.rejects(openCore({ build: "native" }), {
      name: "NativeError",
      code: "no_permission",
    });
    await assert.rejects(
      openCore({ build: "native", libraryPath: "/lib/x.so" }),
      {
        code: "no_permission",
        message:
          'Cannot open the native core as permission "ffi" for /lib/x.so is not granted',
      },
    );
  },
});

Deno.test("openCore refuses a build that does not exist", async () => {
  const options = { build: "fast" } as unknown as { build: "auto" };
  await assert.rejects(openCore(options), TypeError);
});

Deno.test({
  name:
    "openCore for native says corrupt where the library cannot be loaded, and auto falls back",
  permissions: { ffi: true, write: true, read: true },
  fn: async () => {
    const libraryPath = await Deno.makeTempFile({ suffix: ".so" });
    try {
      await Deno.writeTextFile(libraryPath, "not a library");
      await assert.rejects(openCore({ build: "native", libraryPath }), {
        code: "corrupt",
      });
      const core = await openCore({ libraryPath });
      assert.equal(core.build, "wasm");
      assert.match(core.buildReason, /cannot be loaded/);
    } finally {
      await Deno.remove(libraryPath);
    }
  },
});

optional({
  name: "openCore takes the native build where it is allowed and there",
  ...LIBRARY,
  permissions: { ffi: true, read: true, env: true },
  fn: async () => {
    const core = await openCore();
    assert.equal(core.build, "native");
    assert.equal(core.buildReason, "");
    assert.equal(core.sha256(ABC).toHex(), ABC_SHA256);
  },
});

Deno.test({
  name: "openCore gives a wasm instance of its own at each call",
  permissions: "none",
  fn: async () => {
    const [a, b] = [
      await openCore({ build: "wasm" }),
      await openCore({ build: "wasm" }),
    ];
    assert.notEqual(a, b);
    assert.equal(a.buildReason, "asked for");
    assert.equal(a.sha256(ABC).toHex(), b.sha256(ABC).toHex());
  },
});

Deno.test({
  name: "the wasm build imports nothing and declares a maximum of its memory",
  permissions: "none",
  fn: async () => {
    const module = new WebAssembly.Module(await unpack(packedWasm));
    assert.deepEqual(WebAssembly.Module.imports(module), []);
    const { memory } = new WebAssembly.Instance(module).exports;
    assert.throws(() => (memory as WebAssembly.Memory).grow(32768), RangeError);
  },
});

Deno.test({
  name: "unpack refuses bytes that do not match their SHA-256",
  permissions: "none",
  fn: async () => {
    const wrong: Packed = { ...packedWasm, sha256: "0".repeat(64) };
    await assert.rejects(unpack(wrong), { code: "corrupt" });
    const bytes = Uint8Array.fromBase64(packedWasm.gzip);
    bytes[bytes.length >> 1]! ^= 1;
    await assert.rejects(
      unpack({ ...packedWasm, gzip: bytes.toBase64() }),
      (error) => error instanceof NativeError && error.code === "corrupt",
    );
  },
});
