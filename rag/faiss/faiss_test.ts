import assert from "node:assert/strict";
import { optional } from "../../tests/_optional.ts";
import {
  addIds,
  checkSearch,
  conform,
  DIMENSIONS,
  MODEL,
  range,
} from "../vectors/_conformance.ts";
import { VectorIndexError } from "../vectors/index.ts";

/** Computed, so that the package is neither fetched nor needed where these tests only have to be left out. */
const MODULE = `./${"mod"}.ts`;

const loaded = await import(MODULE)
  .then((module: typeof import("./mod.ts")) => ({ module, reason: "" }))
  .catch((error: Error) => ({
    module: undefined,
    reason: `faiss-node does not load (deno task faiss): ${
      error.message.split("\n")[0]
    }`,
  }));
const available = loaded.module !== undefined;
const { reason } = loaded;
const OPTIONS = { model: MODEL, dimensions: DIMENSIONS };

for (const kind of ["flat", "hnsw"] as const) {
  optional({
    name: `FaissIndex (${kind}) does what an index must`,
    ...{ available, reason },
    fn: (t) =>
      conform(t, {
        ...{ name: `FaissIndex (${kind})`, durable: true, tolerance: 1e-5 },
        recall: kind === "flat" ? 1 : 0.95,
        open: (directory) =>
          loaded.module!.openFaissIndex(directory, {
            ...{ ...OPTIONS, kind, segmentRows: 150 },
          }),
      }),
  });
}

async function inDirectory(use: (directory: string) => void): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "faiss_" });
  try {
    use(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

optional({
  name:
    "FaissIndex notices a graph that is half written, damaged or of other vectors, and builds it anew",
  ...{ available, reason },
  fn: () =>
    inDirectory((directory) => {
      const { openFaissIndex } = loaded.module!;
      const open = () =>
        openFaissIndex(directory, { ...OPTIONS, kind: "hnsw" });
      const ids = range(0, 300);
      const quality = { tolerance: 1e-5, recall: 0.95 };
      {
        using index = open();
        addIds(index, ids);
        assert.equal(index.rebuilt, false);
      }
      const path = `${directory}/graph.faiss`;
      const whole = Deno.readFileSync(path);
      const about = Deno.readTextFileSync(`${directory}/graph.json`);
      const damages: (() => void)[] = [
        () => Deno.writeFileSync(path, whole.subarray(0, whole.length >> 1)),
        () => Deno.writeFileSync(path, whole.map((x, i) => i === 999 ? ~x : x)),
        () => Deno.removeSync(path),
        () => Deno.writeTextFileSync(`${directory}/graph.json`, "{"),
        () => {
          const other = about.replace(/"idsCrc":\d+/, '"idsCrc":1');
          Deno.writeTextFileSync(`${directory}/graph.json`, other);
        },
      ];
      for (const damage of damages) {
        {
          using index = open();
          assert.equal(index.rebuilt, false);
        }
        damage();
        using index = open();
        assert.equal(index.rebuilt, true);
        checkSearch(index, ids, quality);
      }
    }),
});

optional({
  name:
    "FaissIndex adds what its graph does not have yet, and refuses another model and an own index",
  ...{ available, reason },
  fn: () =>
    inDirectory((directory) => {
      const { openFaissIndex } = loaded.module!;
      const open = (more: object = {}) =>
        openFaissIndex(directory, { ...OPTIONS, kind: "hnsw", ...more });
      const graph = `${directory}/graph.faiss`;
      {
        using index = open();
        addIds(index, range(0, 100));
      }
      const before = Deno.readFileSync(graph);
      const about = Deno.readFileSync(`${directory}/graph.json`);
      {
        using index = open();
        addIds(index, range(100, 100));
      }
      // as after a crash: the rows are there, the graph is the one before
      Deno.writeFileSync(graph, before);
      Deno.writeFileSync(`${directory}/graph.json`, about);
      const index = open();
      assert.equal(index.rebuilt, false);
      checkSearch(index, range(0, 200), { tolerance: 1e-5, recall: 0.95 });
      const code = (wanted: string) => (error: unknown) =>
        error instanceof VectorIndexError && error.code === wanted;
      assert.throws(() => open(), code("locked"));
      index.close();
      assert.throws(() => open({ model: "other" }), code("model"));
      assert.throws(() => open({ dimensions: 64 }), code("model"));
      assert.throws(() => open({ links: 0 }), RangeError);
      assert.throws(() => addIds(open({ maxRows: 200 }), [999]), code("full"));
    }),
});
