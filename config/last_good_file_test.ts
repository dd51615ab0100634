import assert from "node:assert/strict";
import { LastGoodFile } from "./mod.ts";

async function inFolder(fn: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "last-good-" });
  try {
    await fn(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

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
