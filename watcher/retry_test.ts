/** What failed is tried again, with pauses that grow. */
import assert from "node:assert/strict";
import { EtcdError, MemoryStore } from "@ml-defender/etcd-client";
import { ConfigEditor } from "./editor.ts";
import { begin, Probe } from "./testdata/probe.ts";
import { force, model } from "./testdata/sections.ts";

async function until(what: () => boolean): Promise<void> {
  const end = performance.now() + 5000;
  while (!what()) {
    assert.ok(performance.now() < end, `not so after 5 s: ${what}`);
    await new Promise((done) => setTimeout(done, 2));
  }
}

/** The waits that timers are asked for while something runs. */
async function waitsOf(fn: (waits: number[]) => Promise<void>): Promise<void> {
  const { setTimeout: real } = globalThis;
  const waits: number[] = [];
  const noting = (...args: Parameters<typeof real>) => {
    waits.push(args[1] ?? 0);
    return real(...args);
  };
  globalThis.setTimeout = noting as typeof real;
  try {
    await fn(waits);
  } finally {
    globalThis.setTimeout = real;
  }
}

Deno.test("ConfigWatcher tries a change again whose commit failed, and records the failure once", async () => {
  const [a, b] = [new Probe("a"), new Probe("b")];
  await using it = await begin({ subscribers: [a, b], retryMs: 5 });
  let failures = 3;
  b.behaviour.commit = (revision) => {
    if (revision === 1 && failures-- > 0) throw new Error("broke");
  };
  await force(it.store, { scoring: { alert: 0.9 } });
  const { refusal } = await it.watcher.reached(1);
  assert.equal(refusal?.kind, "commit");
  await until(() => it.watcher.status().state === "in_force");
  assert.deepEqual([a.alert, b.alert], [0.9, 0.9]);
  assert.deepEqual(it.records.map(({ outcome }) => outcome), [
    "rolled_back",
    "applied",
  ]);
  const { rolledBack, retries } = it.watcher.status().counters;
  assert.deepEqual([rolledBack, retries], [1, 3]);
});

Deno.test("ConfigWatcher tries again to put a broken subscriber right, without a new change", async () => {
  const [a, b] = [new Probe("a"), new Probe("b")];
  await using it = await begin({ subscribers: [a, b], retryMs: 5 });
  let wrong = true;
  a.behaviour.prepare = (revision) => {
    if (wrong && revision === 0) throw new Error("can not go back");
  };
  b.behaviour.commit = (revision) => {
    if (wrong && revision === 1) throw new Error("broke");
  };
  await force(it.store, { scoring: { alert: 0.9 } });
  assert.deepEqual((await it.watcher.reached(1)).broken, ["a"]);
  wrong = false;
  await until(() => it.watcher.status().state === "in_force");
  assert.deepEqual([a.alert, b.alert], [0.9, 0.9]);
});

Deno.test("ConfigWatcher puts a broken subscriber into what runs where the store has only something invalid", async () => {
  const [a, b] = [new Probe("a"), new Probe("b")];
  await using it = await begin({ subscribers: [a, b], retryMs: 5 });
  let wrong = true;
  a.behaviour.prepare = (revision) => {
    if (wrong && revision === 0) throw new Error("can not go back");
  };
  b.behaviour.commit = (revision) => {
    if (revision === 1) throw new Error("broke");
  };
  await force(it.store, { scoring: { alert: 0.9 } });
  await it.watcher.reached(1);
  await force(it.store, { scoring: { alert: 9 } });
  const { state, broken } = await it.watcher.reached(2);
  assert.deepEqual([state, broken, a.alert], ["broken", ["a"], 0.9]);
  wrong = false;
  await until(() => it.watcher.status().state === "refused");
  assert.equal(a.alert, 0.8);
  const { refusal } = it.watcher.status();
  assert.equal(refusal?.kind, "invalid");
});

Deno.test("ConfigWatcher doubles the pause before each further attempt up to a minute, and begins anew with the next change", async () => {
  const probe = new Probe("p");
  await waitsOf(async (waits) => {
    await using it = await begin({ subscribers: [probe], retryMs: 7001 });
    const pauses = () =>
      waits.splice(0).filter((ms) =>
        ms % 7001 === 0 && ms > 0 || ms === 60_000
      );
    pauses();
    probe.behaviour.prepare = () => {
      throw new Error("no");
    };
    await force(it.store, { scoring: { alert: 0.9 } });
    await it.watcher.reached(1);
    for (let i = 0; i < 5; i++) await it.watcher.retry();
    assert.deepEqual(pauses(), [7001, 14_002, 28_004, 56_008, 60_000, 60_000]);
    await force(it.store, { scoring: { alert: 0.95 } });
    await it.watcher.reached(2);
    assert.deepEqual(pauses(), [7001]);
  });
});

/** A store whose reader lacks the key of a section until it is given one: the value itself is as it was. */
class KeylessStore extends MemoryStore {
  lacking = true;
  reads = 0;

  override async *watch(
    ...[target, options]: Parameters<MemoryStore["watch"]>
  ): ReturnType<MemoryStore["watch"]> {
    const error = new EtcdError("key", "Cannot open it: no such key");
    for await (const event of super.watch(target, options)) {
      if (event.kind === "resync") this.reads++;
      if (!this.lacking || event.kind !== "resync") yield event;
      else {
        const scoring = "ml-defender/config/scoring";
        const { entries } = event;
        yield {
          ...event,
          entries: entries.filter(({ key }) => key !== scoring),
          invalid: entries.filter(({ key }) => key === scoring)
            .map(({ key, revision }) => ({ key, revision, error })),
        };
      }
    }
  }
}

Deno.test("ConfigWatcher reads again what it could not use, with pauses that grow, until it can; retry does it at once", async () => {
  for (const asked of [false, true]) {
    const store = new KeylessStore();
    await force(store, { scoring: { alert: 0.9 } });
    const retryMs = asked ? 600_000 : 5;
    await using it = await begin({ store, retryMs });
    const { refusal } = it.watcher.status();
    assert.deepEqual([refusal?.kind, refusal?.issues[0]?.path], [
      "integrity",
      "scoring",
    ]);
    if (asked) assert.equal((await it.watcher.retry()).state, "refused");
    else await until(() => store.reads >= 3);
    assert.equal(it.records.length, 1, "the same refusal again is no news");
    store.lacking = false;
    if (asked) assert.equal((await it.watcher.retry()).state, "in_force");
    else await until(() => it.watcher.status().state === "in_force");
    assert.equal(it.watcher.tree.at("scoring.alert"), 0.9);
    assert.deepEqual(it.records.map(({ outcome }) => outcome), [
      "refused",
      "applied",
    ]);
  }
});

Deno.test("ConfigWatcher.retry ends where the store was closed under a refusal", async () => {
  const store = new KeylessStore();
  await force(store, { scoring: { alert: 0.9 } });
  await using it = await begin({ store, startTimeoutMs: 600_000 });
  await store.close();
  for (let i = 0; i < 2; i++) {
    assert.equal((await it.watcher.retry()).state, "refused");
  }
});

Deno.test("ConfigEditor.watch tells that what could not be used can be, and says of a watch that began on damage nothing that did not change", async () => {
  const store = new KeylessStore();
  await force(store, { scoring: { alert: 0.9 } });
  const editor = new ConfigEditor({ store, model: model() });
  const events = editor.watch();
  const next = async () => {
    const { value } = await events.next();
    assert.ok(value?.kind === "config");
    return [value.damage.length, value.changes.length];
  };
  assert.deepEqual(await next(), [1, 0]);
  store.lacking = false;
  assert.deepEqual(await next(), [0, 0]);
  await editor.set({ "scoring.alert": 0.95 }, { actor: "ana" });
  assert.deepEqual(await next(), [0, 1]);
  await events.return(undefined);
  await store.close();
});
