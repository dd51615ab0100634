import assert from "node:assert/strict";
import { FastRules } from "@ml-defender/detectors";
import { openCore, openHandles } from "@ml-defender/native";
import type { Json } from "@ml-defender/etcd-client";
import { analyze } from "../mod.ts";
import { Rng } from "../generator/rng.ts";
import { settingsDigest } from "../settings.ts";
import { openConfig, type RunningConfig } from "./mod.ts";
import {
  CAPTURE,
  core,
  homeNets,
  inPieces,
  type Line,
  randomSettings,
  readLog,
  run,
} from "./testdata/analysis.ts";
import { inFolder } from "./testdata/in_folder.ts";

/** Fewer in wasm: a grown memory is what may go wrong there, and it grows with the first of them. */
const RELOADS = [["auto", 1000], ["wasm", 150]] as const;

/** Digest of what runs, as events have it. */
async function digestOf(config: RunningConfig): Promise<string> {
  const { rules, models, policy, prefixBytes } = await config.live.current();
  return settingsDigest({ homeNets, prefixBytes, rules, models, policy });
}

Deno.test("analyze with a configuration of defaults does exactly what it does without one", async () => {
  await inFolder(async (folder) => {
    await using config = await openConfig({ store: "memory" });
    const [plain, live] = [`${folder}/plain`, `${folder}/live`];
    const now = () => 1_800_000_000_000;
    const without = await run(CAPTURE, { log: plain, logOptions: { now } });
    const within = await run(CAPTURE, {
      log: live,
      logOptions: { now },
      config: config.live,
    });
    assert.deepEqual(within, without);
    assert.ok(within.incidents > 0);
    const stable = (lines: readonly Line[]) =>
      lines.map((line) => ({ ...line, system_state: null }));
    const lines = await readLog(plain);
    assert.ok(lines.length > 20, `${lines.length} lines`);
    assert.deepEqual(stable(await readLog(live)), stable(lines));
    assert.equal(
      await Deno.readTextFile(`${live}/incidents.jsonl`),
      await Deno.readTextFile(`${plain}/incidents.jsonl`),
    );
    assert.equal(lines[0]!.rag_metadata.config_digest, await digestOf(config));
  });
});

for (const [build, reloads] of RELOADS) {
  Deno.test(`analyze takes ${reloads} random configurations while it reads (${build}): no record, verdict or line is lost, doubled or moved, and each event names the settings of its time`, async () => {
    await inFolder(async (folder) => {
      const core = await openCore({ build });
      const handles = openHandles();
      const before = await run(CAPTURE, { core });
      {
        await using config = await openConfig({ store: "memory" });
        const rng = new Rng("reloads");
        const digests = [await digestOf(config)];
        const input = inPieces(reloads, async (piece) => {
          const { revision } = await config.editor.set(
            randomSettings(rng, piece),
            { actor: "load" },
          );
          const { state, applied } = await config.watcher.reached(revision);
          assert.deepEqual([state, applied.revision], ["in_force", revision]);
          digests.push(await digestOf(config));
        });
        const madeWith = new Map<string, string>();
        const after = await run(input, {
          core,
          log: folder,
          config: config.live,
          observe: ({ eventId }) => madeWith.set(eventId, digests.at(-1)!),
        });
        assert.equal(after.logFailure, undefined);
        assert.equal(after.packets, before.packets);
        assert.equal(after.flows, before.flows);
        const { counters } = config.status();
        assert.equal(counters.refused + counters.rolledBack, 0);
        assert.ok(
          counters.applied > reloads * 0.9,
          `${counters.applied} applied`,
        );
        assert.equal(new Set(digests).size, digests.length);

        const lines = await readLog(folder);
        const ids = lines.map(({ rag_metadata }) => rag_metadata.event_id);
        assert.equal(new Set(ids).size, ids.length, "an event is there twice");
        const place = new Map(after.order.map((id, i) => [id, i]));
        const places = ids.map((id) => place.get(id)!);
        assert.deepEqual(places, places.toSorted((a, b) => a - b));
        for (const { rag_metadata: { event_id, config_digest } } of lines) {
          assert.equal(config_digest, madeWith.get(event_id));
        }
        const seen = lines.map(({ rag_metadata }) =>
          digests.indexOf(rag_metadata.config_digest)
        );
        assert.ok(seen.every((at) => at >= 0), "a digest that never ran");
        assert.deepEqual(seen, seen.toSorted((a, b) => a - b));
        const used = new Set(seen).size;
        assert.ok(
          used > 50,
          `${used} settings are seen in ${seen.length} events`,
        );
      }
      assert.equal(
        openHandles(),
        handles,
        "forests that are no more used are closed",
      );
    });
  });
}

Deno.test("a change of nothing but the log reaches an analysis that runs, and is not in the digest of what judged", async () => {
  const digests = new Set<string>();
  const lines = async (perhaps: Record<string, Json> | undefined) => {
    let count = 0;
    await inFolder(async (folder) => {
      await using config = await openConfig({ store: "memory" });
      const input = inPieces(20, async (piece) => {
        if (piece !== 3 || perhaps === undefined) return;
        const { revision } = await config.editor.set(perhaps, { actor: "ana" });
        await config.watcher.reached(revision);
      });
      await run(input, { log: folder, config: config.live });
      const lines = await readLog(folder);
      for (const { rag_metadata } of lines) {
        digests.add(rag_metadata.config_digest);
      }
      count = lines.length;
    });
    return count;
  };
  const [without, within] = [
    await lines(undefined),
    await lines({ "log.benignShare": 1 }),
  ];
  assert.ok(within > without * 2, `${within} lines, ${without} without`);
  assert.equal(digests.size, 1);
});

Deno.test("a hundred changes of what the capture does not meet leave every record, score, incident and line as they are", async () => {
  await inFolder(async (folder) => {
    const now = () => 1_800_000_000_000;
    const [plain, live] = [`${folder}/plain`, `${folder}/live`];
    const logOptions = { now };
    const before = await run(inPieces(100, () => Promise.resolve()), {
      log: plain,
      logOptions,
    });
    await using config = await openConfig({ store: "memory" });
    const input = inPieces(100, async (piece) => {
      const { revision } = await config.editor.set({
        "search.limit": 1 + piece % 7,
        "policy.incidents.maxOpen": 9000 + piece,
        "policy.suppressions": [{
          host: "203.0.113.250",
          until: `20${30 + piece % 60}-01-01T00:00:00Z`,
          reason: "nobody has this address",
        }],
        "log.rotation.maxBytes": 100_000_000 + piece,
      }, { actor: "load" });
      await config.watcher.reached(revision);
    });
    const after = await run(input, {
      log: live,
      logOptions,
      config: config.live,
    });
    assert.deepEqual(after, before);
    assert.ok(config.status().counters.applied >= 100);
    const stable = (lines: readonly Line[]) =>
      lines.map((line) => ({
        ...line,
        system_state: null,
        rag_metadata: { ...line.rag_metadata, config_digest: "" },
        // Its digest is over the line, the name of the settings in it.
        artifact: line.artifact.sha256 === null,
      }));
    const lines = await readLog(live);
    assert.deepEqual(stable(lines), stable(await readLog(plain)));
    const digests = new Set(
      lines.map(({ rag_metadata }) => rag_metadata.config_digest),
    );
    assert.ok(digests.size > 3, `${digests.size} settings are seen`);
    assert.equal(
      await Deno.readTextFile(`${live}/incidents.jsonl`),
      await Deno.readTextFile(`${plain}/incidents.jsonl`),
    );
  });
});

Deno.test("a configuration that is refused changes nothing: the run is byte for byte the one without it", async () => {
  const logged = async (bad: Record<string, Json> | undefined) => {
    const folder = await Deno.makeTempDir({ prefix: "config-" });
    try {
      await using config = await openConfig({
        store: "memory",
        retryMs: 600_000,
      });
      const { store } = config;
      let refused = 0;
      const input = inPieces(20, async (piece) => {
        if (bad === undefined || piece !== 5) return;
        // Past the editor, which would not let it in.
        for (const [section, value] of Object.entries(bad)) {
          await store.set(`ml-defender/config/${section}`, value);
        }
        while (config.status().refusal === undefined) {
          await new Promise((done) => setTimeout(done, 1));
        }
        refused = config.status().counters.refused;
      });
      const now = () => 1_800_000_000_000;
      const outcome = await run(input, {
        log: folder,
        logOptions: { now },
        config: config.live,
      });
      const lines = (await readLog(folder)).map((line) => ({
        ...line,
        system_state: null,
      }));
      return { refused, outcome, lines };
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  };
  const before = await logged(undefined);
  const bad: Record<string, Json>[] = [
    { policy: { thresholds: { alert: 0.1 } } },
    { rules: { thresholds: { no_such_rule: {} } } },
    { models: { ddos: { file: "/no/such/file.json" } } },
    { log: { unknown: 1 } },
    { log: { ragScore: 0.1 }, policy: { roleFactor: 0.5 } },
  ];
  for (const one of bad) {
    const after = await logged(one);
    assert.ok(after.refused > 0, JSON.stringify(one));
    assert.deepEqual(after.outcome, before.outcome);
    assert.deepEqual(after.lines, before.lines);
  }
});

Deno.test("two analyses at once take the same change, and a refusal of one is a refusal for both", async () => {
  await using config = await openConfig({ store: "memory", retryMs: 600_000 });
  const changed = Promise.withResolvers<void>();
  const pieces = () =>
    inPieces(20, async (piece) => {
      if (piece === 5) await changed.promise;
    });
  const both = Promise.all([
    run(pieces(), { config: config.live }),
    run(pieces(), { config: config.live }),
  ]);
  const { revision } = await config.editor.set(
    { "policy.thresholds.malicious": 0.99, "policy.thresholds.rag": 0.99 },
    { actor: "ana" },
  );
  assert.equal((await config.watcher.reached(revision)).state, "in_force");
  const leave = await config.watcher.subscribe({
    name: "sceptic",
    sections: config.model.sections,
    prepare: (tree) => {
      if (tree.revision > revision) throw new Error("not that");
      return { commit() {}, abort() {} };
    },
  });
  await config.editor.set({ "policy.roleFactor": 0.9 }, { actor: "ana" });
  const { refusal } = await config.watcher.reached(revision + 1);
  assert.match(refusal?.reason ?? "", /not that/);
  assert.equal((await config.live.current()).policy.roleFactor, 0.6);
  leave();
  changed.resolve();
  const [a, b] = await both;
  assert.deepEqual(a, b);
});

Deno.test("analyze refuses rules, models or a policy beside a configuration", async () => {
  await using config = await openConfig({ store: "memory" });
  const rules = new FastRules();
  await assert.rejects(
    analyze(CAPTURE, { core, config: config.live, rules }),
    { name: "TypeError", message: /'rules' must not be there/ },
  );
});
