/** The commands among other programs: logs, signals, pipes, terminals. */
import assert from "node:assert/strict";
import { generateBytes } from "../generator/generate.ts";
import { optional } from "./_optional.ts";
import { CAPTURE, inFolder } from "./cli/folder.ts";
import { commandOf, runTask, spawn } from "./cli/run.ts";

// deno-lint-ignore no-control-regex
const ANSI = /\x1b\[/;

Deno.test("analyze writes the log where the user stands, and says where", async () => {
  await inFolder("log", async (folder) => {
    const { code, out } = await runTask("analyze", [
      "scan.pcap",
      "--out",
      "log",
    ], { folder });
    assert.equal(code, 0);
    assert.match(out, /^log: .*log$/m);
    const lines = await logLines(`${folder}/log`);
    assert.ok(lines.length > 0);
  });
});

/** Lines of a log's event files; throws where one is not whole. */
async function logLines(log: string): Promise<unknown[]> {
  const lines: unknown[] = [];
  const files = [`${log}/incidents.jsonl`];
  for await (const { name } of Deno.readDir(`${log}/events`)) {
    if (name.endsWith(".jsonl")) files.push(`${log}/events/${name}`);
  }
  for (const file of files) {
    const text = await Deno.readTextFile(file);
    assert.ok(text === "" || text.endsWith("\n"), `${file} is torn`);
    for (const line of text.split("\n").slice(0, -1)) {
      lines.push(JSON.parse(line));
    }
  }
  return lines;
}

Deno.test("Ctrl-C ends analyze with 130, with whole lines in the log and what was found until then", async () => {
  await inFolder("interrupt", async (folder) => {
    const words = await commandOf("analyze", ["-", "--out", "log", "--json"]);
    const child = spawn(words, { folder }, "piped");
    const output = child.output();
    const writer = child.stdin.getWriter();
    // Guessing goes on for minutes of capture time, so its flows are judged while the capture is read.
    const { bytes } = generateBytes("ssh_guessing", { seed: 1_000_000_000 });
    await writer.write(bytes.subarray(0, bytes.length - 100));
    const events = `${folder}/log/events`;
    for (let waited = 0; waited < 200; waited++) {
      const written = await Array.fromAsync(Deno.readDir(events)).catch(
        () => [],
      );
      if (written.some(({ name }) => name.endsWith(".jsonl"))) break;
      assert.ok(waited < 199, "no line is written while the capture is read");
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    child.kill("SIGINT");
    const { code, stdout, stderr } = await output;
    await writer.close().catch(() => {});
    assert.equal(code, 130, new TextDecoder().decode(stderr));
    const { files } = JSON.parse(new TextDecoder().decode(stdout));
    assert.ok(files[0].packets > 100);
    assert.ok((await logLines(`${folder}/log`)).length > 0);
  });
});

Deno.test("Ctrl-C ends generate and train with 130, and leaves no file that is not whole", async () => {
  await inFolder("made", async (folder) => {
    const cases: [string, string[], string][] = [
      ["train", ["--out", "m", "--captures", "50"], "m"],
      [
        "generate",
        ["benign_office", "--megabytes", "2000", "--out", "x.pcap"],
        "x.pcap.partial",
      ],
    ];
    for (const [task, args, sign] of cases) {
      const child = spawn(await commandOf(task, args), { folder }, "null");
      const output = child.output();
      for (let waited = 0; waited < 400; waited++) {
        // It listens for signals before it writes anything.
        if (await Deno.stat(`${folder}/${sign}`).catch(() => undefined)) break;
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
      // In the middle of its work, which waits for nothing.
      await new Promise((resolve) => setTimeout(resolve, 500));
      child.kill("SIGINT");
      const hung = setTimeout(() => child.kill("SIGKILL"), 20_000);
      const { code, stderr } = await output;
      clearTimeout(hung);
      assert.equal(code, 130, task);
      const said = new TextDecoder().decode(stderr);
      assert.doesNotMatch(said, /abort|\n\s+at /i, task);
    }
    const left = await Array.fromAsync(Deno.readDir(folder));
    assert.deepEqual(left.map(({ name }) => name).sort(), ["m", "scan.pcap"]);
  });
});

Deno.test("a reader that goes away ends analyze without a stack trace", async () => {
  await inFolder("pipe", async (folder) => {
    const words = await commandOf("analyze", Array(6).fill("scan.pcap"));
    const line = words.map((word) => `'${word}'`).join(" ");
    const child = spawn(["sh", "-c", `${line} | head -1`], { folder }, "null");
    const { stdout, stderr } = await child.output();
    assert.equal(new TextDecoder().decode(stdout), "scan.pcap\n");
    assert.equal(new TextDecoder().decode(stderr), "");
  });
});

const script = await new Deno.Command("script", { args: ["--version"] })
  .output().then(({ success }) => success, () => false);

Deno.test("analyze prints no colours into a pipe", async () => {
  await inFolder("plain", async (folder) => {
    const { out, err } = await runTask("analyze", ["scan.pcap"], { folder });
    assert.doesNotMatch(out + err, ANSI);
    assert.match(out, /high +scan/);
  });
});

optional({
  name: "analyze prints colours on a terminal, unless NO_COLOR says otherwise",
  available: script,
  reason: "script, which makes terminals, is not installed",
  fn: () =>
    inFolder("colour", async (folder) => {
      const words = await commandOf("analyze", ["scan.pcap"]);
      const line = words.map((word) => `'${word}'`).join(" ");
      for (const plain of [false, true]) {
        const env = plain ? { NO_COLOR: "1" } : { NO_COLOR: "" };
        const { stdout } = await spawn(
          ["script", "-qec", line, "/dev/null"],
          { folder, env },
          "null",
        ).output();
        const text = new TextDecoder().decode(stdout)
          .replaceAll("\r\x1b[2K", ""); // the line of progress
        assert.equal(ANSI.test(text), !plain, text.slice(0, 200));
      }
    }),
});

Deno.test("analyze prints no control characters of hostile names", async () => {
  await inFolder("hostile", async (folder) => {
    const name = "a\x1b[2J\x07\u202eb.pcap";
    await Deno.writeFile(`${folder}/${name}`, CAPTURE);
    await Deno.writeTextFile(`${folder}/bad\x1b[31m.pcap`, "no capture at all");
    const { out, err } = await runTask("analyze", ["."], { folder });
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(out + err, /[\x00-\x09\x0b-\x1f\x7f\u202e]/);
    assert.match(out, /a\\u\{1b\}\[2J\\u\{7\}\\u\{202e\}b\.pcap/);
    assert.match(err, /bad\\u\{1b\}\[31m\.pcap: not a pcap/);
  });
});
