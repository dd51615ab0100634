import assert from "node:assert/strict";
import { RagLogger } from "./logger.ts";
import { LOG_RECORD_SCHEMA } from "./schema.ts";
import { faults } from "./testdata/check_schema.ts";
import { verdict } from "./testdata/events.ts";
import {
  eventIds,
  lines,
  names,
  records,
  temporaryFolder,
} from "./testdata/files.ts";
import { verifyLog } from "./verify.ts";

const PROGRAM = new URL("./testdata/append_forever.ts", import.meta.url);

/** Runs the program with the permissions that the package states: to read and write the log directory. */
function run(directory: string, from: number): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--no-check",
      "--cached-only",
      `--allow-read=${directory}`,
      `--allow-write=${directory}`,
      PROGRAM.href,
      directory,
      `${from}`,
    ],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
}

/** Reads the ids that a program prints, kills it some time after the first, and returns the whole lines. */
async function killAfter(
  child: Deno.ChildProcess,
  milliseconds: number,
): Promise<string[]> {
  const decoder = new TextDecoder();
  let text = "";
  let timer: ReturnType<typeof setTimeout> | undefined;
  for await (const chunk of child.stdout) {
    text += decoder.decode(chunk, { stream: true });
    timer ??= setTimeout(() => child.kill("SIGKILL"), milliseconds);
  }
  clearTimeout(timer);
  const { signal } = await child.status;
  assert.equal(signal, "SIGKILL", text);
  return text.split("\n").slice(0, -1);
}

Deno.test("after each of 50 kill -9 the log has every acknowledged line once, and no torn one", async () => {
  await using folder = await temporaryFolder();
  const acknowledged: string[] = [];
  for (let round = 0; round < 50; round++) {
    // Sparse multiples of a prime: the kills fall at all phases of a batch.
    const wait = (round * 7.31) % 40;
    const ids = await killAfter(run(folder.path, round * 100_000), wait);
    assert.ok(ids.length > 0);
    acknowledged.push(...ids);
  }
  const logger = await RagLogger.open(folder.path, { maxFileLines: 100 });
  await logger.append(verdict(99_999_999));
  await logger.close();
  const written = await eventIds(folder.path);
  const there = new Set(written);
  assert.equal(there.size, written.length, "an event is there twice");
  const lost = acknowledged.filter((id) => !there.has(id));
  assert.deepEqual(lost, []);
  const all = [...(await records(folder.path)).values()].flat();
  assert.deepEqual(all.flatMap((one) => faults(LOG_RECORD_SCHEMA, one)), []);
  await lines(`${folder.path}/incidents.jsonl`);
  const check = await verifyLog(folder.path);
  assert.equal(check.intact, true, JSON.stringify(check));
});

Deno.test("RagLogger refuses the directory of a logger in another process, and gets it when that is killed", async () => {
  await using folder = await temporaryFolder();
  const first = run(folder.path, 0);
  const reader = first.stdout.getReader();
  await reader.read();
  await assert.rejects(RagLogger.open(folder.path), { code: "locked" });
  const second = await run(folder.path, 0).output();
  assert.equal(second.code, 3);
  assert.equal(new TextDecoder().decode(second.stdout), "locked\n");
  first.kill("SIGKILL");
  await first.status;
  await reader.cancel();
  await (await RagLogger.open(folder.path)).close();
});

Deno.test("RagLogger cuts a torn last line, keeps its bytes beside the file and goes on with the chain", async () => {
  await using folder = await temporaryFolder();
  const now = () => Date.UTC(2026, 0, 2);
  const options = { now, chainEvery: 2 };
  const logger = await RagLogger.open(folder.path, options);
  for (let i = 0; i < 5; i++) await logger.append(verdict(i));
  await logger.close();
  const path = `${folder.path}/events/2026-01-02.jsonl`;
  const torn = '{"rag_metadata":{"logged_at":"2026';
  await Deno.writeTextFile(path, torn, { append: true });
  await Deno.writeTextFile(`${path}.chain`, '{"lines":9', { append: true });
  const incidents = `${folder.path}/incidents.jsonl`;
  await Deno.writeTextFile(incidents, '{"state":"opened"}\n{"sta');
  const again = await RagLogger.open(folder.path, options);
  await again.append(verdict(5));
  await again.close();
  assert.equal(again.stats().tornCut, 2);
  assert.equal((await lines(path)).length, 6);
  assert.equal(await Deno.readTextFile(`${path}.torn`), torn);
  assert.deepEqual(await lines(incidents), ['{"state":"opened"}']);
  const check = await verifyLog(folder.path);
  assert.equal(check.intact, true, JSON.stringify(check));
});

Deno.test("RagLogger cuts a torn line that is longer than what it reads at once", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/events/2026-01-02.jsonl`;
  await Deno.mkdir(`${folder.path}/events`);
  await Deno.writeTextFile(path, `{}\n${"x".repeat(200_000)}`);
  await (await RagLogger.open(folder.path)).close();
  assert.deepEqual(await lines(path), ["{}"]);
  await Deno.writeTextFile(path, "x".repeat(70_000));
  await (await RagLogger.open(folder.path)).close();
  assert.deepEqual(await lines(path), []);
});

Deno.test("RagLogger leaves a file alone that has lost lines its chain covers, and verifyLog tells", async () => {
  await using folder = await temporaryFolder();
  const now = () => Date.UTC(2026, 0, 2);
  const logger = await RagLogger.open(folder.path, { now });
  for (let i = 0; i < 5; i++) await logger.append(verdict(i));
  await logger.close();
  const path = `${folder.path}/events/2026-01-02.jsonl`;
  const kept = (await lines(path)).slice(0, 3).join("\n");
  await Deno.writeTextFile(path, `${kept}\n`);
  const again = await RagLogger.open(folder.path, { now });
  await again.append(verdict(9));
  await again.close();
  const files = (await names(`${folder.path}/events`))
    .filter((name) => name.endsWith(".jsonl"));
  assert.deepEqual(files, ["2026-01-02.1.jsonl", "2026-01-02.jsonl"]);
  const check = await verifyLog(folder.path);
  assert.deepEqual(check.files.map(({ state }) => state), ["broken", "intact"]);
});
