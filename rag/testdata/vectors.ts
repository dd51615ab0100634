/** Whether the vectors in the folder of a search are those of its texts. */
import type { Core } from "@ml-defender/native";
import type { SyncEmbedder } from "../embedding/embedder.ts";
import { EventStore } from "../store/event_store.ts";
import { openVectorIndex } from "../vectors/own_index.ts";

/** Stored with 8 bits a number, a vector is no nearer to itself than this. */
const SAME = 0.99;

/** What was found. */
export interface VectorCheck {
  /** Texts of the store. */
  readonly texts: number;
  /** Vectors of the index. */
  readonly vectors: number;
  /** Texts that have no vector, or one that is not that of the text. */
  readonly wrong: readonly string[];
}

/** Compares each stored vector with one that is made now of the text that the store has under its id. */
export function checkVectors(
  folder: string,
  core: Core,
  embedder: SyncEmbedder,
): VectorCheck {
  const { model, dimensions } = embedder;
  const found = [...Deno.readDirSync(folder)]
    .find(({ name }) => name.startsWith("vectors-own-"));
  using store = EventStore.open(folder);
  using index = openVectorIndex(`${folder}/${found?.name}`, {
    core,
    model,
    dimensions,
  });
  const wrong: string[] = [];
  let texts = 0;
  for (const { textId, text } of store.textsAfter(0, 1_000_000)) {
    texts++;
    const vector = new Float32Array(dimensions);
    embedder.embedInto(text, vector);
    if (vector.every((value) => value === 0)) continue;
    const only = new Uint8Array((textId >>> 5) * 4 + 4);
    only[textId >>> 3] = 1 << (textId & 7);
    const [hit] = index.search(vector, 1, only);
    if (hit === undefined || hit.score < SAME) wrong.push(text);
  }
  return { texts, vectors: index.size, wrong };
}
