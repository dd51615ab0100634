import assert from "node:assert/strict";
import { contains, parseNetwork } from "@ml-defender/events";
import { readCapture } from "./capture_reader.ts";
import { collect, generateBytes } from "./generate.ts";
import { SCENARIOS } from "./scenarios/index.ts";
import { splice } from "./splice.ts";

const ATTACKS = [...SCENARIOS.values()].filter((scenario) => !scenario.mix);

for (const ip of [4, 6] as const) {
  Deno.test(`splice puts every attack inside a capture's span and home, IPv${ip}`, () => {
    const base = generateBytes("benign_office", {
      seed: 21,
      ip,
      durationSeconds: 120,
      benignPacketsPerSecond: 20,
    });
    const homeNets = base.truth.homeNets;
    for (const { name } of ATTACKS) {
      const { bytes, truth } = collect(
        splice(name, base.bytes, { seed: 6, homeNets, attackPackets: 500 }),
      );
      const [attack] = truth.attacks;
      assert.ok(attack && attack.packets > 0, name);
      assert.equal(truth.packets, base.truth.packets + attack.packets, name);
      const times = [...readCapture(bytes)].map(({ timeUs }) => timeUs);
      assert.ok(
        times.every((time, i) => i === 0 || time >= (times[i - 1] as number)),
        name,
      );
      const original = [...readCapture(base.bytes)];
      assert.ok(attack.startUs >= (original[0]?.timeUs ?? 0), name);
      assert.ok(attack.endUs <= (original.at(-1)?.timeUs ?? 0), name);
      const touched = [...attack.subjects, ...attack.victims].map((text) =>
        parseNetwork(text)!
      );
      assert.ok(
        touched.some((address) =>
          homeNets.some((net) => contains(parseNetwork(net)!, address))
        ),
        name,
      );
    }
  });
}

Deno.test("splice keeps each packet of the capture, in file order, with its own time", () => {
  const base = generateBytes("benign_home", {
    seed: 2,
    ip: 4,
    durationSeconds: 60,
    format: "pcapng",
  });
  const { bytes } = collect(
    splice("scan_vertical", base.bytes, { seed: 1, attackPackets: 200 }),
  );
  const key = (timeUs: number, frame: Uint8Array) =>
    `${timeUs} ${frame.length} ${frame.subarray(0, 60).join()}`;
  const all = [...readCapture(bytes)].map(({ timeUs, frame }) =>
    key(timeUs, frame)
  );
  let at = 0;
  for (const { timeUs, frame } of readCapture(base.bytes)) {
    at = all.indexOf(key(timeUs, frame), at) + 1;
    assert.ok(at > 0);
  }
});

Deno.test("splice goes to other hosts and hours with another seed, to the same with the same", () => {
  const base = generateBytes("benign_office", {
    seed: 4,
    ip: 4,
    clients: 20,
    durationSeconds: 300,
  });
  const made = (seed: number) =>
    collect(splice("c2_beacon", base.bytes, { seed })).truth;
  assert.equal(made(1).sha256, made(1).sha256);
  const subjects = new Set(
    Array.from({ length: 8 }, (_, seed) => made(seed).attacks[0]?.subjects[0]),
  );
  assert.ok(subjects.size > 3);
});

Deno.test("splice turns raw IP captures into Ethernet and refuses link types that are no IP", () => {
  const base = generateBytes("benign_home", {
    seed: 5,
    ip: 4,
    packets: 600,
  });
  const raw = [...readCapture(base.bytes)].filter(({ frame }) =>
    frame[12] === 8 && frame[13] === 0
  );
  assert.ok(raw.length > 100);
  const size = raw.reduce((sum, { frame }) => sum + 16 + frame.length - 14, 24);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  bytes.set(base.bytes.subarray(0, 24));
  view.setUint32(20, 101, true);
  let at = 24;
  for (const { timeUs, frame, wireBytes } of raw) {
    view.setUint32(at, Math.floor(timeUs / 1e6), true);
    view.setUint32(at + 4, timeUs % 1e6, true);
    view.setUint32(at + 8, frame.length - 14, true);
    view.setUint32(at + 12, wireBytes - 14, true);
    bytes.set(frame.subarray(14), at + 16);
    at += 16 + frame.length - 14;
  }
  const { truth } = collect(
    splice("dns_tunnel", bytes, { seed: 1, attackPackets: 200 }),
  );
  assert.equal(truth.packets, raw.length + (truth.attacks[0]?.packets ?? 0));
  view.setUint32(20, 147, true);
  assert.throws(() => splice("dns_tunnel", bytes, { seed: 1 }), SyntaxError);
});

Deno.test("splice refuses ordinary traffic as an attack and captures without hosts", () => {
  const base = generateBytes("benign_home", { seed: 3, durationSeconds: 20 });
  assert.throws(
    () => splice("benign_home", base.bytes, { seed: 1 }),
    RangeError,
  );
  assert.throws(
    () => splice("syn_flood", base.bytes.subarray(0, 24), { seed: 1 }),
    RangeError,
  );
});
