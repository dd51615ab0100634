import assert from "node:assert/strict";
import { BASE_RULES } from "@ml-defender/detectors";
import { ROLE_RELAXES } from "@ml-defender/scoring";

Deno.test("every rule that a host role relaxes exists", () => {
  const codes = new Set(BASE_RULES.map((rule) => rule.code));
  for (const [role, { rules }] of Object.entries(ROLE_RELAXES)) {
    for (const code of rules) assert.ok(codes.has(code), `${role}: ${code}`);
  }
});
