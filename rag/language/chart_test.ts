import assert from "node:assert/strict";
import { bestCover, compileGrammar, type Edge, fillChart } from "./chart.ts";

const actions = {
  join: (parts: { values: unknown[] }) => parts.values.join(" "),
  never: () => undefined,
};

function leaves(words: readonly string[]): Edge[] {
  return words.map((word, i) => ({
    symbol: word.toUpperCase(),
    from: i,
    to: i + 1,
    value: word,
    score: 1,
  }));
}

function cover(rules: readonly string[], words: readonly string[]) {
  const chart = fillChart(compileGrammar(rules), leaves(words), {
    length: words.length,
    actions,
    context: undefined,
  });
  return bestCover(chart, { pieces: new Set(["S"]), skipCost: () => 0.5 })
    .map((piece) => typeof piece === "number" ? piece : piece.value);
}

Deno.test("compileGrammar knows what may be absent and what may be either", () => {
  const rules = ["S <- A B? (C|D) : join"];
  assert.deepEqual(cover(rules, ["a", "b", "d"]), ["a b d"]);
  assert.deepEqual(cover(rules, ["a", "c"]), ["a c"]);
  assert.deepEqual(cover(rules, ["a", "b"]), [0, 1]);
});

Deno.test("compileGrammar refuses what is no rule", () => {
  assert.throws(() => compileGrammar(["S -> A : join"]), SyntaxError);
  assert.throws(() => compileGrammar(["S <- A* : join"]), SyntaxError);
});

Deno.test("bestCover explains as much as it can by as few constituents as it can", () => {
  const rules = ["S <- A : join", "S <- B : join", "S <- A B : join"];
  assert.deepEqual(cover(rules, ["a", "b", "x", "b"]), ["a b", 2, "b"]);
});

Deno.test("fillChart follows rules that refer to themselves, and weights decide", () => {
  const rules = ["L <- A : join", "L <- A L : join", "S <- L : join"];
  assert.deepEqual(cover(rules, Array(10).fill("a")), [
    Array(10).fill("a").join(" "),
  ]);
  const weighed = ["S <- A B : join -5", "S <- A : join", "S <- B : join"];
  assert.deepEqual(cover(weighed, ["a", "b"]), ["a", "b"]);
});

Deno.test("fillChart leaves out what has no meaning", () => {
  assert.deepEqual(cover(["S <- A B : never", "S <- A : join"], ["a", "b"]), [
    "a",
    1,
  ]);
});
