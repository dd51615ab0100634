/**
 * What every index of vectors must do: one suite for all of them.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { VectorIndex } from "./index.ts";

/** Dimensions of the suite's vectors. */
export const DIMENSIONS = 32;
/** Model of the suite's vectors. */
export const MODEL = "conformance";

/** An implementation under test. */
export interface Subject {
  /** Name for the steps. */
  readonly name: string;
  /** Opens an index; in the same directory each time where it has one. */
  open(directory: string): VectorIndex | Promise<VectorIndex>;
  /** Whether it keeps its vectors in the directory. */
  readonly durable: boolean;
  /** How far a score may be from the cosine of the floats. */
  readonly tolerance: number;
  /** Share of the true 10 nearest that it must find on average. */
  readonly recall: number;
}

/** Numbers from -1 to 1, the same for the same seed. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

/** The vector of an id: any length, always the same. */
export function vectorOf(
  id: number,
  dimensions: number = DIMENSIONS,
): number[] {
  const random = randomOf(id * 2654435761 + 12345);
  for (let i = 0; i < 5; i++) random();
  const length = 0.5 + (id % 7);
  return Array.from({ length: dimensions }, () => random() * length);
}

/** Adds the vectors of ids. */
export function addIds(index: VectorIndex, ids: readonly number[]): void {
  const { dimensions } = index;
  const vectors = ids.flatMap((id) => vectorOf(id, dimensions));
  index.add(Uint32Array.from(ids), Float32Array.from(vectors));
}

/** Whole numbers from one on, with a step. */
export function range(from: number, count: number, step = 1): number[] {
  return Array.from({ length: count }, (_, i) => from + i * step);
}

/** A filter that lets these ids pass. */
export function filterOf(ids: readonly number[]): Uint8Array {
  const filter = new Uint8Array((Math.max(0, ...ids) >> 3) + 1);
  for (const id of ids) filter[id >> 3]! |= 1 << (id & 7);
  return filter;
}

function cosine(a: readonly number[], b: readonly number[]): number {
  let dot = 0, left = 0, right = 0;
  for (const [i, x] of a.entries()) {
    dot += x * b[i]!;
    left += x * x;
    right += b[i]! * b[i]!;
  }
  return dot / Math.sqrt(left * right);
}

/** Every id with its cosine, best first: what an index is compared with. */
export function oracle(
  ids: readonly number[],
  query: readonly number[],
): { id: number; score: number }[] {
  return ids.map((id) => ({ id, score: cosine(vectorOf(id), query) }))
    .sort((a, b) => b.score - a.score || a.id - b.id);
}

/** Holds hits to what the oracle says of these ids. */
export function checkSearch(
  index: VectorIndex,
  ids: readonly number[],
  { tolerance, recall }: Pick<Subject, "tolerance" | "recall">,
  filter?: readonly number[],
): void {
  const allowed = filter === undefined
    ? ids
    : ids.filter((id) => filter.includes(id));
  let found = 0;
  let wanted = 0;
  for (let seed = 0; seed < 10; seed++) {
    const query = vectorOf(900_000 + seed);
    const bits = filter === undefined ? undefined : filterOf(filter);
    const hits = index.search(Float32Array.from(query), 10, bits);
    const best = oracle(allowed, query);
    assert.equal(hits.length, Math.min(10, allowed.length));
    assert.equal(new Set(hits.map(({ id }) => id)).size, hits.length);
    for (const [i, { id, score }] of hits.entries()) {
      const exact = best.find((one) => one.id === id);
      assert.ok(exact, `id ${id} must not be found`);
      assert.ok(Math.abs(exact.score - score) <= tolerance);
      if (i === 0) continue;
      const before = hits[i - 1]!;
      assert.ok(
        before.score > score || (before.score === score && before.id < id),
      );
    }
    const top = new Set(best.slice(0, 10).map(({ id }) => id));
    found += hits.filter(({ id }) => top.has(id)).length;
    wanted += top.size;
  }
  assert.ok(found >= wanted * recall, `recall ${found} of ${wanted}`);
}

/**
 * Run the suite.
 *
 * @param t The test that its steps belong to.
 * @param subject What is tested.
 */
export async function conform(
  t: Deno.TestContext,
  subject: Subject,
): Promise<void> {
  for (const [name, step] of Object.entries(STEPS)) {
    await t.step(`${subject.name} ${name}`, async () => {
      const directory = await Deno.makeTempDir({ prefix: "vectors_" });
      try {
        await step(subject, directory);
      } finally {
        await Deno.remove(directory, { recursive: true });
      }
    });
  }
}

type Step = (subject: Subject, directory: string) => Promise<void>;

const STEPS: Readonly<Record<string, Step>> = {
  "finds the nearest, with and without a filter": async (
    subject,
    directory,
  ) => {
    using index = await subject.open(directory);
    const ids = [...range(3, 700), ...range(5000, 500, 3)];
    addIds(index, ids.slice(0, 700));
    addIds(index, ids.slice(700));
    assert.equal(index.size, 1200);
    assert.equal(index.dimensions, DIMENSIONS);
    assert.equal(index.model, MODEL);
    checkSearch(index, ids, subject);
    checkSearch(index, ids, subject, ids.filter((id) => id % 2 === 0));
    checkSearch(index, ids, subject, ids.filter((id) => id % 97 === 0));
    checkSearch(index, ids, subject, [3, 5003, 6497, 4]);
    const query = Float32Array.from(vectorOf(7));
    const own = index.search(query, 1);
    assert.equal(own[0]!.id, 7);
    assert.ok(own[0]!.score > 0.999 && own[0]!.score < 1.001);
    assert.deepEqual(index.search(query, 5, new Uint8Array(0)), []);
    assert.deepEqual(index.search(query, 5, new Uint8Array(9000)), []);
    assert.equal(index.search(query, 5000).length, 1200);
  },

  "gives vectors that are alike in the order of their ids": async (
    subject,
    directory,
  ) => {
    using index = await subject.open(directory);
    const same = Float32Array.from(range(0, 60).flatMap(() => vectorOf(1)));
    index.add(Uint32Array.from(range(200, 60)), same);
    index.add(Uint32Array.from(range(100, 60)), same);
    const query = Float32Array.from(vectorOf(1));
    const found = (k: number, filter?: Uint8Array) =>
      index.search(query, k, filter).map(({ id }) => id);
    assert.deepEqual(found(5), range(100, 5));
    assert.deepEqual(found(5, filterOf([130, 131, 250])), [130, 131, 250]);
    assert.deepEqual(found(200), [...range(100, 60), ...range(200, 60)]);
  },

  "removes, lets ids come again, and compacts": async (subject, directory) => {
    using index = await subject.open(directory);
    addIds(index, range(0, 500));
    assert.equal(index.remove(range(0, 250, 2)), 250);
    assert.equal(index.remove([0, 2, 999_999, -1, 0.5]), 0);
    assert.equal(index.size, 250);
    assert.ok(!index.has(0) && index.has(1) && !index.has(-1));
    const odd = range(1, 250, 2);
    checkSearch(index, odd, subject);
    checkSearch(index, odd, subject, range(0, 60));
    addIds(index, [0, 4]);
    checkSearch(index, [...odd, 0, 4], subject);
    await index.compact();
    assert.equal(index.size, 252);
    checkSearch(index, [...odd, 0, 4], subject);
    addIds(index, [2, 1000]);
    checkSearch(index, [...odd, 0, 2, 4, 1000], subject);
    index.remove([...odd, 0, 2, 4, 1000]);
    await index.compact();
    assert.equal(index.size, 0);
    assert.deepEqual(index.search(Float32Array.from(vectorOf(1)), 3), []);
    addIds(index, [7]);
    checkSearch(index, [7], subject);
  },

  "is as it was when opened again": async (subject, directory) => {
    if (!subject.durable) return;
    {
      using index = await subject.open(directory);
      addIds(index, range(0, 300));
      index.flush();
      index.remove(range(0, 50));
      addIds(index, [3, ...range(400, 10)]);
    }
    const ids = [3, ...range(50, 250), ...range(400, 10)];
    {
      using index = await subject.open(directory);
      assert.equal(index.size, ids.length);
      checkSearch(index, ids, subject);
      index.remove([60]);
      addIds(index, [0]);
      await index.compact();
    }
    using index = await subject.open(directory);
    const left = [0, ...ids.filter((id) => id !== 60)];
    assert.equal(index.size, left.length);
    assert.ok(index.has(0) && !index.has(60));
    checkSearch(index, left, subject);
  },

  "refuses what is against its rules and stays as it was": async (
    subject,
    directory,
  ) => {
    const index = await subject.open(directory);
    addIds(index, [5, 6]);
    const two = new Float32Array(2 * DIMENSIONS).fill(1);
    const add = (ids: number[], vectors: Float32Array) => () =>
      index.add(Uint32Array.from(ids), vectors);
    assert.throws(add([8, 7], two), /ascending/);
    assert.throws(add([7, 7], two), /ascending/);
    assert.throws(add([4, 5], two), /new: 5 is in the index/);
    assert.throws(add([7], two), RangeError);
    const bad = two.slice();
    bad[40] = NaN;
    assert.throws(add([7, 8], bad), RangeError);
    bad[40] = Infinity;
    assert.throws(add([7, 8], bad), RangeError);
    assert.equal(index.size, 2);
    assert.ok(!index.has(7));
    const query = new Float32Array(DIMENSIONS).fill(1);
    assert.throws(() => index.search(query.subarray(1), 1), RangeError);
    for (const k of [0, 1.5, NaN, 16_385]) {
      assert.throws(() => index.search(query, k), RangeError);
    }
    assert.deepEqual(index.search(new Float32Array(DIMENSIONS), 3), []);
    query[3] = NaN;
    assert.throws(() => index.search(query, 1), RangeError);
    index.add(Uint32Array.of(9), new Float32Array(DIMENSIONS));
    const hits = index.search(Float32Array.from(vectorOf(5)), 3);
    assert.equal(hits.find(({ id }) => id === 9)?.score, 0);
    index.add(new Uint32Array(0), new Float32Array(0));
    index.close();
    index.close();
    assert.throws(() => index.search(query, 1), TypeError);
    assert.throws(() => index.flush(), TypeError);
    assert.throws(() => addIds(index, [10]), TypeError);
  },
};
