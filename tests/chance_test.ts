/**
 * What must not tell attacks from ordinary traffic does not: a forest trained on addresses, times of day and capture
 * numbers alone, and one trained on shuffled labels, are at chance on captures that they have not seen.
 */
import assert from "node:assert/strict";
import { FLOW_FEATURES } from "@ml-defender/events";
import { openCapture } from "@ml-defender/capture";
import { type Core, openCore } from "@ml-defender/native";
import { generateBytes } from "../generator/generate.ts";
import { type CaptureRows, generatedRows } from "../training/dataset.ts";
import { FOREST_PLANS } from "../training/inputs.ts";
import { FlowLabels } from "../training/labels.ts";
import { rocArea, tableOf } from "../training/table.ts";

const SCENARIOS = ["syn_flood", "scan_vertical", "ssh_guessing", "c2_beacon"];
const FIRST_SEED = 1_900_000_000;

/** Areas this near to 0.5 are chance for a few dozen captures. */
const CHANCE = 0.12;

const SHUFFLES = 24;

interface Rows {
  values: Float32Array;
  labels: Uint8Array<ArrayBuffer>;
}

async function areaOf(
  core: Core,
  width: number,
  training: Rows,
  held: Rows,
): Promise<number> {
  const index = Array.from({ length: width }, (_, i) => i);
  const rowsOf = ({ values, labels }: Rows) => ({
    length: labels.length,
    values,
    offset: 0,
    stride: width,
  });
  using trainer = await core.openTrainer({
    rows: rowsOf(training),
    featureIndex: index,
    labels: training.labels,
    depth: 8,
    minLeafWeight: 8,
  });
  using forest = core.openForest(await trainer.train(0, 40), index);
  const scores = new Float32Array(held.labels.length);
  forest.predict(rowsOf(held), scores);
  return rocArea(scores, held.labels);
}

/** Last bytes of both addresses, time of day, and the number of the capture. */
async function forbiddenRows(core: Core, first: number): Promise<Rows> {
  const values: number[] = [];
  const labels: number[] = [];
  for (let i = 0; i < 8; i++) {
    for (const [number, scenario] of SCENARIOS.entries()) {
      const { bytes, truth } = generateBytes(scenario, {
        seed: first + i,
        ip: 4,
      });
      const labelled = new FlowLabels(truth);
      await using capture = await openCapture(
        bytes as Uint8Array<ArrayBuffer>,
        { core, homeNets: truth.homeNets },
      );
      const rows: { label: number; row: number[] }[] = [];
      for await (const { flows } of capture) {
        for (let row = 0; row < flows.length; row++) {
          const flow = flows.flow(row);
          const last = (address: string) => Number(address.split(".").at(-1));
          const startSeconds = flow.startUs / 1e6;
          rows.push({
            label: labelled.categoryOf(flow) === undefined ? 0 : 1,
            row: [
              last(flow.sourceAddress) % 16,
              last(flow.destinationAddress) % 16,
              Math.floor(startSeconds / 60) % 1440,
              i * SCENARIOS.length + number,
            ],
          });
        }
      }
      for (const label of [0, 1]) {
        for (
          const one of rows.filter((row) => row.label === label).slice(0, 60)
        ) {
          values.push(...one.row);
          labels.push(label);
        }
      }
    }
  }
  return {
    values: Float32Array.from(values),
    labels: Uint8Array.from(labels),
  };
}

Deno.test("a forest of addresses, time of day and capture number is at chance on unseen captures", async () => {
  const core = await openCore();
  const training = await forbiddenRows(core, FIRST_SEED);
  const held = await forbiddenRows(core, FIRST_SEED + 100);
  const area = await areaOf(core, 4, training, held);
  assert.ok(Math.abs(area - 0.5) < CHANCE, `ROC area ${area}`);
});

Deno.test("a forest trained on shuffled labels is at chance, and on true ones is not", async () => {
  const core = await openCore();
  const plan = FOREST_PLANS.find(({ name }) => name === "internal")!;
  const collect = async (first: number) => {
    const captures: CaptureRows[] = [];
    for (let i = 0; i < 4; i++) {
      for (const scenario of ["scan_vertical", "ssh_guessing"]) {
        const options = { seed: first + i };
        captures.push(
          await generatedRows(core, scenario, options, plan.inputs),
        );
      }
    }
    return tableOf(plan, captures);
  };
  const training = await collect(FIRST_SEED);
  const held = await collect(FIRST_SEED + 100);
  const width = plan.inputs.length;
  assert.ok(await areaOf(core, width, training, held) > 0.9);

  // Rows of one attack resemble each other, so one shuffle says little: the mean of many is at chance.
  let state = 12345;
  let sum = 0;
  for (let round = 0; round < SHUFFLES; round++) {
    const labels = training.labels.slice();
    for (let i = labels.length - 1; i > 0; i--) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      const other = Math.floor(state / 2 ** 32 * (i + 1));
      [labels[i], labels[other]] = [labels[other]!, labels[i]!];
    }
    sum += await areaOf(core, width, { ...training, labels }, held);
  }
  const area = sum / SHUFFLES;
  assert.ok(Math.abs(area - 0.5) < CHANCE, `mean ROC area ${area}`);
});

Deno.test("no forest reads an address, a time of day, a port number or a TTL", () => {
  const known = new Map(FLOW_FEATURES.map((one) => [one.name, one]));
  const forbidden = /(^|_)(ttl|initial_window|address|epoch|hour|port)$/;
  for (const { inputs } of FOREST_PLANS) {
    assert.ok(inputs.length <= 32);
    for (const name of inputs) {
      assert.ok(known.has(name), name);
      assert.doesNotMatch(name, forbidden);
    }
  }
});
