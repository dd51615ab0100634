/** The catalogue in TypeScript and the layout that the core reports name the same features. */
import assert from "node:assert/strict";
import { FLOW_FEATURES, HOST_FEATURES } from "@ml-defender/events";
import { openCore } from "@ml-defender/native";

for (const build of ["wasm", "auto"] as const) {
  Deno.test(`the layout of the core (${build}) has the catalogue's features, in its order`, async () => {
    const { layout } = await openCore({ build });
    assert.deepEqual(
      layout.flow.features,
      FLOW_FEATURES.map(({ name }) => name),
    );
    assert.deepEqual(
      layout.host.features,
      HOST_FEATURES.map(({ name }) => name),
    );
  });
}
