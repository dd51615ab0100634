import assert from "node:assert/strict";

const ROOT = new URL("../../", import.meta.url);

Deno.test("watcher/README.md's example runs as printed and prints what it says", async () => {
  const text = await Deno.readTextFile(new URL("watcher/README.md", ROOT));
  const [, example] = /```ts\n([\s\S]*?)```/.exec(text) ?? [];
  const [, printed] = /```text\n([\s\S]*?)```/.exec(text) ?? [];
  assert.ok(example !== undefined && printed !== undefined);
  const folder = await Deno.makeTempDir({ dir: ROOT.pathname });
  try {
    await Deno.writeTextFile(`${folder}/mine.ts`, example);
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--check", "mine.ts"],
      cwd: folder,
      env: { NO_COLOR: "1" },
    }).output();
    const decoder = new TextDecoder();
    assert.equal(decoder.decode(stdout), printed, decoder.decode(stderr));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
