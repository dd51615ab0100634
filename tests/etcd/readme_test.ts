/** The member's README runs as printed, with the permissions that it states. */
import assert from "node:assert/strict";

Deno.test("etcd_client/README.md's example runs as printed and prints what it says", async () => {
  const root = new URL("../../", import.meta.url);
  const text = await Deno.readTextFile(
    new URL("etcd_client/README.md", root),
  );
  const [, example] = text.match(/```ts\n([\s\S]*?)```/) ?? [];
  assert.ok(example, "no TypeScript block");
  const [, permissions] = text.match(/Permissions of the example: `(.*?)`/) ??
    [];
  const said = [...example.matchAll(/^\/\/ (.*)$/gm)].map(([, line]) => line);
  const folder = await Deno.makeTempDir({ dir: root.pathname });
  try {
    await Deno.writeTextFile(`${folder}/mine.ts`, example);
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", ...permissions!.split(" "), "mine.ts"],
      cwd: folder,
      env: { NO_COLOR: "1" },
    }).output();
    const decoder = new TextDecoder();
    assert.equal(code, 0, decoder.decode(stderr));
    assert.ok(said.length > 1);
    assert.deepEqual(decoder.decode(stdout).trim().split("\n"), said);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
