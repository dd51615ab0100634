import assert from "node:assert/strict";
import { instantiateWasm } from "./_binding.ts";
import { WasmMemory } from "./_wasm_memory.ts";
import { Core } from "./core.ts";

const ABC = new TextEncoder().encode("abc");
/** A pcap file with one UDP packet. */
const ONE_PACKET = Uint8Array.fromHex(
  "d4c3b2a1020004000000000000000000ffff000001000000" +
    "00f15365000000002a0000002a000000" + "020000000001020000000002" + "0800" +
    "4500001c0001000040110000" + "0a0000010a000002" + "0001000200080000",
);
const ABC_SHA256 =
  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

Deno.test("WasmMemory passes views of itself in place and copies others", async () => {
  const { functions, allocate } = await instantiateWasm();
  const region = allocate(32 + ABC.length);
  region.bytes.set(ABC, 32);
  const outside = new Uint8Array(32);
  functions.sha256(region.bytes.subarray(32), outside);
  functions.sha256(ABC, region.bytes.subarray(0, 32));
  assert.equal(outside.toHex(), ABC_SHA256);
  assert.equal(region.bytes.subarray(0, 32).toHex(), ABC_SHA256);
  region.free();
  region.free();
  assert.throws(() => region.bytes, TypeError);
});

Deno.test("WasmMemory leaves what the core does not write as it was", async () => {
  const { functions } = await instantiateWasm();
  const out = new Uint8Array(40).fill(7);
  assert.equal(functions.sha256(ABC, out), 32);
  assert.deepEqual([...out.subarray(32)], [7, 7, 7, 7, 7, 7, 7, 7]);
});

Deno.test("WasmMemory refuses a view that growth has detached, and makes new ones", async () => {
  const { functions, allocate } = await instantiateWasm();
  const region = allocate(64);
  region.bytes.set(ABC);
  const before = region.bytes.subarray(0, 3);
  const large = allocate(64 << 20);
  assert.equal(before.length, 0);
  assert.throws(
    () => functions.sha256(before, new Uint8Array(32)),
    /its memory has moved/,
  );
  const out = new Uint8Array(32);
  functions.sha256(region.bytes.subarray(0, 3), out);
  assert.equal(out.toHex(), ABC_SHA256);
  large.free();
});

Deno.test("WasmMemory copies a large input while the memory grows under a view of itself", async () => {
  const { functions, allocate } = await instantiateWasm();
  const region = allocate(32);
  const large = new Uint8Array(48 << 20);
  functions.sha256(large, region.bytes);
  const expected = new Uint8Array(
    await crypto.subtle.digest("SHA-256", large),
  );
  assert.deepEqual(region.bytes, expected);
});

Deno.test("keepRoom grows the memory before a view is made, so that less does not move it", async () => {
  const { allocate, keepRoom } = await instantiateWasm();
  const region = allocate(64);
  keepRoom(8 << 20);
  const view = region.bytes;
  const regions = Array.from({ length: 7 }, () => allocate(1 << 20));
  assert.equal(view.length, 64, "detached");
  for (const one of regions) one.free();
  keepRoom(2 ** 31);
  assert.equal(region.bytes.length, 64);
});

Deno.test("a batch stays where it is while less than 4 MiB is taken from the same core", async () => {
  const binding = await instantiateWasm();
  const core = new Core(binding, "asked for");
  for (let round = 0; round < 12; round++) {
    using engine = core.openEngine();
    engine.run(ONE_PACKET);
    const { batch } = engine.run(new Uint8Array(0));
    assert.ok(batch.flowCount > 0);
    for (let i = 0; i < 3; i++) binding.allocate(1 << 20);
    assert.ok(!batch.flows.buffer.detached, `round ${round}`);
  }
});

Deno.test("a failed allocation breaks the wasm instance for good, and no other", async () => {
  const broken = await instantiateWasm();
  assert.throws(() => broken.allocate(2 ** 31), { code: "broken" });
  assert.throws(
    () => broken.functions.sha256(ABC, new Uint8Array(32)),
    { name: "NativeError", code: "broken" },
  );
  const { functions } = await instantiateWasm();
  const out = new Uint8Array(32);
  functions.sha256(ABC, out);
  assert.equal(out.toHex(), ABC_SHA256);
});

Deno.test("a trap breaks the wasm instance for good", () => {
  const exports = {
    malloc: () => 16,
    f: () => {
      throw new WebAssembly.RuntimeError("unreachable");
    },
  };
  const pages = { initial: 32, maximum: 32 };
  const memory = new WasmMemory(exports, new WebAssembly.Memory(pages));
  let calls = 0;
  const call = () =>
    memory.call([], [], () => {
      calls++;
      return exports.f();
    });
  assert.throws(call, { code: "broken", message: /unreachable/ });
  assert.throws(call, { code: "broken" });
  assert.equal(calls, 1);
});
