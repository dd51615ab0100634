/** What a folder goes through: several processes, kills, torn and foreign files, restarts. */
import assert from "node:assert/strict";
import { encodeLine } from "./_file_lines.ts";
import { EtcdError, type EtcdErrorCode } from "./error.ts";
import { FileStore, type FileStoreOptions } from "./file_store.ts";

async function inFolder(
  fn: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await fn(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function failsToOpen(
  folder: string,
  code: EtcdErrorCode,
  options?: FileStoreOptions,
): Promise<EtcdError> {
  const error = await FileStore.open(folder, options).then(
    () => undefined,
    (e) => e,
  );
  assert.ok(error instanceof EtcdError, `${error}`);
  assert.equal(error.code, code, error.message);
  return error;
}

Deno.test("FileStore goes on after a restart: values, revisions, leases, history", () =>
  inFolder(async (folder) => {
    let clock = 1_000_000;
    const now = () => clock;
    let revision = 0;
    {
      await using store = await FileStore.open(folder, { now });
      await store.set("short", 1, { ttlSeconds: 5 });
      await store.set("long", 2, { ttlSeconds: 5000 });
      revision = (await store.set("x", { a: [1] })).revision;
    }
    clock += 6000;
    await using store = await FileStore.open(folder, { now });
    assert.deepEqual((await store.get("x"))?.value, { a: [1] });
    assert.equal((await store.get("x"))?.revision, revision);
    assert.equal(await store.get("short"), undefined);
    assert.equal((await store.get("long"))?.value, 2);
    const past = await store.get("short", { revision });
    assert.equal(past?.value, 1);
    assert.ok((await store.set("y", 1)).revision > revision + 1);
  }));

Deno.test("FileStore keeps its file small and old watchers on the way", () =>
  inFolder(async (folder) => {
    const options = { historyLimit: 20, sync: false };
    await using a = await FileStore.open(folder, options);
    await using b = await FileStore.open(folder, options);
    const seen: number[] = [];
    const events = b.watch("n", { initial: true });
    const reading = (async () => {
      for await (const event of events) {
        assert.ok(event.kind === "put" || event.kind === "resync");
        if (event.kind === "put") seen.push(event.value as number);
        if (seen.at(-1) === 999) break;
      }
    })();
    for (let i = 0; i < 1000; i++) {
      await a.set("n", i);
      if (i % 10 === 0) await new Promise((next) => setTimeout(next, 1));
    }
    await reading;
    for (let i = 1; i < seen.length; i++) assert.ok(seen[i]! > seen[i - 1]!);
    const { size } = await Deno.stat(`${folder}/config.log`);
    assert.ok(size < 20_000, `${size} bytes`);
  }));

Deno.test("FileStore loses no acknowledged change of three processes that are killed and started again", () =>
  inFolder(async (folder) => {
    const program = new URL("./testdata/write_forever.ts", import.meta.url);
    const acknowledged = new Map<string, number>();
    const start = (name: string) => {
      const process = new Deno.Command(Deno.execPath(), {
        args: ["run", "--no-check", "-A", program.href, folder, name],
        stdin: "null",
        stdout: "piped",
        stderr: "inherit",
      }).spawn();
      const reading = (async () => {
        let text = "";
        for await (
          const part of process.stdout.pipeThrough(new TextDecoderStream())
        ) text += part;
        const lines = text.split("\n").slice(0, -1);
        acknowledged.set(name, Number(lines.at(-1) ?? 0));
      })();
      return { process, reading };
    };
    for (let round = 0; round < 4; round++) {
      const running = ["a", "b", "c"].map((n) => start(`${n}${round}`));
      await new Promise((next) => setTimeout(next, 700 + round * 37));
      for (const { process } of running) process.kill("SIGKILL");
      for (const { process, reading } of running) {
        await process.status;
        await reading;
      }
      await using store = await FileStore.open(folder);
      const { entries } = await store.list("own/");
      let total = 0;
      for (const { key, value } of entries) {
        const told = acknowledged.get(key.slice(4)) ?? 0;
        // One more than was told of may have happened: killed between the write and the telling.
        assert.ok(
          value === told || value === told + 1,
          `${key}: ${value}, ${told}`,
        );
        total += value as number;
      }
      assert.equal((await store.get("sum"))?.value, total);
      assert.ok(total > 20, `${total} changes`);
    }
  }));

Deno.test("FileStore cuts a torn tail, keeps it beside the log, and goes on", () =>
  inFolder(async (folder) => {
    const path = `${folder}/config.log`;
    {
      await using store = await FileStore.open(folder);
      await store.set("x", 1);
      await store.set("x", 2);
    }
    const whole = await Deno.readFile(path);
    const lastLine = whole.lastIndexOf(10, whole.length - 2) + 1;
    for (let cut = lastLine + 1; cut < whole.length; cut += 3) {
      await Deno.writeFile(path, whole.subarray(0, cut));
      await Deno.remove(`${path}.torn`).catch(() => {});
      await using store = await FileStore.open(folder);
      assert.equal((await store.get("x"))?.value, 1, `cut at ${cut}`);
      await store.set("x", 3);
      assert.equal((await store.get("x"))?.value, 3);
      assert.deepEqual(
        await Deno.readFile(`${path}.torn`),
        whole.slice(lastLine, cut),
      );
    }
  }));

Deno.test("FileStore says that a line is damaged, changes nothing, and repairs when told", () =>
  inFolder(async (folder) => {
    const path = `${folder}/config.log`;
    {
      await using store = await FileStore.open(folder);
      for (let i = 0; i < 5; i++) await store.set("x", i);
    }
    const whole = await Deno.readFile(path);
    const changed = whole.slice();
    const third = new TextDecoder().decode(whole).split("\n").slice(0, 4)
      .join("\n").length + 15;
    changed[third]! ^= 1;
    await Deno.writeFile(path, changed);
    const error = await failsToOpen(folder, "integrity");
    assert.match(error.message, /line at byte \d+ is damaged.*repair/);
    assert.deepEqual(await Deno.readFile(path), changed);
    await using store = await FileStore.open(folder, { repair: true });
    assert.equal((await store.get("x"))?.value, 1);
    await store.set("x", "on");
    assert.ok((await Deno.stat(`${path}.torn`)).size > 0);
  }));

Deno.test("FileStore refuses foreign files, newer versions and what it may not read, and leaves them as they are", () =>
  inFolder(async (folder) => {
    const path = `${folder}/config.log`;
    for (const text of ["", "hello\n", "\0\0\0", '{"format":"x"}\n']) {
      await Deno.writeTextFile(path, text);
      const error = await failsToOpen(folder, "storage");
      assert.match(error.message, /is not a config log/);
      assert.equal(await Deno.readTextFile(path), text);
    }
    const id = "x";
    const newer = { format: "ml-defender-config", version: 2, id } as never;
    await Deno.writeFile(path, encodeLine(newer));
    assert.match((await failsToOpen(folder, "storage")).message, /version 2/);
    await failsToOpen(`${path}/x`, "storage");
    await Deno.remove(path);
    await Deno.writeTextFile(`${folder}/config.log.new`, "left by a kill");
    await Deno.writeTextFile(`${folder}/other`, "not ours");
    await using store = await FileStore.open(folder);
    await store.set("x", 1);
    assert.equal(await Deno.readTextFile(`${folder}/other`), "not ours");
    const { mode } = await Deno.stat(path);
    assert.equal(mode! & 0o077, 0);
  }));

const FOREIGN: Record<string, unknown> = {
  "null": null,
  "a text": "hello",
  "a list": [1, 2],
  "an unknown kind": { kind: "note", text: "from elsewhere" },
  "no kind": { revision: 3 },
  "a step without changes": { kind: "step", revision: 3 },
  "a change that is none": { kind: "step", revision: 3, changes: [null] },
  "a change of unknown kind": {
    kind: "step",
    revision: 3,
    changes: [["move", "x", "y", null]],
  },
  "a value that is no text": {
    kind: "step",
    revision: 3,
    changes: [["put", "x", 1, null]],
  },
  "a revision with a fraction": { kind: "step", revision: 2.5, changes: [] },
  "a revision that is no number": { kind: "step", revision: "3", changes: [] },
  "a revision left out": { kind: "step", revision: 4, changes: [] },
  "a revision again": { kind: "step", revision: 2, changes: [] },
  "a lease that is none": { kind: "lease" },
  "a lease without a number": {
    kind: "lease",
    lease: { id: "__proto__", ttlSeconds: 5, expires: 9 },
  },
  "an end of nothing": { kind: "end" },
  "a second state": {
    kind: "state",
    revision: 9,
    entries: [],
    leases: [],
    nextLease: 1,
  },
};

Deno.test("FileStore refuses whole lines that are not its own, each time, and takes nothing behind them", () =>
  inFolder(async (folder) => {
    const path = `${folder}/config.log`;
    await using store = await FileStore.open(folder);
    await store.set("x", 1);
    await store.set("x", 2);
    const good = await Deno.readFile(path);
    const changes = [["put", "y", btoa("1"), null]];
    const next = { kind: "step", revision: 3, changes };
    for (const [name, line] of Object.entries(FOREIGN)) {
      const parts = [line, next].map((it) => encodeLine(it as never));
      for (const bytes of parts) {
        await Deno.writeFile(path, bytes, { append: true });
      }
      for (let i = 0; i < 2; i++) {
        for (const action of [() => store.get("y"), () => store.set("z", 1)]) {
          const error = await action().then(() => undefined, (e) => e);
          assert.ok(error instanceof EtcdError, `${name}: ${error}`);
          assert.equal(error.code, "integrity", error.message);
          assert.match(error.message, /the line at byte \d+ .*repair/);
        }
      }
      await failsToOpen(folder, "integrity");
      {
        await using repaired = await FileStore.open(folder, { repair: true });
        const { entries, revision } = await repaired.list("");
        assert.deepEqual(entries.map(({ value }) => value), [2], name);
        assert.equal(revision, 2);
      }
      assert.deepEqual(await Deno.readFile(path), good);
    }
    await store.set("x", 3);
    assert.equal((await store.get("x"))?.value, 3);
    await Deno.writeFile(
      path,
      encodeLine({ format: "ml-defender-config", version: 1 } as never),
    );
    await failsToOpen(folder, "integrity");
  }));

Deno.test("FileStore gives up on a lock that is not let go", () =>
  inFolder(async (folder) => {
    await using store = await FileStore.open(folder, { lockTimeoutMs: 50 });
    using lock = await Deno.open(`${folder}/.lock`, { write: true });
    await lock.lock(true);
    const error = await store.set("x", 1).then(() => undefined, (e) => e);
    assert.equal((error as EtcdError).code, "locked");
    assert.equal(await store.get("x"), undefined);
    await lock.unlock();
    await store.set("x", 1);
  }));

Deno.test("FileStore says that its folder was taken away, and goes on with a new one", () =>
  inFolder(async (outer) => {
    const folder = `${outer}/config`;
    await using store = await FileStore.open(folder);
    await store.set("x", 1);
    const events = store.watch("x", { initial: true });
    await events.next();
    await Deno.remove(`${folder}/config.log`);
    const error = await store.get("x").then(() => undefined, (e) => e);
    assert.equal((error as EtcdError).code, "storage");
    await using other = await FileStore.open(folder);
    await other.set("x", 2);
    const { value } = await events.next();
    assert.ok(value?.kind === "resync" && value.reason === "restored");
    assert.equal(value.entries[0]?.value, 2);
    await events.return(undefined);
  }));

Deno.test("FileStore loses no acknowledged change of two that run on after the folder was replaced by a backup", () =>
  inFolder(async (outer) => {
    const folder = `${outer}/config`;
    await using a = await FileStore.open(folder, { sync: false });
    await a.set("x", 0);
    await Deno.mkdir(`${outer}/backup`);
    for (const name of ["config.log", ".lock"]) {
      await Deno.copyFile(`${folder}/${name}`, `${outer}/backup/${name}`);
    }
    await Deno.remove(folder, { recursive: true });
    const error = await a.set("x", 1).then(() => undefined, (e) => e);
    assert.equal((error as EtcdError | undefined)?.code, "storage");
    await Deno.rename(`${outer}/backup`, folder);
    await using b = await FileStore.open(folder, { sync: false });
    const write = async (store: FileStore, name: string) => {
      for (let i = 0; i < 100; i++) await store.set(`${name}/${i}`, i);
    };
    await Promise.all([write(a, "a"), write(b, "b")]);
    await using c = await FileStore.open(folder);
    for (const store of [a, b, c]) {
      assert.equal((await store.list("")).entries.length, 201);
    }
  }));

Deno.test("FileStore acknowledges no change whose log was replaced while it was written", () =>
  inFolder(async (folder) => {
    const path = `${folder}/config.log`;
    await using store = await FileStore.open(folder, { sync: false });
    await store.set("x", 0);
    const { write } = Deno.FsFile.prototype;
    Deno.FsFile.prototype.write = async function (bytes) {
      Deno.FsFile.prototype.write = write;
      await Deno.copyFile(path, `${path}.backup`);
      await Deno.rename(`${path}.backup`, path);
      return await write.call(this, bytes);
    };
    try {
      const error = await store.set("x", 1).then(() => undefined, (e) => e);
      assert.equal((error as EtcdError | undefined)?.code, "storage");
    } finally {
      Deno.FsFile.prototype.write = write;
    }
    assert.equal((await store.get("x"))?.value, 0);
    await store.set("x", 2);
    assert.equal((await store.get("x"))?.value, 2);
  }));

Deno.test("FileStore.open refuses options out of range", () =>
  inFolder(async (folder) => {
    for (
      const options of [
        { historyLimit: 0 },
        { pollMs: 1 },
        { lockTimeoutMs: 0 },
      ]
    ) {
      await assert.rejects(FileStore.open(folder, options), RangeError);
    }
  }));

Deno.test({
  name: "FileStore.open says which permission is missing",
  permissions: { read: true, write: true, run: true, env: true },
  fn: () =>
    inFolder(async (folder) => {
      const module = new URL("./mod.ts", import.meta.url).href;
      const program = `import { FileStore } from ${JSON.stringify(module)};` +
        `await FileStore.open(${JSON.stringify(`${folder}/c`)})` +
        `.catch((e) => console.log(e.code, e.message));`;
      const path = `${folder}/program.ts`;
      await Deno.writeTextFile(path, program);
      const { stdout } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "--no-check", "--no-prompt", path],
      }).output();
      assert.match(
        new TextDecoder().decode(stdout),
        /^permission .*--allow-write/,
      );
    }),
});
