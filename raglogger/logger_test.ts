import assert from "node:assert/strict";
import { artifactSha256, canonicalJson } from "./artifact.ts";
import { LogError } from "./error.ts";
import { type AppendResult, RagLogger } from "./logger.ts";
import { sampleKey } from "./policy.ts";
import { LogProducer, servePort } from "./producer.ts";
import { LOG_RECORD_SCHEMA } from "./schema.ts";
import { faults } from "./testdata/check_schema.ts";
import { benign, incident, verdict } from "./testdata/events.ts";
import {
  eventIds,
  lines,
  names,
  records,
  temporaryFolder,
} from "./testdata/files.ts";
import { verifyLog } from "./verify.ts";

const DAY = Date.UTC(2026, 0, 2);

function isCode(code: string): (error: unknown) => boolean {
  return (error) =>
    error instanceof LogError && error.code === code &&
    !error.message.includes("\n");
}

Deno.test("RagLogger writes a verdict as a line, an artifact and nothing else", async () => {
  await using folder = await temporaryFolder();
  await using logger = await RagLogger.open(folder.path, { now: () => DAY });
  assert.deepEqual(await logger.append(verdict(1)), { state: "written" });
  await logger.close();
  assert.deepEqual(await names(folder.path), [".lock", "artifacts", "events"]);
  assert.deepEqual(await names(`${folder.path}/events`), [
    "2026-01-02.jsonl",
    "2026-01-02.jsonl.chain",
  ]);
  const [record] = [...(await records(folder.path)).values()].flat();
  assert.deepEqual(faults(LOG_RECORD_SCHEMA, record), []);
  const artifacts = `${folder.path}/artifacts/2026-01-02`;
  const name = `event_${verdict(1).eventId}.json`;
  assert.deepEqual(await names(artifacts), [name]);
  const artifact = JSON.parse(await Deno.readTextFile(`${artifacts}/${name}`));
  assert.deepEqual(artifact.record, record);
  assert.equal(artifact.evidence.features.syn_count, 1);
  assert.equal(artifact.evidence.facts.ssh_client, 'SSH-2.0-"x"\n');
  assert.equal(record?.artifact.sha256, artifactSha256(artifact));
  artifact.evidence.features.syn_count = 2;
  assert.notEqual(record?.artifact.sha256, artifactSha256(artifact));
});

Deno.test("artifactSha256 is that of the canonical JSON without logged_at, system_state and itself", async () => {
  await using folder = await temporaryFolder();
  const logger = await RagLogger.open(folder.path, { now: () => DAY });
  await logger.append(verdict(1));
  await logger.close();
  const path = `${folder.path}/artifacts/2026-01-02`;
  const [name] = await names(path);
  const artifact = JSON.parse(await Deno.readTextFile(`${path}/${name}`));
  const stated = artifact.record.artifact.sha256;
  artifact.record.artifact.sha256 = null;
  delete artifact.record.rag_metadata.logged_at;
  delete artifact.record.system_state;
  const bytes = new TextEncoder().encode(canonicalJson(artifact));
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  assert.equal(stated, hash.toHex());
});

Deno.test("RagLogger logs by policy: what is high, divergent or sampled by its id", async () => {
  await using folder = await temporaryFolder();
  const policy = { benignShare: 0.1 };
  const logger = await RagLogger.open(folder.path, { policy });
  const states = new Map<string, number>();
  const count = ({ state }: AppendResult) =>
    states.set(state, (states.get(state) ?? 0) + 1);
  for (let i = 0; i < 2000; i++) count(await logger.append(benign(i)));
  const sampled = states.get("written") ?? 0;
  assert.ok(sampled > 140 && sampled < 260, `${sampled} of 2000`);
  assert.equal(states.get("skipped"), 2000 - sampled);
  const apart = { ...benign(5000), divergence: 0.3 };
  assert.equal((await logger.append(apart)).state, "written");
  const { sampledOut, artifactsWritten, offered } = logger.stats();
  assert.equal(sampledOut, 2000 - sampled);
  assert.equal(artifactsWritten, 1);
  assert.equal(offered, 2001);
  await logger.close();
  const again = await RagLogger.open(`${folder.path}/b`, { policy });
  for (let i = 0; i < 2000; i++) await again.append(benign(i));
  await again.close();
  const first = (await eventIds(folder.path)).slice(0, sampled);
  assert.deepEqual(await eventIds(`${folder.path}/b`), first);
});

Deno.test("RagLogger samples what an incident has beyond its lines, counts the rest, and wants what it logs", async () => {
  await using folder = await temporaryFolder();
  await using logger = await RagLogger.open(folder.path, {
    policy: { perIncident: 3, benignShare: 0.5 },
  });
  const sampledId = "00".repeat(16);
  const otherId = "ff".repeat(16);
  const states: string[] = [];
  const offer = async (eventId: string, incidentId: string) => {
    const one = verdict(1, { eventId, incidentId });
    const wanted = logger.wants(one);
    assert.equal(logger.wants(one), wanted);
    const { state } = await logger.append(one);
    assert.equal(state === "written", wanted);
    states.push(state);
  };
  for (let i = 0; i < 5; i++) await offer(otherId, "a");
  await offer(sampledId, "a");
  await offer(otherId, "b");
  const { incidentId: _, ...single } = verdict(2, { eventId: otherId });
  for (let i = 0; i < 5; i++) await logger.append(single);
  assert.deepEqual(states, [
    ...["written", "written", "written", "skipped", "skipped"],
    ...["written", "written"],
  ]);
  const { incidentCapped, sampledOut, written } = logger.stats();
  assert.deepEqual([incidentCapped, sampledOut, written], [2, 0, 10]);
});

Deno.test("sampleKey is the first 32 bits of the id, and 0 for an id that is no hash", () => {
  assert.equal(sampleKey("80000000ffffffffffffffffffffffff"), 0.5);
  assert.equal(sampleKey("00000001"), 2 ** -32);
  assert.equal(sampleKey("zone"), 0);
});

Deno.test("RagLogger caps the artifacts of an incident and says so in the line", async () => {
  await using folder = await temporaryFolder();
  const logger = await RagLogger.open(folder.path, {
    artifactsPerIncident: 3,
    now: () => DAY,
  });
  await Promise.all(
    Array.from({ length: 10 }, (_, i) => logger.append(verdict(i))),
  );
  await logger.append(verdict(10, { incidentId: "other" }));
  const { artifactsWritten, artifactsCapped } = logger.stats();
  await logger.close();
  assert.equal(artifactsWritten, 4);
  assert.equal(artifactsCapped, 7);
  const written = await names(`${folder.path}/artifacts/2026-01-02`);
  assert.equal(written.length, 4);
  const hashes = [...(await records(folder.path)).values()].flat()
    .map((record) => record.artifact.sha256);
  assert.equal(hashes.filter((hash) => hash === null).length, 7);
});

Deno.test("RagLogger writes incidents beside the events", async () => {
  await using folder = await temporaryFolder();
  const logger = await RagLogger.open(folder.path);
  await logger.appendIncident(incident(1));
  await logger.appendIncident(incident(1, "closed"));
  await logger.close();
  const found = (await lines(`${folder.path}/incidents.jsonl`))
    .map((line) => JSON.parse(line));
  assert.deepEqual(found.map(({ state }) => state), ["opened", "closed"]);
  assert.equal(found[0].first_seen, "2023-11-14T22:13:20.000000Z");
  assert.equal(logger.stats().incidentsWritten, 2);
});

Deno.test("RagLogger puts a full incidents file aside under the next number", async () => {
  await using folder = await temporaryFolder();
  const logger = await RagLogger.open(folder.path, { maxFileBytes: 1024 });
  for (let i = 0; i < 8; i++) await logger.appendIncident(incident(i));
  await logger.close();
  const files = (await names(folder.path))
    .filter((name) => name.startsWith("incidents"));
  assert.deepEqual(files.slice(0, 2), [
    "incidents.1.jsonl",
    "incidents.2.jsonl",
  ]);
  const ids = new Set<string>();
  for (const name of files) {
    const path = `${folder.path}/${name}`;
    assert.ok((await Deno.stat(path)).size <= 1024);
    for (const line of await lines(path)) ids.add(JSON.parse(line).id);
  }
  assert.equal(ids.size, 8);
});

Deno.test("RagLogger writes the same with every sync option", async () => {
  await using folder = await temporaryFolder();
  for (const sync of ["none", "rotate", "batch"] as const) {
    const path = `${folder.path}/${sync}`;
    const logger = await RagLogger.open(path, { sync, maxFileLines: 4 });
    for (let i = 0; i < 10; i++) {
      await logger.append(verdict(i));
      await logger.appendIncident(incident(i));
    }
    await logger.close();
    assert.equal((await eventIds(path)).length, 10);
    assert.equal((await lines(`${path}/incidents.jsonl`)).length, 10);
    assert.equal((await verifyLog(path)).intact, true);
  }
});

Deno.test("two replays give the same lines, chain heads and artifact hashes but for logged_at and system_state", async () => {
  await using folder = await temporaryFolder();
  const heads: unknown[] = [];
  const hashes: unknown[] = [];
  for (const run of ["a", "b"]) {
    const path = `${folder.path}/${run}`;
    let clock = DAY + (run === "a" ? 0 : 1);
    const logger = await RagLogger.open(path, { now: () => clock++ });
    for (let i = 0; i < 20; i++) await logger.append(verdict(i));
    await logger.close();
    heads.push((await verifyLog(path)).files.map(({ head }) => head));
    const all = [...(await records(path)).values()].flat();
    hashes.push(all.map((record) => record.artifact.sha256));
  }
  assert.deepEqual(heads[0], heads[1]);
  assert.deepEqual(hashes[0], hashes[1]);
});

Deno.test("RagLogger refuses a second logger on its directory until it is closed", async () => {
  await using folder = await temporaryFolder();
  const logger = await RagLogger.open(folder.path);
  await assert.rejects(RagLogger.open(folder.path), isCode("locked"));
  await logger.close();
  await (await RagLogger.open(folder.path)).close();
});

Deno.test("RagLogger.close writes what waits, can be called twice and ends appending", async () => {
  await using folder = await temporaryFolder();
  const logger = await RagLogger.open(folder.path);
  const waiting = Array.from(
    { length: 50 },
    (_, i) => logger.append(verdict(i)),
  );
  await Promise.all([logger.close(), logger.close()]);
  const results = await Promise.all(waiting);
  assert.ok(results.every(({ state }) => state === "written"));
  assert.equal((await eventIds(folder.path)).length, 50);
  await assert.rejects(logger.append(verdict(51)), isCode("closed"));
  await assert.rejects(logger.appendIncident(incident(1)), isCode("closed"));
});

Deno.test("RagLogger.append refuses a bad event id and goes on", async () => {
  await using folder = await temporaryFolder();
  await using logger = await RagLogger.open(folder.path);
  await assert.rejects(
    logger.append(verdict(1, { eventId: "../x" })),
    TypeError,
  );
  const odd = { ...verdict(2), features: { x: 1n } } as never;
  await assert.rejects(logger.append(odd), TypeError);
  assert.equal((await logger.append(verdict(3))).state, "written");
});

Deno.test("RagLogger.open refuses options out of range", async () => {
  await using folder = await temporaryFolder();
  for (
    const options of [
      { queueLimit: 0 },
      { maxFileLines: 0.5 },
      { maxFileBytes: 10 },
      { chainEvery: -1 },
      { artifactsPerIncident: NaN },
      { retention: { maxBytes: 0 } },
      { policy: { benignShare: 2 } },
      { policy: { perIncident: -1 } },
      { policy: { perIncident: 0.5 } },
    ]
  ) await assert.rejects(RagLogger.open(folder.path, options), RangeError);
  const bad = { sync: "always" } as never;
  await assert.rejects(RagLogger.open(folder.path, bad), TypeError);
});

Deno.test("LogProducer rejects with an error of the kind and name that the logger's thread threw", async () => {
  const thrown = [new RangeError("a"), new LogError("diskFull", "b")];
  const odd = new Error("c");
  odd.name = "OddError";
  const { port1, port2 } = new MessageChannel();
  const fail = () => Promise.reject(thrown.shift() ?? odd);
  servePort(port1, { append: fail, appendIncident: fail });
  const producer = new LogProducer(port2);
  await assert.rejects(producer.append(verdict(1)), RangeError);
  await assert.rejects(producer.append(verdict(1)), isCode("diskFull"));
  await assert.rejects(producer.append(verdict(1)), {
    name: "OddError",
    message: "c",
  });
  await producer.close();
});

Deno.test("LogProducer hears that the logger has closed", async () => {
  await using folder = await temporaryFolder();
  const logger = await RagLogger.open(folder.path);
  const producer = new LogProducer(logger.connect());
  assert.equal((await producer.append(verdict(1))).state, "written");
  await assert.rejects(producer.append(verdict(2, { eventId: "" })), TypeError);
  const late = logger.close().then(() => producer.append(verdict(3)));
  await assert.rejects(late, isCode("closed"));
  await producer.close();
});
