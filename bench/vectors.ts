// deno-lint-ignore-file no-console
/**
 * Search among vectors: `deno run -A bench/vectors.ts [--rows N,N] [--dimensions N] [--queries N] [--hnsw] [--json]`.
 *
 * The own index in both builds beside faiss (npm:faiss-node, one thread; left out with the reason where it does not load),
 * on the same vectors in one run, without a filter and with one that lets a tenth pass. Vectors lie around 2000 centres, a
 * third of them nearly repeats another one; queries lie around the same centres. recall@10 is the share of the 10 nearest
 * that a plain loop over the floats finds, in double precision. Times are of one search, the call included. "floor" is a
 * plain loop over the floats in TypeScript.
 */
import { parseArgs } from "node:util";
import { openCore } from "@ml-defender/native";
import type { VectorIndex } from "../rag/vectors/index.ts";
import { MemoryIndex } from "../rag/vectors/memory_index.ts";
import { openVectorIndex } from "../rag/vectors/own_index.ts";
import { machine } from "./_measure.ts";

const { values: args } = parseArgs({
  options: {
    rows: { type: "string", default: "100000,1000000" },
    dimensions: { type: "string", default: "128" },
    queries: { type: "string", default: "30" },
    hnsw: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
const dimensions = Number(args.dimensions);
const K = 10;
const CENTRES = 2000;
const BATCH = 4096;
const MODEL = "bench";

let state = 1;
function random(): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
}

/** Nearly normal: the sum of four even ones. */
function normal(): number {
  return (random() + random() + random() + random() - 2) * Math.sqrt(3);
}

const centres = Float32Array.from(
  { length: CENTRES * dimensions },
  () => normal(),
);

function around(out: Float32Array, spread: number): void {
  const centre = Math.floor(random() * CENTRES) * dimensions;
  for (let i = 0; i < dimensions; i++) {
    out[i] = centres[centre + i]! + spread * normal();
  }
  normalise(out);
}

function normalise(vector: Float32Array): void {
  let squares = 0;
  for (const x of vector) squares += x * x;
  const scale = 1 / Math.sqrt(squares);
  for (let i = 0; i < vector.length; i++) vector[i]! *= scale;
}

function makeRows(count: number): Float32Array<ArrayBuffer> {
  const rows = new Float32Array(count * dimensions);
  for (let row = 0; row < count; row++) {
    const at = row * dimensions;
    const vector = rows.subarray(at, at + dimensions);
    if (row === 0 || random() > 1 / 3) {
      around(vector, 0.6);
      continue;
    }
    const other = Math.floor(random() * row) * dimensions;
    for (let i = 0; i < dimensions; i++) {
      vector[i] = rows[other + i]! + 0.01 * normal();
    }
    normalise(vector);
  }
  return rows;
}

/** The ids of the nearest, by a plain loop. */
function exact(
  rows: Float32Array,
  query: Float32Array,
  filter: Uint8Array | undefined,
): number[] {
  const best: { id: number; score: number }[] = [];
  const count = rows.length / dimensions;
  for (let id = 0; id < count; id++) {
    if (filter && !(filter[id >> 3]! & 1 << (id & 7))) continue;
    let score = 0;
    const at = id * dimensions;
    for (let i = 0; i < dimensions; i++) score += rows[at + i]! * query[i]!;
    if (best.length === K && score <= best[K - 1]!.score) continue;
    best.push({ id, score });
    best.sort((a, b) => b.score - a.score || a.id - b.id);
    if (best.length > K) best.pop();
  }
  return best.map(({ id }) => id);
}

interface Timing {
  readonly medianMs: number;
  readonly p95Ms: number;
}

function timing(times: number[]): Timing {
  times.sort((a, b) => a - b);
  const at = (share: number): number =>
    Math.round(
      times[Math.min(times.length - 1, Math.floor(times.length * share))]! *
        1000,
    ) / 1000;
  return { medianMs: at(0.5), p95Ms: at(0.95) };
}

const results: Record<string, unknown>[] = [];
function report(result: Record<string, unknown>): void {
  results.push(result);
  if (args.json) return;
  const text = Object.entries(result)
    .map(([name, value]) => `${name} ${value}`);
  console.log(text.join("  "));
}

/** What is compared, for one number of rows. */
interface Task {
  readonly rows: Float32Array<ArrayBuffer>;
  readonly queries: readonly Float32Array<ArrayBuffer>[];
  readonly filters: readonly (Uint8Array | undefined)[];
  /** Ids of the nearest, for each filter and query. */
  readonly truth: readonly number[][][];
}

function makeTask(count: number): Task {
  const rows = makeRows(count);
  const queries = Array.from({ length: Number(args.queries) }, () => {
    const query = new Float32Array(dimensions);
    around(query, 0.6);
    return query;
  });
  const tenth = new Uint8Array((count >> 3) + 1);
  for (let id = 0; id < count; id++) {
    if (random() < 0.1) tenth[id >> 3]! |= 1 << (id & 7);
  }
  const filters = [undefined, tenth];
  const truth = filters.map((filter) => {
    const times: number[] = [];
    const found = queries.map((query) => {
      const start = performance.now();
      const ids = exact(rows, query, filter);
      times.push(performance.now() - start);
      return ids;
    });
    report({
      index: "plain floats",
      ...about(count, filter),
      ...timing(times),
    });
    return found;
  });
  return { rows, queries, filters, truth };
}

function about(rows: number, filter: Uint8Array | undefined) {
  return { rows, filter: filter ? "10%" : "none" };
}

function fill(index: VectorIndex, rows: Float32Array): number {
  const start = performance.now();
  const count = rows.length / dimensions;
  for (let from = 0; from < count; from += BATCH) {
    const end = Math.min(from + BATCH, count);
    const ids = Uint32Array.from({ length: end - from }, (_, i) => from + i);
    index.add(ids, rows.subarray(from * dimensions, end * dimensions));
  }
  index.flush();
  return Math.round(performance.now() - start);
}

function ask(name: string, index: VectorIndex, task: Task): void {
  for (const [f, filter] of task.filters.entries()) {
    for (const query of task.queries.slice(0, 3)) {
      index.search(query, K, filter);
    }
    const times: number[] = [];
    let right = 0;
    for (const [q, query] of task.queries.entries()) {
      const start = performance.now();
      const hits = index.search(query, K, filter);
      times.push(performance.now() - start);
      const wanted = task.truth[f]![q]!;
      right += hits.filter(({ id }) => wanted.includes(id)).length;
    }
    const recall = right / (K * task.queries.length);
    report({
      ...{ index: name, ...about(task.rows.length / dimensions, filter) },
      ...{ ...timing(times), "recall@10": Math.round(recall * 1e4) / 1e4 },
    });
  }
}

async function onDisk(task: Task): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "vectors_bench_" });
  try {
    const core = await openCore();
    const options = { core, model: MODEL, dimensions };
    const index = openVectorIndex(directory, options);
    const addMs = fill(index, task.rows);
    index.close();
    let bytes = 0;
    for await (const { name } of Deno.readDir(directory)) {
      bytes += (await Deno.stat(`${directory}/${name}`)).size;
    }
    const start = performance.now();
    using again = openVectorIndex(directory, options);
    const openMs = Math.round(performance.now() - start);
    const removed = Array.from({ length: again.size / 10 }, (_, i) => i * 10);
    again.remove(removed);
    const compacting = performance.now();
    again.compact();
    report({
      ...{ index: `own on disk (${core.build})`, rows: removed.length * 10 },
      ...{ addMs, openMs, megabytes: Math.round(bytes / 1e6) },
      compactMs: Math.round(performance.now() - compacting),
    });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

// libgomp reads it when it is loaded.
Deno.env.set("OMP_NUM_THREADS", "1");
const FAISS = new URL("../rag/faiss/mod.ts", import.meta.url).href;
const faiss = await import(FAISS)
  .then((module: typeof import("../rag/faiss/mod.ts")) => module)
  .catch((error: Error) => {
    report({ index: "faiss", left_out: error.message.split("\n")[0] });
  });

if (!args.json) console.log(await machine());
for (const count of args.rows.split(",").map(Number)) {
  const task = makeTask(count);
  for (const build of ["native", "wasm"] as const) {
    const core = await openCore({ build });
    using index = new MemoryIndex({ core, model: MODEL, dimensions });
    report({ index: `own (${build})`, addMs: fill(index, task.rows) });
    ask(`own (${build})`, index, task);
  }
  for (const kind of ["flat", ...(args.hnsw ? ["hnsw"] : [])] as const) {
    if (!faiss) continue;
    using index = faiss.openFaissIndex(undefined, {
      ...{ model: MODEL, dimensions, kind: kind as "flat" | "hnsw" },
    });
    report({ index: `faiss ${kind}`, addMs: fill(index, task.rows) });
    ask(`faiss ${kind}`, index, task);
  }
  await onDisk(task);
}
if (args.json) {
  console.log(JSON.stringify({ machine: await machine(), results }));
}
