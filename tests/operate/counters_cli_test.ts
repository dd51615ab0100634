/** What the commands remember by themselves, so that an old state of the store put back shows. */
import assert from "node:assert/strict";
import {
  type CounterEntry,
  EtcdError,
  FileCounters,
  MemoryCounters,
} from "@ml-defender/etcd-client";
import { openCounters, SharedCounters } from "../../examples/_counters.ts";
import { commandOf, spawn } from "../cli/run.ts";
import { good, inFolder, isThere, keyFile } from "./_cli.ts";
import { Pipeline } from "./_pipeline.ts";

const SEALED = ["--store", "file:sealed", "--key-file", "keys"];
const ALERT = ["config", "get", "policy.thresholds.alert", ...SEALED] as const;

type Run = Parameters<Parameters<typeof inFolder>[0]>[0];

/** Writes two revisions, and puts the bytes of the first back. */
async function replayed(run: Run, folder: string): Promise<void> {
  const alert = ["config", "set", "policy.thresholds.alert"] as const;
  await keyFile(run, folder, "keys");
  await good(run, ...alert, "0.9", ...SEALED);
  const bytes = await Deno.readFile(`${folder}/sealed/config.log`);
  await good(run, ...alert, "0.75", ...SEALED);
  await Deno.writeFile(`${folder}/sealed/config.log`, bytes);
}

/** The files of counters that were made where the user's state is. */
async function remembered(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(`${folder}/state/ml-defender`)) {
    if (/^counters-[0-9a-f]{16}$/.test(name)) names.push(name);
  }
  return names;
}

Deno.test("with a key file each command remembers by itself: an old state put back is refused, by writers too, with the file that remembers", async () => {
  await inFolder(async (run, folder) => {
    await replayed(run, folder);
    const [name, ...more] = await remembered(folder);
    assert.deepEqual(more, []);
    const file = `${folder}/state/ml-defender/${name}`;
    const [{ mode: of }, { mode: within }] = await Promise.all([
      Deno.stat(file),
      Deno.stat(`${folder}/state/ml-defender`),
    ]);
    assert.deepEqual([of! & 0o777, within! & 0o777], [0o600, 0o700]);
    const set = ["set", "policy.thresholds.malicious", "0.6", ...SEALED];
    const tried: [string, ...string[]][] = [
      [...ALERT],
      ["config", ...set],
      ["config", "check", ...SEALED],
      ["accelerate", ...SEALED],
      ["status", "--wait", "0", ...SEALED],
    ];
    for (const args of tried) {
      const { code, out, err } = await run(...args);
      assert.equal(code, 1, `${args}: ${out}${err}`);
      assert.match(out + err, /older value, put back/, `${args}`);
      assert.ok(err.includes(name!), `${args}: ${err}`);
    }
    const fresh = await good(run, ...ALERT, "--counters", "fresh");
    assert.equal(fresh, "0.9\n");
    assert.ok(await isThere(`${folder}/fresh`));
  });
});

Deno.test("where there is nowhere to remember, the commands say once that an old value put back does not show, and go on", async () => {
  await inFolder(async (run, folder) => {
    await keyFile(run, folder, "keys");
    await good(run, "config", "set", "log.compress", "gzip", ...SEALED);
    const told =
      /config: an old value put back .* not be noticed: .*--counters/g;
    const away = { XDG_STATE_HOME: "", HOME: "" };
    await Deno.writeTextFile(`${folder}/file`, "");
    const full = { XDG_STATE_HOME: `${folder}/file` };
    for (const env of [away, full]) {
      const words = await commandOf("config", ["get", "log.compress"]);
      const child = spawn([...words, ...SEALED], { folder, env }, "null");
      const { code, stdout, stderr } = await child.output();
      const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
      assert.deepEqual([code, text(stdout)], [0, "gzip\n"], text(stderr));
      assert.equal(text(stderr).match(told)?.length, 1, text(stderr));
    }
    const { err } = await run("config", "get", "log.compress", ...SEALED);
    assert.doesNotMatch(err, /noticed/);
    const plain = await run("config", "get", "--store", "file:plain");
    assert.doesNotMatch(plain.err, /noticed/);
  });
});

Deno.test("commands at the same time wait for the counters, and name a file that another process keeps", async () => {
  await inFolder(async (run, folder) => {
    await keyFile(run, folder, "keys");
    await good(run, "config", "set", "log.compress", "gzip", ...SEALED);
    const all = await Promise.all(
      [1, 2, 3].map(() => run("config", "get", "log.compress", ...SEALED)),
    );
    assert.deepEqual(all.map(({ out }) => out), Array(3).fill("gzip\n"));
    const path = `${folder}/held`;
    const held = await FileCounters.open(path);
    const get = ["get", "log.compress", ...SEALED, "--counters", "held"];
    const waiting = run("config", ...get);
    const values = { "key-file": "keys", counters: path };
    await assert.rejects(
      openCounters("file:sealed", values, { hold: "alone", waitMs: 500 }),
      {
        name: "EtcdError",
        message:
          /\/held: another process has had it for 1 s; .*with --counters/,
      },
    );
    await held.close();
    const { code, out, err } = await waiting;
    assert.deepEqual([code, out], [0, "gzip\n"], err);
  });
});

Deno.test("config watch and status leave the counters to others, begin with what is in them, and put what they saw into them", async () => {
  await inFolder(async (run, folder) => {
    await keyFile(run, folder, "keys");
    await good(run, "config", "set", "search.limit", "7", ...SEALED);
    const words = await commandOf("config", ["watch", ...SEALED]);
    const env = { XDG_STATE_HOME: `${folder}/state` };
    const child = spawn(words, { folder, env }, "null");
    const timer = setTimeout(() => child.kill("SIGKILL"), 60_000);
    const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    assert.match((await lines.read()).value ?? "", /revision 1/);
    const get = ["config", "get", "search.limit", ...SEALED] as const;
    assert.equal(await good(run, ...get), "7\n");
    const other = [...SEALED, "--counters", "other"];
    const bytes = await Deno.readFile(`${folder}/sealed/config.log`);
    const set = ["config", "set", "search.limit"] as const;
    assert.match(await good(run, ...set, "8", ...other), /^revision 2/);
    assert.match((await lines.read()).value ?? "", /eva|ana/);
    child.kill("SIGINT");
    assert.equal((await child.status).code, 130);
    clearTimeout(timer);
    await Promise.all([lines.cancel(), child.stderr.cancel()]);
    await Deno.writeFile(`${folder}/sealed/config.log`, bytes);
    const { code, err } = await run("config", "get", "search.limit", ...SEALED);
    assert.equal(code, 1);
    assert.match(err, /older value, put back/);
  });
});

Deno.test("after a restore from a backup a rollback --above what was there writes it anew, for all who remember; a store made anew is used without the file", async () => {
  await inFolder(async (run, folder) => {
    await replayed(run, folder);
    const check = await run("config", "check", ...SEALED);
    assert.equal(check.code, 1);
    assert.match(check.out, /rollback 1` puts it right/);
    const alert = ["config", "set", "policy.thresholds.alert"] as const;
    await good(run, "config", "rollback", "1", "--above", "2", ...SEALED);
    assert.equal(await good(run, ...ALERT), "0.9\n");
    const after = JSON.parse(
      await good(run, "config", "history", "--json", ...SEALED),
    );
    assert.equal(after.revisions[0].revision, 3);
    await good(run, ...alert, "0.8", ...SEALED);
    await Deno.remove(`${folder}/sealed`, { recursive: true });
    const anew = await run(...alert, "0.7", ...SEALED);
    assert.equal(anew.code, 1);
    assert.match(anew.err, /if you made it anew, fill it with .*config copy/);
    assert.match(anew.err, /, or take that file away/);
    await good(run, ...alert, "0.77", "--store", "file:plain");
    const copied = await good(
      ...[run, "config", "copy", "file:sealed", "--above", "4"] as const,
      ...["--to-key-file", "keys", "--store", "file:plain"],
    );
    assert.match(copied, /^revision 5$/m);
    assert.equal(await good(run, ...ALERT), "0.77\n");
    assert.match(await good(run, "config", "check", ...SEALED), /is whole/);
    await Deno.remove(`${folder}/sealed`, { recursive: true });
    const [name] = await remembered(folder);
    await Deno.remove(`${folder}/state/ml-defender/${name}`);
    const above = await good(run, ...alert, "0.7", "--above", "4", ...SEALED);
    assert.match(above, /^revision 5$/m);
  });
});

Deno.test("pipeline with a key file remembers counters in its folder: an old state put back while it was away is refused, without its last configuration too", async () => {
  await inFolder(async (run, folder) => {
    const start = (out: string) =>
      Pipeline.start(folder, ...SEALED, "--out", out);
    await keyFile(run, folder, "keys");
    const alert = ["config", "set", "policy.thresholds.alert"] as const;
    await good(run, ...alert, "0.9", ...SEALED);
    const bytes = await Deno.readFile(`${folder}/sealed/config.log`);
    await good(run, ...alert, "0.75", ...SEALED);
    {
      await using one = await start("log");
      await one.until(/runs revision 2 \(in_force\)/);
    }
    const { mode } = await Deno.stat(`${folder}/log/counters`);
    assert.equal(mode! & 0o777, 0o600);
    await Deno.remove(`${folder}/log/last-good.json`);
    await Deno.writeFile(`${folder}/sealed/config.log`, bytes);
    {
      await using two = await start("log");
      await two.until(/refused, by .*older value, put back/);
      await two.until(/runs revision 0 \(refused\)/);
    }
    await using fresh = await start("fresh");
    await fresh.until(/runs revision 1 \(in_force\)/);
  });
});

Deno.test("a place is the same one by whatever links folder and key file are named, and the first look at it says that nothing is remembered", async () => {
  await inFolder(async (run, folder) => {
    await keyFile(run, folder, "keys");
    const first = /nothing is remembered of file:\S+ yet: an old state/g;
    const set = ["config", "set", "search.limit", "7", ...SEALED] as const;
    const made = await run(...set);
    assert.deepEqual([made.code, made.err], [0, ""]);
    await Deno.symlink("sealed", `${folder}/link`);
    await Deno.symlink("keys", `${folder}/keylink`);
    await Deno.symlink(folder, `${folder}/here`);
    for (const store of ["sealed", "link", "here/link"]) {
      for (const keys of ["keys", "keylink", "here/keylink"]) {
        const at = ["--store", `file:${store}`, "--key-file", keys];
        const { code, err } = await run("config", "get", "search.limit", ...at);
        assert.deepEqual([code, err.match(first)], [0, null], err);
      }
    }
    assert.equal((await remembered(folder)).length, 1);
    await Deno.copyFile(`${folder}/keys`, `${folder}/copied`);
    await Deno.chmod(`${folder}/copied`, 0o600);
    const at = ["--store", "file:sealed", "--key-file", "copied"];
    for (const times of [1, undefined]) {
      const { err } = await run("config", "get", "search.limit", ...at);
      assert.equal(err.match(first)?.length, times, err);
    }
    const named = [...at, "--counters", "mine"];
    const { err } = await run("status", "--wait", "0", ...named);
    assert.equal(err.match(first)?.length, 1, err);
  });
});

Deno.test("a file of counters that is a link is written through to what it points at", async () => {
  await inFolder(async (run, folder) => {
    await keyFile(run, folder, "keys");
    await Deno.mkdir(`${folder}/safe`);
    await Deno.symlink("safe/counters", `${folder}/link`);
    const at = [...SEALED, "--counters", "link"];
    await good(run, "config", "set", "search.limit", "7", ...at);
    await good(run, "config", "set", "search.limit", "8", ...at);
    assert.ok((await Deno.lstat(`${folder}/link`)).isSymlink);
    const { size } = await Deno.stat(`${folder}/safe/counters`);
    assert.ok(size > 0);
  });
});

Deno.test("where the user's own file of counters can not be used, the message names --counters", async () => {
  await inFolder(async (run, folder) => {
    await keyFile(run, folder, "keys");
    await good(run, "config", "set", "search.limit", "7", ...SEALED);
    const [name] = await remembered(folder);
    const file = `${folder}/state/ml-defender/${name}`;
    await Deno.remove(file);
    await Deno.mkdir(file);
    const get = ["config", "get", "search.limit"] as const;
    const { code, err } = await run(...get, ...SEALED);
    assert.equal(code, 1);
    assert.match(err, /a file elsewhere is named with --counters/);
    const status = await run("status", ...SEALED);
    assert.match(status.err, /a file elsewhere is named with --counters/);
    await good(run, ...get, ...SEALED, "--counters", "mine");
  });
});

/** Gives a test a folder for what is remembered. */
async function withState(fn: () => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "counters-" });
  const before = Deno.env.get("XDG_STATE_HOME");
  Deno.env.set("XDG_STATE_HOME", folder);
  try {
    await fn();
  } finally {
    if (before === undefined) Deno.env.delete("XDG_STATE_HOME");
    else Deno.env.set("XDG_STATE_HOME", before);
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("counters that can not be written, as on a full disk, name --counters where the file is the user's own", async () => {
  await withState(async () => {
    const values = { "key-file": "/keys" };
    const opened = await openCounters("etcd:http://a.example:1", values, {
      hold: "alone",
    });
    const { set } = FileCounters.prototype;
    FileCounters.prototype.set = () =>
      Promise.reject(new EtcdError("storage", "Cannot write: no space"));
    const entry = { counter: 5, tag: "00", revision: 1, store: "s" };
    try {
      await assert.rejects(
        opened!.counters.set("a", { ...entry, state: "live" }),
        { code: "storage", message: /^Cannot write: no space; .*--counters/ },
      );
    } finally {
      FileCounters.prototype.set = set;
      await opened!.counters.close();
    }
  });
});

Deno.test("the endpoints of a place may be named in any order, and under any name of this machine", async () => {
  await withState(async () => {
    const pathOf = async (place: string) => {
      const values = { "key-file": "/keys" };
      const opened = await openCounters(place, values, { hold: "alone" });
      await opened!.counters.close();
      return opened!.path;
    };
    const one = await pathOf("etcd:http://a.example:2379,http://127.0.0.1:1");
    assert.equal(
      await pathOf("etcd:http://localhost:1,http://a.example:2379"),
      one,
    );
    assert.notEqual(await pathOf("etcd:http://a.example:2379"), one);
  });
});

Deno.test("what another process knows to be gone is not made live again by who saw it live, and the other way round it goes", async () => {
  const entry = (state: CounterEntry["state"]): CounterEntry => ({
    ...{ counter: 5, tag: "00", state, revision: 1, store: "s" },
  });
  const cases = [
    ["gone", "live", "gone"],
    ["deleted", "leased", "deleted"],
    ["live", "gone", "gone"],
  ] as const;
  for (const [there, seen, wanted] of cases) {
    const file = new MemoryCounters();
    await file.set("a", entry(there));
    const shared = new SharedCounters(new MemoryCounters(), {
      open: () => Promise.resolve(file),
      failed: assert.fail,
    });
    await shared.set("a", entry(seen));
    await shared.close();
    assert.equal(file.get("a")?.state, wanted);
  }
});
