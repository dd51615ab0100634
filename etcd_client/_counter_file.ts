/** The file of counters: a first line that says what it is, then a line for each value applied. */
import type { CounterEntry } from "./counters.ts";
import { CounterMap } from "./_counter_map.ts";
import { EtcdError } from "./error.ts";
import { createAnew } from "./_file_log.ts";

type CounterLine = readonly [
  string,
  number,
  string,
  CounterEntry["state"],
  number,
  string,
];

const encoder = new TextEncoder();
const STATES: readonly CounterEntry["state"][] = [
  "live",
  "leased",
  "expendable",
  "deleted",
  "gone",
];
const FIRST = '["ml-defender-counters",1]\n';

/** Reads a file of counters; one that is not there has none. */
export async function readCounters(path: string): Promise<CounterMap> {
  const entries = new CounterMap();
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return entries;
    throw error;
  }
  if (text !== "" && !text.startsWith(FIRST)) {
    throw new EtcdError(
      "storage",
      `Cannot open ${path}: it is not a file of counters; move it away or choose another`,
    );
  }
  const lines = text.split("\n").slice(1, -1);
  for (const [i, line] of lines.entries()) {
    const parsed = parseLine(line);
    if (parsed === undefined) {
      throw new EtcdError(
        "storage",
        `Cannot open ${path}: line ${
          i + 2
        } is damaged; without it an old value could pass for a new one`,
      );
    }
    const [name, counter, tag, state, revision, store] = parsed;
    entries.set(name, { counter, tag, state, revision, store });
  }
  return entries;
}

function parseLine(line: string): CounterLine | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!Array.isArray(parsed) || parsed.length !== 6) return undefined;
  const [name, counter, tag, state, revision, store] = parsed;
  const texts = [name, tag, store].every((it) => typeof it === "string");
  const numbers = [counter, revision].every((it) =>
    Number.isSafeInteger(it) && it >= 0
  );
  const known = STATES.includes(state);
  return texts && numbers && known
    ? [name, counter, tag, state, revision, store]
    : undefined;
}

/** Writes all of them into a new file, puts it in place and leaves it open for more. */
export async function writeCounters(
  path: string,
  entries: Iterable<readonly [string, CounterEntry]>,
): Promise<{ file: Deno.FsFile; size: number }> {
  const file = await createAnew(`${path}.new`);
  try {
    const first = encoder.encode(FIRST);
    await writeAll(file, first);
    let size = first.length;
    for (const [name, entry] of entries) {
      const bytes = lineOf(name, entry);
      await writeAll(file, bytes);
      size += bytes.length;
    }
    await file.sync();
    await Deno.rename(`${path}.new`, path);
    return { file, size };
  } catch (error) {
    file.close();
    await Deno.remove(`${path}.new`).catch(() => {});
    throw error;
  }
}

/** An entry as a line. */
export function lineOf(name: string, entry: CounterEntry): Uint8Array {
  const { counter, tag, state, revision, store } = entry;
  const line: CounterLine = [name, counter, tag, state, revision, store];
  return encoder.encode(`${JSON.stringify(line)}\n`);
}

/** Writes all of it, which a single call need not do. */
export async function writeAll(
  file: Deno.FsFile,
  bytes: Uint8Array,
): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    written += await file.write(bytes.subarray(written));
  }
}
