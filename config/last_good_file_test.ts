import assert from "node:assert/strict";
import { KeyRing, newKeyLine } from "@ml-defender/etcd-client";
import { LastGoodFile } from "./mod.ts";
import { inFolder } from "./testdata/in_folder.ts";

Deno.test("LastGoodFile gives what was saved last, and nothing at first", async () => {
  await inFolder(async (folder) => {
    const file = new LastGoodFile(`${folder}/last.json`);
    assert.equal(await file.load(), undefined);
    await file.save({ a: 1 });
    await file.save({ a: [2, "three"] });
    assert.deepEqual(await file.load(), { a: [2, "three"] });
    const names = [];
    for await (const { name } of Deno.readDir(folder)) names.push(name);
    assert.deepEqual(names, ["last.json"]);
  });
});

Deno.test("LastGoodFile is its owner's alone, and is not read when it is not", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/last.json`;
    const file = new LastGoodFile(path);
    await Deno.writeTextFile(`${path}.tmp`, "of a crash", { mode: 0o644 });
    await file.save({ secret: "s" });
    assert.equal((await Deno.stat(path)).mode! & 0o777, 0o600);
    await Deno.chmod(path, 0o640);
    await assert.rejects(file.load(), /chmod 600/);
    await file.save({ secret: "t" });
    assert.deepEqual(await file.load(), { secret: "t" });
  });
});

Deno.test("LastGoodFile that cannot write leaves what was there", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/last.json`;
    const file = new LastGoodFile(path);
    await file.save({ a: 1 });
    // A folder in the place of the new file: what can not be written fails before anything is replaced.
    await Deno.mkdir(`${path}.tmp/in`, { recursive: true });
    await assert.rejects(file.save({ a: 2 }), Deno.errors.AlreadyExists);
    assert.deepEqual(await file.load(), { a: 1 });
  });
});

Deno.test("LastGoodFile.save waits for the device before the file takes the place of the old one", async () => {
  await inFolder(async (folder) => {
    const file = new LastGoodFile(`${folder}/last.json`);
    const steps: string[] = [];
    const { sync } = Deno.FsFile.prototype;
    const { rename } = Deno;
    Deno.FsFile.prototype.sync = async function () {
      const { size } = await this.stat();
      await sync.call(this);
      steps.push(`sync ${size}`);
    };
    Deno.rename = async (...args) => {
      steps.push("rename");
      await rename(...args);
    };
    try {
      await file.save({ a: 1 });
    } finally {
      Deno.FsFile.prototype.sync = sync;
      Deno.rename = rename;
    }
    assert.deepEqual(steps, ["sync 8", "rename"]);
  });
});

Deno.test("LastGoodFile with keys shows nothing without them, and gives what was saved with them", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/last.json`;
    const keys = KeyRing.parse(newKeyLine("one"));
    for (const algorithm of ["aes-256-gcm", "chacha20-poly1305"] as const) {
      const file = new LastGoodFile(path, { keys, algorithm });
      await file.save({ feed: { token: "hunter2" } });
      const bytes = await Deno.readTextFile(path);
      assert.doesNotMatch(bytes, /feed|token|hunter2/);
      assert.equal((await Deno.stat(path)).mode! & 0o777, 0o600);
      assert.deepEqual(await file.load(), { feed: { token: "hunter2" } });
    }
    await assert.rejects(new LastGoodFile(path).load(), /give the keys/);
    const other = KeyRing.parse(newKeyLine("one"));
    await assert.rejects(new LastGoodFile(path, { keys: other }).load(), {
      code: "key",
    });
    const bytes = await Deno.readFile(path);
    bytes[bytes.length - 20]! ^= 1;
    await Deno.writeFile(path, bytes);
    await assert.rejects(new LastGoodFile(path, { keys }).load(), {
      code: "integrity",
    });
  });
});

Deno.test("LastGoodFile with keys refuses a file that anybody could have written, until it is saved anew", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/last.json`;
    await new LastGoodFile(path).save({ feed: { token: "planted" } });
    const keys = KeyRing.parse(newKeyLine("one"));
    const file = new LastGoodFile(path, { keys });
    await assert.rejects(file.load(), /must be encrypted/);
    await file.save({ a: 1 });
    assert.deepEqual(await file.load(), { a: 1 });
  });
});
