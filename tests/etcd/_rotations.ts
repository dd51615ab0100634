/** What somebody who can write to a store may try around a rotation of keys, and what a rotation must leave alone. */
import assert from "node:assert/strict";
import { KeyRing, newKeyLine, parseEnvelope } from "../../etcd_client/mod.ts";
import { type Attack, bytesOf, fails, put, type Scene } from "./_attacks.ts";
import { line, take } from "./_events.ts";

/** Rings of more and more keys, the newest first. */
function rings(scene: Scene, count: number): KeyRing[] {
  const lines = [scene.line];
  return Array.from({ length: count }, (_, i) => {
    lines.unshift(newKeyLine(`k${i + 2}`));
    return KeyRing.parse(lines.join("\n"));
  });
}

export const ROTATIONS: readonly Attack[] = [
  {
    name:
      "an old value put back is refused after several rotations by clients that remember nothing",
    async run(scene) {
      const { raw, client, restart } = scene;
      const all = rings(scene, 6);
      const reader = await restart({ keys: all.at(-1)! });
      // Writes of one millisecond have counters that are as close as they get.
      const writer = () => client(scene.keys, () => 1_700_000_000_000);
      await writer().set("deleted", "one");
      await writer().delete("deleted");
      const tombstone = await bytesOf(raw, "deleted");
      await writer().set("x", "one");
      const old = await bytesOf(raw, "x");
      await writer().set("x", "newest");
      await writer().set("deleted", "newest");
      assert.equal((await reader.get("x"))?.value, "newest");
      assert.equal((await reader.get("deleted"))?.value, "newest");
      const events = reader.watch({ prefix: "" }, { initial: true });
      await take(events, 1);
      await put(raw, "x", old);
      await put(raw, "deleted", tombstone);
      await take(events, 2);
      for (const keys of all) {
        const operator = client(keys);
        const result = await operator.reencrypt("");
        assert.deepEqual(result, { rewritten: 2, unchanged: 0, failed: [] });
        for (const event of await take(events, 2)) {
          assert.match(line(event), /^invalid (x|deleted) replay$/);
        }
        await fails(reader.get("x"), "replay");
        await fails(reader.get("deleted"), "replay");
        assert.equal((await reader.list("")).invalid.length, 2);
      }
      await events.return(undefined);
      const holder = client(all.at(-1)!);
      await holder.set("x", "four");
      await holder.set("deleted", "four");
      await holder.delete("deleted");
      assert.equal((await reader.get("x"))?.value, "four");
      assert.equal(await reader.get("deleted"), undefined);
    },
  },
  {
    name:
      "a reader of the newest value takes it after rotations, of several clients at once too, and what is written later",
    async run(scene) {
      const { raw, client, restart, writer } = scene;
      const [second, third] = rings(scene, 2);
      const reader = await restart({ keys: third! });
      await writer.set("x", "one");
      await writer.set("deleted", "one");
      await writer.delete("deleted");
      await writer.set("h", "one", { expendable: true });
      const lease = await writer.lease(5);
      await writer.set("leased", "one", { lease });
      const check = async () => {
        const { entries, invalid } = await reader.list("");
        assert.deepEqual(invalid, []);
        assert.deepEqual(entries.map(({ key }) => key), ["h", "leased", "x"]);
      };
      await check();
      for (const keys of [second!, third!]) {
        const clients = [client(keys), client(keys)];
        const done = await Promise.all(
          clients.map((store) => store.reencrypt("")),
        );
        assert.deepEqual(done.flatMap(({ failed }) => failed), []);
        assert.equal(done[0]!.rewritten + done[1]!.rewritten, 4);
        await check();
      }
      const again = await restart({ keys: third! });
      assert.deepEqual((await again.list("")).invalid, []);
      await lease.revoke();
      const later = client(third!);
      await later.delete("h");
      await later.delete("x");
      await later.set("deleted", "two");
      assert.deepEqual((await raw.read("h")).entries, []);
      const { entries, invalid } = await again.list("");
      assert.deepEqual([entries.map(({ key }) => key), invalid], [
        ["deleted"],
        [],
      ]);
    },
  },
  {
    name:
      "a value put back to before its rotation and rotated again is refused, until it is written anew",
    async run(scene) {
      const { raw, client, restart, writer } = scene;
      const [second] = rings(scene, 1);
      const reader = await restart({ keys: second! });
      await writer.set("x", "one");
      const before = await bytesOf(raw, "x");
      await client(second!).reencrypt("");
      assert.equal((await reader.get("x"))?.value, "one");
      await put(raw, "x", before);
      await fails(reader.get("x"), "replay");
      await client(second!).reencrypt("");
      await fails(reader.get("x"), "replay");
      await client(second!).set("x", "one");
      assert.equal((await reader.get("x"))?.value, "one");
    },
  },
  {
    name: "who remembers counters rotates no old value that was put back",
    async run(scene) {
      const { raw, restart, writer } = scene;
      const [second] = rings(scene, 1);
      const operator = await restart({ keys: second! });
      await writer.set("x", "one");
      const old = await bytesOf(raw, "x");
      await writer.set("x", "two");
      await operator.get("x");
      await put(raw, "x", old);
      const { rewritten, failed } = await operator.reencrypt("");
      assert.equal(rewritten, 0);
      assert.deepEqual(failed.map(({ key, error }) => [key, error.code]), [
        ["x", "replay"],
      ]);
      assert.deepEqual(await bytesOf(raw, "x"), old);
    },
  },
  {
    name:
      "what is only encrypted anew is above what it was by one, so that an old value stays below what followed it",
    async run({ keys, line, raw, client }) {
      // Writes of one millisecond have counters that are as close as they get.
      const now = () => 1_700_000_000_000;
      const counter = async () => {
        const bytes = await bytesOf(raw, "x");
        return parseEnvelope(bytes, "x").counter;
      };
      const writer = client(keys, now);
      await writer.set("x", "one");
      const [first, old] = [await counter(), await bytesOf(raw, "x")];
      await writer.set("x", "two");
      const second = await counter();
      const other = newKeyLine("other");
      const rings = [`${other}\n${line}`, `${line}\n${other}`];
      await put(raw, "x", old);
      for (let i = 1; i <= 6; i++) {
        const store = client(KeyRing.parse(rings[(i + 1) % 2]!), now);
        assert.equal((await store.reencrypt("")).rewritten, 1);
        assert.equal(await counter(), first + i);
      }
      assert.ok(second - first > 900);
    },
  },
];
