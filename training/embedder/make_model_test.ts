import { deepStrictEqual, notDeepStrictEqual, ok } from "node:assert/strict";
import { Rng } from "../../generator/rng.ts";
import { encodeModel } from "../../rag/embedding/static_model.ts";
import { conceptDirections, dot } from "./concept_space.ts";
import { makeModel, PARAMETERS, without } from "./make_model.ts";
import { exp } from "./math.ts";
import { quantise } from "./quantise.ts";
import { readThesaurus } from "./thesaurus.ts";
import { learn } from "./trainer.ts";
import { withWording } from "./wording.ts";

const FOLDER = new URL("../../rag/embedding/thesaurus/", import.meta.url);
const read = await readThesaurus(FOLDER);
const thesaurus = { ...read, concepts: withWording(read.concepts) };
const SHORT = {
  ...PARAMETERS,
  schedule: { ...PARAMETERS.schedule, samples: 2000 },
  refinement: { ...PARAMETERS.refinement, steps: 20 },
};

Deno.test("makeModel makes the same bytes again, and other bytes of another seed", () => {
  const bytes = encodeModel(makeModel(thesaurus, SHORT).model);
  deepStrictEqual(encodeModel(makeModel(thesaurus, SHORT).model), bytes);
  const other = makeModel(thesaurus, { ...SHORT, seed: 2 }).model;
  notDeepStrictEqual(encodeModel(other), bytes);
});

Deno.test("without leaves concepts out of a thesaurus, with what is said of them", () => {
  const rest = without(thesaurus, new Set(["mining", "hidden_mining"]));
  ok(
    rest.concepts.every(({ id, broader, near }) =>
      ![id, ...broader, ...near].some((name) => name.endsWith("mining"))
    ),
  );
  const { words } = makeModel(rest, SHORT).model;
  ok(!words.includes("cryptojacking") && words.includes("beacon"));
});

Deno.test("exp is the exponential function", () => {
  for (let x = -690; x <= 690; x += 0.37) {
    ok(Math.abs(exp(x) / Math.exp(x) - 1) < 1e-12, `${x}`);
  }
});

Deno.test("conceptDirections lie apart but for what concepts share", () => {
  const { concepts } = thesaurus;
  const directions = conceptDirections(concepts, 128, {
    rng: new Rng(1),
    mixing: PARAMETERS.mixing,
  });
  const at = (id: string) =>
    directions[concepts.findIndex((one) => one.id === id)]!;
  ok(Math.abs(dot(at("ssh"), at("ssh")) - 1) < 1e-9);
  ok(dot(at("vertical_scan"), at("scan")) > 0.3);
  ok(dot(at("vertical_scan"), at("horizontal_scan")) > 0.15);
  ok(Math.abs(dot(at("vertical_scan"), at("mining"))) < 0.15);
});

Deno.test("learn turns the sum of a sample's rows towards its concepts", () => {
  const directions = [Float64Array.of(1, 0), Float64Array.of(0, 1)];
  let n = 0;
  const table = learn(() => {
    const concept = n++ % 2;
    return {
      rows: [concept, 2],
      weights: [1, 0.5],
      target: [[concept, 1]],
    };
  }, {
    directions,
    rows: 4,
    schedule: { samples: 400, rate: 0.1, sharpness: 6 },
  });
  const sum = (row: number) =>
    [0, 1].map((i) => table[row * 2 + i]! + 0.5 * table[4 + i]!);
  const [a, b] = [sum(0), sum(1)];
  // Towards its own concept, and away from the other.
  ok(a[0]! > 0.05 && a[1]! < 0 && b[1]! > 0.05 && b[0]! < 0, `${a} ${b}`);
  deepStrictEqual([...table.slice(6)], [0, 0]);
});

Deno.test("quantise keeps each number within half a step of its row", () => {
  const table = Float64Array.from({ length: 40 }, (_, i) => Math.sin(i) * i);
  table.fill(0, 4, 8);
  const { scales, numbers } = quantise(table, { dimensions: 4, levels: 31 });
  table.forEach((value, i) => {
    const scale = scales[Math.floor(i / 4)]!;
    ok(Math.abs(value - numbers[i]! * scale) <= scale / 2 + 1e-6);
    ok(Math.abs(numbers[i]!) <= 31);
  });
});
