/** Adds to counters in a folder until it is killed; a line for each addition that was acknowledged. */
import { EtcdError } from "../error.ts";
import { FileStore } from "../file_store.ts";

const [folder, name] = Deno.args;
const store = await FileStore.open(folder!, {
  historyLimit: 40,
  sync: false,
  lockTimeoutMs: 20_000,
});
const encoder = new TextEncoder();
for (let own = 1;; own++) {
  for (;;) {
    const sum = await store.get("sum");
    try {
      const { succeeded } = await store.transaction({
        compare: [{ key: "sum", revision: sum?.revision ?? 0 }],
        operations: [
          { kind: "put", key: "sum", value: Number(sum?.value ?? 0) + 1 },
          { kind: "put", key: `own/${name}`, value: own },
        ],
      });
      if (succeeded) break;
    } catch (error) {
      if (!(error instanceof EtcdError)) throw error;
    }
  }
  Deno.stdout.writeSync(encoder.encode(`${own}\n`));
}
