/** What the README prints is what runs. */
import assert from "node:assert/strict";
import { writeCapture } from "../generator/mod.ts";
import { generate } from "../generator/generate.ts";

const ROOT = new URL("../", import.meta.url);

async function readme(): Promise<string> {
  return await Deno.readTextFile(new URL("README.md", ROOT));
}

Deno.test("README's example runs as printed and names the scanner", async () => {
  const [, example] = (await readme()).match(/```ts\n([\s\S]*?)```/) ?? [];
  assert.ok(example, "no TypeScript block");
  const folder = await Deno.makeTempDir({ dir: ROOT.pathname });
  try {
    const generation = generate("scan_vertical", { seed: 7, ip: 4 });
    const truth = await writeCapture(`${folder}/capture.pcap`, generation);
    await Deno.writeTextFile(`${folder}/mine.ts`, example);
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--allow-read", "--allow-write", "mine.ts"],
      cwd: folder,
      env: { NO_COLOR: "1" },
    }).output();
    const text = new TextDecoder();
    assert.equal(code, 0, text.decode(stderr));
    const lines = text.decode(stdout).trim().split("\n");
    const scanner = truth.attacks[0]!.subjects[0]!;
    assert.ok(
      lines.some((line) => line.includes(`scan ${scanner}`)),
      lines.join("\n"),
    );
    assert.match(lines.at(-1)!, /^\d+$/);
    assert.ok(
      (await Deno.stat(`${folder}/events-log/incidents.jsonl`)).size > 0,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("README names only tasks that exist, and links only to files that exist", async () => {
  const text = await readme();
  const { tasks } = JSON.parse(
    await Deno.readTextFile(new URL("deno.json", ROOT)),
  );
  const named = [...text.matchAll(/deno(?:@[\d.]+)? task ([a-z_]+)/g)]
    .map(([, name]) => name!);
  assert.ok(named.length > 5);
  assert.deepEqual(named.filter((name) => !(name in tasks)), []);
  for (const [, path] of text.matchAll(/\]\((?!https?:)([^)#]+)\)/g)) {
    await Deno.stat(new URL(path!, ROOT));
  }
});
