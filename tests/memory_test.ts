import assert from "node:assert/strict";
import { openCapture } from "@ml-defender/capture";
import { openCore } from "@ml-defender/native";
import {
  floodCapture,
  type FloodOptions,
  floodSeconds,
} from "../bench/_flood.ts";
import { Witness } from "../bench/_witness.ts";
import { optional } from "./_optional.ts";

const FLOOD: FloodOptions = {
  hosts: 2_000,
  flows: 10_000,
  sources: 300_000,
  sourcesPerSecond: 20_000,
};
/** Bounds of the whole process: with the live flows, and what a flood may add. See docs/benchmarks.md. */
const LIVE_MIB = 150;
const FLOOD_MIB = 40;

for (const build of ["native", "wasm"] as const) {
  const auto = await openCore();
  optional({
    name: `openCapture (${build}) sees a host whole through a forged flood`,
    available: build === "wasm" || auto.build === "native",
    reason: "no native core for this machine",
    fn: async () => {
      const core = await openCore({ build });
      await using capture = await openCapture(floodCapture(FLOOD), { core });
      const witness = new Witness(core.layout);
      for await (const batch of capture) witness.add(batch);
      const { counters } = capture.status();
      const seconds = floodSeconds(FLOOD);
      assert.deepEqual(witness.problems(seconds, counters), []);
      assert.ok(counters.flows! >= FLOOD.flows + FLOOD.sources);
      assert.ok(counters.peak_live_flows! >= FLOOD.flows);
    },
  });
}

Deno.test("Witness.problems tells when a flood pushed the host out", async () => {
  const core = await openCore({ build: "wasm" });
  const options = { ...FLOOD, hosts: 100, flows: 200, sources: 1000 };
  await using capture = await openCapture(floodCapture(options), {
    core,
    tables: { maxHosts: 50 },
  });
  const witness = new Witness(core.layout);
  for await (const batch of capture) witness.add(batch);
  const { counters } = capture.status();
  assert.notDeepEqual(witness.problems(floodSeconds(options), counters), []);
});

optional({
  name: "100,000 live flows and a forged flood stay within the bound",
  available: Deno.build.os === "linux",
  reason: "resident memory is read from Linux",
  fn: async () => {
    const path = new URL("../bench/programs/memory.ts", import.meta.url);
    const run = (hosts: number, flows: number, sources: number) =>
      new Deno.Command(Deno.execPath(), {
        args: [
          ...["run", "-A", path.pathname, "features", "wasm"],
          ...[hosts, flows, sources].map(String),
        ],
      }).output();
    // A first run compiles the sources, and its memory is that of the compiler.
    await run(10, 10, 10);
    const { code, stdout, stderr } = await run(20_000, 100_000, 300_000);
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    const found = JSON.parse(new TextDecoder().decode(stdout));
    assert.deepEqual(found.problems, []);
    assert.ok(found.peakLiveFlows >= 100_000, `${found.peakLiveFlows} flows`);
    const { liveMiB, peakMiB } = found;
    assert.ok(liveMiB <= LIVE_MIB, `${liveMiB} MiB`);
    assert.ok(peakMiB <= liveMiB + FLOOD_MIB, `${peakMiB} MiB`);
  },
});
