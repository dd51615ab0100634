/** What happens to files that are no longer written: compression, and removal by age and size. */
import { listLogs, parseLogName } from "./_names.ts";
import { toLogError } from "./error.ts";

/** Replaces a log file by its gzip. A crash leaves either the file or the whole gzip. */
export async function compressLog(path: string): Promise<void> {
  const temporary = `${path}.gz.tmp`;
  try {
    const input = await Deno.open(path, { read: true });
    const output = await Deno.open(temporary, {
      write: true,
      create: true,
      truncate: true,
    });
    await input.readable.pipeThrough(new CompressionStream("gzip"))
      .pipeTo(output.writable);
    using written = await Deno.open(temporary, { write: true });
    await written.sync();
    await Deno.rename(temporary, `${path}.gz`);
    await Deno.remove(path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw toLogError("compress", path, error);
  }
}

/** Finishes what a crash left of compressing: half a gzip is removed; beside a whole one the file is. */
export async function finishCompression(events: string): Promise<void> {
  const logs = await listLogs(events);
  const whole = new Set(logs.filter((log) => log.gzip).map((log) => log.base));
  for (const log of logs) {
    if (!log.gzip && whole.has(log.base)) {
      await Deno.remove(`${events}/${log.name}`);
    }
  }
  for await (const entry of Deno.readDir(events)) {
    if (entry.name.endsWith(".gz.tmp")) {
      await Deno.remove(`${events}/${entry.name}`);
    }
  }
}

/** How long files are kept. */
export interface Retention {
  /** Remove days that ended longer ago than this, days of 24 h. No limit when absent. */
  readonly maxAgeDays?: number;
  /** Remove the oldest until `events/` and `artifacts/` together are at most this, bytes. No limit when absent. */
  readonly maxBytes?: number;
}

interface Item {
  readonly date: string;
  readonly order: number;
  readonly bytes: number;
  readonly paths: readonly string[];
}

const DAY_MS = 86_400_000;

async function sizeOf(path: string): Promise<number> {
  try {
    return (await Deno.stat(path)).size;
  } catch {
    return 0;
  }
}

async function artifactItems(artifacts: string): Promise<Item[]> {
  const items: Item[] = [];
  try {
    for await (const folder of Deno.readDir(artifacts)) {
      if (!folder.isDirectory || !parseLogName(`${folder.name}.jsonl`)) {
        continue;
      }
      const path = `${artifacts}/${folder.name}`;
      let bytes = 0;
      for await (const file of Deno.readDir(path)) {
        bytes += await sizeOf(`${path}/${file.name}`);
      }
      items.push({ date: folder.name, order: -1, bytes, paths: [path] });
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return items;
}

async function logItems(events: string): Promise<Item[]> {
  const items: Item[] = [];
  for (const log of await listLogs(events)) {
    const path = `${events}/${log.name}`;
    const chain = `${events}/${log.base}.chain`;
    const torn = `${events}/${log.base}.torn`;
    const paths = [path, chain, torn];
    const sizes = await Promise.all(paths.map(sizeOf));
    const bytes = sizes.reduce((a, b) => a + b, 0);
    items.push({ date: log.date, order: log.number, bytes, paths });
  }
  return items;
}

/**
 * Removes what retention does not keep, oldest day first, within a day artifacts first. The file being written and the
 * artifacts of its day stay.
 *
 * @param directory The log directory.
 * @param active Name of the file being written.
 * @returns How many log files and artifact folders were removed.
 */
export async function applyRetention(
  directory: string,
  active: string,
  retention: Retention,
  nowMs: number,
): Promise<number> {
  const { maxAgeDays = Infinity, maxBytes = Infinity } = retention;
  if (maxAgeDays === Infinity && maxBytes === Infinity) return 0;
  const events = `${directory}/events`;
  const current = parseLogName(active);
  const items = [
    ...await artifactItems(`${directory}/artifacts`),
    ...await logItems(events),
  ].sort((a, b) =>
    a.date === b.date ? a.order - b.order : a.date < b.date ? -1 : 1
  );
  let total = items.reduce((bytes, item) => bytes + item.bytes, 0);
  let removed = 0;
  for (const item of items) {
    const day = Date.parse(`${item.date}T00:00:00Z`);
    const old = nowMs - (day + DAY_MS) > maxAgeDays * DAY_MS;
    const kept = item.date === current?.date &&
      (item.order < 0 || item.order === current.number);
    if (kept || (!old && total <= maxBytes)) continue;
    for (const path of item.paths) {
      await Deno.remove(path, { recursive: true }).catch(ignoreNotFound);
    }
    total -= item.bytes;
    removed++;
  }
  return removed;
}

function ignoreNotFound(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
