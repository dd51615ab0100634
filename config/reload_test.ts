/** Changes at any moment, also while an analysis holds a batch: nobody waits for them, and they wait for nobody. */
import assert from "node:assert/strict";
import { Rng } from "../generator/rng.ts";
import type {
  LiveAttachment,
  LiveConfig,
  LivePart,
  LiveSettings,
} from "../live_config.ts";
import { settingsDigest } from "../settings.ts";
import { openConfig, type RunningConfig } from "./mod.ts";
import {
  homeNets,
  inPieces,
  randomSettings,
  readLog,
  run,
} from "./testdata/analysis.ts";
import { inFolder } from "./testdata/in_folder.ts";

const PIECES = 600;
const CHANGES = 1000;
/** Logs every event, so that the log can be held against what was observed. */
const EVERYTHING = { "log.benignShare": 1, "log.perIncident": 1_000_000 };

/** What an event met: where it stands among all, its batch, and the settings that were in force. */
interface Met {
  readonly number: number;
  readonly batch: number;
  readonly digest: string;
}

/** A configuration as `analyze` takes it, with a note of each batch and of each change. */
class Noted implements LiveConfig {
  readonly #config: RunningConfig;
  /** Settings in the order in which they came into force. */
  readonly digests: string[] = [];
  /** What is wrong. */
  readonly faults: string[] = [];
  batch = 0;
  holding = false;

  constructor(config: RunningConfig) {
    this.#config = config;
  }

  get current(): LiveConfig["current"] {
    return () => this.#config.live.current();
  }

  /** Settings in force. */
  get digest(): string {
    return this.digests.at(-1)!;
  }

  async attach(part: LivePart): Promise<LiveAttachment> {
    const attached = await this.#config.live.attach({
      name: part.name,
      prepare: (settings) => {
        const prepared = part.prepare(settings);
        return {
          abort: () => prepared.abort(),
          commit: () => {
            if (this.holding) this.faults.push(`within batch ${this.batch}`);
            prepared.commit();
            this.digests.push(this.#digestOf(settings));
          },
        };
      },
    });
    const begin = () => {
      this.batch++;
      this.holding = true;
    };
    return {
      betweenBatches: () => {
        this.holding = false;
        const wait = attached.betweenBatches();
        if (wait !== undefined) return wait.then(begin);
        begin();
      },
      idle: () => {
        this.holding = false;
        attached.idle();
      },
      close: () => attached.close(),
    };
  }

  #digestOf({ rules, models, policy }: LiveSettings): string {
    return settingsDigest({
      homeNets,
      prefixBytes: 512,
      rules,
      models,
      policy,
    });
  }
}

/** Writes changes without end: some while a batch is held, some on its own time. */
class Operator {
  readonly #config: RunningConfig;
  readonly #rng = new Rng("any moment");
  readonly #asked: Promise<{ readonly revision: number }>[] = [];
  withinBatches = 0;

  constructor(config: RunningConfig) {
    this.#config = config;
  }

  get count(): number {
    return this.#asked.length;
  }

  /** Now and then; nobody waits for it. */
  perhaps(oneIn: number): void {
    if (this.count >= CHANGES || this.#rng.int(1, oneIn) !== 1) return;
    this.withinBatches++;
    this.#ask();
  }

  /** On its own time until told to end. */
  async run(end: AbortSignal): Promise<void> {
    while (!end.aborted && this.count < CHANGES) {
      this.#ask();
      await new Promise((done) => setTimeout(done, this.#rng.int(0, 4)));
    }
  }

  /** The last revision, when all are written. */
  async last(): Promise<number> {
    const written = await Promise.all(this.#asked);
    return Math.max(...written.map(({ revision }) => revision));
  }

  #ask(): void {
    const settings = {
      ...randomSettings(this.#rng, this.count),
      ...EVERYTHING,
    };
    this.#asked.push(this.#config.editor.set(settings, { actor: "load" }));
  }
}

/** The log has the events in the order in which they were met, each with the settings of its batch. */
async function checkLog(
  folder: string,
  met: ReadonlyMap<string, Met>,
  digests: readonly string[],
): Promise<void> {
  const lines = (await readLog(folder)).map(({ rag_metadata }) => ({
    digest: rag_metadata.config_digest,
    event: met.get(rag_metadata.event_id)!,
  }));
  assert.equal(lines.length, met.size);
  const numbers = lines.map(({ event }) => event.number);
  assert.deepEqual(numbers, [...new Set(numbers)].sort((a, b) => a - b));
  const batches = new Map<number, Set<string>>();
  for (const { digest, event } of lines) {
    assert.equal(digest, event.digest);
    const seen = batches.get(event.batch) ?? new Set();
    batches.set(event.batch, seen.add(digest));
  }
  for (const [batch, seen] of batches) assert.equal(seen.size, 1, `${batch}`);

  // Settings follow each other as they came into force.
  const places = lines.map(({ digest }) => digests.indexOf(digest));
  assert.deepEqual(places, places.toSorted((a, b) => a - b));
  const used = new Set(places).size;
  assert.ok(used > 50, `${used} configurations in ${batches.size} batches`);
}

Deno.test("analyze under changes at any moment, hundreds asked for within batches: every event once and in order, each batch under one configuration", async () => {
  await inFolder(async (folder) => {
    const pieces = () =>
      inPieces(
        PIECES,
        (piece) =>
          piece % 3 === 0
            ? new Promise((done) => setTimeout(done))
            : Promise.resolve(),
      );
    const flows: string[] = [];
    await using config = await openConfig({ store: "memory" });
    const { revision } = await config.editor.set(EVERYTHING, { actor: "ana" });
    await config.watcher.reached(revision);
    const before = await run(pieces(), {
      log: `${folder}/before`,
      config: config.live,
      observe: ({ eventId, flow }) => flow && flows.push(eventId),
    });
    const noted = new Noted(config);
    const operator = new Operator(config);
    const met = new Map<string, Met>();
    const order: string[] = [];
    const end = new AbortController();
    const working = operator.run(end.signal);
    const after = await run(pieces(), {
      log: `${folder}/after`,
      config: noted,
      observe: ({ eventId, flow }) => {
        if (flow !== undefined) order.push(eventId);
        assert.ok(noted.holding || end.signal.aborted, "outside of a batch");
        const { batch, digest } = noted;
        met.set(eventId, { number: met.size, batch, digest });
        operator.perhaps(6);
      },
    });
    end.abort();
    await working;
    const status = await config.watcher.reached(await operator.last());

    assert.deepEqual(noted.faults, []);
    assert.equal(status.state, "in_force");
    const { refused, rolledBack, applied } = status.counters;
    assert.deepEqual([refused, rolledBack], [0, 0]);
    assert.ok(applied > 300, `${applied} applied`);
    assert.ok(
      operator.withinBatches > 200,
      `${operator.withinBatches} of ${operator.count} within batches`,
    );

    // The events of all flows in the order that they have without any change: none lost, doubled or moved.
    assert.deepEqual(order, flows);
    assert.ok(order.length > 500, `${order.length} flows`);
    assert.deepEqual([after.packets, after.flows], [
      before.packets,
      before.flows,
    ]);
    assert.equal(met.size, after.order.length);

    assert.equal(after.logFailure, undefined);
    await checkLog(`${folder}/after`, met, noted.digests);
  });
});
