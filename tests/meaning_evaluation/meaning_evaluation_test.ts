import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { openStaticEmbedder } from "../../rag/embedding/static_embedder.ts";
import type { SyncEmbedder } from "../../rag/embedding/embedder.ts";
import { Bm25 } from "./bm25.ts";
import { readLeftOut } from "./documents.ts";
import { evaluateMeaning, type Group, rocArea } from "./evaluate.ts";
import { reportLines } from "./report.ts";

const embedder = await openStaticEmbedder();
const evaluation = await evaluateMeaning({
  half: "work",
  embedder,
  leftOut: await readLeftOut(),
  weakBelow: embedder.weakBelow,
});

function recall(ranker: string, group: Group): number {
  return evaluation.rankers.find((one) => one.ranker === ranker)!
    .groups[group].recall;
}

Deno.test("search by meaning finds what people mean, on the half that is worked with", () => {
  const figures = reportLines(evaluation).join("\n");
  ok(recall("dense", "in_thesaurus") >= 0.75, figures);
  ok(recall("dense", "en") >= 0.73, figures);
  ok(recall("dense", "es") >= 0.77, figures);
  ok(recall("weighted", "in_thesaurus") >= 0.74, figures);
});

Deno.test("search by meaning is far above exact words and plain fusion, on the half that is worked with", () => {
  const figures = reportLines(evaluation).join("\n");
  ok(recall("dense", "all") > recall("bm25", "all") + 0.4, figures);
  ok(recall("weighted", "all") > recall("rrf", "all") + 0.1, figures);
});

Deno.test("StaticEmbedder.weakBelow tells questions with an answer from those without", () => {
  const { weak } = evaluation;
  const figures = reportLines(evaluation).join("\n");
  ok(weak.area >= 0.96, figures);
  ok(weak.answeredWeak <= 0.08, figures);
  ok(weak.unrelatedWeak >= 0.75, figures);
});

Deno.test("the measurement is at chance for an embedder that knows nothing", async () => {
  const blind: SyncEmbedder = {
    model: "blind",
    dimensions: 2,
    embed: (texts) => Promise.resolve(new Float32Array(texts.length * 2)),
    embedInto: (_text, out) => {
      out[0] = 1;
      out[1] = 0;
      return 1;
    },
    close: () => Promise.resolve(),
  };
  const { rankers, weak } = await evaluateMeaning({
    half: "work",
    embedder: blind,
  });
  const dense = rankers.find(({ ranker }) => ranker === "dense")!;
  ok(dense.groups.all.recall < 0.1, `${dense.groups.all.recall}`);
  strictEqual(weak.area, 0.5);
});

Deno.test("Bm25 ranks rare words above frequent ones and short texts above long ones", () => {
  const index = new Bm25([
    "port scan",
    "port scan of many hosts and ports",
    "port flood",
    "Inundación",
  ]);
  const scores = [...index.scores("scan")];
  ok(scores[0]! > scores[1]! && scores[1]! > 0);
  deepStrictEqual(scores.slice(2), [0, 0]);
  const flood = index.scores("port flood");
  ok(flood[2]! > flood[0]!);
  ok(index.scores("inundacion")[3]! > 0);
  deepStrictEqual([...index.scores("nothing here")], [0, 0, 0, 0]);
});

Deno.test("rocArea counts pairs in order, ties half", () => {
  strictEqual(rocArea([3, 4], [1, 2]), 1);
  strictEqual(rocArea([1, 2], [3, 4]), 0);
  strictEqual(rocArea([1, 2], [1, 2]), 0.5);
});
