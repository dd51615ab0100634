/** What every store must do. One suite for all of them: memory, folder, etcd; with and without encryption. */
import assert from "node:assert/strict";
import * as v from "valibot";
import type { ConfigStore, EtcdError } from "../../etcd_client/mod.ts";
import { line, take } from "./_events.ts";
import { sleep } from "../etcd_server.ts";
import { fails } from "../../etcd_client/testdata/fails.ts";

/** One empty place, and stores on it. */
export interface Place {
  /** Another client of the same place. */
  open(): Promise<ConfigStore>;
  /** Throws away all but the present, as etcd's compaction does. */
  compact(store: ConfigStore): Promise<void>;
}

/** A property of stores. */
export interface Rule {
  readonly name: string;
  readonly check: (place: Place) => Promise<void>;
}

const percent = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const settings = v.object({
  threshold: percent,
  name: v.optional(v.string(), "default"),
});

export const RULES: readonly Rule[] = [
  {
    name: "get gives what set wrote, with its revision, to every client",
    async check(place) {
      await using a = await place.open();
      await using b = await place.open();
      assert.equal(await a.get("x"), undefined);
      const values = [null, true, 0.5, "é\n", [1, [2]], { a: { b: [] } }, ""];
      for (const value of values) {
        const { revision } = await a.set("x", value);
        assert.deepEqual(await b.get("x"), { key: "x", value, revision });
      }
    },
  },
  {
    name: "revisions grow with each change and are one sequence for all keys",
    async check(place) {
      await using a = await place.open();
      await using b = await place.open();
      const seen: number[] = [];
      for (let i = 0; i < 10; i++) {
        seen.push((await (i % 2 ? a : b).set(`k${i % 3}`, i)).revision);
      }
      seen.push((await a.delete("k0")).revision);
      for (let i = 1; i < seen.length; i++) {
        assert.equal(seen[i], seen[i - 1]! + 1);
      }
    },
  },
  {
    name: "expectedRevision lets one of several writers through, 0 the first",
    async check(place) {
      await using a = await place.open();
      await using b = await place.open();
      const first = await Promise.allSettled([
        a.set("x", 1, { expectedRevision: 0 }),
        b.set("x", 2, { expectedRevision: 0 }),
      ]);
      assert.equal(first.filter((r) => r.status === "fulfilled").length, 1);
      const { revision } = (await a.get("x"))!;
      await b.set("x", 3, { expectedRevision: revision });
      await fails(a.set("x", 4, { expectedRevision: revision }), "conflict");
      await fails(
        a.delete("x", { expectedRevision: revision }),
        "conflict",
      );
      assert.equal((await a.get("x"))?.value, 3);
      await a.delete("x");
      await b.set("x", 5, { expectedRevision: 0 });
    },
  },
  {
    name: "many writers of one key lose no write",
    async check(place) {
      await using a = await place.open();
      await using b = await place.open();
      await a.set("n", 0);
      const add = async (store: ConfigStore) => {
        for (let done = 0; done < 15;) {
          const { value, revision } = (await store.get("n"))!;
          try {
            const expectedRevision = revision;
            await store.set("n", value as number + 1, { expectedRevision });
            done++;
          } catch (error) {
            assert.equal((error as EtcdError).code, "conflict");
          }
        }
      };
      await Promise.all([add(a), add(b), add(a)]);
      assert.equal((await b.get("n"))?.value, 45);
    },
  },
  {
    name: "delete says whether the key was there, and list no longer shows it",
    async check(place) {
      await using store = await place.open();
      await store.set("a/1", 1);
      await store.set("a/2", 2);
      await store.set("b", 3);
      assert.equal((await store.delete("a/1")).deleted, true);
      assert.equal((await store.delete("a/1")).deleted, false);
      assert.equal(await store.get("a/1"), undefined);
      const { entries, invalid, revision } = await store.list("a/");
      assert.deepEqual(entries.map(({ key, value }) => [key, value]), [
        ["a/2", 2],
      ]);
      assert.deepEqual(invalid, []);
      assert.ok(revision >= 4);
      const keys = (await store.list("")).entries.map(({ key }) => key);
      assert.deepEqual(keys, ["a/2", "b"]);
      await store.set("a/1", 4);
      assert.equal((await store.get("a/1"))?.value, 4);
    },
  },
  {
    name: "get and list show the past by revision until it is compacted",
    async check(place) {
      await using store = await place.open();
      const { revision } = await store.set("x", "old");
      await store.set("x", "new");
      await store.delete("x");
      assert.equal((await store.get("x", { revision }))?.value, "old");
      assert.equal((await store.list("", { revision })).entries.length, 1);
      await assert.rejects(
        store.get("x", { revision: revision + 100 }),
        RangeError,
      );
      await place.compact(store);
      await fails(store.get("x", { revision }), "compacted");
    },
  },
  {
    name: "watch yields changes of other clients in order, of its target only",
    async check(place) {
      await using a = await place.open();
      await using b = await place.open();
      await a.set("p/0", "before");
      const { revision } = await a.list("");
      const events = a.watch({ prefix: "p/" }, { fromRevision: revision + 1 });
      const single = a.watch("p/1", { fromRevision: revision + 1 });
      await b.set("p/1", 1);
      await b.set("q", "elsewhere");
      await b.set("p/2", 2);
      await b.delete("p/1");
      await b.set("p/1", 3);
      assert.deepEqual((await take(events, 4)).map(line), [
        "put p/1 1",
        "put p/2 2",
        "delete p/1",
        "put p/1 3",
      ]);
      assert.deepEqual((await take(single, 3)).map(line), [
        "put p/1 1",
        "delete p/1",
        "put p/1 3",
      ]);
      const next = events.next();
      await b.set("p/3", 4);
      assert.equal(line((await next).value!), "put p/3 4");
      await events.return(undefined);
      await single.return(undefined);
    },
  },
  {
    name: "watch with initial gives the state first and then every change",
    async check(place) {
      await using a = await place.open();
      await a.set("x", 1);
      await a.set("y", 2);
      const events = a.watch({ prefix: "" }, { initial: true });
      const [first] = await take(events, 1);
      assert.equal(line(first!), "resync start x=1 y=2");
      await a.set("x", 3);
      await a.delete("y");
      assert.deepEqual((await take(events, 2)).map(line), [
        "put x 3",
        "delete y",
      ]);
      await events.return(undefined);
    },
  },
  {
    name: "watch from a revision in the past replays what was missed, in order",
    async check(place) {
      await using store = await place.open();
      const { revision } = await store.set("x", 0);
      for (let i = 1; i < 40; i++) await store.set("x", i);
      const events = store.watch("x", { fromRevision: revision });
      const values = (await take(events, 40)).map(line);
      assert.deepEqual(
        values,
        Array.from({ length: 40 }, (_, i) => `put x ${i}`),
      );
      await events.return(undefined);
    },
  },
  {
    name: "watch from a compacted revision gives a resync and goes on",
    async check(place) {
      await using store = await place.open();
      const { revision } = await store.set("x", 1);
      await store.set("y", 2);
      await store.set("x", 3);
      await place.compact(store);
      const events = store.watch({ prefix: "" }, { fromRevision: revision });
      const [resync] = await take(events, 1);
      assert.equal(resync!.kind, "resync");
      assert.match(line(resync!), /^resync compacted x=3 y=2/);
      await store.set("y", 4);
      assert.deepEqual((await take(events, 1)).map(line), ["put y 4"]);
      assert.equal(store.health().resyncs, 1);
      await events.return(undefined);
    },
  },
  {
    name: "watch from a revision of the future says that the store is another",
    async check(place) {
      await using store = await place.open();
      await store.set("x", 1);
      const events = store.watch("x", { fromRevision: 1_000_000 });
      assert.equal(line((await take(events, 1))[0]!), "resync restored x=1");
      await events.return(undefined);
    },
  },
  {
    name: "a reader slower than its queue gets one resync, not a gap",
    async check(place) {
      await using store = await place.open();
      await store.set("x", 0);
      const events = store.watch("x", { initial: true, queueLimit: 4 });
      await take(events, 1);
      await store.set("x", 1);
      assert.deepEqual((await take(events, 1)).map(line), ["put x 1"]);
      for (let i = 2; i <= 30; i++) await store.set("x", i);
      await sleep(300);
      const [event] = await take(events, 1);
      assert.equal(line(event!), "resync overflow x=30");
      await store.set("x", 31);
      assert.deepEqual((await take(events, 1)).map(line), ["put x 31"]);
      await events.return(undefined);
    },
  },
  {
    name: "watch ends without an error when its signal says so",
    async check(place) {
      await using store = await place.open();
      const stop = new AbortController();
      const events = store.watch("x", { signal: stop.signal });
      const next = events.next();
      setTimeout(() => stop.abort(), 50);
      assert.equal((await next).done, true);
      assert.equal(store.health().watches, 0);
      const late = store.watch("x", { signal: stop.signal });
      assert.equal((await late.next()).done, true);
    },
  },
  {
    name: "transaction happens whole or not at all, and shows as one change",
    async check(place) {
      await using store = await place.open();
      const { revision } = await store.set("a", 1);
      const events = store.watch({ prefix: "" }, {
        fromRevision: revision + 1,
      });
      const refused = await store.transaction({
        compare: [{ key: "a", revision }, { key: "b", exists: true }],
        operations: [{ kind: "put", key: "a", value: 2 }],
      });
      assert.equal(refused.succeeded, false);
      const done = await store.transaction({
        compare: [
          { key: "a", revision },
          { key: "b", exists: false },
          { key: "c", revision: 0 },
        ],
        operations: [
          { kind: "put", key: "b", value: "b" },
          { kind: "delete", key: "a" },
          { kind: "delete", key: "none" },
          { kind: "put", key: "c", value: "c" },
        ],
      });
      assert.equal(done.succeeded, true);
      assert.deepEqual(done.deleted, ["a"]);
      assert.equal(done.revision, revision + 1);
      const lines = (await take(events, 3)).map(line);
      assert.deepEqual(lines.map((text) => text.replace(" +", "")).sort(), [
        "delete a",
        'put b "b"',
        'put c "c"',
      ]);
      assert.deepEqual(lines.map((text) => text.endsWith("+")), [
        true,
        true,
        false,
      ]);
      await events.return(undefined);
    },
  },
  {
    name: "transaction refuses what is malformed before anything is written",
    async check(place) {
      await using store = await place.open();
      const put = { kind: "put", key: "a", value: 1 } as const;
      await assert.rejects(
        store.transaction({ operations: [put, put] }),
        RangeError,
      );
      const many = Array.from(
        { length: 101 },
        (_, i) => ({ ...put, key: `k${i}` }),
      );
      await assert.rejects(store.transaction({ operations: many }), RangeError);
      await assert.rejects(
        store.transaction({
          operations: [put, { ...put, key: "b", value: NaN }],
        }),
        TypeError,
      );
      for (const key of ["", "a\0b", "\ud800"]) {
        await assert.rejects(store.set(key, 1), TypeError);
      }
      await assert.rejects(store.set("x".repeat(513), 1), RangeError);
      await fails(store.set("big", noise(1_600_000)), "limit");
      assert.equal((await store.list("")).entries.length, 0);
      const hundred = many.slice(1);
      assert.ok((await store.transaction({ operations: hundred })).succeeded);
    },
  },
  {
    name: "what hangs on a lease goes with it, and stays while it is kept",
    async check(place) {
      await using store = await place.open();
      await using other = await place.open();
      const kept = await store.lease(2);
      const left = await store.lease(2, { keep: false });
      await store.set("kept", 1, { lease: kept });
      await store.set("left", 2, { lease: left });
      await store.set("ttl", 3, { ttlSeconds: 2 });
      const events = other.watch("left", { initial: true });
      assert.equal(line((await take(events, 1))[0]!), "resync start left=2");
      assert.equal(line((await take(events, 1))[0]!), "delete left");
      await sleep(1500);
      assert.deepEqual((await other.list("")).entries.map(({ key }) => key), [
        "kept",
      ]);
      await fails(left.keep(), "lease");
      assert.equal(left.ended.aborted, true);
      await fails(store.set("left", 1, { lease: left }), "lease");
      await kept.revoke();
      await kept.revoke();
      assert.equal(await other.get("kept"), undefined);
      await store.set("left", 4);
      assert.equal((await other.get("left"))?.value, 4);
      await events.return(undefined);
    },
  },
  {
    name:
      "an expendable value is deleted without a trace, and that it is gone is no fault",
    async check(place) {
      await using store = await place.open();
      await using other = await place.open();
      const expendable = true;
      const { revision } = await store.set("h/1", 1, { expendable });
      await store.transaction({
        operations: [2, 3, 4].map((n) =>
          ({ kind: "put", key: `h/${n}`, value: n, expendable }) as const
        ),
      });
      const keys = async () =>
        (await other.list("h/")).entries.map(({ key }) => key);
      assert.deepEqual(await keys(), ["h/1", "h/2", "h/3", "h/4"]);
      const events = other.watch({ prefix: "h/" }, { initial: true });
      await take(events, 1);
      await fails(store.delete("h/1", { expectedRevision: 99999 }), "conflict");
      assert.ok(
        (await store.delete("h/1", { expectedRevision: revision })).deleted,
      );
      assert.equal((await other.delete("h/2")).deleted, true);
      assert.equal((await other.delete("h/2")).deleted, false);
      const { deleted } = await store.transaction({
        compare: [{ key: "h/3", exists: true }, { key: "h/1", revision: 0 }],
        operations: [{ kind: "delete", key: "h/3" }],
      });
      assert.deepEqual(deleted, ["h/3"]);
      const gone = (await take(events, 3)).map(line);
      assert.deepEqual(gone, ["delete h/1", "delete h/2", "delete h/3"]);
      assert.equal(await other.get("h/1"), undefined);
      assert.deepEqual(await keys(), ["h/4"]);
      for (const client of [store, other]) {
        assert.deepEqual((await client.list("")).invalid, []);
        const { rewritten, unchanged } = await client.reencrypt("");
        assert.equal(rewritten + unchanged, 1, "what was deleted left a trace");
      }
      await store.set("h/1", "again", { expendable, expectedRevision: 0 });
      assert.equal(line((await take(events, 1))[0]!), 'put h/1 "again"');
      assert.equal((await other.get("h/1"))?.value, "again");
      await events.return(undefined);
    },
  },
  {
    name: "components register, change, are found and are gone when closed",
    async check(place) {
      await using a = await place.open();
      await using b = await place.open();
      const stop = new AbortController();
      const changes = b.watchComponents("pipeline", { signal: stop.signal });
      const next = async () =>
        (await changes.next()).value?.map(
          (c: { id: string; status: string }) => `${c.id} ${c.status}`,
        );
      assert.deepEqual(await next(), []);
      const one = await a.register({
        kind: "pipeline",
        id: "one",
        version: "1.2",
        data: { lag: 0 },
        ttlSeconds: 2,
      });
      assert.deepEqual(await next(), ["one up"]);
      await a.register({ kind: "search", id: "two", version: "1" });
      await one.update({ status: "busy" });
      assert.deepEqual(await next(), ["one busy"]);
      const [found] = await b.discover("pipeline");
      assert.equal(found?.version, "1.2");
      assert.deepEqual(found?.data, { lag: 0 });
      assert.deepEqual(
        (await b.discover()).map(({ id }) => id),
        ["one", "two"],
      );
      await sleep(2500);
      assert.equal((await b.discover("pipeline")).length, 1);
      await one.close();
      assert.deepEqual(await next(), []);
      stop.abort();
      assert.equal((await changes.next()).done, true);
      await assert.rejects(
        a.register({ kind: "a/b", id: "x", version: "1" }),
        TypeError,
      );
    },
  },
  {
    name: "validateSchema keeps refused values out, says where and why",
    async check(place) {
      await using store = await place.open();
      await using other = await place.open();
      store.validateSchema({ prefix: "s/" }, settings);
      const remove = store.validateSchema("s/later", {
        "~standard": {
          version: 1,
          vendor: "test",
          validate: async (value) => {
            await sleep(1);
            return (value as { threshold: number }).threshold === 0.5
              ? { issues: [{ message: "not this one", path: ["threshold"] }] }
              : { value };
          },
        },
      });
      await store.set("s/a", { threshold: 0.7 });
      assert.deepEqual((await store.get("s/a"))?.value, {
        threshold: 0.7,
        name: "default",
      });
      const error = await fails(
        store.set("s/a", { threshold: 7, name: "secret-name" }),
        "invalid",
      );
      assert.equal(error.key, "s/a");
      assert.equal(error.issues[0]?.path, "threshold");
      assert.match(error.issues[0]!.message, /Invalid value/);
      assert.ok(!error.message.includes("secret-name"));
      await fails(store.set("s/later", { threshold: 0.5 }), "invalid");
      await fails(
        store.transaction({
          operations: [
            { kind: "put", key: "ok", value: 1 },
            { kind: "put", key: "s/b", value: "wrong" },
          ],
        }),
        "invalid",
      );
      assert.deepEqual(
        (await other.list("")).entries.map(({ key, value }) => [key, value]),
        [["s/a", { threshold: 0.7 }]],
      );
      remove();
      await store.set("s/later", { threshold: 0.5 });
      assert.throws(() => store.validateSchema("x", {} as never), TypeError);
    },
  },
  {
    name: "a value of others that the schema refuses reaches nobody",
    async check(place) {
      await using store = await place.open();
      await using other = await place.open();
      store.validateSchema("x", settings);
      const events = store.watch("x", { initial: true });
      await take(events, 1);
      await other.set("x", { threshold: 2 });
      const [event] = await take(events, 1);
      assert.equal(line(event!), "invalid x invalid");
      assert.ok(event!.kind === "invalid" && !("value" in event!));
      await fails(store.get("x"), "invalid");
      const { invalid, entries } = await store.list("");
      assert.deepEqual([invalid.length, entries.length], [1, 0]);
      await other.set("x", { threshold: 0.2 });
      assert.equal(
        line((await take(events, 1))[0]!),
        'put x {"threshold":0.2,"name":"default"}',
      );
      await events.return(undefined);
    },
  },
  {
    name: "large values that repeat themselves are compressed and come back",
    async check(place) {
      await using store = await place.open();
      const value = Array.from({ length: 5000 }, (_, i) => ({ rule: i % 7 }));
      await store.set("x", value);
      await store.set("y", value, { compress: false });
      assert.deepEqual((await store.get("x"))?.value, value);
      assert.deepEqual((await store.get("y"))?.value, value);
    },
  },
  {
    name: "close ends watches with an error, refuses the rest, may come twice",
    async check(place) {
      const store = await place.open();
      const events = store.watch("x", { initial: true });
      await take(events, 1);
      const next = events.next();
      await store.close();
      await store.close();
      await fails(next, "closed");
      await fails(store.get("x"), "closed");
      await fails(store.set("x", 1), "closed");
    },
  },
];

/** A text that does not compress. */
export function noise(length: number): string {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 65_536) {
    crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  }
  return Array.from(bytes, (b) => String.fromCharCode(33 + b % 90)).join("");
}
