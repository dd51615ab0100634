/** Reads back what a logger wrote. */
import type { LogRecord } from "../record.ts";

/** A new folder of its own for one test; removed at the end of the scope. */
export async function temporaryFolder(): Promise<
  AsyncDisposable & { path: string }
> {
  const path = await Deno.makeTempDir({ prefix: "raglogger_" });
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

/** Names in a folder, sorted; an absent one has none. */
export async function names(folder: string): Promise<string[]> {
  const found: string[] = [];
  try {
    for await (const entry of Deno.readDir(folder)) found.push(entry.name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return found.sort();
}

/** Lines of a file; fails when the last has no newline. */
export async function lines(path: string): Promise<string[]> {
  const text = await Deno.readTextFile(path);
  if (text === "") return [];
  if (!text.endsWith("\n")) throw new Error(`${path} ends in a torn line`);
  return text.slice(0, -1).split("\n");
}

/** Every record of a log directory by file, uncompressed files only. */
export async function records(
  directory: string,
): Promise<Map<string, LogRecord[]>> {
  const found = new Map<string, LogRecord[]>();
  for (const name of await names(`${directory}/events`)) {
    if (!name.endsWith(".jsonl")) continue;
    const all = await lines(`${directory}/events/${name}`);
    found.set(name, all.map((line) => JSON.parse(line)));
  }
  return found;
}

/** Event ids of a log directory, in no particular order. */
export async function eventIds(directory: string): Promise<string[]> {
  return [...(await records(directory)).values()].flat()
    .map((record) => record.rag_metadata.event_id);
}
