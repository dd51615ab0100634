/** Opening the index of a store's texts: only such vectors are left in it as were made of the texts that the store has. */
import {
  allTexts,
  EmbeddedTexts,
  sumOf,
  type TextSum,
} from "./_embedded_texts.ts";
import type { IndexFactory, IndexSetup } from "./index_factory.ts";
import type { EventStore } from "./store/event_store.ts";
import type { VectorIndex, VectorIndexRecovery } from "./vectors/index.ts";
import { VectorIndexError } from "./vectors/index.ts";

/** Ids beyond the last text of the store at which a vector may be that nothing is known of. */
const STRAYS = 4096;

/** An index, and what its vectors were made of. */
export interface OpenIndex {
  readonly index: VectorIndex;
  /** Absent where the index is in memory only. */
  readonly texts: EmbeddedTexts | undefined;
}

/** How an index is opened. */
export interface Opening {
  readonly directory: string | undefined;
  readonly setup: IndexSetup;
  readonly repairs: string[];
}

/** The index with only such vectors as were made of the store's texts. */
export async function openIndex(
  store: EventStore,
  factory: IndexFactory,
  { directory, setup, repairs }: Opening,
): Promise<OpenIndex> {
  const index = await factory.open(directory, setup);
  if (directory === undefined) return { index, texts: undefined };
  let texts: EmbeddedTexts | undefined;
  try {
    tellRecovered(index.recovered, repairs);
    const sums = new Map<number, TextSum>();
    texts = new EmbeddedTexts(directory, (id, sum) => sums.set(id, sum));
    dropWrong(store, index, { sums, repairs });
    return { index, texts };
  } catch (error) {
    texts?.close();
    index.close();
    throw error;
  }
}

function tellRecovered(
  recovered: VectorIndexRecovery | undefined,
  repairs: string[],
): void {
  if (recovered === undefined) return;
  if (recovered.cutBytes > 0) {
    repairs.push(`${recovered.cutBytes} bytes of an interrupted write cut`);
  }
  if (recovered.corruptBlocks > 0) {
    repairs.push(`${recovered.corruptBlocks} damaged blocks embedded anew`);
  }
}

interface Known {
  /** What the vectors were made of; emptied. */
  readonly sums: Map<number, TextSum>;
  readonly repairs: string[];
}

/** Removes vectors of texts that the store does not have, and those that were made of another text than it has now. */
function dropWrong(
  store: EventStore,
  index: VectorIndex,
  { sums, repairs }: Known,
): void {
  const before = index.size;
  const wrong: number[] = [];
  let right = 0;
  for (const some of allTexts((id, limit) => store.textsAfter(id, limit))) {
    for (const { textId, text } of some) {
      const known = sums.get(textId);
      sums.delete(textId);
      if (!index.has(textId)) continue;
      const sum = sumOf(text);
      if (known?.a === sum.a && known.b === sum.b) right++;
      else wrong.push(textId);
    }
  }
  index.remove(wrong);
  index.remove(sums.keys());
  if (index.size > right) index.remove(numbersWithout(store));
  if (index.size > right) {
    throw new VectorIndexError(
      "corrupt",
      `Cannot use the vectors of ${store.directory} as some are of texts that it does not have`,
    );
  }
  if (index.size < before) index.flush();
  if (wrong.length > 0) {
    repairs.push(
      `${wrong.length} texts embedded anew as their vectors were not known to be made of them: the entries are of an earlier state or another store than the vectors, or a write was interrupted`,
    );
  }
  const gone = before - wrong.length - right;
  if (gone > 0) {
    repairs.push(`${gone} vectors removed whose texts are not there any more`);
  }
}

/** Ids that the store has no text of, up to some beyond its last. */
function* numbersWithout(store: EventStore): Generator<number> {
  let next = 1;
  for (const some of allTexts((id, limit) => store.textsAfter(id, limit))) {
    for (const { textId } of some) {
      for (; next < textId; next++) yield next;
      next = textId + 1;
    }
  }
  for (const end = next + STRAYS; next < end; next++) yield next;
}

/** Removes folders of other models. */
export async function removeOthers(
  directory: string,
  prefix: string,
  own: string,
): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    if (!isDirectory || !name.startsWith(prefix) || name === own) continue;
    await Deno.remove(`${directory}/${name}`, { recursive: true })
      .catch(() => {});
  }
}
