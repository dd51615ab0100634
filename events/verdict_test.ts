import assert from "node:assert/strict";
import { type Reason, reasonText } from "./verdict.ts";

const reason: Reason = {
  code: "slow",
  text: "packets per second",
  feature: "packet_rate",
  value: 0.5,
  threshold: 2,
  weight: 0.9,
};

Deno.test("reasonText states value and threshold in the direction in which the value counts", () => {
  assert.equal(reasonText(reason), "packets per second: 0.5 >= 2");
  assert.equal(
    reasonText({ ...reason, side: "below" }),
    "packets per second: 0.5 <= 2",
  );
});

Deno.test("reasonText leaves out a threshold or a value that there is none of", () => {
  assert.equal(
    reasonText({ ...reason, threshold: NaN }),
    "packets per second: 0.5",
  );
  assert.equal(reasonText({ ...reason, value: NaN }), "packets per second");
});
