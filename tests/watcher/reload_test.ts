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

/** What two parts of the program run, and what the watcher says runs. */
interface Seen {
  readonly alert: number;
  readonly sampling: number;
  readonly revision: number;
}

/** A program with a scorer and a logger that are configured, and pipelines that use both. */
class Sensor {
  readonly store = new MemoryStore();
  readonly records: ChangeRecord[] = [];
  readonly revisions = new Set<number>();
  watcher!: ConfigWatcher;
  produced = 0;
  consumed = 0;
  #alert = 0;
  #sampling = 0;

  async start(): Promise<void> {
    this.watcher = await ConfigWatcher.start({
      store: this.store,
      model: model(),
      subscribers: [
        applying("scorer", scoring, ({ alert }) => this.#alert = alert),
        applying("logger", logging, (value) => this.#sampling = value.sampling),
      ],
      onAudit: (record) => this.records.push(record),
    });
  }

  /** Runs batches until told to end; each event must have the next number, and each batch see one revision. */
  async run(name: string, end: AbortSignal): Promise<void> {
    using gate = this.watcher.gate(name);
    let expected = 0;
    let last = -1;
    for await (const batch of gate.batches(this.#source(end))) {
      const before = this.#look();
      for (const [i, number] of batch.entries()) {
        assert.equal(number, expected++);
        this.consumed++;
        if (i % 16 !== 0) continue;
        const pause = expected % 6400 === 1;
        await (pause ? new Promise((done) => setTimeout(done)) : undefined);
        assert.deepEqual(this.#look(), before);
      }
      const { alert, sampling, revision } = before;
      assert.equal(sampling, revision + 1);
      assert.equal(alert, alertOf(revision));
      assert.ok(revision >= last);
      last = revision;
      this.revisions.add(revision);
    }
  }

  #look(): Seen {
    const { revision } = this.watcher.tree;
    return { alert: this.#alert, sampling: this.#sampling, revision };
  }

  /** Batches without end, each event with the next number. */
  async *#source(end: AbortSignal): AsyncGenerator<number[]> {
    for (let number = 0; !end.aborted;) {
      this.produced += EVENTS;
      yield Array.from({ length: EVENTS }, () => number++);
      if (number % (EVENTS * 50) === 0) {
        await new Promise((done) => setTimeout(done));
      }
    }
  }
}

for (const pipelines of [1, 3]) {
  Deno.test(`ConfigWatcher reloads ${RELOADS} times under ${pipelines} busy pipelines: no event is lost or out of order, and each batch sees one revision`, async () => {
    const sensor = new Sensor();
    await sensor.start();
    await using store = sensor.store;
    await using watcher = sensor.watcher;
    const end = new AbortController();
    const running = Array.from(
      { length: pipelines },
      (_, i) => sensor.run(`pipeline ${i}`, end.signal),
    );
    const editor = new ConfigEditor({ store, model: model() });
    for (let i = 1; i <= RELOADS; i++) {
      const { revision } = await editor.set({
        "scoring.alert": alertOf(i),
        "logging.sampling": i + 1,
      }, { actor: "load" });
      await watcher.reached(revision);
      await new Promise((done) => setTimeout(done));
    }
    end.abort();
    await Promise.all(running);
    assert.ok(sensor.produced > RELOADS * EVENTS);
    assert.equal(sensor.consumed, sensor.produced);
    const { state, applied, counters } = watcher.status();
    assert.deepEqual([state, applied.revision], ["in_force", RELOADS]);
    assert.deepEqual([counters.applied, counters.refused], [RELOADS + 1, 0]);
    assert.equal(sensor.records.length, RELOADS);
    const { size } = sensor.revisions;
    assert.ok(size > RELOADS / 2, `${size} revisions saw a batch`);
  });
}

function alertOf(revision: number): number {
  return revision === 0 ? 0.8 : 0.8 + 0.2 * revision / RELOADS;
}
