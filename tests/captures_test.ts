/**
 * Every capture below ML_DEFENDER_DATA through the whole of `analyze()`, in both builds: nothing crashes or hangs, packet
 * totals are those of capinfos, and the bytes that come out depend neither on the build nor on how the file is cut.
 */
import assert from "node:assert/strict";
import { openCore } from "@ml-defender/native";
import { walkCaptures } from "../examples/_files.ts";
import { optional } from "./_optional.ts";
import type { Job, Outcome, Request } from "./captures/worker.ts";
import { dataFolder } from "./oracle/data.ts";

/** Longest that one capture may take, in milliseconds; none needs a tenth of it on an idle machine. */
const FILE_MS_MAX = 60_000;
/** Of the files up to this size one in so many is read again, and in pieces. */
const PIECES_FILE_BYTES_MAX = 1 << 20;
const PIECES_ONE_IN = 7;
const PIECE_BYTES = 977;

/** Files that capinfos cannot count, by what it says about them. */
const CAPINFOS_CANNOT: readonly RegExp[] = [
  /network type \d+ unknown or unsupported/,
  /unknown SHB version 2\.0/,
];

const data = dataFolder();
const noData = "ML_DEFENDER_DATA names no folder of captures";
const native = await openCore({ build: "native" }).then(
  () => true,
  () => false,
);
const capinfos = await new Deno.Command("capinfos", { args: ["--version"] })
  .output().then(({ success }) => success, () => false);

type Build = "native" | "wasm";
let first: Map<string, Outcome>[] = [];
let files: string[] = [];

Deno.test.beforeAll(async () => {
  if (data === undefined) return;
  const found = await walkCaptures([data]);
  files = found.files.map(({ path }) => path);
});

/** Runs jobs in a worker; a job that takes too long ends it. */
function runJobs(build: Build, jobs: readonly Job[]): Promise<Outcome[]> {
  const { promise, resolve, reject } = Promise.withResolvers<Outcome[]>();
  const outcomes: Outcome[] = [];
  const worker = new Worker(new URL("./captures/worker.ts", import.meta.url), {
    type: "module",
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const watch = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const { path } = jobs[outcomes.length]!;
      reject(new Error(`${path} takes over ${FILE_MS_MAX} ms (${build})`));
    }, FILE_MS_MAX);
  };
  watch();
  worker.onerror = (event) => {
    event.preventDefault();
    const path = jobs[outcomes.length]?.path;
    reject(new Error(`${path} ends the worker (${build}): ${event.message}`));
  };
  worker.onmessage = ({ data }: MessageEvent<Outcome>) => {
    outcomes.push(data);
    if (outcomes.length === jobs.length) resolve(outcomes);
    else watch();
  };
  const request: Request = { build, jobs };
  worker.postMessage(request);
  return promise.finally(() => {
    clearTimeout(timer);
    worker.terminate();
  });
}

/** Some jobs in each build that there is, at the same time. */
function inBuilds(jobs: readonly Job[]): Promise<Outcome[][]> {
  const builds: Build[] = native ? ["wasm", "native"] : ["wasm"];
  return Promise.all(builds.map((build) => runJobs(build, jobs)));
}

const byPath = (outcomes: readonly Outcome[]) =>
  new Map(outcomes.map((one) => [one.job.path, one]));

optional({
  name: "analyze reads every capture to its end, without a crash or a hang",
  available: data !== undefined,
  reason: noData,
  fn: async () => {
    assert.ok(files.length > 1000, `${files.length} captures are there`);
    const outcomes = await inBuilds(
      files.map((path) => ({ path, pieceBytes: 0 })),
    );
    for (const run of outcomes) {
      assert.equal(run.length, files.length);
      const failed = run.filter(({ error }) => error !== "");
      assert.deepEqual(failed.map(({ job, error }) => [job.path, error]), []);
    }
    first = outcomes.map(byPath);
  },
});

optional({
  name: "both builds give the same digest of every capture",
  available: data !== undefined && native,
  reason: data === undefined ? noData : "there is no shared library",
  fn: () => {
    const [wasm, shared] = first;
    assert.ok(wasm && shared, "the first test gave no results");
    const different = files.filter((path) =>
      wasm.get(path)?.digest !== shared.get(path)?.digest
    );
    assert.deepEqual(different, []);
    const digests = new Set([...wasm.values()].map(({ digest }) => digest));
    // Some files are copies of others, and some hold nothing that is decoded.
    assert.ok(digests.size > 0.8 * files.length, `${digests.size} digests`);
  },
});

optional({
  name: "packets of every capture are as many as capinfos counts",
  available: data !== undefined && capinfos,
  reason: data === undefined ? noData : "capinfos is not installed",
  fn: async () => {
    const outcomes = first[0];
    assert.ok(outcomes, "the first test gave no results");
    const { counts, complaints } = await capinfosCounts(files);
    const different: unknown[] = [];
    for (const path of files) {
      const count = counts.get(path);
      const { packets, health } = outcomes.get(path)!;
      if (count === undefined) {
        const why = complaints.get(path) ?? "";
        const known = CAPINFOS_CANNOT.some((reason) => reason.test(why));
        if (!known) different.push([path, packets, `capinfos: ${why}`]);
        // What we say of such files: we count what we cannot decode, or stop at it.
        const said = health.includes("unknown_link_type") ||
          health.includes("broken_record");
        if (!said) different.push([path, packets, health.join()]);
      } else if (count !== packets) different.push([path, packets, count]);
    }
    assert.deepEqual(different, []);
    assert.ok(counts.size > 0.98 * files.length, "capinfos reads almost all");
  },
});

optional({
  name: "two runs and two ways to cut a capture give the same digest",
  available: data !== undefined,
  reason: noData,
  fn: async () => {
    const small: string[] = [];
    for (const path of files) {
      const { size } = await Deno.stat(path);
      if (size <= PIECES_FILE_BYTES_MAX) small.push(path);
    }
    const some = small.filter((_, index) => index % PIECES_ONE_IN === 0);
    const runs = await inBuilds(some.flatMap((path) => [
      { path, pieceBytes: 0 },
      { path, pieceBytes: PIECE_BYTES },
    ]));
    assert.ok(some.length > 100, `${some.length} captures`);
    const different = runs.flatMap((run, build) =>
      run.filter(({ job, digest }) =>
        digest !== first[build]?.get(job.path)?.digest
      ).map(({ job, error }) => [job, error])
    );
    assert.deepEqual(different, []);
  },
});

/** What capinfos counts, and what it says of the others. */
async function capinfosCounts(
  paths: readonly string[],
): Promise<{ counts: Map<string, number>; complaints: Map<string, string> }> {
  const counts = new Map<string, number>();
  const complaints = new Map<string, string>();
  for (let at = 0; at < paths.length; at += 200) {
    const { stdout } = await new Deno.Command("capinfos", {
      args: ["-c", "-M", "-T", ...paths.slice(at, at + 200)],
      stderr: "null",
    }).output();
    for (const line of new TextDecoder().decode(stdout).split("\n")) {
      const [path, count] = line.split("\t");
      if (path && /^\d+$/.test(count ?? "")) counts.set(path, Number(count));
    }
  }
  for (const path of paths) {
    if (counts.has(path)) continue;
    const { stderr } = await new Deno.Command("capinfos", { args: [path] })
      .output();
    complaints.set(path, new TextDecoder().decode(stderr));
  }
  return { counts, complaints };
}
