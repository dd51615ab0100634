/** `deno task config` and `status` beyond setting and reading: copies, keys, damage, and what they refuse. */
import assert from "node:assert/strict";
import { FileStore } from "@ml-defender/etcd-client";
import { commandOf, spawn } from "../cli/run.ts";
import { inFolder, type Run, stolen } from "./_cli.ts";

/** Makes a key file; what it is called is also its key's id. */
async function keyFile(
  run: Run,
  folder: string,
  name: string,
  more = "",
): Promise<string> {
  const { out, code } = await run("config", "new-key", name);
  assert.equal(code, 0);
  await Deno.writeTextFile(`${folder}/${name}`, out + more, { mode: 0o600 });
  return out;
}

/** Runs a command that has to succeed. */
async function good(
  run: Run,
  task: string,
  ...args: string[]
): Promise<string> {
  const { code, out, err } = await run(task, ...args);
  assert.equal(code, 0, `${task} ${args.join(" ")}: ${out}${err}`);
  return out;
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

Deno.test("config copy makes the target exactly what one revision of the source is, also from plain to sealed, to other keys, and back", async () => {
  await inFolder(async (run, folder) => {
    for (const name of ["one", "two"]) await keyFile(run, folder, name);
    await good(run, "config", "set", "log.compress", "gzip");
    await good(run, "config", "set", "search.limit", "7", "log.sync", "batch");
    const other = ["--store", "file:sealed", "--key-file", "one"];
    await good(run, "config", "set", "log.perIncident", "5", ...other);
    const sealed = await good(
      ...[
        run,
        "config",
        "copy",
        "file:sealed",
        "--to-key-file",
        "one",
      ] as const,
      ...["--to-counters", "one.counters"],
    );
    assert.match(sealed, /^revision 2\n/);
    assert.match(sealed, /log\.perIncident: 5 -> 200/);
    assert.doesNotMatch(await stolen(`${folder}/sealed`), /gzip/);
    await good(
      ...[run, "config", "copy", "file:again", ...other] as const,
      ...["--to-key-file", "two"],
    );
    const back = ["--store", "file:again", "--key-file", "two"];
    await good(run, "config", "copy", "file:plain", ...back, "--to-plain");
    assert.match(await stolen(`${folder}/plain`), /gzip/);
    const all = async (...place: string[]) =>
      JSON.parse(await good(run, "config", "get", "--json", ...place)).value;
    const wanted = await all();
    for (const place of [other, back, ["--store", "file:plain"]]) {
      assert.deepEqual(await all(...place), wanted);
    }
    const history = await good(
      run,
      "config",
      "history",
      "--store",
      "file:plain",
    );
    assert.match(history, /ana: copy of revision 1 of file:again/);
    assert.equal(history.match(/^\d/mg)?.length, 1);
    const idle = await good(run, "config", "copy", "file:plain");
    assert.equal(idle, "nothing to change\n");
  });
});

Deno.test("config copy keeps to prefixes, and refuses itself, nothing, damage, and to open what is encrypted unasked", async () => {
  await inFolder(async (run, folder) => {
    await keyFile(run, folder, "one");
    const team = ["--prefix", "team/a"];
    await good(run, "config", "set", "log.compress", "gzip", ...team);
    assert.equal(await good(run, "config", "get", "log.compress"), "none\n");
    await good(run, "config", "copy", "file:tree", ...team);
    await good(run, "config", "get", "log.compress");
    assert.equal(await good(run, "config", "get", "log.compress"), "gzip\n");
    await Deno.symlink(`${folder}/tree`, `${folder}/link`);
    for (const self of ["file:tree", "file:./tree", "file:link"]) {
      const { code, err } = await run("config", "copy", self);
      assert.deepEqual([code, /is the configuration itself/.test(err)], [
        2,
        true,
      ]);
    }
    const none = await run("config", "copy", "file:x", "--prefix", "none");
    assert.equal(none.code, 1);
    assert.match(none.err, /there is nothing to copy/);
    const absent = await run("config", "copy", "file:x", "--store", "file:y");
    assert.match(absent.err, /there is no configuration in file:y/);
    await good(run, "config", "copy", "file:sealed", "--to-key-file", "one");
    const sealed = ["--store", "file:sealed", "--key-file", "one"];
    const open = await run("config", "copy", "file:x", ...sealed);
    assert.equal(open.code, 2);
    assert.match(open.err, /--to-key-file FILE for the target, or --to-plain/);
    await good(run, "config", "copy", "file:x", "--dry-run");
    for (const made of ["x", "y"]) {
      assert.ok(!await isThere(`${folder}/${made}`), made);
    }
    {
      await using store = await FileStore.open(`${folder}/tree`);
      await store.set("ml-defender/config/log", { compress: "none" });
    }
    const damaged = await run("config", "copy", "file:x");
    assert.equal(damaged.code, 1);
    assert.match(damaged.err, /can not be read/);
  });
});

Deno.test("keys are rotated by commands: a new one first, reencrypt, the old one away; all stays readable without it", async () => {
  await inFolder(async (run, folder) => {
    const old = await keyFile(run, folder, "old");
    const at = (keys: string) => [
      ...["--store", "file:sealed", "--key-file", keys],
      ...["--counters", "counters"],
    ];
    await good(run, "config", "set", "log.compress", "gzip", ...at("old"));
    await good(run, "config", "set", "search.limit", "7", ...at("old"));
    await good(run, "config", "reset", "log.compress", ...at("old"));
    await good(run, "config", "set", "log.perIncident", "5", ...at("old"));
    await keyFile(run, folder, "both", old);
    const keys = await Deno.readTextFile(`${folder}/both`);
    await Deno.writeTextFile(`${folder}/new`, keys.split("\n")[0]!, {
      mode: 0o600,
    });
    const early = await run("config", "get", ...at("new"));
    assert.equal(early.code, 1);
    const done = await good(run, "config", "reencrypt", ...at("both"));
    assert.match(
      done,
      /^7 values encrypted anew, 0 left as they are, 0 failed/,
    );
    const again = await good(
      run,
      "config",
      "reencrypt",
      "--json",
      ...at("both"),
    );
    assert.deepEqual(JSON.parse(again), {
      rewritten: 0,
      unchanged: 7,
      failed: [],
    });
    await Deno.remove(`${folder}/old`);
    await Deno.remove(`${folder}/both`);
    const limit = ["config", "get", "search.limit"] as const;
    assert.equal(await good(run, ...limit, ...at("new")), "7\n");
    assert.match(await good(run, "config", "check", ...at("new")), /is whole/);
    const history = await good(run, "config", "history", ...at("new"));
    assert.equal(history.match(/^\d/mg)?.length, 4);
    assert.doesNotMatch(history, /can not|Cannot/);
    await good(run, "config", "diff", "1", "2", ...at("new"));
    await good(run, "config", "rollback", "1", ...at("new"));
    await good(run, "config", "set", "search.limit", "8", ...at("new"));
    await keyFile(run, folder, "foreign");
    const failed = await run("config", "reencrypt", ...at("foreign"));
    assert.equal(failed.code, 1);
    assert.match(failed.out, /^0 values encrypted anew, 0 left as they are/);
    assert.match(failed.err, /key 'both' is not in the key ring/);
    assert.equal((await run("config", "reencrypt")).code, 1);
  });
});

Deno.test("config check names damage with code 1, and the rollback that it names puts it right", async () => {
  await inFolder(async (run, folder) => {
    await good(run, "config", "set", "log.compress", "gzip");
    await good(run, "config", "set", "search.limit", "7");
    assert.match(await good(run, "config", "check"), /all is whole/);
    {
      await using store = await FileStore.open(`${folder}/tree`);
      await store.set("ml-defender/config/search", { limit: 8 });
      await store.set("ml-defender/history/000000000002", "nothing");
    }
    const bad = await run("config", "check");
    assert.equal(bad.code, 1);
    assert.match(
      bad.out,
      /config\/search can not be used: is not what revision/,
    );
    assert.match(bad.out, /revision 2 can not be used/);
    assert.match(bad.out, /`deno task config rollback 1` puts it right/);
    const json = await run("config", "check", "--json");
    assert.equal(JSON.parse(json.out).rollback, 1);
    const { code, err } = await run("config", "get", "search.limit");
    assert.deepEqual([code, /roll back/.test(err)], [1, true]);
    await good(run, "config", "rollback", "1");
    const after = await run("config", "check");
    assert.equal(after.code, 1);
    assert.doesNotMatch(after.out, /search|rollback/);
  });
});

Deno.test("config get and check say of values that nobody runs that they are refused", async () => {
  await inFolder(async (run, folder) => {
    await good(run, "config", "set", "search.limit", "7");
    {
      await using store = await FileStore.open(`${folder}/tree`);
      const change = { revision: 2, actor: "eva", timeMs: 1 };
      await store.set("ml-defender/config/@change", change);
      await store.set("ml-defender/config/search", { limit: 0 });
    }
    const got = await run("config", "get", "search.limit");
    assert.equal(got.out, "0\n");
    assert.match(got.err, /is refused, nobody runs it: search\.limit must be/);
    const { refused } = JSON.parse(
      (await run("config", "get", "search.limit", "--json")).out,
    );
    assert.equal(refused[0].path, "search.limit");
    const check = await run("config", "check");
    assert.equal(check.code, 1);
    assert.match(check.out, /search\.limit is refused, nobody runs it/);
  });
});

Deno.test("config watch tells damage on standard error, and in JSON", async () => {
  await inFolder(async (run, folder) => {
    await good(run, "config", "set", "search.limit", "7");
    const children = await Promise.all([[], ["--json"]].map(async (more) => {
      const words = ["watch", "--store", "file:tree", ...more];
      return spawn(await commandOf("config", words), { folder }, "null");
    }));
    const timer = setTimeout(() => {
      for (const child of children) child.kill("SIGKILL");
    }, 20_000);
    const [people, json] = children as [Deno.ChildProcess, Deno.ChildProcess];
    const seen = [
      [people.stdout, /watching file:tree/],
      [json.stdout, /"revision":1/],
    ] as const;
    const readers = await Promise.all(seen.map(async ([stream, wanted]) => {
      const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
      assert.match((await reader.read()).value ?? "", wanted);
      return reader;
    }));
    const store = await FileStore.open(`${folder}/tree`);
    await store.set("ml-defender/config/search", { limit: 8 });
    await store.close();
    const told = people.stderr.pipeThrough(new TextDecoderStream()).getReader();
    assert.match(
      (await told.read()).value ?? "",
      /^config: search can not be used: is not what revision 1 has/,
    );
    const line = JSON.parse((await readers[1]!.read()).value ?? "");
    assert.deepEqual(
      [line.kind, line.changes, line.damage[0].path],
      ["config", [], "search"],
    );
    for (const child of children) child.kill("SIGINT");
    for (const reader of [...readers, told]) await reader.cancel();
    await json.stderr.cancel();
    for (const child of children) assert.equal((await child.status).code, 130);
    clearTimeout(timer);
  });
});

Deno.test("config refuses as wrong use what can not be meant, and makes no folder for a dry run", async () => {
  await inFolder(async (run, folder) => {
    const wrong: [string[], RegExp][] = [
      [["history", "0"], /at least 1/],
      [["set", "log.sync", "none", "log.sync", "batch"], /there twice/],
      [
        ["set", "log", "{}", "log.sync", "batch"],
        /'log.sync' is part of 'log'/,
      ],
      [["reset", "log.sync", 'log."sync"'], /there twice/],
      [["reset", "log.sync", "--note", "x".repeat(501)], /at most 500/],
      [["reset", "log.sync", "--note", "a\nb"], /a\\u\{a\}b/],
      [["reset", "log.sync", "--actor", "\u202eeva"], /\\u\{202e\}eva/],
      [["reset", "log.sync", "--actor", "e\u200bva"], /\\u\{200b\}va/],
      [["get", "--store", "etcd:https://localhost:1"], /https needs --ca FILE/],
      [
        ["get", "--store", "etcd:http://localhost:1", "--ca", "x"],
        /with https/,
      ],
      [["get", "--user", "ana"], /--user goes with etcd/],
      [["get", "--namespace", "x/"], /--namespace goes with etcd/],
      [["get", "--prefix", "a b"], /prefix/],
      [["get", "--to-plain"], /go with copy/],
      [["copy", "etcd:https://localhost:1"], /https needs --to-ca FILE/],
      [["copy", "file:x", "--to-counters", "y"], /needs --to-key-file/],
      [["check", "now"], /takes nothing/],
    ];
    await good(run, "config", "set", "log.compress", "gzip");
    for (const [args, message] of wrong) {
      const { code, err } = await run("config", ...args);
      assert.equal(code, 2, `${args}: ${err}`);
      assert.match(err, message);
      assert.doesNotMatch(err, /\n +at /);
    }
    const dry = ["--dry-run", "--store", "file:absent"];
    const set = await good(
      run,
      "config",
      "set",
      "log.compress",
      "gzip",
      ...dry,
    );
    assert.match(set, /dry run/);
    await good(run, "accelerate", ...dry);
    await good(run, "config", "reset", "log.compress", ...dry);
    assert.ok(!await isThere(`${folder}/absent`));
    const long = await run("accelerate", "--note", "x".repeat(501));
    assert.equal(long.code, 2);
  });
});

Deno.test("config leaves the section operate to its commands; a rollback takes it back with the settings", async () => {
  await inFolder(async (run) => {
    await good(run, "config", "set", "log.compress", "gzip");
    for (const args of [["set", "operate.level", "2"], ["reset", "operate"]]) {
      const { code, err } = await run("config", ...args);
      assert.equal(code, 1);
      assert.match(
        err,
        /operate\S* is written by accelerate, decelerate and optimize alone/,
      );
    }
    await good(run, "accelerate");
    assert.equal(await good(run, "config", "get", "operate.level"), "1\n");
    await good(run, "config", "rollback", "1");
    assert.equal(await good(run, "config", "get", "operate.level"), "0\n");
    const dry = await good(run, "accelerate", "--dry-run");
    assert.match(dry, /level 0 -> 1/);
  });
});

Deno.test("status names who is gone until --forget, and leaves who is there; what others wrote is shown escaped", async () => {
  await inFolder(async (run, folder) => {
    await good(run, "config", "set", "log.compress", "gzip");
    const store = await FileStore.open(`${folder}/tree`);
    const prefix = "ml-defender";
    await store.set(`${prefix}/refused/old`, {
      revision: 1,
      reason: "\u202eno",
    });
    const data = { appliedRevision: 1, idTaken: true };
    const one = { kind: "pipeline", id: "here~1", version: "1" };
    const here = await store.register({ ...one, data, prefix, status: "up" });
    const wait = ["--wait", "0"];
    const ill = await run("status", ...wait);
    assert.equal(ill.code, 1);
    assert.match(ill.out, /refused revision 1: \\u\{202e\}no/);
    assert.match(ill.out, /come back: deno task status --forget old/);
    assert.match(ill.out, /another process has taken its id/);
    const there = await run("status", "--forget", "here~1");
    assert.equal(there.code, 1);
    assert.match(there.err, /a pipeline is registered under this id/);
    await here.close();
    const forgotten = await good(run, "status", "--forget", "old");
    assert.equal(forgotten, "old is forgotten\n");
    assert.match(
      await good(run, "status", "--forget", "old"),
      /nothing is left of old/,
    );
    await good(run, "status", ...wait);
    assert.equal((await run("status", "--forget", "a/b")).code, 2);
    await store.set(`${prefix}/config/@change`, {
      ...{ revision: 2, actor: "e\u202eva\u200b", timeMs: 1 },
      kept: [[2, 10]],
    });
    await store.set(`${prefix}/history/000000000002`, {
      ...{ actor: "e\u202eva\u200b", timeMs: 1, note: "\u2066x", of: 0 },
      ...{ changes: [], tree: {} },
    });
    const { out } = await run("config", "history");
    assert.match(out, /e\\u\{202e\}va\\u\{200b\}: \\u\{2066\}x/);
    await store.close();
  });
});
