/**
 * A program that a crash test kills: appends changes of configuration to the log in `args[0]` from number `args[1]` on, and
 * prints the id of each that was acknowledged.
 */
import { ChangeLog } from "../change_log.ts";

const [directory = "", from = "0"] = Deno.args;
const encoder = new TextEncoder();
const log = await ChangeLog.open(directory, { sync: false });
let next = Number(from);
const end = next + 100_000;

async function produce(): Promise<void> {
  while (next < end) {
    const id = `c${next++}`;
    await log.append({
      id,
      time: "2026-11-23T10:00:00.000Z",
      actor: "load",
      revision: id,
      outcome: "applied",
      changes: [{ path: "a.b", before: "", after: "x".repeat(next % 3000) }],
    });
    Deno.stdout.writeSync(encoder.encode(`${id}\n`));
  }
}

await Promise.all(Array.from({ length: 4 }, produce));
