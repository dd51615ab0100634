/** Changes two sections together again and again, until it is killed: `writer.ts STORE`. Prints each revision. */
import { ConfigEditor } from "@ml-defender/watcher";
import { model } from "../../../watcher/testdata/sections.ts";
import { openStore } from "../open_store.ts";

const encoder = new TextEncoder();
const store = await openStore(Deno.args[0]!);
const editor = new ConfigEditor({ store, model: model(), historyEntries: 20 });
for (;;) {
  const { revision } = await editor.get("");
  const next = revision + 1;
  const values = {
    "scoring.alert": 0.8 + (next % 100) / 1000,
    "logging.sampling": next,
  };
  await editor.set(values, { actor: "writer" });
  Deno.stdout.writeSync(encoder.encode(`${next}\n`));
}
