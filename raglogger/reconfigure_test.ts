import assert from "node:assert/strict";
import { RagLogger } from "./mod.ts";
import { verdict } from "./testdata/events.ts";
import { eventIds, names, records, temporaryFolder } from "./testdata/files.ts";
import { verifyLog } from "./verify.ts";

const DAY = Date.UTC(2026, 0, 2);
const now = () => DAY;

Deno.test("RagLogger.reconfigure takes a policy from the next event on, and counts lines of incidents on", async () => {
  await using folder = await temporaryFolder();
  await using logger = await RagLogger.open(folder.path, {
    now,
    policy: { perIncident: 5, benignShare: 0 },
  });
  const states: string[] = [];
  const append = async (from: number, to: number) => {
    for (let i = from; i < to; i++) {
      states.push((await logger.append(verdict(i))).state);
    }
  };
  await append(0, 3);
  logger.reconfigure({ policy: { perIncident: 4, benignShare: 0 } });
  assert.equal(logger.wants(verdict(3)), true);
  await append(3, 6);
  logger.reconfigure({
    policy: {
      perIncident: 100,
      minFinalScore: 0.99,
      ragScore: 0.99,
      benignShare: 0,
    },
  });
  await append(6, 8);
  assert.deepEqual(states, [
    ...["written", "written", "written", "written"],
    ...["skipped", "skipped", "skipped", "skipped"],
  ]);
});

Deno.test("RagLogger.reconfigure: each line has the digests of the moment in which it was appended", async () => {
  await using folder = await temporaryFolder();
  const logger = await RagLogger.open(folder.path, {
    now,
    configDigest: "c0",
    modelSet: "m0",
    nodeId: "n",
  });
  const waiting: Promise<unknown>[] = [];
  for (let i = 0; i < 200; i++) {
    if (i > 0 && i % 10 === 0) {
      logger.reconfigure({ configDigest: `c${i / 10}` });
      if (i % 20 === 0) logger.reconfigure({ modelSet: `m${i / 10}` });
    }
    waiting.push(logger.append(verdict(i)));
  }
  await Promise.all(waiting);
  await logger.close();
  const all = [...(await records(folder.path)).values()].flat();
  assert.equal(all.length, 200);
  for (const [i, { rag_metadata }] of all.entries()) {
    assert.equal(rag_metadata.config_digest, `c${Math.floor(i / 10)}`);
    assert.equal(rag_metadata.node_id, "n");
  }
});

Deno.test("RagLogger.reconfigure under load loses, doubles and moves no line, whatever the sizes; the chain holds", async () => {
  await using folder = await temporaryFolder();
  const logger = await RagLogger.open(folder.path, { now, chainEvery: 20 });
  const waiting: Promise<unknown>[] = [];
  for (let i = 0; i < 3000; i++) {
    waiting.push(logger.append(verdict(i)));
    if (i % 7 === 0) {
      logger.reconfigure({
        maxFileLines: 50 + i % 300,
        maxFileBytes: 1_000_000 + i,
        artifactsPerIncident: i % 3,
        sync: i % 2 === 0 ? "none" : "rotate",
      });
    }
    if (i % 100 === 0) await logger.ready;
  }
  await Promise.all(waiting);
  await logger.close();
  const ids = [...(await records(folder.path)).entries()]
    .toSorted(([a], [b]) => numberOf(a) - numberOf(b))
    .flatMap(([, some]) =>
      some.map(({ rag_metadata }) => rag_metadata.event_id)
    );
  assert.deepEqual(
    ids,
    Array.from({ length: 3000 }, (_, i) => verdict(i).eventId),
  );
  const { rotations, artifactsWritten } = logger.stats();
  assert.ok(rotations > 5, `${rotations} rotations`);
  assert.ok(artifactsWritten <= 2);
  assert.equal((await verifyLog(folder.path)).intact, true);
});

function numberOf(name: string): number {
  return Number(/\.(\d+)\.jsonl$/.exec(name)?.[1] ?? 0);
}

Deno.test("RagLogger.reconfigure applies another retention with the next write", async () => {
  await using folder = await temporaryFolder();
  for (const day of ["2025-12-01", "2025-12-31"]) {
    await Deno.mkdir(`${folder.path}/events`, { recursive: true });
    await Deno.writeTextFile(`${folder.path}/events/${day}.jsonl`, "{}\n");
  }
  await using logger = await RagLogger.open(folder.path, { now });
  assert.equal((await names(`${folder.path}/events`)).length, 2);
  logger.reconfigure({ retention: { maxAgeDays: 7 } });
  await logger.append(verdict(1));
  await logger.close();
  const left = await names(`${folder.path}/events`);
  assert.ok(!left.includes("2025-12-01.jsonl"), left.join());
  assert.ok(left.includes("2025-12-31.jsonl"), left.join());
  assert.equal(logger.stats().removed, 1);
});

Deno.test("RagLogger.prepareChange refuses what is out of range and changes nothing; what is not taken neither", async () => {
  await using folder = await temporaryFolder();
  await using logger = await RagLogger.open(folder.path, { now });
  for (
    const bad of [
      { maxFileLines: 0 },
      { retention: { maxBytes: -1 } },
      { policy: { benignShare: 2 } },
    ]
  ) {
    assert.throws(() => logger.reconfigure(bad), { name: "RangeError" });
  }
  assert.throws(() => logger.reconfigure({ compress: "rar" as "gzip" }), {
    name: "TypeError",
  });
  logger.prepareChange({ policy: { minFinalScore: 1, ragScore: 1 } });
  assert.deepEqual(await logger.append(verdict(1)), { state: "written" });
  assert.equal((await eventIds(folder.path)).length, 1);
});
