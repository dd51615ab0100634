/** What docs/guide_cluster.md prints is what runs. */
import assert from "node:assert/strict";
import { editorModel } from "../../examples/_config.ts";
import { cached, optional } from "../_optional.ts";
import { freePort, missing } from "../etcd_server.ts";

const ROOT = new URL("../../", import.meta.url);

/** The guide's commands by heading. */
async function sections(): Promise<Map<string, string>> {
  const text = await Deno.readTextFile(new URL("docs/guide_cluster.md", ROOT));
  const found = new Map<string, string>();
  for (const part of text.split(/^## /m).slice(1)) {
    const [title = ""] = part.split("\n", 1);
    const blocks = [...part.matchAll(/```sh\n([\s\S]*?)```/g)];
    found.set(title, blocks.map(([, commands]) => commands).join(""));
  }
  return found;
}

/** Runs commands in a folder, each of which has to succeed; what they leave running ends with them. */
async function run(folder: string, commands: string): Promise<string> {
  const bin = `${folder}/bin`;
  await Deno.mkdir(bin, { recursive: true });
  // Whoever reads the guide stands in the folder of the sources.
  await Deno.writeTextFile(
    `${bin}/deno`,
    `#!/bin/sh\nshift\nexec "${Deno.execPath()}" task -q --config "${ROOT.pathname}deno.json" "$@"\n`,
    { mode: 0o755 },
  );
  const script = `set -e\n${commands}\n`;
  const child = new Deno.Command("setsid", {
    args: ["bash", "-c", script],
    cwd: folder,
    // A task that runs these tests says where its own user stands.
    env: {
      PATH: `${bin}:${Deno.env.get("PATH")}`,
      ...{ INIT_CWD: folder, XDG_STATE_HOME: `${folder}/state` },
      NO_COLOR: "1",
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const { pid } = child;
  const reading = Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  const { code } = await child.status;
  try {
    Deno.kill(-pid, "SIGKILL");
  } catch {
    // Nothing was left running.
  }
  const [out, err] = await reading;
  assert.equal(code, 0, `${out}\n${err}`);
  return out;
}

async function inFolder(fn: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "guide-" });
  try {
    await fn(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The pipeline, which ends with the commands, has written the change down; 30 s at most. */
const WRITTEN_DOWN = `for i in $(seq 300); do
  grep -qs policy.thresholds.malicious events-1/changes.jsonl && break
  sleep 0.1
done`;

const lacking = missing("setsid") ?? missing("bash");

optional({
  name: "guide_cluster.md: one machine, and changes while it runs, as printed",
  available: lacking === undefined,
  reason: lacking ?? "",
  async fn() {
    await inFolder(async (folder) => {
      const guide = await sections();
      const one = await run(folder, guide.get("One machine")!);
      assert.match(one, /^revision 1\n/m);
      assert.match(one, /^0\.8$/m);
      assert.match(one, /scan /);
      assert.match(one, /^refused$/m);
      const out = await run(
        folder,
        `${guide.get("Changes while it runs")!}\n${WRITTEN_DOWN}`,
      );
      const seen = out.matchAll(
        /^pipeline +sensor-1 .* (\d+) +0 +\S+ +well$/mg,
      );
      assert.deepEqual([...seen].map(([, revision]) => revision), ["1", "2"]);
      assert.match(out, /level 0 -> 1/);
      assert.match(out, /ana: accelerate: level 0 to 1/);
      assert.match(out, /^revision 3$/m);
      assert.match(out, /malicious: 0\.65 -> 0\.7/);
      const changes = await Deno.readTextFile(
        `${folder}/events-1/changes.jsonl`,
      );
      assert.match(changes, /policy\.thresholds\.malicious/);
      const sealed = await run(
        folder,
        guide.get("Values that etcd's keeper cannot read")!,
      );
      assert.match(sealed, /^revision 4\n.*alert: 0\.75 -> 0\.8$/m);
      assert.match(sealed, /^0\.85$/m);
      assert.match(sealed, /^nothing readable$/m);
      // All sections (the copy leaves a trace for each that is not set), the record, two revisions.
      const values = editorModel().sections.length + 3;
      assert.ok(
        sealed.includes(
          `\n${values} values encrypted anew, 0 left as they are, 0 failed\n`,
        ),
        sealed,
      );
      assert.match(sealed, /^file:sealed: all is whole$/m);
      assert.match(sealed, /ana: copy of revision 3 of file:/);
      const keys = await Deno.readTextFile(`${folder}/keys.txt`);
      assert.match(keys, /^2026-12 \S+\n$/);
      const wrong = await run(folder, guide.get("When something is wrong")!);
      assert.match(wrong, /all is whole\nnothing is left of sensor-9$/m);
      assert.match(wrong, /^revision 21\n[^]*^0\.8$/m);
    });
  },
});

const etcd = lacking ?? missing("etcd") ?? missing("curl");
const packages = etcd === undefined && await cached("npm:etcd3@1.1.2");

optional({
  name: "guide_cluster.md: etcd, as printed but for the ports",
  available: packages,
  reason: etcd ?? "npm:etcd3 is not in the cache",
  async fn() {
    await inFolder(async (folder) => {
      const guide = await sections();
      await run(folder, guide.get("One machine")!);
      const out = await run(
        folder,
        guide.get("etcd")!.replaceAll("2379", `${freePort()}`)
          .replaceAll("2380", `${freePort()}`),
      );
      assert.match(out, /^0\.8$/m);
      const seen = out.matchAll(
        /^pipeline +sensor-[23] .* (\d+) +0 +\S+ +well$/mg,
      );
      assert.deepEqual([...seen].map(([, revision]) => revision), [
        ..."2233",
      ]);
      assert.match(out, /level 0 -> -1/);
    });
  },
});
