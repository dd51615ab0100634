import { openCore, openHandles } from "@ml-defender/native";
import assert from "node:assert/strict";
import { optional } from "../../tests/_optional.ts";
import { conform, DIMENSIONS, MODEL } from "./_conformance.ts";
import { MemoryIndex } from "./memory_index.ts";
import { openVectorIndex } from "./own_index.ts";

const OWN = { tolerance: 0.01, recall: 0.97 };

async function conformOwn(
  t: Deno.TestContext,
  build: "native" | "wasm",
): Promise<void> {
  const core = await openCore({ build });
  const options = { core, model: MODEL, dimensions: DIMENSIONS };
  await conform(t, {
    ...{ name: `OwnIndex (${build})`, durable: true, ...OWN },
    // small files, so that there are several
    open: (directory) =>
      openVectorIndex(directory, { ...options, segmentRows: 150 }),
  });
  await conform(t, {
    ...{ name: `MemoryIndex (${build})`, durable: false, ...OWN },
    open: () => new MemoryIndex(options),
  });
  assert.equal(openHandles(), 0);
}

Deno.test("OwnIndex and MemoryIndex of the wasm build do what an index must", (t) =>
  conformOwn(t, "wasm"));

const native = await openCore({ build: "native" })
  .then(() => ({ available: true, reason: "" }))
  .catch((error: Error) => ({ available: false, reason: error.message }));

optional({
  name: "OwnIndex and MemoryIndex of the native build do what an index must",
  ...native,
  fn: (t) => conformOwn(t, "native"),
});
