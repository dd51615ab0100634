import assert from "node:assert/strict";
import { openCore } from "@ml-defender/native";
import { loadModels } from "@ml-defender/sdk";
import { measureCosts } from "../../operate/costs.ts";
import { readCosts, writeCosts } from "../../operate/costs_file.ts";
import { FOREST_CHOICES } from "../../operate/forest_choices.ts";
import { leastSquares } from "../../operate/least_squares.ts";
import { packetCost } from "../../operate/packet_cost.ts";
import { measurePacketRate } from "../../operate/packet_rate.ts";
import { readSensors } from "../../operate/thermal.ts";
import { countTraffic, type Mixes } from "../../operate/traffic.ts";
import mixes from "../../operate/mixes.json" with { type: "json" };
import { generateBytes } from "../../generator/generate.ts";
import { COSTS } from "./_config.ts";
import { Random } from "./_random.ts";

async function inFolder(fn: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "operate-" });
  try {
    await fn(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function write(path: string, text: string): Promise<void> {
  await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  await Deno.writeTextFile(path, text);
}

Deno.test("readSensors gives the hottest first, and leaves out what gives nothing or nonsense", async () => {
  await inFolder(async (folder) => {
    await write(`${folder}/thermal_zone0/type`, "cpu\n");
    await write(`${folder}/thermal_zone0/temp`, "51500\n");
    await write(`${folder}/thermal_zone1/type`, "disk\n");
    await write(`${folder}/thermal_zone1/temp`, "63000\n");
    await write(`${folder}/thermal_zone2/temp`, "-274000\n");
    await write(`${folder}/thermal_zone3/type`, "off\n");
    await write(`${folder}/cooling_device0/type`, "fan\n");
    assert.deepEqual(await readSensors(folder), {
      sensors: [{ name: "disk", degrees: 63 }, { name: "cpu", degrees: 51.5 }],
      reason: "",
    });
  });
});

Deno.test("readSensors says so where there are none", async () => {
  await inFolder(async (folder) => {
    for (const path of [folder, `${folder}/nothing`]) {
      const { sensors, reason } = await readSensors(path);
      assert.deepEqual(sensors, []);
      assert.match(reason, /has no sensor under/);
    }
  });
});

Deno.test("measurePacketRate counts the busiest interface and no loopback", async () => {
  await inFolder(async (folder) => {
    const path = (name: string) => `${folder}/${name}/statistics/rx_packets`;
    for (const name of ["lo", "a0", "b0"]) await write(path(name), "100\n");
    const rate = measurePacketRate(300, folder);
    await new Promise((done) => setTimeout(done, 100));
    await write(path("lo"), "90000\n");
    await write(path("a0"), "130\n");
    await write(path("b0"), "400\n");
    const found = await rate;
    assert.equal(found?.interface, "b0");
    const { packetsPerSecond } = found!;
    assert.ok(packetsPerSecond > 100 && packetsPerSecond <= 1000);
  });
  await inFolder(async (folder) => {
    assert.equal(await measurePacketRate(1, folder), undefined);
  });
});

Deno.test("readCosts takes costs of this machine and version alone, whole", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/cache/costs.json`;
    assert.equal(await readCosts(path, "made up"), undefined);
    await writeCosts(path, COSTS);
    assert.deepEqual(await readCosts(path, "made up"), COSTS);
    assert.equal(await readCosts(path, "another"), undefined);
    for (
      const change of [{ version: 0 }, { flowNs: -1 }, { batchNs: {} }, {
        forestsNs: undefined,
      }]
    ) {
      const text = JSON.stringify({ ...COSTS, ...change });
      await Deno.writeTextFile(path, text);
      const found = await readCosts(path, "made up");
      assert.equal(found, undefined, text);
    }
    await Deno.writeTextFile(path, '{"version":');
    assert.equal(await readCosts(path, "made up"), undefined);
    assert.deepEqual(
      (await Array.fromAsync(Deno.readDir(`${folder}/cache`))).length,
      1,
    );
  });
});

Deno.test("measureCosts finds a cost for everything, and less for less of the forests", async () => {
  await inFolder(async (folder) => {
    const core = await openCore();
    const costs = await measureCosts(core, await loadModels(), {
      machine: "here",
      folder,
    });
    const forests = FOREST_CHOICES.map(({ name }) => costs.forestsNs[name]!);
    assert.equal(forests.at(-1), 0);
    assert.ok(forests[0]! > forests.at(-2)!, `${forests}`);
    for (
      const one of [
        ...Object.values(costs.batchNs),
        costs.startNs,
        costs.packetNs,
        costs.flowNs,
        costs.judgedNs + costs.eventNs,
        costs.flowBytes,
        costs.hostBytes,
        costs.processBytes,
      ]
    ) assert.ok(one > 0, JSON.stringify(costs));
    assert.ok(costs.worst < 1, `${costs.worst}`);
    const path = `${folder}/costs.json`;
    await writeCosts(path, costs);
    assert.deepEqual(await readCosts(path, "here"), costs);
  });
});

Deno.test("leastSquares finds what sums are made of, and nothing below 0", () => {
  const random = new Random(3);
  const truth = [200, 3000, 0, 45_000];
  const rows = Array.from({ length: 9 }, () => {
    const cells = [1000, 50, 40, 3].map((most) => most * random.next());
    const sum = cells.reduce((total, cell, i) => total + cell * truth[i]!, 0);
    return { cells, sum };
  });
  for (const [i, found] of leastSquares(rows).entries()) {
    assert.ok(Math.abs(found - truth[i]!) < 1e-3, `${i}: ${found}`);
  }
  const falling = [{ cells: [1, 1], sum: 10 }, { cells: [1, 2], sum: 8 }];
  const [first, second] = leastSquares(falling);
  assert.equal(second, 0);
  assert.ok(first! > 8 && first! < 10);
  assert.deepEqual(leastSquares([{ cells: [2, 0], sum: 4 }]), [2, 0]);
});

Deno.test("mixes.json says what ordinary traffic and a flood are made of", async () => {
  const { kinds, flood }: Mixes = mixes;
  const [whole] = FOREST_CHOICES;
  const costOf = (traffic: Mixes["flood"]) =>
    packetCost(COSTS, traffic, { forests: whole!, used: 4, share: 0.01 });
  const core = await openCore();
  const models = await loadModels();
  await inFolder(async (folder) => {
    for (const kind of Object.keys(kinds)) {
      const { bytes } = generateBytes(`benign_${kind}`, {
        seed: 5_000_000_002,
        packets: 60_000,
      });
      const { packets, traffic } = await countTraffic(core, models, {
        input: bytes as Uint8Array<ArrayBuffer>,
        folder,
      });
      assert.ok(packets >= 60_000);
      const ratio = costOf(kinds[kind]!) / costOf(traffic);
      assert.ok(ratio > 0.5 && ratio < 2, `${kind}: ${ratio.toFixed(2)}`);
    }
  });
  for (const traffic of [...Object.values(kinds), flood]) {
    for (const { name } of FOREST_CHOICES) assert.ok(traffic[name], name);
  }
  assert.ok(costOf(flood) > 2 * Math.max(...Object.values(kinds).map(costOf)));
});
