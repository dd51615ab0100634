import assert from "node:assert/strict";
import { openCapture } from "@ml-defender/capture";
import type { Detections } from "@ml-defender/detectors";
import type { Batch, IncidentUpdate, Verdict } from "@ml-defender/events";
import { openCore, openHandles } from "@ml-defender/native";
import { generateBytes } from "./generator/generate.ts";
import { RunDigest } from "./digest.ts";
import { analyze, loadModels, Pipeline } from "./mod.ts";

const core = await openCore();
const GUESSING = generateBytes("ssh_guessing", { seed: 1_000_000_000 });
const CAPTURE = new Uint8Array(GUESSING.bytes);
const OPTIONS = { core, homeNets: GUESSING.truth.homeNets };

async function inFolder(fn: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "analyze-" });
  try {
    await fn(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Lines of a file; fails if the last is torn. */
async function linesOf(path: string): Promise<unknown[]> {
  const text = await Deno.readTextFile(path);
  assert.ok(text.endsWith("\n"), `${path} is torn`);
  return text.trimEnd().split("\n").map((line) => JSON.parse(line));
}

async function eventLines(log: string): Promise<unknown[]> {
  const lines: unknown[] = [];
  for await (const { name } of Deno.readDir(`${log}/events`)) {
    if (name.endsWith(".jsonl")) {
      lines.push(...await linesOf(`${log}/events/${name}`));
    }
  }
  return lines;
}

Deno.test("analyze tells incidents as they happen, with reasons, and sums up; the log holds both", async () => {
  await inFolder(async (folder) => {
    const closed: string[] = [];
    await using run = await analyze(CAPTURE, { ...OPTIONS, log: folder });
    for await (const { state, incident } of run.incidents) {
      if (state !== "closed") continue;
      closed.push(`${incident.category} ${incident.subject}`);
      assert.ok(incident.reasons.length > 0);
      for (const { text, value } of incident.reasons) {
        assert.ok(text.length > 0);
        assert.ok(Number.isFinite(value));
      }
    }
    const { packets, incidents, logged } = await run.finished;
    assert.equal(packets, GUESSING.truth.packets);
    const [subject] = GUESSING.truth.attacks[0]!.subjects;
    assert.ok(closed.includes(`bruteforce ${subject}`), closed.join("; "));
    assert.deepEqual(
      incidents.map(({ category, subject }) => `${category} ${subject}`)
        .toSorted(),
      closed.toSorted(),
    );
    const scores = incidents.map(({ finalScore }) => finalScore);
    assert.deepEqual(scores, scores.toSorted((a, b) => b - a));
    const events = await eventLines(folder);
    const updates = await linesOf(`${folder}/incidents.jsonl`);
    assert.equal(events.length + updates.length, logged);
  });
});

Deno.test("each incident is opened first and closed last, once", async () => {
  await using run = await analyze(CAPTURE, OPTIONS);
  const states = new Map<string, IncidentUpdate["state"][]>();
  for await (const { state, incident } of run.incidents) {
    states.set(incident.id, [...states.get(incident.id) ?? [], state]);
  }
  assert.ok(states.size > 0);
  for (const [id, steps] of states) {
    assert.equal(steps[0], "opened", id);
    assert.equal(steps.at(-1), "closed", id);
    assert.ok(steps.slice(1, -1).every((step) => step === "updated"), id);
  }
});

Deno.test("finished reads the capture although nobody iterates, and may be asked for again", async () => {
  await using run = await analyze(CAPTURE, OPTIONS);
  const summary = await run.finished;
  assert.equal(summary.packets, GUESSING.truth.packets);
  assert.equal(await run.finished, summary);
  assert.ok(summary.incidents.length > 0);
  assert.equal(summary.digest, undefined);
});

Deno.test("leaving the loop over incidents does not stop the run: finished takes it on", async () => {
  await using whole = await analyze(CAPTURE, OPTIONS);
  const { incidents, packets } = await whole.finished;
  await using run = await analyze(CAPTURE, OPTIONS);
  for await (const { state } of run.incidents) {
    assert.equal(state, "opened");
    break;
  }
  const summary = await run.finished;
  assert.equal(summary.packets, packets);
  assert.deepEqual(summary.incidents, incidents);
});

Deno.test("disposing early ends the run, frees the core, and leaves a log with whole lines for the next one", async () => {
  await inFolder(async (folder) => {
    const before = openHandles();
    const untouched = await analyze(CAPTURE, { ...OPTIONS, log: folder });
    await untouched.close();
    {
      await using run = await analyze(CAPTURE, { ...OPTIONS, log: folder });
      for await (const _ of run.incidents) break;
    }
    assert.equal(openHandles(), before);
    assert.ok((await linesOf(`${folder}/incidents.jsonl`)).length > 0);
    const run = await analyze(CAPTURE, { ...OPTIONS, log: folder });
    assert.ok((await run.finished).logged > 0);
    await run.close();
    await run.close();
    assert.equal(openHandles(), before);
    await eventLines(folder);
    await linesOf(`${folder}/incidents.jsonl`);
  });
});

Deno.test("a log that fails on the way is told, and costs no incident", async () => {
  await using whole = await analyze(CAPTURE, OPTIONS);
  const { incidents } = await whole.finished;
  await inFolder(async (log) => {
    await Deno.writeTextFile(`${log}/artifacts`, "no folder");
    await using run = await analyze(CAPTURE, { ...OPTIONS, log });
    const summary = await run.finished;
    assert.equal(summary.logFailure?.name, "LogError");
    assert.equal(summary.incidents.length, incidents.length);
  });
});

Deno.test("close() ends a read that waits for a silent stream", async () => {
  const silent = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => controller.enqueue(CAPTURE.slice(0, 5000)),
  });
  const run = await analyze(silent, OPTIONS);
  const finished = run.finished.catch((error) => error);
  await new Promise((resolve) => setTimeout(resolve, 20));
  await run.close();
  const { health } = await finished;
  assert.equal(health[0].code, "stopped");
});

Deno.test("finished rejects after close, whether or not the run had begun", async () => {
  const unread = await analyze(CAPTURE, OPTIONS);
  await unread.close();
  await assert.rejects(unread.finished, TypeError);

  const begun = await analyze(CAPTURE, OPTIONS);
  for await (const update of begun.incidents) {
    void update;
    break;
  }
  await begun.close();
  await assert.rejects(begun.finished, /closed before its end/);
});

Deno.test("what cannot be read fails incidents and finished with the same error", async () => {
  const before = openHandles();
  {
    await using run = await analyze(new TextEncoder().encode("no capture"), {
      core,
    });
    const iterate = async () => {
      for await (const _ of run.incidents) assert.fail("an incident");
    };
    await assert.rejects(iterate(), { name: "CaptureError", code: "format" });
    await assert.rejects(run.finished, { name: "CaptureError" });
  }
  {
    await using run = await analyze("/nonexistent.pcap", { core });
    await assert.rejects(run.finished, /nonexistent\.pcap: no such file/);
  }
  assert.equal(openHandles(), before);
});

Deno.test("what analyze refuses leaves nothing open", async () => {
  const before = openHandles();
  await assert.rejects(analyze(CAPTURE, { core, prefixBytes: -1 }), RangeError);
  await assert.rejects(
    analyze(CAPTURE, { core, log: "/proc/self/nothing" }),
    { name: "LogError" },
  );
  const [model] = await loadModels();
  const other = { ...model!, features: ["no_such_feature"] };
  await assert.rejects(
    analyze(CAPTURE, {
      core,
      models: [model!, { ...other, name: "internal" }],
    }),
    TypeError,
  );
  assert.equal(openHandles(), before);
});

Deno.test("a signal ends the run with what was read until then", async () => {
  const abort = new AbortController();
  await using run = await analyze(
    new ReadableStream<Uint8Array<ArrayBuffer>>({
      start(controller) {
        controller.enqueue(CAPTURE.slice(0, CAPTURE.length / 2));
        setTimeout(() => abort.abort(), 100);
      },
    }),
    { ...OPTIONS, signal: abort.signal },
  );
  const { packets } = await run.finished;
  assert.ok(packets > 0 && packets < GUESSING.truth.packets, `${packets}`);
});

Deno.test("the digest depends on what is found, and not on the log or on who looks", async () => {
  const digestOf = async (options: Parameters<typeof analyze>[1] = {}) => {
    await using run = await analyze(CAPTURE, {
      ...OPTIONS,
      digest: true,
      ...options,
    });
    return (await run.finished).digest;
  };
  const digest = await digestOf();
  assert.match(digest!, /^[0-9a-f]{64}$/);
  await inFolder(async (log) => assert.equal(await digestOf({ log }), digest));
  const seen: Verdict[] = [];
  assert.equal(await digestOf({ observe: (one) => seen.push(one) }), digest);
  assert.ok(seen.length > 0);
  assert.notEqual(await digestOf({ models: [] }), digest);
  assert.notEqual(await digestOf({ sourceId: "elsewhere" }), digest);
  assert.notEqual(await digestOf({ prefixBytes: 0 }), digest);
});

Deno.test("an incident has at most perIncident lines, and a sample beyond", async () => {
  await inFolder(async (folder) => {
    const lines = async (name: string, perIncident: number) => {
      const log = `${folder}/${name}`;
      await using run = await analyze(CAPTURE, {
        ...OPTIONS,
        log,
        logOptions: { policy: { perIncident } },
      });
      await run.finished;
      return (await eventLines(log)).length;
    };
    const [few, many] = [await lines("few", 1), await lines("many", 1e9)];
    assert.ok(few < many, `${few} and ${many}`);
  });
});

Deno.test("Pipeline gives verdicts in record order, each with the incident that it belongs to", async () => {
  using pipeline = new Pipeline(core, { models: await loadModels() });
  await using capture = await openCapture(CAPTURE, OPTIONS);
  const opened = new Set<string>();
  let withIncident = 0;
  for await (const batch of capture) {
    const { verdicts, updates } = pipeline.process(batch);
    for (const { state, incident } of updates) {
      if (state === "opened") opened.add(incident.id);
    }
    for (const { incidentId } of verdicts) {
      if (incidentId === undefined) continue;
      assert.ok(opened.has(incidentId));
      withIncident++;
    }
  }
  assert.ok(withIncident > 0);
  assert.ok(pipeline.finish().every(({ state }) => state === "closed"));
});

Deno.test("RunDigest does not see how records are cut into batches, and sees every byte", async () => {
  const digestOf = async (pieceBytes: number, bytes = CAPTURE) => {
    let at = 0;
    const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull(controller) {
        if (at >= bytes.length) return controller.close();
        controller.enqueue(bytes.slice(at, at += pieceBytes));
      },
    });
    await using capture = await openCapture(stream, OPTIONS);
    using pipeline = new Pipeline(core);
    const digest = new RunDigest(core.layout.flow);
    for await (const batch of capture) {
      const { flows, hosts } = pipeline.process(batch).detections;
      digest.add(batch, flows, hosts);
    }
    return digest.finish();
  };
  const whole = await digestOf(CAPTURE.length);
  assert.equal(await digestOf(4096), whole);
  assert.equal(await digestOf(1013), whole);
  const later = CAPTURE.slice();
  later[24 + 4]! ^= 1; // a microsecond of the first packet
  assert.notEqual(await digestOf(4096, later), whole);
});

Deno.test("RunDigest covers records, text, features and scores of flows and hosts", () => {
  const { layout } = core;
  const nothing = {
    flow: new Uint8Array(layout.flow.size),
    text: new Uint8Array(4),
    host: new Uint8Array(layout.host.size),
    fast: new Float64Array(10),
    hostFast: new Float64Array(10),
    model: new Float32Array(1),
  };
  const digestOf = (changed?: keyof typeof nothing, at = 0) => {
    const parts = structuredClone(nothing);
    if (changed !== undefined) parts[changed][at] = 1;
    const { flow, text, host, fast, hostFast, model } = parts;
    const digest = new RunDigest(layout.flow);
    digest.add(
      { flows: { bytes: flow, text }, hosts: { bytes: host } } as Batch,
      { fast, predictions: { ddos: model } } as unknown as Detections,
      { fast: hostFast, predictions: {} } as unknown as Detections,
    );
    return digest.finish();
  };
  const digests = [
    digestOf(),
    digestOf("flow", layout.flow.featuresOffset),
    digestOf("text"),
    digestOf("host", layout.host.featuresOffset),
    digestOf("fast"),
    digestOf("hostFast"),
    digestOf("model"),
  ];
  assert.equal(new Set(digests).size, digests.length);
  const place = layout.flow.fields.find(({ type }) => type === "ref")!;
  assert.equal(digestOf("flow", place.offset), digests[0]);
});
