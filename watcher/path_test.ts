import assert from "node:assert/strict";
import { covers, formatPath, parsePath } from "./_path.ts";

Deno.test("parsePath reads what formatPath wrote, whatever the names", () => {
  for (
    const parts of [
      ["scoring", "alert"],
      ["a"],
      ["a", "b.c", 'd"e', "", "f\\", "10.0.0.0/8", "é"],
      ["__proto__", "constructor"],
    ]
  ) assert.deepEqual(parsePath(formatPath(parts)), parts);
});

Deno.test("parsePath refuses what is no path and says where", () => {
  for (const text of ["", ".", "a.", ".a", "a..b", "a b", '"a', "a.b/c"]) {
    assert.throws(() => parsePath(text), SyntaxError, text);
  }
  assert.throws(() => parsePath("scoring..x"), /at 8/);
});

Deno.test("covers takes a star for any one name, and what is below", () => {
  assert.ok(covers(["a", "*"], ["a", "b"]));
  assert.ok(covers(["a", "*"], ["a", "b", "c"]));
  assert.ok(!covers(["a", "*"], ["a"]));
  assert.ok(!covers(["a", "b"], ["a", "c"]));
});
