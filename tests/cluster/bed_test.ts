/** The test bed itself: nothing of it stays behind. */
import assert from "node:assert/strict";
import { optional } from "../_optional.ts";
import { noEtcd } from "../etcd_server.ts";
import { type BedOptions, eventually } from "./_bed.ts";
import { Child } from "./_child.ts";
import { Guard } from "./_guard.ts";
import { noNamespaces, run } from "./_place.ts";

const missing = {
  loopback: noEtcd,
  namespaces: noEtcd ?? await noNamespaces(),
};

async function there(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch {
    return false;
  }
}

/** What is left of a bed: processes, namespaces, its folder. */
async function left(
  kind: BedOptions["kind"],
  { pids, prefix, folder }: Record<string, unknown>,
): Promise<string[]> {
  const paths = (pids as number[]).map((pid) => `/proc/${pid}`);
  const found: string[] = [];
  for (const path of [...paths, String(folder)]) {
    if (await there(path)) found.push(path);
  }
  if (kind === "loopback") return found;
  const names = (await run("ip", "netns", "list")).split("\n");
  const ours = names.filter((name) => name.startsWith(String(prefix)));
  return [...found, ...ours];
}

for (const kind of ["loopback", "namespaces"] as const) {
  optional({
    name: `A test bed in ${kind} leaves nothing behind when its test is killed`,
    available: missing[kind] === undefined,
    reason: missing[kind] ?? "",
    async fn() {
      await using guard = new Guard();
      const path = new URL("programs/abandoned.ts", import.meta.url).pathname;
      const command = [
        ...[Deno.execPath(), "run", "--no-prompt", "--no-check", "-A"],
        ...[path, kind],
      ];
      const test = new Child({ command, guard });
      try {
        const made = await test.until(({ at }) => at === "made");
        assert.equal((made.pids as number[]).length, 9);
        const before = await left(kind, made);
        assert.equal(before.length, kind === "loopback" ? 10 : 20, `${before}`);
        await test.kill();
        let after: string[] = [];
        await eventually("nothing is left", async () => {
          after = await left(kind, made);
          return after.length === 0;
        }, 5000).catch((error) => {
          throw new Error(`${after}`, { cause: error });
        });
      } finally {
        await test.kill();
      }
    },
  });
}
