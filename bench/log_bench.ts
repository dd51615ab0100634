/**
 * Logging: records to lines in a file, batched, beside `JSON.stringify` with the same batches; and the whole logger.
 * Needs permission to write a temporary folder, and `ffi` for the native build.
 *
 * Each iteration writes 100 lines (about 215 KB), so `iter/s` times 100 is lines per second.
 */
import { type Core, openCore } from "@ml-defender/native";
import {
  columnFormatter,
  LOG_COLUMNS,
  type LogRecord,
  RagLogger,
  type RagLoggerOptions,
  toRecord,
  typescriptFormatter,
} from "@ml-defender/raglogger";
import { verdict } from "../raglogger/testdata/events.ts";

const LINES = 100;

const VERDICTS = Array.from({ length: LINES }, (_, i) => {
  const share = (i * 0.6180339887498949) % 1;
  return verdict(i, { fastScore: 0.7 + share * 0.3, mlScore: share });
});

const RECORDS: readonly LogRecord[] = VERDICTS.map((one, i) =>
  toRecord(one, { nodeId: "sensor-1", deploymentId: "bench" }, {
    loggedAtMs: 1_700_000_000_000 + i,
    systemState: {
      events_processed_total: i,
      events_in_last_minute: i,
      memory_usage_mb: 148.3,
      cpu_usage_percent: 12.5,
      uptime_seconds: 1234.567,
    },
    requiresRag: true,
    artifactSha256: null,
  })
);

const FOLDER = Deno.makeTempDirSync({ prefix: "log_bench_" });
globalThis.addEventListener("unload", () => {
  Deno.removeSync(FOLDER, { recursive: true });
});

/** A file that each iteration overwrites, so that the bench fills no disk. */
function writer(name: string): (bytes: Uint8Array) => void {
  const file = Deno.openSync(`${FOLDER}/${name}`, {
    write: true,
    create: true,
  });
  return (bytes) => {
    file.seekSync(0, Deno.SeekMode.Start);
    let done = 0;
    while (done < bytes.length) done += file.writeSync(bytes.subarray(done));
  };
}

const encoder = new TextEncoder();
const write = writer("lines.jsonl");

Deno.bench({
  name: "JSON.stringify + batched write",
  group: "100 records to a file",
  baseline: true,
  fn: () => {
    let text = "";
    for (const record of RECORDS) text += `${JSON.stringify(record)}\n`;
    write(encoder.encode(text));
  },
});

Deno.bench({
  name: "typescriptFormatter + batched write",
  group: "100 records to a file",
  fn: () => write(typescriptFormatter.formatLines(RECORDS)),
});

async function cores(): Promise<Core[]> {
  const auto = await openCore();
  return auto.build === "wasm"
    ? [auto]
    : [auto, await openCore({ build: "wasm" })];
}

for (const core of await cores()) {
  const formatter = core.openFormatter(LOG_COLUMNS);
  let columns: Parameters<typeof formatter.format> | undefined;
  columnFormatter({
    format: (numbers, arena) => {
      columns = [numbers.slice(), arena.slice()];
      return formatter.format(numbers, arena);
    },
  }).formatLines(RECORDS);
  const lines = columnFormatter(formatter);
  Deno.bench({
    name: `columnFormatter (${core.build}) + batched write`,
    group: "100 records to a file",
    fn: () => write(lines.formatLines(RECORDS)),
  });
  Deno.bench({
    name: `columns ready, Formatter (${core.build}) + batched write`,
    group: "100 records to a file",
    fn: () => {
      if (columns) write(formatter.format(...columns));
    },
  });
  logger(`chain, ${core.build} formatter`, { formatter: lines });
}

logger("chain, TypeScript formatter", {});
logger("no chain, TypeScript formatter", { chainEvery: 0 });

/** The whole way of 100 verdicts: policy, record, line, chain, file. */
function logger(name: string, options: RagLoggerOptions): void {
  let open: Promise<RagLogger> | undefined;
  Deno.bench({
    name,
    group: "100 verdicts through RagLogger, no artifacts",
    fn: async () => {
      open ??= RagLogger.open(`${FOLDER}/${name.replaceAll(/\W+/g, "_")}`, {
        artifactsPerIncident: 0,
        maxFileLines: 160 * LINES,
        retention: { maxBytes: 64_000_000 },
        ...options,
      });
      const log = await open;
      await Promise.all(VERDICTS.map((one) => log.append(one)));
    },
  });
}
