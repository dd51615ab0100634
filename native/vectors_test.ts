import assert from "node:assert/strict";
import { openBuilds } from "./_test_builds.ts";
import { type Core, openHandles, type Vectors } from "./mod.ts";

const DIMENSIONS = 48;

/** Numbers from -1 to 1. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

function numbers(count: number, seed: number): Float32Array<ArrayBuffer> {
  const random = randomOf(seed);
  return Float32Array.from({ length: count }, random);
}

function filled(core: Core, rows: number): Vectors {
  const vectors = core.openVectors({ dimensions: DIMENSIONS, maxRows: 20_000 });
  const ids = Uint32Array.from({ length: rows }, (_, i) => 10 + i * 2);
  vectors.append(
    ids,
    core.quantizeVectors(DIMENSIONS, numbers(rows * DIMENSIONS, 1)),
  );
  return vectors;
}

Deno.test("Vectors finds the same rows with the same scores in both builds and with every kernel", async () => {
  const found: unknown[] = [];
  const filter = new Uint8Array(3000).fill(0b1010_0101);
  for (const core of await openBuilds()) {
    using vectors = filled(core, 9000);
    assert.notEqual(vectors.kernel, "scalar");
    vectors.remove(Uint32Array.from({ length: 900 }, (_, i) => i * 7));
    for (const kernel of ["scalar", "simd128", "avx2", "avxvnni", "vnni512"]) {
      if (!vectors.useKernel(kernel)) continue;
      assert.equal(vectors.kernel, kernel);
      const hits = [2, 3, 4].map((seed) => [
        vectors.scan(numbers(DIMENSIONS, seed), 25),
        vectors.scan(numbers(DIMENSIONS, seed), 25, filter),
      ]);
      found.push(hits);
      assert.deepEqual(hits, found[0]);
    }
  }
  assert.equal(openHandles(), 0);
});

Deno.test("Vectors finds what a plain comparison of floats finds first", async () => {
  for (const core of await openBuilds()) {
    using vectors = filled(core, 500);
    const rows = numbers(500 * DIMENSIONS, 1);
    const cosine = (row: number, query: Float32Array): number => {
      let dot = 0, own = 0, other = 0;
      for (const [i, q] of query.entries()) {
        const x = rows[row * DIMENSIONS + i]!;
        dot += q * x;
        own += x * x;
        other += q * q;
      }
      return dot / Math.sqrt(own * other);
    };
    for (let seed = 5; seed < 25; seed++) {
      const query = numbers(DIMENSIONS, seed);
      const best = Array.from({ length: 500 }, (_, i) => cosine(i, query))
        .map((score, i) => ({ id: 10 + i * 2, score }))
        .sort((a, b) => b.score - a.score);
      const { ids, scores } = vectors.scan(query, 10);
      const right = best.slice(0, 10).filter(({ id }) => ids.includes(id));
      assert.ok(right.length >= 9, `${right.length} of 10 for seed ${seed}`);
      for (const [i, score] of scores.entries()) {
        assert.ok(Math.abs(score - best[i]!.score) < 0.01);
      }
    }
  }
});

Deno.test("Vectors.read gives rows back, compact takes removed ones out", async () => {
  for (const core of await openBuilds()) {
    using vectors = filled(core, 5000);
    const before = vectors.read(4990, 100);
    assert.equal(before.ids.length, 10);
    assert.equal(before.ids[9], 10 + 4999 * 2);
    const all = numbers(5000 * DIMENSIONS, 1);
    const bytes = core.quantizeVectors(
      DIMENSIONS,
      all.subarray(4990 * DIMENSIONS),
    );
    assert.deepEqual(before.rows, bytes);
    assert.equal(vectors.remove(Uint32Array.of(0, 4999, 4999, 70_000)), 2);
    assert.deepEqual([...vectors.read(4998, 5).live], [1, 0]);
    assert.equal(vectors.compact(), 4998);
    assert.equal(vectors.rows, 4998);
    assert.deepEqual([...vectors.read(0, 1).ids], [12]);
    assert.deepEqual(vectors.scan(bytesAsQuery(bytes), 1).ids.length, 1);
  }
});

function bytesAsQuery(bytes: Int8Array): Float32Array<ArrayBuffer> {
  return Float32Array.from(bytes.subarray(0, DIMENSIONS));
}

Deno.test("Vectors refuses what does not fit and stays as it was", async () => {
  for (const core of await openBuilds()) {
    assert.throws(() => core.openVectors({ dimensions: 24, maxRows: 9 }), {
      code: "refused",
    });
    assert.throws(() => core.openVectors({ maxRows: 0 }), RangeError);
    assert.throws(() => core.openVectors({ maxRows: 2 ** 31 + 1 }), RangeError);
    using vectors = core.openVectors({ dimensions: 16, maxRows: 3 });
    const add = (ids: number[], fill: number, length = ids.length * 16) =>
      vectors.append(Uint32Array.from(ids), new Int8Array(length).fill(fill));
    add([1, 2], 5);
    assert.throws(() => add([3, 4], 5), /at most 3: current number is 2/);
    assert.throws(() => add([3], 5, 15), /need 16 bytes/);
    assert.throws(() => add([3], -128), /no memory .* or a byte is -128/);
    assert.equal(vectors.rows, 2);
    const query = new Float32Array(16).fill(1);
    assert.deepEqual([...vectors.scan(query, 5).ids], [1, 2]);
    assert.deepEqual([...vectors.scan(query, 5, new Uint8Array(0)).ids], []);
    assert.deepEqual([...vectors.scan(query, 5, Uint8Array.of(4)).ids], [2]);
    assert.deepEqual([...vectors.scan(new Float32Array(16), 5).ids], []);
    for (const k of [0, 1.5, 16_385]) {
      assert.throws(() => vectors.scan(query, k), RangeError);
    }
    query[0] = NaN;
    assert.throws(() => vectors.scan(query, 1), RangeError);
    assert.throws(() => core.quantizeVectors(16, query), /vector 0/);
    assert.throws(
      () => core.quantizeVectors(16, query.subarray(1)),
      RangeError,
    );
    vectors.close();
    assert.throws(() => vectors.scan(query.fill(1), 1), /as it is closed/);
  }
  assert.equal(openHandles(), 0);
});

Deno.test("Vectors of the wasm build that have no memory left refuse rows, and the core goes on", async () => {
  const core = (await openBuilds())[0]!;
  assert.equal(core.build, "wasm");
  using vectors = core.openVectors({ dimensions: 1024, maxRows: 2_000_000 });
  const rows = new Int8Array(1024 * 4096).fill(1);
  const ids = new Uint32Array(4096);
  let refused = false;
  for (let i = 0; i < 300 && !refused; i++) {
    try {
      vectors.append(ids, rows);
    } catch (error) {
      assert.match(String(error), /no memory/);
      refused = true;
    }
  }
  assert.ok(refused, "more than 1 GiB was taken");
  assert.ok(vectors.rows > 150_000);
  assert.equal(vectors.scan(new Float32Array(1024).fill(1), 3).ids.length, 3);
});
