/** The commands as users meet them: bad input, wrong use, pipes, signals, terminals. */
import assert from "node:assert/strict";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { optional } from "./_optional.ts";
import { CAPTURE, inFolder, SCAN } from "./cli/folder.ts";
import { runTask } from "./cli/run.ts";

/** Analyses what must be refused: one line that names the file and says why, and exit code 1. */
async function refused(
  args: string[],
  folder: string,
  line: RegExp,
  before: string[] = [],
): Promise<string> {
  const { code, out, err } = await runTask("analyze", args, { folder, before });
  assert.equal(code, 1, err);
  assert.match(err, line);
  assert.equal(err.trimEnd().split("\n").length, 1, err);
  return out;
}

Deno.test("analyze keeps what a truncated file holds, says so, and exits with 1", async () => {
  await inFolder("cut", async (folder) => {
    const cut = CAPTURE.subarray(0, CAPTURE.length / 2);
    await Deno.writeFile(`${folder}/cut.pcap`, cut);
    const line =
      /^analyze: cut\.pcap: the file ends in the middle of a packet; (\d+) packets were read$/m;
    const out = await refused(["cut.pcap", "--json"], folder, line);
    const [file] = JSON.parse(out).files;
    assert.ok(file.packets > 100, `${file.packets} packets`);
    assert.equal(file.health[0].code, "truncated_file");
    const packed = gzipSync(CAPTURE);
    const half = packed.subarray(0, packed.length / 2);
    await Deno.writeFile(`${folder}/cut.pcap.gz`, half);
    const some = await refused(
      ["cut.pcap.gz", "--json"],
      folder,
      /cut\.pcap\.gz: .*(ends in the middle|stopped early|Cannot unpack gzip input).*; \d+ packets/,
    );
    assert.ok(JSON.parse(some).files[0].packets > 0);
  });
});

Deno.test("analyze names each file that it cannot read, with the reason", async () => {
  await inFolder("bad", async (folder) => {
    await Deno.writeTextFile(`${folder}/text.pcap`, "this is no capture file");
    await Deno.writeTextFile(`${folder}/empty.pcap`, "");
    await Deno.mkdir(`${folder}/nothing`);
    await refused(["text.pcap"], folder, /text\.pcap: not a pcap or pcapng/);
    await refused(["empty.pcap"], folder, /empty\.pcap: the file is empty$/m);
    await refused(["nothing"], folder, /nothing: no captures in folder$/m);
    await refused(["gone.pcap"], folder, /gone\.pcap: no such file/);
    const out = await refused(
      ["text.pcap", "scan.pcap", "--json"],
      folder,
      /text\.pcap/,
    );
    const { files } = JSON.parse(out);
    assert.deepEqual(files.map((file: { path: string }) => file.path), [
      "scan.pcap",
    ]);
  });
});

const setpriv = await new Deno.Command("setpriv", { args: ["--version"] })
  .output().then(({ success }) => success, () => false);
const root = Deno.uid() === 0;
/** Root may read anything; without these capabilities it may not. */
const AS_USER = root
  ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
  : [];

optional({
  name: "analyze says what it may not read, and where it may not write",
  available: !root || setpriv,
  reason: "tests run as root and setpriv is not installed",
  fn: () =>
    inFolder("rights", async (folder) => {
      await Deno.writeFile(`${folder}/mine.pcap`, CAPTURE, { mode: 0o000 });
      await Deno.mkdir(`${folder}/full`, { mode: 0o555 });
      await refused(
        ["mine.pcap"],
        folder,
        /mine\.pcap: permission denied$/m,
        AS_USER,
      );
      await refused(
        ["scan.pcap", "--out", "full/log"],
        folder,
        /full\/log: not writable/,
        AS_USER,
      );
    }),
});

Deno.test("analyze refuses a log folder that is a file, a bad policy and a corrupt model", async () => {
  await inFolder("config", async (folder) => {
    const write = (name: string, text: string) =>
      Deno.writeTextFile(`${folder}/${name}`, text);
    await refused(["scan.pcap", "--out", "scan.pcap"], folder, /scan\.pcap/);
    await write("policy.json", '{"thresholds":{"hgh":1}}');
    await refused(
      ["scan.pcap", "--policy", "policy.json"],
      folder,
      /policy\.json: .*'thresholds\.hgh' is not a known field/,
    );
    await write("broken.json", '{"thresholds":');
    await refused(
      ["scan.pcap", "--policy", "broken.json"],
      folder,
      /broken\.json/,
    );
    await Deno.mkdir(`${folder}/models`);
    await refused(
      ["scan.pcap", "--models", "models"],
      folder,
      /models: a folder must have 1 to 4 \*\.json files, it has 0/,
    );
    const model = new URL("../models/internal.json", import.meta.url);
    const text = await Deno.readTextFile(model);
    for (
      const [name, damaged] of [
        ["cut", text.slice(0, text.length / 2)],
        ["other", '{"hello":1}'],
        // One character of the packed trees.
        ["flipped", flipMiddle(text)],
      ] as const
    ) {
      await write("models/internal.json", damaged);
      await refused(
        ["scan.pcap", "--models", "models"],
        folder,
        /Cannot use model models\/internal\.json: \S/,
      ).catch((error) => assert.fail(`${name}: ${error.message}`));
    }
    await write("models/internal.json", text);
    const { code, out } = await runTask("analyze", [
      "scan.pcap",
      "--models",
      "models",
      "--json",
    ], { folder });
    assert.equal(code, 0);
    assert.equal(JSON.parse(out).files.length, 1);
  });
});

/** Another character in the middle of the longest string of a JSON text. */
function flipMiddle(text: string): string {
  const strings = [...text.matchAll(/"[A-Za-z0-9+/=]{64,}"/g)];
  const longest = strings.reduce((a, b) => b[0].length > a[0].length ? b : a);
  const at = longest.index + Math.floor(longest[0].length / 2);
  const other = text[at] === "A" ? "B" : "A";
  return text.slice(0, at) + other + text.slice(at + 1);
}

Deno.test("wrong use exits with 2 and points to --help", async () => {
  const cases: [string, string[]][] = [
    ["analyze", []],
    ["analyze", ["--nonsense"]],
    ["analyze", ["a.pcap", "--build", "gpu"]],
    ["analyze", ["a.pcap", "--prefix-bytes", "many"]],
    ["analyze", ["a.pcap", "--models", "m", "--no-models"]],
    ["evaluate", []],
    ["train", ["--depth", "99"]],
    ["generate", ["no_such_scenario", "--out", "x.pcap"]],
    ["generate", ["syn_flood"]],
    ["demo", ["--seed", "x"]],
    ["native", ["--fuzz", "0"]],
  ];
  for (const [task, args] of cases) {
    const { code, out, err } = await runTask(task, args);
    const said = `${task} ${args.join(" ")}: ${err}`;
    assert.equal(code, 2, said);
    assert.equal(out, "", said);
    assert.doesNotMatch(err, /\n\s+at /, said);
  }
});

Deno.test("every task prints its use with --help and exits with 0", async () => {
  const config = new URL("../deno.json", import.meta.url);
  const { tasks } = JSON.parse(await Deno.readTextFile(config));
  for (const task of Object.keys(tasks)) {
    const { code, out, err } = await runTask(task, ["--help"]);
    assert.equal(code, 0, `${task}: ${err}`);
    // A task with more permissions for the same program prints that program's use.
    const [program] = task.split(":");
    assert.match(out, new RegExp(`Usage: deno task (${task}|${program})\\b`));
  }
});

const INCIDENT_FIELDS = [
  "id",
  "subject",
  "category",
  "severity",
  "final_score",
  "fast_score",
  "ml_score",
  "divergence",
  "authoritative_source",
  "first_seen",
  "last_seen",
  "flows",
  "reasons",
];

Deno.test("analyze --json prints one object with the documented fields, the same for every kind of input", async () => {
  await inFolder("json", async (folder) => {
    await Deno.writeFile(`${folder}/a.pcap.gz`, gzipSync(CAPTURE));
    await Deno.writeFile(`${folder}/b.pcap.zst`, zstdCompressSync(CAPTURE));
    const { code, out, err } = await runTask("analyze", [
      ".",
      "-",
      "--json",
    ], { folder, input: CAPTURE });
    assert.equal(code, 0, err);
    assert.equal(err, "");
    assert.equal(out.trimEnd().split("\n").length, 1);
    const { files, totals, ...rest } = JSON.parse(out);
    assert.deepEqual(rest, {});
    assert.deepEqual(files.map(({ path }: { path: string }) => path), [
      "a.pcap.gz",
      "b.pcap.zst",
      "scan.pcap",
      "-",
    ]);
    for (const file of files) {
      assert.deepEqual({ ...file, path: "" }, { ...files[0], path: "" });
    }
    assert.deepEqual(Object.keys(files[0]), [
      ...["path", "packets", "malformed", "flows", "hosts", "digest"],
      ...["health", "incidents"],
    ]);
    assert.equal(files[0].packets, SCAN.truth.packets);
    const [incident] = files[0].incidents;
    assert.deepEqual(Object.keys(incident), INCIDENT_FIELDS);
    assert.equal(incident.category, "scan");
    assert.deepEqual(Object.keys(incident.reasons[0]), [
      ...["code", "text", "feature", "value", "threshold", "side"],
    ]);
    assert.equal(totals.packets, 4 * files[0].packets);
    assert.equal(totals.files, 4);
  });
});

Deno.test("generate and train print JSON that can be read", async () => {
  await inFolder("make", async (folder) => {
    const { code, out } = await runTask("generate", [
      ...["icmp_flood", "--out", "x.pcap", "--seed", "5", "--json"],
      ...["--attack-packets", "200", "--duration", "30"],
    ], { folder });
    assert.equal(code, 0);
    assert.equal(JSON.parse(out).scenario, "icmp_flood");
    assert.ok((await Deno.stat(`${folder}/x.truth.json`)).isFile);
    const list = await runTask("generate", ["--list", "--json"]);
    assert.ok(JSON.parse(list.out).length >= 18);
  });
});

Deno.test("evaluate says which labels it cannot use", async () => {
  await inFolder("labels", async (folder) => {
    const evaluate = async (line: RegExp) => {
      const { code, err } = await runTask("evaluate", ["."], { folder });
      assert.equal(code, 1, err);
      assert.match(err, line);
      assert.equal(err.trimEnd().split("\n").length, 1, err);
    };
    await evaluate(/labels\.json: no such file/);
    await Deno.writeTextFile(`${folder}/labels.json`, "[");
    await evaluate(/labels\.json/);
    await Deno.writeTextFile(`${folder}/labels.json`, "{}");
    await evaluate(/labels\.json names no capture/);
  });
});
