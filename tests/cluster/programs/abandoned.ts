/** Starts a test bed, prints what it made, and waits to be killed: `abandoned.ts KIND`. */
import { Bed, type BedOptions } from "../_bed.ts";
import { print, sleep } from "./_lines.ts";

const bed = await Bed.start({ kind: Deno.args[0] as BedOptions["kind"] });
print("made", bed.traces);
for (;;) await sleep(1000);
