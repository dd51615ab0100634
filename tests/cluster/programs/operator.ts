/** Whoever writes configuration in a test bed: `operator.ts ENDPOINT...`. Does what it is asked, one line of JSON each. */
import { ConfigEditor } from "@ml-defender/watcher";
import { configModel, openConfigStore } from "../../../config/mod.ts";
import { force } from "../../../watcher/testdata/sections.ts";
import { answer, now, print, sleep } from "./_lines.ts";
import { BAD, valuesOf } from "./_settings.ts";

const store = await openConfigStore({ store: `etcd:${Deno.args.join(",")}` });
const editor = new ConfigEditor({ store, model: configModel() });
const actor = "operator";
let writing: Promise<void> | undefined;
let rest = false;

/** Writes the next revision, and never anything else: who is not sure of a write looks again. */
async function write(): Promise<object> {
  const start = now();
  try {
    const { revision: expectedRevision } = await editor.get("");
    const values = valuesOf(expectedRevision + 1);
    const options = { actor, expectedRevision };
    const { revision } = await editor.set(values, options);
    return { revision, start, time: now() };
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    return { start, time: now(), code, message };
  }
}

async function writeOn(everyMs: number): Promise<void> {
  while (!rest) {
    print("write", await write());
    await sleep(everyMs);
  }
}

print("ready");
await answer({
  write: async () => {
    const line = await write();
    print("write", line);
    return line;
  },
  /** Writes again and again from now on. */
  load: ({ everyMs }) => {
    rest = false;
    writing ??= writeOn(Number(everyMs));
    return Promise.resolve({});
  },
  /** No more. */
  rest: async () => {
    rest = true;
    await writing;
    writing = undefined;
    return {};
  },
  read: async () => ({ revision: (await editor.get("")).revision }),
  /** Writes what must be refused, past the editor. */
  spoil: async () => ({
    revision: await force(store, BAD, actor),
  }),
  fleet: async () => ({ fleet: await editor.fleet() }),
  history: async ({ limit }) => ({
    history: await editor.history(Number(limit)),
  }),
});
rest = true;
await writing;
await store.close();
print("end");
