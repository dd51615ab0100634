/** Watches a store and nothing else, for comparison: `witness.ts STORE`. Prints a line of JSON for each change it sees. */
import { openStore } from "../open_store.ts";

const encoder = new TextEncoder();
const print = (line: object) =>
  Deno.stdout.writeSync(encoder.encode(`${JSON.stringify(line)}\n`));
const store = await openStore(Deno.args[0]!);
for await (
  const event of store.watch({ prefix: "floor/" }, { initial: true })
) {
  const time = performance.timeOrigin + performance.now();
  if (event.kind === "resync") print({ at: "ready", revision: 0 });
  else print({ at: "runs", revision: event.revision, time });
}
