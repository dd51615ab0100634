import assert from "node:assert/strict";
import { openCore } from "@ml-defender/native";
import { loadModels } from "@ml-defender/sdk";
import { measureCosts } from "../../operate/costs.ts";
import { readCosts, writeCosts } from "../../operate/costs_file.ts";
import { FOREST_CHOICES } from "../../operate/forest_choices.ts";
import { measurePacketRate } from "../../operate/packet_rate.ts";
import { readSensors } from "../../operate/thermal.ts";
import { COSTS } from "./_config.ts";

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
      const change of [{ version: 0 }, { rulesNs: -1 }, { packetNs: {} }, {
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
        ...Object.values(costs.packetNs),
        costs.rulesNs,
        costs.eventNs,
        costs.flowBytes,
        costs.hostBytes,
        costs.processBytes,
      ]
    ) assert.ok(one > 0, JSON.stringify(costs));
    assert.ok(costs.flowsPerPacket > 0 && costs.flowsPerPacket < 1);
    const path = `${folder}/costs.json`;
    await writeCosts(path, costs);
    assert.deepEqual(await readCosts(path, "here"), costs);
  });
});
