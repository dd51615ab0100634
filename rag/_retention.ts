/** What a search keeps: entries by their age and their number, and with them how far their sources were read. */
import type { Meaning } from "./_meaning.ts";
import type { Retention } from "./searcher.ts";
import type { EventStore } from "./store/event_store.ts";

const ARTIFACT = /^(.*)\/(event_([A-Za-z0-9_-]{1,64})\.json)$/;

/**
 * Removes what is not to be kept.
 *
 * @param clockMs The clock, milliseconds since the Unix epoch.
 * @throws {RangeError} If a bound is not above 0.
 */
export async function retain(
  store: EventStore,
  meaning: Meaning,
  { retention, clockMs }: {
    readonly retention: Retention;
    readonly clockMs: number;
  },
): Promise<{ readonly removed: number }> {
  const nowUs = presentUs(store, clockMs * 1000);
  const { removed, texts } = store.retain({ ...retention, nowUs });
  meaning.remove(texts);
  if (texts.length > 0) await meaning.compact();
  store.forgetPositions(await positionsGone(store));
  return { removed };
}

/**
 * The time of the newest entry that is not after the clock: an entry that is dated years ahead does not make all others
 * old, and neither does a clock that is years ahead, nor time that passed since a log ended.
 */
function presentUs(store: EventStore, clockUs: number): number {
  const { lastUs } = store.stats();
  if (lastUs === undefined || lastUs <= clockUs) return lastUs ?? clockUs;
  const { times } = store.columns.oldest();
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! <= clockUs) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? clockUs : times[low - 1]!;
}

/**
 * Artifacts whose event is not in the store and whose file is not there: nobody asks again whether they were read. One
 * that is still there would be read again, so it stays.
 */
async function positionsGone(store: EventStore): Promise<string[]> {
  const byFolder = new Map<string, string[]>();
  for (const { path } of store.positions()) {
    const [, folder, name, id] = ARTIFACT.exec(path) ?? [];
    if (folder === undefined || name === undefined || id === undefined) {
      continue;
    }
    if (store.rowOf(id) !== undefined) continue;
    const names = byFolder.get(folder) ?? [];
    names.push(name);
    byFolder.set(folder, names);
  }
  const gone: string[] = [];
  for (const [folder, names] of byFolder) {
    const present = await namesIn(folder);
    if (present === undefined) continue;
    for (const name of names) {
      if (!present.has(name)) gone.push(`${folder}/${name}`);
    }
  }
  return gone;
}

/** Names in a folder, none where it is gone; undefined where it cannot be told. */
async function namesIn(folder: string): Promise<Set<string> | undefined> {
  const names = new Set<string>();
  try {
    for await (const { name } of Deno.readDir(folder)) names.add(name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) return undefined;
  }
  return names;
}
