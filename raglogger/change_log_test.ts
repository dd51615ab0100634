import assert from "node:assert/strict";
import { ChangeLog, type LoggedChange, RagLogger } from "./mod.ts";

async function inFolder(fn: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "changes-" });
  try {
    await fn(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function change(id: string, revision = "1"): LoggedChange {
  return {
    id,
    time: "2026-11-23T10:00:00.000Z",
    actor: "ana",
    revision,
    outcome: "applied",
    changes: [{
      path: "policy.thresholds.alert",
      before: "0.75",
      after: "0.8",
    }],
  };
}

async function idsOf(path: string): Promise<string[]> {
  const text = await Deno.readTextFile(path);
  assert.ok(text.endsWith("\n"), "a torn line");
  return text.trimEnd().split("\n").map((line) => JSON.parse(line).id);
}

Deno.test("ChangeLog writes records as lines in the order of the calls, beside a logger that has the folder open", async () => {
  await inFolder(async (folder) => {
    await using _ = await RagLogger.open(folder);
    await using log = await ChangeLog.open(folder);
    const ids = Array.from({ length: 700 }, (_, i) => `c${i}`);
    await Promise.all(ids.map((id) => log.append(change(id))));
    assert.deepEqual(await idsOf(`${folder}/changes.jsonl`), ids);
    assert.equal(log.pending, 0);
  });
});

Deno.test("ChangeLog cuts what a crash tore before it goes on, and keeps its bytes", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/changes.jsonl`;
    const whole = `${JSON.stringify(change("first"))}\n`;
    await Deno.writeTextFile(path, `${whole}{"id":"torn`);
    await using log = await ChangeLog.open(folder);
    await log.append(change("second"));
    assert.deepEqual(await idsOf(path), ["first", "second"]);
    assert.equal(await Deno.readTextFile(`${path}.torn`), '{"id":"torn');
  });
});

Deno.test("ChangeLog of several writers at once keeps every line whole", async () => {
  await inFolder(async (folder) => {
    const logs = await Promise.all(
      Array.from({ length: 4 }, () => ChangeLog.open(folder, { sync: false })),
    );
    await Promise.all(
      logs.flatMap((log, writer) =>
        Array.from({ length: 50 }, async (_, i) => {
          await new Promise((done) => setTimeout(done, (i * 7 + writer) % 11));
          await log.append(change(`w${writer}-${i}`));
        })
      ),
    );
    for (const log of logs) await log.close();
    const ids = await idsOf(`${folder}/changes.jsonl`);
    assert.equal(ids.length, 200);
    assert.equal(new Set(ids).size, 200);
  });
});

Deno.test("ChangeLog puts a full file aside under the next free number", async () => {
  await inFolder(async (folder) => {
    await using log = await ChangeLog.open(folder, { maxFileBytes: 1024 });
    for (let i = 0; i < 20; i++) await log.append(change(`c${i}`));
    const names: string[] = [];
    for await (const { name } of Deno.readDir(folder)) names.push(name);
    const ids = [];
    for (const number of [1, 2, 3]) {
      const name = `changes.${number}.jsonl`;
      if (names.includes(name)) ids.push(...await idsOf(`${folder}/${name}`));
    }
    assert.ok(ids.length > 0);
    ids.push(...await idsOf(`${folder}/changes.jsonl`));
    assert.deepEqual(ids, Array.from({ length: 20 }, (_, i) => `c${i}`));
  });
});

Deno.test("ChangeLog keeps the newest records within its bytes, and never takes a number twice", async () => {
  await inFolder(async (folder) => {
    const limits = { maxFileBytes: 1024, maxTotalBytes: 4096 };
    const sizes = async () => {
      const files = new Map<number, number>();
      for await (const { name } of Deno.readDir(folder)) {
        if (!name.endsWith(".jsonl")) continue;
        const number = Number(name.split(".")[1]) || Infinity;
        files.set(number, (await Deno.stat(`${folder}/${name}`)).size);
      }
      return files;
    };
    const total = 100;
    await using log = await ChangeLog.open(folder, limits);
    for (let i = 0; i < total; i++) {
      // Two writers, as of two processes.
      await using other = await ChangeLog.open(folder, limits);
      await (i % 2 === 0 ? log : other).append(change(`c${i}`));
      const bytes = [...(await sizes()).values()].reduce((a, b) => a + b);
      assert.ok(bytes <= 4096, `${bytes} bytes after ${i}`);
    }
    const numbers = [...(await sizes()).keys()].sort((a, b) => a - b);
    assert.ok(numbers.length >= 4, `${numbers}`);
    assert.ok(numbers[0]! > 5, `the oldest is gone: ${numbers}`);
    const ids: string[] = [];
    for (const number of numbers.slice(0, -1)) {
      ids.push(...await idsOf(`${folder}/changes.${number}.jsonl`));
    }
    ids.push(...await idsOf(`${folder}/changes.jsonl`));
    const first = total - ids.length;
    assert.deepEqual(ids, ids.map((_, i) => `c${first + i}`));
    assert.ok(ids.length >= 12, `${ids.length} records are left`);
  });
});

Deno.test("ChangeLog keeps the file that was put aside last, however large its records made it", async () => {
  await inFolder(async (folder) => {
    const limits = { maxFileBytes: 1024, maxTotalBytes: 2048 };
    await using log = await ChangeLog.open(folder, limits);
    const reason = "x".repeat(9000);
    for (const id of ["a", "b", "c"]) {
      await log.append({ ...change(id), reason });
    }
    assert.deepEqual(await idsOf(`${folder}/changes.2.jsonl`), ["b"]);
    assert.deepEqual(await idsOf(`${folder}/changes.jsonl`), ["c"]);
    await assert.rejects(Deno.stat(`${folder}/changes.1.jsonl`));
  });
});

Deno.test("ChangeLog refuses ids that could not be told apart, too many that wait, and what comes after close", async () => {
  await inFolder(async (folder) => {
    const log = await ChangeLog.open(folder, { queueLimit: 1 });
    await assert.rejects(log.append(change("a b")), { name: "TypeError" });
    const first = log.append(change("a"));
    await assert.rejects(log.append(change("b")), { code: "io" });
    await first;
    await log.close();
    await log.close();
    await assert.rejects(log.append(change("c")), { code: "closed" });
    assert.deepEqual(await idsOf(`${folder}/changes.jsonl`), ["a"]);
    await assert.rejects(
      ChangeLog.open(folder, { maxFileBytes: 1 }),
      { name: "RangeError" },
    );
    await assert.rejects(
      ChangeLog.open(folder, { maxFileBytes: 2048, maxTotalBytes: 4095 }),
      { name: "RangeError", message: /'maxTotalBytes'.* from 4096 / },
    );
  });
});

Deno.test("ChangeLog tells its caller when the disk does not take a record, and writes the next", async () => {
  await inFolder(async (folder) => {
    await using log = await ChangeLog.open(folder);
    await Deno.mkdir(`${folder}/changes.jsonl`);
    await assert.rejects(log.append(change("a")), { name: "LogError" });
    await Deno.remove(`${folder}/changes.jsonl`);
    await log.append(change("b"));
    assert.deepEqual(await idsOf(`${folder}/changes.jsonl`), ["b"]);
  });
});

Deno.test("after each of 15 kill -9, of two writers at once, the change log has every acknowledged record once, and no torn one", async () => {
  await inFolder(async (folder) => {
    const acknowledged: string[] = [];
    for (let round = 0; round < 15; round++) {
      const both = [0, 1].map((writer) =>
        killAfter(folder, (2 * round + writer) * 100_000, round * 7.3 % 40)
      );
      acknowledged.push(...(await Promise.all(both)).flat());
    }
    await using log = await ChangeLog.open(folder);
    await log.append(change("last"));
    const ids = await idsOf(`${folder}/changes.jsonl`);
    const there = new Set(ids);
    assert.equal(there.size, ids.length, "a record is there twice");
    assert.deepEqual(acknowledged.filter((id) => !there.has(id)), []);
    assert.ok(acknowledged.length > 100, `${acknowledged.length} records`);
  });
});

/** Ids that a writer acknowledged until it was killed. */
async function killAfter(
  folder: string,
  from: number,
  milliseconds: number,
): Promise<string[]> {
  const program = new URL("./testdata/append_changes.ts", import.meta.url);
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-prompt", "--no-check", "--cached-only"],
      `--allow-read=${folder}`,
      `--allow-write=${folder}`,
      program.href,
      folder,
      `${from}`,
    ],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
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
