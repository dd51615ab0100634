import assert from "node:assert/strict";
import { CATEGORIES, MODEL_CATEGORIES, MODEL_OF, MODELS } from "./category.ts";

Deno.test("each category is covered by exactly one model", () => {
  const covered = MODELS.flatMap((model) => MODEL_CATEGORIES[model]);
  assert.deepEqual(covered.toSorted(), CATEGORIES.toSorted());
  for (const category of CATEGORIES) {
    assert.ok(MODEL_CATEGORIES[MODEL_OF[category]].includes(category));
  }
});
