import assert from "node:assert/strict";
import { FLOW_FEATURES, HOST_FEATURES } from "@ml-defender/events";
import { featureText } from "./reasons.ts";

Deno.test("featureText has words for every feature of the catalogue", () => {
  for (const { name } of [...FLOW_FEATURES, ...HOST_FEATURES]) {
    assert.notEqual(featureText(name), name, name);
    assert.doesNotMatch(featureText(name), /undefined|null|_/);
  }
});

Deno.test("featureText names the window, and an unknown feature by its name", () => {
  assert.equal(
    featureText("src_unique_ports_30s"),
    "ports it contacted in 30 s",
  );
  assert.equal(featureText("nosuch"), "nosuch");
});
