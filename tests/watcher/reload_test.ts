import assert from "node:assert/strict";
import { MemoryStore } from "@ml-defender/etcd-client";
import {
  applying,
  type ChangeRecord,
  ConfigEditor,
  ConfigWatcher,
} from "@ml-defender/watcher";
import { logging, model, scoring } from "../../watcher/testdata/sections.ts";

const RELOADS = 1000;
const EVENTS = 64;

interface Batch {
  readonly sequence: readonly number[];
}

/** Batches without end, each event with the next number. */
async function* source(end: AbortSignal): AsyncGenerator<Batch> {
  let number = 0;
  while (!end.aborted) {
    yield { sequence: Array.from({ length: EVENTS }, () => number++) };
    if (number % (EVENTS * 50) === 0) {
      await new Promise((done) => setTimeout(done));
    }
  }
}

/** What two parts of the program run, and what the watcher says runs. */
interface Seen {
  readonly alert: number;
  readonly sampling: number;
  readonly revision: number;
}

for (const pipelines of [1, 3]) {
  Deno.test(`ConfigWatcher reloads ${RELOADS} times under ${pipelines} busy pipelines: no event is lost or out of order, and each batch sees one revision`, async () => {
    await using store = new MemoryStore();
    let alert = 0;
    let sampling = 0;
    const records: ChangeRecord[] = [];
    await using watcher = await ConfigWatcher.start({
      store,
      model: model(),
      subscribers: [
        applying("scorer", scoring, (value) => alert = value.alert),
        applying("logger", logging, (value) => sampling = value.sampling),
      ],
      onAudit: (record) => records.push(record),
    });
    const look = (): Seen => ({
      alert,
      sampling,
      revision: watcher.tree.revision,
    });
    const end = new AbortController();
    const revisions = new Set<number>();
    let batches = 0;
    const run = async (name: string) => {
      using gate = watcher.gate(name);
      let expected = 0;
      let last = -1;
      for await (const batch of gate.batches(source(end.signal))) {
        const before = look();
        for (const [i, number] of batch.sequence.entries()) {
          assert.equal(number, expected++);
          if (i % 16 === 0) {
            await Promise.resolve();
            assert.deepEqual(look(), before);
          }
          if (batches % 100 === 0 && i === 32) {
            await new Promise((done) => setTimeout(done));
            assert.deepEqual(look(), before);
          }
        }
        assert.deepEqual(look(), before);
        const { revision } = before;
        assert.equal(before.sampling, revision + 1);
        assert.ok(Math.abs(before.alert - alertOf(revision)) < 1e-12);
        assert.ok(revision >= last);
        last = revision;
        revisions.add(revision);
        batches++;
      }
      return expected;
    };
    const running = Array.from(
      { length: pipelines },
      (_, i) => run(`pipeline ${i}`),
    );
    const editor = new ConfigEditor({ store, model: model() });
    for (let i = 1; i <= RELOADS; i++) {
      const values = {
        "scoring.alert": alertOf(i),
        "logging.sampling": i + 1,
      };
      const { revision } = await editor.set(values, { actor: "load" });
      await watcher.reached(revision);
      await new Promise((done) => setTimeout(done));
    }
    end.abort();
    const counts = await Promise.all(running);
    assert.equal(counts.reduce((sum, n) => sum + n), batches * EVENTS);
    const { state, applied, counters } = watcher.status();
    assert.deepEqual([state, applied.revision], ["in_force", RELOADS]);
    assert.equal(counters.refused, 0);
    assert.equal(records.length, RELOADS);
    assert.ok(revisions.size > RELOADS / 10, `${revisions.size} revisions ran`);
  });
}

function alertOf(revision: number): number {
  return 0.8 + 0.2 * revision / RELOADS;
}
