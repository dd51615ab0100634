// deno-lint-ignore-file no-console
/** Reads a log into a search and prints how many entries are acknowledged, until it is done or killed. */
import { openCore } from "@ml-defender/native";
import { openSearch } from "@ml-defender/rag";

const [store, log] = Deno.args;
const core = await openCore({ build: "wasm" });
await using search = await openSearch(store!, { core });
console.log("ready");
await search.ingest([log!], {
  onProgress: ({ added }) => console.log(added),
});
console.log("done");
