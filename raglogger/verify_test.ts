import assert from "node:assert/strict";
import { RagLogger } from "./logger.ts";
import { verdict } from "./testdata/events.ts";
import { temporaryFolder } from "./testdata/files.ts";
import { type FileCheck, verifyLog } from "./verify.ts";

const NAME = "2026-01-02.1.jsonl";

/** A log of three files of 10 lines with checkpoints every 4. */
async function write(directory: string): Promise<void> {
  const logger = await RagLogger.open(directory, {
    maxFileLines: 10,
    chainEvery: 4,
    artifactsPerIncident: 0,
    now: () => Date.UTC(2026, 0, 2),
  });
  for (let i = 0; i < 30; i++) await logger.append(verdict(i));
  await logger.close();
}

/** What verifyLog says about the middle file after its lines were changed. */
async function afterwards(
  change: (lines: string[]) => string[],
): Promise<FileCheck | undefined> {
  await using folder = await temporaryFolder();
  await write(folder.path);
  const path = `${folder.path}/events/${NAME}`;
  const text = await Deno.readTextFile(path);
  const changed = change(text.slice(0, -1).split("\n"));
  await Deno.writeTextFile(path, changed.map((line) => `${line}\n`).join(""));
  const { files, intact } = await verifyLog(folder.path);
  assert.equal(files.length, 3);
  assert.equal(intact, files.every(({ state }) => state === "intact"));
  return files.find(({ file }) => file === NAME);
}

Deno.test("verifyLog finds nothing wrong with what was written", async () => {
  const check = await afterwards((lines) => lines);
  assert.equal(check?.state, "intact");
  assert.equal(check?.lines, 10);
  assert.equal(check?.uncovered, 0);
});

Deno.test("verifyLog finds a flipped byte wherever it is, and in which block", async () => {
  for (const line of [0, 3, 4, 9]) {
    for (const share of [0.4, 0.6, 0.8]) {
      const check = await afterwards((lines) => {
        const text = lines[line] ?? "";
        const at = Math.floor(text.length * share);
        const flipped = String.fromCharCode(text.charCodeAt(at) ^ 1);
        return lines.with(
          line,
          text.slice(0, at) + flipped + text.slice(at + 1),
        );
      });
      assert.equal(check?.state, "broken");
      const first = Math.floor(line / 4) * 4 + 1;
      assert.deepEqual(check?.block, { first, last: Math.min(first + 3, 10) });
    }
  }
});

Deno.test("verifyLog finds a removed line, a swapped pair, a doubled line and a file cut short", async () => {
  const changes: ((lines: string[]) => string[])[] = [
    (lines) => lines.toSpliced(5, 1),
    (lines) => [...lines.slice(0, 5), lines[6]!, lines[5]!, ...lines.slice(7)],
    (lines) => lines.toSpliced(5, 0, lines[5]!),
    (lines) => lines.slice(0, 8),
    (lines) => lines.slice(0, 9),
    () => [],
  ];
  for (const change of changes) {
    const check = await afterwards(change);
    assert.equal(check?.state, "broken", change.toString());
    assert.ok(check?.reason);
  }
});

Deno.test("verifyLog lets logged_at and system_state differ", async () => {
  const check = await afterwards((lines) =>
    lines.map((line) =>
      line.replace(/"logged_at":"[^"]*"/, '"logged_at":"x"')
        .replace(/"uptime_seconds":[0-9.]+/, '"uptime_seconds":1')
    )
  );
  assert.equal(check?.state, "intact");
});

Deno.test("verifyLog finds a file that is gone from the middle, with its chain and without", async () => {
  await using folder = await temporaryFolder();
  await write(folder.path);
  await Deno.remove(`${folder.path}/events/${NAME}`);
  const states = async () =>
    (await verifyLog(folder.path)).files.map(({ state }) => state);
  assert.deepEqual(await states(), ["intact", "missing", "intact"]);
  await Deno.remove(`${folder.path}/events/${NAME}.chain`);
  assert.deepEqual(await states(), ["intact", "broken"]);
});

Deno.test("verifyLog finds a file exchanged for another with a chain of its own, and one without a chain", async () => {
  await using folder = await temporaryFolder();
  await using other = await temporaryFolder();
  await write(folder.path);
  await write(other.path);
  const events = `${folder.path}/events`;
  const path = `${other.path}/events/${NAME}`;
  const text = (await Deno.readTextFile(path)).replaceAll(
    "10.0.0.5",
    "10.0.0.6",
  );
  await Deno.writeTextFile(`${events}/${NAME}`, text);
  await Deno.copyFile(`${path}.chain`, `${events}/${NAME}.chain`);
  const [, changed] = (await verifyLog(folder.path)).files;
  assert.equal(changed?.state, "broken");
  await Deno.remove(`${events}/${NAME}.chain`);
  const [, bare] = (await verifyLog(folder.path)).files;
  assert.equal(bare?.state, "unchained");
});

Deno.test("verifyLog says what it could not read", async () => {
  await using folder = await temporaryFolder();
  await assert.rejects(verifyLog(`${folder.path}/none`), { code: "notFound" });
});
