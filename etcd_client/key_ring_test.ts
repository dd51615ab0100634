/** Keys of files and of the environment, and what is refused of them without being said aloud. */
import assert from "node:assert/strict";
import { EtcdError } from "./error.ts";
import { KeyFile, KeyRing, newKeyLine } from "./key_ring.ts";
import { MemoryStore } from "./memory_store.ts";

function refuses(action: () => unknown, secret: string): void {
  assert.throws(action, (error) => {
    assert.ok(error instanceof EtcdError && error.code === "key");
    assert.ok(!error.message.includes(secret), error.message);
    return true;
  });
}

Deno.test("KeyRing.parse takes lines, comments and semicolons; the first key is active", () => {
  const [a, b] = [newKeyLine("2026-11"), newKeyLine("2026-10")];
  for (const text of [`# new\n${a}\n\n${b} # old\n`, `${a};${b}`]) {
    const ring = KeyRing.parse(text);
    assert.equal(ring.active().id, "2026-11");
    assert.equal(ring.find("2026-10")?.bytes.length, 32);
    assert.equal(ring.find("2026-09"), undefined);
  }
});

Deno.test("KeyRing.parse refuses what is no key, and names the line only", () => {
  const good = newKeyLine("k1");
  const secret = good.split(" ")[1]!;
  for (
    const text of [
      "",
      "# nothing",
      secret,
      `k1 ${secret} more`,
      `k1 ${secret.slice(0, 20)}`,
      `k1 ${secret}AAAA`,
      `k/1 ${secret}`,
      `${good}\n${good}`,
      "k1 !!!",
    ]
  ) refuses(() => KeyRing.parse(text), secret);
  assert.throws(() => newKeyLine("a b"), RangeError);
});

Deno.test({
  name:
    "KeyRing.fromEnvironment reads a variable, or says that it is not set or may not be read",
  permissions: { env: ["MLD_TEST_KEYS", "MLD_TEST_NO_KEYS"] },
  fn() {
    Deno.env.set("MLD_TEST_KEYS", newKeyLine("k1"));
    assert.equal(KeyRing.fromEnvironment("MLD_TEST_KEYS").active().id, "k1");
    Deno.env.delete("MLD_TEST_KEYS");
    refuses(() => KeyRing.fromEnvironment("MLD_TEST_NO_KEYS"), "\0");
    assert.throws(
      () => KeyRing.fromEnvironment("MLD_TEST_OTHER"),
      (error) =>
        error instanceof EtcdError && error.code === "permission" &&
        error.message.includes("--allow-env=MLD_TEST_OTHER"),
    );
  },
});

Deno.test("KeyFile.open refuses a file that others may read, one that is missing and one that is no key file", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/keys`;
  const fails = async (message: RegExp) => {
    const error = await KeyFile.open(path).then(() => undefined, (e) => e);
    assert.ok(error instanceof EtcdError && error.code === "key", `${error}`);
    assert.match(error.message, message);
  };
  await fails(/cannot be read/);
  await Deno.writeTextFile(path, newKeyLine("k1"));
  for (const mode of [0o640, 0o604, 0o620, 0o777]) {
    await Deno.chmod(path, mode);
    await fails(/chmod 600/);
  }
  await Deno.chmod(path, 0o600);
  assert.equal((await (await KeyFile.open(path)).active()).id, "k1");
  await Deno.writeTextFile(path, "k1 not-a-key");
  await fails(/line 1 is not/);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("KeyFile learns new keys, and keeps the old ones while the file cannot be used", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/keys`;
  const [first, second] = [newKeyLine("k1"), newKeyLine("k2")];
  await Deno.writeTextFile(path, first, { mode: 0o600 });
  const keys = await KeyFile.open(path);
  assert.equal(await keys.find("k2"), undefined);
  await Deno.writeTextFile(path, "garbage");
  assert.equal(await keys.find("k2"), undefined);
  assert.equal((await keys.find("k1"))?.id, "k1");
  await Deno.writeTextFile(path, `${second}\n${first}`);
  assert.deepEqual(
    (await Promise.all(["k2", "k2", "k2"].map((id) => keys.find(id))))
      .map((key) => key?.id),
    ["k2", "k2", "k2"],
  );
  assert.equal((await keys.active()).id, "k2");
  await Deno.remove(folder, { recursive: true });
});

Deno.test("KeyFile notices another key of the same length, written in the same place and at the same time", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/keys`;
  const lines = [newKeyLine("k1"), newKeyLine("k1"), newKeyLine("k2")];
  const time = new Date("2026-01-02T03:04:05Z");
  const write = async (line: string) => {
    await Deno.writeTextFile(path, line, { mode: 0o600 });
    await Deno.utime(path, time, time);
  };
  await write(lines[0]!);
  const keys = await KeyFile.open(path);
  for (const line of lines) {
    await write(line);
    assert.equal(await keys.find("unknown"), undefined);
    assert.deepEqual(await keys.active(), KeyRing.parse(line).active());
  }
  assert.equal(await keys.find("k1"), undefined);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("reencrypt fails where the key file cannot be used any more, health says why, and all goes on with the keys there were", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/keys`;
  const [first, second] = [newKeyLine("k1"), newKeyLine("k2")];
  await Deno.writeTextFile(path, first, { mode: 0o600 });
  const keys = await KeyFile.open(path);
  await using store = new MemoryStore({ seal: { keys } });
  await store.set("x", 1);
  assert.equal(store.health().keyFailure, undefined);
  const good = `${second}\n${first}`;
  const broken: readonly (readonly [string, number, RegExp])[] = [
    [good, 0o644, /chmod 600/],
    [`${second}x\n${first}`, 0o600, /line 1 is not/],
    ["", 0o600, /no key/],
  ];
  for (const [text, mode, message] of broken) {
    await Deno.writeTextFile(path, text);
    await Deno.chmod(path, mode);
    const error = await store.reencrypt("").then(() => undefined, (e) => e);
    assert.ok(error instanceof EtcdError, `${error}`);
    assert.equal(error.code, "key");
    assert.match(error.message, message);
    assert.ok(error.message.includes(path), error.message);
    assert.equal(store.health().keyFailure, error.message);
    await store.set("y", 1);
    assert.equal((await store.get("x"))?.value, 1);
  }
  await Deno.remove(path);
  await assert.rejects(store.reencrypt(""), /cannot be read/);
  await Deno.writeTextFile(path, good, { mode: 0o600 });
  // At once, however long ago it was looked at.
  const { rewritten, failed } = await store.reencrypt("");
  assert.deepEqual([rewritten, failed], [2, []]);
  assert.equal(store.health().keyFailure, undefined);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("health tells of a key file that could not be used when it was looked at, and of none where keys do not change", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/keys`;
  await Deno.writeTextFile(path, newKeyLine("k1"), { mode: 0o600 });
  const keys = await KeyFile.open(path);
  await using store = new MemoryStore({ seal: { keys } });
  await Deno.chmod(path, 0o644);
  assert.equal(await keys.find("unknown"), undefined);
  assert.match(store.health().keyFailure ?? "", /chmod 600/);
  await store.set("x", 1);
  await Deno.chmod(path, 0o600);
  assert.equal(await keys.find("unknown"), undefined);
  assert.equal(store.health().keyFailure, undefined);
  const ring = KeyRing.parse(newKeyLine("k1"));
  await using other = new MemoryStore({ seal: { keys: ring } });
  assert.equal((await other.reencrypt("")).unchanged, 0);
  assert.equal(other.health().keyFailure, undefined);
  await using plain = new MemoryStore();
  assert.equal((await plain.reencrypt("")).unchanged, 0);
  assert.equal(plain.health().keyFailure, undefined);
  await Deno.remove(folder, { recursive: true });
});
