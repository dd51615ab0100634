/**
 * A program that the crash tests kill: opens the index in `args[0]`, adds, removes and compacts from id `args[1]` on, and
 * prints after each flush which ids are acknowledged as added ("+ from count") and removed ("- id").
 */
import { openCore } from "@ml-defender/native";
import { addIds, DIMENSIONS, MODEL, range } from "../_conformance.ts";
import { openVectorIndex } from "../own_index.ts";

const [directory = "", from = "0"] = Deno.args;
const encoder = new TextEncoder();
const core = await openCore({ build: "wasm" });
const index = openVectorIndex(directory, {
  ...{ core, model: MODEL, dimensions: DIMENSIONS, segmentRows: 120 },
});
const say = (text: string): void => {
  Deno.stdout.writeSync(encoder.encode(`${text}\n`));
};
for (let next = Number(from), round = 0;; next += 25, round++) {
  addIds(index, range(next, 25));
  // Added and removed before anything is written: it must not come back.
  index.remove([next + 24]);
  index.flush();
  say(`+ ${next} 24`);
  say(`? ${next + 3}`);
  index.remove([next + 3]);
  index.flush();
  say(`- ${next + 3}`);
  if (round % 3 === 2) index.compact();
}
