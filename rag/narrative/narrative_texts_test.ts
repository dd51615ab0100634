import assert from "node:assert/strict";
import { featureText, resolveRules } from "@ml-defender/detectors";
import { FLOW_FEATURES, HOST_FEATURES } from "@ml-defender/events";
import { FEATURE_TEXTS } from "./_feature_texts.ts";
import { RULE_TEXTS } from "./_rule_texts.ts";

Deno.test("RULE_TEXTS has each fast rule's own English and a Spanish that differs", () => {
  const rules = [
    ...resolveRules({ profile: "default" }),
    ...resolveRules({ profile: "legacy" }),
  ];
  assert.ok(rules.length > 80);
  for (const { code, text } of rules) {
    assert.equal(RULE_TEXTS.get(code)?.en, text, code);
    const spanish = RULE_TEXTS.get(code)?.es ?? "";
    assert.ok(spanish.length > 10 && spanish !== text, code);
  }
});

Deno.test("RULE_TEXTS has no rule that the detectors do not have", () => {
  const codes = new Set(
    (["default", "legacy"] as const).flatMap((profile) =>
      resolveRules({ profile }).map(({ code }) => code)
    ),
  );
  assert.deepEqual([...RULE_TEXTS.keys()].filter((c) => !codes.has(c)), []);
});

Deno.test("FEATURE_TEXTS has the detectors' English of every feature and a Spanish that differs", () => {
  for (const { name } of [...FLOW_FEATURES, ...HOST_FEATURES]) {
    assert.equal(FEATURE_TEXTS.get(name)?.en, featureText(name), name);
    const spanish = FEATURE_TEXTS.get(name)?.es ?? "";
    assert.ok(spanish.length > 3, name);
    assert.notEqual(spanish, FEATURE_TEXTS.get(name)?.en, name);
  }
});
