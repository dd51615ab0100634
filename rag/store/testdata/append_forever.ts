/**
 * A program that the crash test kills: opens the store in `args[0]`, appends batches of entries from number `args[1]` on
 * with positions, now and then gives evidence to some, also to those from `args[2]` on, which are in a full chunk, and
 * removes some. Prints the numbers of each batch once it is acknowledged.
 */
import type { PreparedEntry } from "../../entry.ts";
import { EventStore } from "../event_store.ts";
import { event, idOf } from "./entries.ts";

const [directory = "", from = "0", old = "0"] = Deno.args;
const encoder = new TextEncoder();
/** A small cache, so that a transaction writes all the while and not only at its end. */
const store = EventStore.open(directory, { cacheBytes: 200_000 });
/** Most of a chunk at once, so that kills also fall where chunks are stored. */
const SIZES = [1, 7, 100, 700];

function say(line: string): void {
  Deno.stdout.writeSync(encoder.encode(`${line}\n`));
}

/** The same event that was appended without evidence, with it. */
function withEvidence(number: number): PreparedEntry {
  return event(number, { evidence: true, words: `w${number}x` });
}

let next = Number(from);
let inChunk = Number(old);
for (let round = 0;; round++) {
  const size = SIZES[round % SIZES.length]!;
  const batch: PreparedEntry[] = Array.from(
    { length: size },
    (_, i) =>
      event(next + i, {
        evidence: false,
        behaviour: `behaviour ${(next + i) % 50}`,
        words: `w${next + i}x`,
      }),
  );
  store.append(batch, [
    { path: "log", identity: "1", offset: next + size, size: 1 },
  ]);
  say(`a ${next} ${next + size}`);
  if (round % 4 === 3) {
    store.append([withEvidence(next), withEvidence(inChunk)]);
    say(`e ${next}`);
    say(`e ${inChunk++}`);
    store.remove([idOf(next + 1)]);
    say(`r ${next + 1}`);
  }
  next += size;
}
