import assert from "node:assert/strict";
import { optional } from "../tests/_optional.ts";
import { LogError } from "./error.ts";
import { openWithWriter, RagLogger } from "./logger.ts";
import { incident, verdict } from "./testdata/events.ts";
import { eventIds, lines, temporaryFolder } from "./testdata/files.ts";
import { verifyLog } from "./verify.ts";

const SETPRIV = await new Deno.Command("setpriv", { args: ["--version"] })
  .output().then(({ success }) => success, () => false);
/** Root may write anywhere; without these capabilities it may not. */
const AS_USER = [
  "setpriv",
  "--bounding-set=-dac_override,-dac_read_search",
];

/** An error as the file system gives it. */
function osError(code: string): Error {
  return Object.assign(new Error(`${code} (os error)`), { code });
}

/** A disk that takes `room` bytes and then says that it is full; half of a write may go through. */
class FaultyDisk {
  room = Infinity;
  readonly write = async (
    file: Deno.FsFile,
    bytes: Uint8Array,
  ): Promise<number> => {
    if (this.room <= 0) throw osError("ENOSPC");
    const count = await file.write(bytes.subarray(0, this.room));
    this.room -= count;
    return count;
  };
}

Deno.test("RagLogger offline rejects what a full disk does not take, keeps whole lines and goes on when there is room", async () => {
  await using folder = await temporaryFolder();
  const disk = new FaultyDisk();
  const options = { artifactsPerIncident: 0, chainEvery: 3 };
  const logger = await openWithWriter(folder.path, options, disk.write);
  await logger.append(verdict(0));
  disk.room = 3000;
  const results = await Promise.allSettled(
    Array.from({ length: 20 }, (_, i) => logger.append(verdict(i + 1))),
  );
  assert.ok(results.every(({ status }) => status === "rejected"));
  const [first] = results;
  assert.ok(first?.status === "rejected" && first.reason instanceof LogError);
  assert.equal(first.reason.code, "diskFull");
  assert.match(first.reason.message, /^Cannot write .*jsonl: no space left/);
  assert.deepEqual(await eventIds(folder.path), [verdict(0).eventId]);
  await assert.rejects(logger.appendIncident(incident(1)), {
    code: "diskFull",
  });
  disk.room = Infinity;
  for (let i = 30; i < 40; i++) await logger.append(verdict(i));
  await logger.appendIncident(incident(2));
  await logger.close();
  assert.equal((await eventIds(folder.path)).length, 11);
  assert.equal((await lines(`${folder.path}/incidents.jsonl`)).length, 1);
  assert.equal(logger.stats().failed, 21);
  assert.equal((await verifyLog(folder.path)).intact, true);
});

Deno.test("RagLogger live counts what a full disk does not take and resumes by itself, over a rotation too", async () => {
  await using folder = await temporaryFolder();
  const disk = new FaultyDisk();
  const logger = await openWithWriter(folder.path, {
    mode: "live",
    artifactsPerIncident: 0,
    chainEvery: 3,
    maxFileLines: 5,
  }, disk.write);
  let written = 0;
  for (let i = 0; i < 60; i++) {
    disk.room = i % 6 < 3 ? Infinity : 700;
    const result = await logger.append(verdict(i));
    if (result.state === "written") written++;
    else assert.deepEqual(result, { state: "dropped", reason: "writeFailed" });
  }
  disk.room = Infinity;
  await logger.close();
  const { dropped, acknowledged } = logger.stats();
  assert.equal(written, acknowledged);
  assert.equal(written + dropped, 60);
  assert.ok(written >= 30 && dropped > 5, `${written} written`);
  const ids = await eventIds(folder.path);
  assert.equal(ids.length, written);
  assert.equal(new Set(ids).size, written);
  const check = await verifyLog(folder.path);
  assert.equal(check.intact, true, JSON.stringify(check));
});

Deno.test("RagLogger live drops and counts when its queue is full, offline it waits", async () => {
  await using folder = await temporaryFolder();
  const gate = Promise.withResolvers<void>();
  const slow = async (file: Deno.FsFile, bytes: Uint8Array) => {
    await gate.promise;
    return await file.write(bytes);
  };
  const common = { queueLimit: 10, artifactsPerIncident: 0 } as const;
  const live = await openWithWriter(
    `${folder.path}/live`,
    { ...common, mode: "live" },
    slow,
  );
  const offline = await openWithWriter(`${folder.path}/offline`, common, slow);
  const results = [live, offline].map((logger) =>
    Array.from({ length: 25 }, (_, i) => logger.append(verdict(i)))
  );
  const order: string[] = [];
  const ready = offline.ready.then(() => order.push("ready"));
  order.push("open");
  gate.resolve();
  const [fromLive = [], fromOffline = []] = await Promise.all(
    results.map((some) => Promise.all(some)),
  );
  await ready;
  assert.deepEqual(order, ["open", "ready"]);
  assert.equal(live.stats().dropped, 15);
  const full = fromLive.filter(({ state }) => state === "dropped");
  assert.deepEqual(full[0], { state: "dropped", reason: "queueFull" });
  assert.ok(fromOffline.every(({ state }) => state === "written"));
  await Promise.all([live.close(), offline.close()]);
  assert.equal((await eventIds(`${folder.path}/live`)).length, 10);
  assert.equal((await eventIds(`${folder.path}/offline`)).length, 25);
});

Deno.test("RagLogger reports other write errors as they are: EACCES denied, EIO io", async () => {
  for (const [osCode, code] of [["EACCES", "denied"], ["EIO", "io"]] as const) {
    await using folder = await temporaryFolder();
    let broken = true;
    const write = (file: Deno.FsFile, bytes: Uint8Array) =>
      broken ? Promise.reject(osError(osCode)) : file.write(bytes);
    const logger = await openWithWriter(folder.path, {}, write);
    await assert.rejects(logger.append(verdict(1)), { code });
    broken = false;
    await logger.append(verdict(2));
    await logger.close();
    assert.deepEqual(await eventIds(folder.path), [verdict(2).eventId]);
  }
});

Deno.test("RagLogger.open says in one line that a directory cannot be made or is a file", async () => {
  await using folder = await temporaryFolder();
  const file = `${folder.path}/file`;
  await Deno.writeTextFile(file, "");
  for (const path of [file, `${file}/below`]) {
    await assert.rejects(
      RagLogger.open(path),
      (error) =>
        error instanceof LogError && error.message.includes(path) &&
        !error.message.includes("\n"),
    );
  }
});

Deno.test({
  name: "RagLogger.open without permission to write is refused as denied",
  permissions: { read: true },
  fn: () => assert.rejects(RagLogger.open("/nowhere"), { code: "denied" }),
});

optional({
  name: "RagLogger.open refuses a directory that the user may not write to",
  available: Deno.build.os !== "windows" && (Deno.uid() !== 0 || SETPRIV),
  reason: "root may write everywhere, and setpriv is not installed",
  fn: async () => {
    await using folder = await temporaryFolder();
    await Deno.chmod(folder.path, 0o500);
    const program = `
      const { RagLogger } = await import(${
      JSON.stringify(new URL("mod.ts", import.meta.url).href)
    });
      await RagLogger.open(${JSON.stringify(folder.path)})
        .then(() => console.log("open"), ({ code }) => console.log(code));`;
    const [command, ...args] = [
      ...(Deno.uid() === 0 ? AS_USER : []),
      ...[Deno.execPath(), "eval", "--quiet", program],
    ];
    const { stdout } = await new Deno.Command(command!, { args }).output();
    assert.equal(new TextDecoder().decode(stdout).trim(), "denied");
    await Deno.chmod(folder.path, 0o700);
  },
});

/** Whether a file system of its own can be mounted here. */
async function canMount(): Promise<boolean> {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return false;
  const path = await Deno.makeTempDir();
  const mounted = await mount(path);
  if (mounted) await unmount(path);
  await Deno.remove(path);
  return mounted;
}

async function mount(path: string): Promise<boolean> {
  const args = ["-t", "tmpfs", "-o", "size=256k", "tmpfs", path];
  try {
    const options = { args, stdout: "null", stderr: "null" } as const;
    return (await new Deno.Command("mount", options).output()).success;
  } catch {
    return false;
  }
}

async function unmount(path: string): Promise<void> {
  await new Deno.Command("umount", { args: ["-l", path] }).output();
}

optional({
  name:
    "RagLogger live survives a real full disk, counts the loss and resumes when there is room again",
  available: await canMount(),
  reason: "mounting a small tmpfs needs root",
  fn: async () => {
    await using folder = await temporaryFolder();
    assert.ok(await mount(folder.path));
    try {
      const path = `${folder.path}/log`;
      const ballast = `${folder.path}/ballast`;
      await Deno.writeFile(ballast, new Uint8Array(100_000));
      const options = { mode: "live", maxFileLines: 20 } as const;
      const logger = await RagLogger.open(path, options);
      for (let i = 0; i < 200; i++) await logger.append(verdict(i));
      const { dropped, acknowledged } = logger.stats();
      assert.ok(dropped > 0 && acknowledged > 0);
      assert.equal((await eventIds(path)).length, acknowledged);
      await Deno.remove(ballast);
      const last = await logger.append(verdict(1000));
      assert.equal(last.state, "written");
      await logger.close();
      assert.equal((await eventIds(path)).length, acknowledged + 1);
      assert.equal((await verifyLog(path)).intact, true);
    } finally {
      await unmount(folder.path);
    }
  },
});
