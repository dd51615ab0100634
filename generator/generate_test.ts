import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { CATEGORIES, contains, parseNetwork } from "@ml-defender/events";
import { readCapture } from "./capture_reader.ts";
import {
  generate,
  generateBytes,
  type GeneratedBytes,
  type GenerateOptions,
  type Truth,
} from "./generate.ts";
import { SCENARIOS } from "./scenarios/index.ts";

const SMALL: Omit<GenerateOptions, "seed"> = {
  attackPackets: 800,
  benignPacketsPerSecond: 10,
};
const ATTACKS = [...SCENARIOS.values()].filter((scenario) => !scenario.mix);

const made = new Map<string, GeneratedBytes>();

/** The small capture of a scenario and seed, made once for all tests. */
function small(name: string, seed: number): GeneratedBytes {
  const key = `${name} ${seed}`;
  const known = made.get(key) ?? generateBytes(name, { ...SMALL, seed });
  made.set(key, known);
  return known;
}

Deno.test("generate gives the same bytes and truth for the same seed in every scenario", () => {
  for (const name of SCENARIOS.keys()) {
    const a = small(name, 1);
    const b = generateBytes(name, { ...SMALL, seed: 1 });
    assert.deepEqual(a.truth, b.truth, name);
    assert.ok(a.truth.packets > 0, name);
    assert.equal(
      a.truth.sha256,
      createHash("sha256").update(b.bytes).digest("hex"),
      name,
    );
  }
});

Deno.test("generate draws other networks, times and attackers for other seeds", () => {
  const truths = Array.from(
    { length: 12 },
    (_, seed) => small("ssh_guessing", seed).truth,
  );
  const distinct = (of: (truth: Truth) => unknown) =>
    new Set(truths.map((truth) => JSON.stringify(of(truth)))).size;
  assert.equal(distinct((truth) => truth.homeNets), 12);
  assert.equal(distinct((truth) => truth.attacks[0]?.attackers), 12);
  assert.equal(distinct((truth) => truth.endUs - truth.startUs), 12);
  assert.ok(distinct((truth) => truth.background) > 2);
  assert.ok(distinct((truth) => truth.benignHosts.length) > 5);
});

Deno.test("generate writes packets in time order within the span that the truth states", () => {
  for (const name of SCENARIOS.keys()) {
    const { bytes, truth } = small(name, 1);
    let last = truth.startUs;
    let packets = 0;
    for (const { timeUs } of readCapture(bytes)) {
      assert.ok(timeUs >= last && timeUs <= truth.endUs, `${name}: ${timeUs}`);
      last = timeUs;
      packets++;
    }
    assert.equal(packets, truth.packets, name);
  }
});

Deno.test("generate declares attacks with subjects and counts, and none for ordinary traffic", () => {
  for (const { name, mix, categories } of SCENARIOS.values()) {
    for (const seed of [1, 2, 3]) {
      const { truth } = small(name, seed);
      if (mix) {
        assert.deepEqual(truth.attacks, [], name);
        continue;
      }
      const [attack] = truth.attacks;
      assert.ok(
        attack && attack.packets > 0 && attack.packets <= truth.packets,
        name,
      );
      assert.ok(
        categories.includes(attack.category) &&
          CATEGORIES.includes(attack.category),
        name,
      );
      assert.ok(
        attack.startUs >= truth.startUs && attack.endUs <= truth.endUs,
        name,
      );
      assert.ok(attack.subjects.length > 0, name);
      assert.ok(attack.attackers.length > 0 || attack.spoofed, name);
      const guilty = new Set([...attack.attackers, ...attack.subjects]);
      assert.ok(
        !truth.benignHosts.some((address) => guilty.has(address)),
        name,
      );
    }
  }
});

Deno.test("generate counts as attack what it sends without a background", () => {
  for (const { name } of ATTACKS) {
    const { truth } = generateBytes(name, {
      ...SMALL,
      seed: 5,
      background: "none",
    });
    const [attack] = truth.attacks;
    // Lookups that an attack makes belong to it, so nothing is left over.
    assert.equal(attack?.packets, truth.packets, name);
  }
});

Deno.test("generate's benign hosts lie within its home networks", () => {
  for (const ip of [4, 6, "dual"] as const) {
    const { truth } = generateBytes("benign_office", { ...SMALL, seed: 2, ip });
    assert.ok(truth.benignHosts.length > 5);
    for (const text of truth.benignHosts) {
      const address = parseNetwork(text);
      assert.ok(
        address &&
          truth.homeNets.some((net) => contains(parseNetwork(net)!, address)),
        text,
      );
    }
  }
});

Deno.test("generate honours duration, packets, bytes and snaplen", () => {
  const short =
    generateBytes("syn_flood", { ...SMALL, seed: 3, durationSeconds: 20 })
      .truth;
  assert.equal(short.endUs - short.startUs, 20e6);
  const counted =
    generateBytes("benign_home", { seed: 3, packets: 5000 }).truth;
  assert.ok(
    counted.packets >= 5000 && counted.packets < 5100,
    `${counted.packets}`,
  );
  const sized = generateBytes("benign_home", { seed: 3, bytes: 3e6 });
  assert.ok(sized.bytes.length >= 3e6 && sized.bytes.length < 3.2e6);
  const cut = generateBytes("exfiltration", {
    ...SMALL,
    seed: 3,
    snaplen: 512,
  });
  const lengths = [...readCapture(cut.bytes)];
  assert.equal(Math.max(...lengths.map(({ frame }) => frame.length)), 512);
  assert.ok(Math.max(...lengths.map(({ wireBytes }) => wireBytes)) > 1400);
});

Deno.test("generate hands out large captures in pieces and keeps the truth until the end", () => {
  const { chunks, truth } = generate("benign_office", { seed: 8, bytes: 6e6 });
  assert.throws(() => truth(), TypeError);
  let pieces = 0;
  let packets = 0;
  for (const chunk of chunks) {
    pieces++;
    packets += chunk.packets;
    assert.ok(chunk.bytes.length <= 1 << 20);
  }
  assert.ok(pieces >= 6);
  assert.equal(truth().packets, packets);
});

Deno.test("generate refuses unknown scenarios and impossible options", () => {
  assert.throws(() => generate("nothing", { seed: 1 }), RangeError);
  assert.throws(
    () => generate("syn_flood", { seed: 1, durationSeconds: 0 }),
    RangeError,
  );
  assert.throws(
    () => generate("syn_flood", { seed: 1, snaplen: -1 }),
    RangeError,
  );
});

Deno.test("the rates of floods, scans and guessing differ by orders of magnitude between seeds", () => {
  const rates = (name: string) =>
    Array.from({ length: 20 }, (_, seed) => {
      const attack =
        generateBytes(name, { seed, background: "none" }).truth.attacks[0];
      assert.ok(attack);
      return attack.packets /
        Math.max(0.1, (attack.endUs - attack.startUs) / 1e6);
    });
  for (
    const name of [
      "syn_flood",
      "scan_vertical",
      "ssh_guessing",
      "dns_tunnel",
      "c2_beacon",
    ]
  ) {
    const all = rates(name).sort((a, b) => a - b);
    assert.ok(
      (all.at(-2) as number) > 5 * (all[1] as number),
      `${name}: ${all.map((rate) => rate.toFixed(1))}`,
    );
  }
});
