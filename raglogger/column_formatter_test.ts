import assert from "node:assert/strict";
import { type Core, openCore } from "@ml-defender/native";
import { columnFormatter, LOG_COLUMNS } from "./column_formatter.ts";
import { typescriptFormatter } from "./format.ts";
import { RagLogger } from "./logger.ts";
import type { LogRecord } from "./record.ts";
import { printColumns } from "./testdata/print_columns.ts";
import { benign, verdict } from "./testdata/events.ts";
import { records, temporaryFolder } from "./testdata/files.ts";
import { toRecord } from "./to_record.ts";
import { verifyLog } from "./verify.ts";

/** The wasm build, and the native one where there is one. */
async function builds(): Promise<Core[]> {
  const auto = await openCore();
  if (auto.build === "wasm") return [auto];
  return [auto, await openCore({ build: "wasm" })];
}

/** Numbers from 0 to 1, the same in each run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Doubles of all kinds: any bits, shares, float32, decimals, all magnitudes, whole ones. */
function doubles(
  random: () => number,
  count: number,
): Float64Array<ArrayBuffer> {
  const values = new Float64Array(count);
  const bits = new Uint32Array(values.buffer);
  for (let i = 0; i < count; i++) {
    switch (i % 6) {
      case 0:
        bits[2 * i] = random() * 2 ** 32;
        bits[2 * i + 1] = random() * 2 ** 32;
        break;
      case 1:
        values[i] = random();
        break;
      case 2:
        values[i] = Math.fround(random() * 1e4);
        break;
      case 3:
        values[i] = Math.round(random() * 1e9) / 10 ** Math.floor(random() * 9);
        break;
      case 4:
        values[i] = (random() - 0.5) * 10 ** (random() * 50 - 25);
        break;
      default:
        values[i] = Math.floor((random() - 0.5) * 2 ** (random() * 80));
    }
  }
  return values;
}

function record(number: number, random: () => number): LogRecord {
  const made = number % 3 === 0 ? benign(number) : verdict(number);
  return toRecord(
    { ...made, finalScore: random(), confidence: Math.fround(random()) },
    { nodeId: number % 2 === 0 ? null : 'a"\\\n\u0001' },
    {
      loggedAtMs: 1_700_000_000_000 + number,
      systemState: {
        events_processed_total: number,
        events_in_last_minute: number,
        memory_usage_mb: random() * 100,
        cpu_usage_percent: null,
        uptime_seconds: NaN,
      },
      requiresRag: number % 2 === 0,
      artifactSha256: null,
    },
  );
}

Deno.test("the core prints a million doubles as JSON.stringify does, in both builds", async () => {
  for (const core of await builds()) {
    const random = seeded(1);
    using formatter = core.openFormatter([{ path: "x", kind: "number" }]);
    for (let round = 0; round < 10; round++) {
      const values = doubles(random, 100_000);
      const bytes = formatter.format(values, new Uint8Array(0));
      const text = new TextDecoder().decode(bytes);
      const expected = Array.from(values, (x) => JSON.stringify({ x }));
      if (text === `${expected.join("\n")}\n`) continue;
      const at = text.split("\n").findIndex((line, i) => line !== expected[i]);
      assert.fail(`${text.split("\n")[at]} instead of ${expected[at]}`);
    }
  }
});

Deno.test("columnFormatter gives the bytes of typescriptFormatter, also for texts that it leaves to it", async () => {
  for (const core of await builds()) {
    const random = seeded(2);
    using open = core.openFormatter(LOG_COLUMNS);
    const formatter = columnFormatter(open);
    const some = Array.from({ length: 500 }, (_, i) => record(i, random));
    const odd = ["\ud800 é \u2028", "x".repeat(70_000)].map((text) => {
      const one = structuredClone(record(7, random));
      one.network.interface = text;
      return one;
    });
    for (const batch of [some, [], some.slice(0, 1), odd.slice(0, 1), odd]) {
      assert.deepEqual(
        new TextDecoder().decode(formatter.formatLines(batch)),
        new TextDecoder().decode(typescriptFormatter.formatLines(batch)),
      );
    }
  }
});

Deno.test("RagLogger writes through the core's formatter", async () => {
  await using folder = await temporaryFolder();
  const core = await openCore({ build: "wasm" });
  using open = core.openFormatter(LOG_COLUMNS);
  const logger = await RagLogger.open(folder.path, {
    formatter: columnFormatter(open),
    maxFileLines: 7,
  });
  await Promise.all(
    Array.from({ length: 20 }, (_, i) => logger.append(verdict(i))),
  );
  await logger.close();
  const files = [...(await records(folder.path)).values()];
  assert.deepEqual(files.map((found) => found.length).sort(), [6, 7, 7]);
  assert.equal((await verifyLog(folder.path)).intact, true);
});

Deno.test({
  name: "_columns.ts is what the field table prints",
  permissions: { read: [new URL("./_columns.ts", import.meta.url)] },
  fn: async () => {
    const file = new URL("./_columns.ts", import.meta.url);
    assert.equal(await Deno.readTextFile(file), printColumns());
  },
});
