import assert from "node:assert/strict";
import type { Flow } from "@ml-defender/events";
import type { AttackTruth, Truth } from "../generator/generate.ts";
import { FlowLabels } from "./labels.ts";

const ATTACK: AttackTruth = {
  category: "scan",
  scenario: "scan_vertical",
  attackers: ["10.0.0.1"],
  victims: ["10.0.0.2", "10.0.0.3"],
  subjects: ["10.0.0.1"],
  spoofed: false,
  startUs: 100e6,
  endUs: 200e6,
  packets: 9,
};

function categoryOf(
  source: string,
  destination: string,
  times: readonly [number, number],
  attack: Partial<AttackTruth> = {},
): string | undefined {
  const truth = { attacks: [{ ...ATTACK, ...attack }] } as unknown as Truth;
  return new FlowLabels(truth).categoryOf({
    sourceAddress: source,
    destinationAddress: destination,
    startUs: times[0] * 1e6,
    endUs: times[1] * 1e6,
  } as Flow);
}

Deno.test("FlowLabels names flows between attacker and victim, in either direction", () => {
  assert.equal(categoryOf("10.0.0.1", "10.0.0.2", [120, 130]), "scan");
  assert.equal(categoryOf("10.0.0.3", "10.0.0.1", [120, 130]), "scan");
  assert.equal(categoryOf("10.0.0.1", "10.0.0.9", [120, 130]), undefined);
  assert.equal(categoryOf("10.0.0.9", "10.0.0.2", [120, 130]), undefined);
  assert.equal(categoryOf("10.0.0.2", "10.0.0.3", [120, 130]), undefined);
});

Deno.test("FlowLabels leaves flows outside the attack's time, but for a second", () => {
  assert.equal(categoryOf("10.0.0.1", "10.0.0.2", [201, 210]), "scan");
  assert.equal(categoryOf("10.0.0.1", "10.0.0.2", [201.1, 210]), undefined);
  assert.equal(categoryOf("10.0.0.1", "10.0.0.2", [50, 99]), "scan");
  assert.equal(categoryOf("10.0.0.1", "10.0.0.2", [50, 98.9]), undefined);
});

Deno.test("FlowLabels takes anybody who meets the victim as the maker of a spoofed attack", () => {
  const spoofed = { spoofed: true, attackers: [] };
  assert.equal(
    categoryOf("203.0.113.7", "10.0.0.2", [120, 130], spoofed),
    "scan",
  );
  assert.equal(
    categoryOf("203.0.113.7", "10.0.0.9", [120, 130], spoofed),
    undefined,
  );
});

Deno.test("FlowLabels gives nothing to flows of captures without attacks", () => {
  const truth = { attacks: [] } as unknown as Truth;
  const flow = {
    ...{ sourceAddress: "10.0.0.1", destinationAddress: "10.0.0.2" },
    ...{ startUs: 0, endUs: 1 },
  } as Flow;
  assert.equal(new FlowLabels(truth).categoryOf(flow), undefined);
});
