import assert from "node:assert/strict";
import { optional } from "../tests/_optional.ts";
import { openLibrary } from "./_binding.ts";
import { unpackLibrary } from "./_library.ts";
import { importLibrary, type Packed, PLATFORM } from "./_packed.ts";

const packed: Packed | undefined = await importLibrary().catch(() => undefined);
const PACKED = {
  available: packed !== undefined,
  reason: `there is no packed library for ${PLATFORM}`,
};
const CACHE = "XDG_CACHE_HOME";

/** Run with the user's cache in a new folder. */
async function withCache(
  fn: (cache: string, sources: string) => Promise<void>,
): Promise<void> {
  const before = Deno.env.get(CACHE);
  const cache = await Deno.makeTempDir();
  Deno.env.set(CACHE, cache);
  try {
    await fn(cache, packed!.sources);
  } finally {
    if (before === undefined) Deno.env.delete(CACHE);
    else Deno.env.set(CACHE, before);
    await Deno.remove(cache, { recursive: true });
  }
}

optional({
  name:
    "unpackLibrary writes a library that loads, in a folder of its owner's alone",
  ...PACKED,
  fn: () =>
    withCache(async (cache, sources) => {
      const { path } = await unpackLibrary(sources);
      assert.equal(
        path,
        `${cache}/ml-defender/${packed!.sha256}/${packed!.name}`,
      );
      const { mode } = await Deno.stat(`${cache}/ml-defender`);
      assert.equal((mode ?? 0) & 0o777, 0o700);
      const { functions } = openLibrary(path);
      assert.equal(functions.sha256(new Uint8Array(3), new Uint8Array(32)), 32);
    }),
});

optional({
  name: "unpackLibrary replaces a file that does not match its SHA-256",
  ...PACKED,
  fn: () =>
    withCache(async (_, sources) => {
      const { path } = await unpackLibrary(sources);
      const good = await Deno.readFile(path);
      await Deno.writeTextFile(path, "tampered");
      await unpackLibrary(sources);
      assert.deepEqual(await Deno.readFile(path), good);
    }),
});

optional({
  name: "unpackLibrary replaces a symbolic link instead of following it",
  ...PACKED,
  fn: () =>
    withCache(async (cache, sources) => {
      const { path } = await unpackLibrary(sources);
      await Deno.rename(path, `${cache}/elsewhere.so`);
      await Deno.symlink(`${cache}/elsewhere.so`, path);
      await unpackLibrary(sources);
      assert.ok((await Deno.lstat(path)).isFile);
    }),
});

optional({
  name: "unpackLibrary refuses a folder that others may write to",
  ...PACKED,
  fn: () =>
    withCache(async (cache, sources) => {
      const folder = `${cache}/ml-defender/${packed!.sha256}`;
      await Deno.mkdir(folder, { recursive: true });
      await Deno.chmod(folder, 0o777);
      await assert.rejects(unpackLibrary(sources), {
        code: "corrupt",
        message: `others may write to ${folder}`,
      });
    }),
});

optional({
  name: "unpackLibrary refuses a packed library of other sources",
  ...PACKED,
  fn: () =>
    withCache(async () => {
      await assert.rejects(unpackLibrary("other"), { code: "mismatch" });
    }),
});

optional({
  name: "unpackLibrary says which permission it lacks",
  ...PACKED,
  permissions: { env: [CACHE, "HOME"] },
  fn: async () => {
    await assert.rejects(unpackLibrary(packed!.sources), {
      code: "no_permission",
      message: /permission "read" for \//,
    });
  },
});
