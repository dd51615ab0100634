/**
 * Rule evaluation of flow rows: ours beside a floor that reads every feature of the row once.
 */
import { CATEGORIES, FLOW_FEATURES } from "@ml-defender/events";
import { FastRules } from "../detectors/mod.ts";

const ROWS = 4096;
const names = FLOW_FEATURES.map((feature) => feature.name);
const stride = names.length;

// Ordinary traffic: small counts, ratios between 0 and 1, a tenth unavailable.
function ordinaryRows(): Float32Array {
  const values = new Float32Array(ROWS * stride);
  let seed = 1;
  for (let index = 0; index < values.length; index++) {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    const share = seed / 4294967296;
    const name = names[index % stride]!;
    values[index] = share < 0.1
      ? NaN
      : /ratio|score|entropy|^is_|^app_|internal$|symmetry/.test(name)
      ? (/^is_|^app_|internal$/.test(name) ? Math.round(share) : share)
      : share * 12;
  }
  return values;
}

const values = ordinaryRows();
const rows = { length: ROWS, names, values, offset: 0, stride };
const out = new Float64Array(ROWS * CATEGORIES.length);
const profiles = {
  default: new FastRules(),
  legacy: new FastRules({ profile: "legacy" }),
};

Deno.bench({
  name: `floor: sum ${ROWS} rows of ${stride} features`,
  group: "rules",
  baseline: true,
  fn() {
    let sum = 0;
    for (let index = 0; index < values.length; index++) {
      const value = values[index]!;
      if (value === value) sum += value;
    }
    out[0] = sum;
  },
});

for (const [name, rules] of Object.entries(profiles)) {
  Deno.bench({
    name: `FastRules ${name}: ${ROWS} rows, ${rules.rules.length} rules`,
    group: "rules",
    fn() {
      rules.score(rows, out);
    },
  });
}
