import assert from "node:assert/strict";
import { closest, editDistance } from "./typos.ts";

const targets = Map.groupBy(
  ["scans", "alerts", "exfiltration", "ransomware", "april", "ports"],
  (word) => word[0] ?? "",
);

Deno.test("editDistance counts a swap of neighbours as one", () => {
  assert.equal(editDistance("scnas", "scans", 9), 1);
  assert.equal(editDistance("kitten", "sitting", 9), 3);
  assert.equal(editDistance("", "abc", 9), 3);
});

Deno.test("closest finds the word that was meant, one error away, two in long words", () => {
  assert.equal(closest("scnas", targets), "scans");
  assert.equal(closest("laerts", targets), "alerts");
  assert.equal(closest("exfltraton", targets), "exfiltration");
  assert.equal(closest("ransomwre", targets), "ransomware");
});

Deno.test("closest leaves short words, other forms and far words alone", () => {
  assert.equal(closest("scna", targets), undefined);
  assert.equal(closest("aprio", targets), undefined);
  assert.equal(closest("alrtes", targets), undefined);
  assert.equal(closest("posters", targets), undefined);
  assert.equal(closest("sc4ns", targets), undefined);
});
