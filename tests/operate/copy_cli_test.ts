/** A configuration moves: to another store, to other keys. */
import assert from "node:assert/strict";
import { FileCounters, FileStore } from "@ml-defender/etcd-client";
import { good, inFolder, isThere, keyFile, stolen } from "./_cli.ts";
import { Pipeline } from "./_pipeline.ts";

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
    assert.match(sealed, /^revision 3\n/);
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
    assert.match(history, /ana: copy of revision 4 of file:again/);
    assert.equal(history.match(/^\d/mg)?.length, 1);
    const idle = await good(run, "config", "copy", "file:plain");
    assert.equal(idle, "revision 6\n");
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

Deno.test("keys are rotated by commands: a new one second, then first, reencrypt, the old one away; all stays readable without it", async () => {
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
    const [line] = keys.split("\n");
    const mode = 0o600;
    await Deno.writeTextFile(`${folder}/new`, line!, { mode });
    await Deno.writeTextFile(`${folder}/second`, `${old}${line}\n`, { mode });
    await good(run, "config", "set", "log.perIncident", "6", ...at("second"));
    const same = await good(run, "config", "reencrypt", ...at("second"));
    assert.match(same, /^0 values encrypted anew, 8 left as they are/);
    await good(run, "config", "set", "log.perIncident", "7", ...at("both"));
    assert.equal(
      await good(run, "config", "get", "log.perIncident", ...at("second")),
      "7\n",
    );
    const early = await run("config", "get", ...at("new"));
    assert.equal(early.code, 1);
    const done = await good(run, "config", "reencrypt", ...at("both"));
    assert.match(
      done,
      /^6 values encrypted anew, 3 left as they are, 0 failed/,
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
      unchanged: 9,
      failed: [],
    });
    await Deno.remove(`${folder}/old`);
    await Deno.remove(`${folder}/both`);
    const limit = ["config", "get", "search.limit"] as const;
    assert.equal(await good(run, ...limit, ...at("new")), "7\n");
    assert.match(await good(run, "config", "check", ...at("new")), /is whole/);
    const history = await good(run, "config", "history", ...at("new"));
    assert.equal(history.match(/^\d/mg)?.length, 6);
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

Deno.test("config copy makes a revision that whoever ran the source takes: a pipeline goes on in the other place", async () => {
  await inFolder(async (run, folder) => {
    for (const limit of ["7", "8", "9"]) {
      await good(run, "config", "set", "search.limit", limit);
    }
    const out = ["--out", "events"];
    {
      await using before = await Pipeline.start(folder, ...out);
      await before.until(/runs revision 3 \(in_force\)/);
    }
    const copied = await good(run, "config", "copy", "file:other");
    assert.match(copied, /^revision 4\n/);
    const other = ["--store", "file:other"];
    await using after = await Pipeline.start(folder, ...other, ...out);
    await after.until(/runs revision 4 \(in_force\)/);
  });
});

Deno.test("config copy is above a target that is ahead too, each time: pipelines of either side go on", async () => {
  await inFolder(async (run, folder) => {
    const set = ["config", "set", "search.limit"] as const;
    const other = ["--store", "file:other"];
    for (const limit of ["7", "8"]) await good(run, ...set, limit);
    for (const limit of ["1", "2", "3", "4"]) {
      await good(run, ...set, limit, ...other);
    }
    const start = (out: string, ...place: string[]) =>
      Pipeline.start(folder, ...place, "--out", out);
    {
      await using here = await start("one");
      await here.until(/runs revision 2 \(in_force\)/);
      await using there = await start("two", ...other);
      await there.until(/runs revision 4 \(in_force\)/);
    }
    assert.match(
      await good(run, "config", "copy", "file:other"),
      /^revision 5\n/,
    );
    assert.equal(
      await good(run, "config", "copy", "file:other"),
      "revision 6\n",
    );
    for (const out of ["one", "two"]) {
      await using after = await start(out, ...other);
      await after.until(/runs revision 6 \(in_force\)/);
    }
  });
});

Deno.test("config copy puts a damaged target right, and writes with --expect only where the target is at that revision", async () => {
  await inFolder(async (run, folder) => {
    await good(run, "config", "set", "search.limit", "7");
    const other = ["--store", "file:other"];
    await good(run, "config", "set", "log.compress", "gzip", ...other);
    const copy = ["config", "copy", "file:other"] as const;
    const refused = await run(...copy, "--expect", "9");
    assert.equal(refused.code, 1);
    assert.match(refused.err, /must be at revision 9: it is at 1/);
    const limit = ["config", "get", "search.limit", ...other] as const;
    assert.equal(await good(run, ...limit), "10\n");
    assert.match(await good(run, ...copy, "--expect", "1"), /^revision 2\n/);
    {
      await using store = await FileStore.open(`${folder}/other`);
      await store.set("ml-defender/config/log", { compress: "none" });
    }
    assert.equal((await run(...limit)).code, 1);
    await good(run, ...copy);
    assert.equal(await good(run, ...limit), "7\n");
    assert.match(await good(run, "config", "check", ...other), /is whole/);
  });
});

Deno.test("config copy leaves the counters of the source to others before it waits for those of the target", async () => {
  await inFolder(async (run, folder) => {
    await keyFile(run, folder, "keys");
    const keys = ["--key-file", "keys", "--to-key-file", "keys"];
    const at = ["--store", "file:sealed", ...keys.slice(0, 2)];
    await good(run, "config", "set", "search.limit", "7", ...at);
    const target = await FileCounters.open(`${folder}/target`);
    const copying = run(
      ...["config", "copy", "file:other", ...at, ...keys.slice(2)] as const,
      ...["--counters", "source", "--to-counters", "target"],
    );
    while (!await isThere(`${folder}/source`)) {
      await new Promise((done) => setTimeout(done, 10));
    }
    const source = await FileCounters.open(`${folder}/source`, {
      waitMs: 4000,
    });
    await source.close();
    await target.close();
    const { code, err } = await copying;
    assert.equal(code, 0, err);
  });
});

Deno.test("options of what writes are wrong use for what does not, and one file is not two places' counters", async () => {
  await inFolder(async (run, folder) => {
    await keyFile(run, folder, "keys");
    const at = ["--store", "file:sealed", "--key-file", "keys"];
    await good(run, "config", "set", "search.limit", "7", ...at);
    const before = await Deno.readFile(`${folder}/sealed/config.log`);
    const tried = [
      ["reencrypt", "--dry-run", ...at],
      ["reencrypt", "--expect", "1", ...at],
      ["get", "--expect", "1", ...at],
      ["check", "--dry-run", ...at],
    ];
    for (const args of tried) {
      const { code, err } = await run("config", ...args);
      assert.equal(code, 2, `${args}: ${err}`);
      assert.match(err, /goes with set, reset, rollback, copy: this is/);
    }
    assert.deepEqual(
      await Deno.readFile(`${folder}/sealed/config.log`),
      before,
    );
    await Deno.symlink("cc", `${folder}/link`);
    for (const same of ["cc", "./cc", `${folder}/cc`, "link"]) {
      const { code, err } = await run(
        ...["config", "copy", "file:other", ...at] as const,
        ...["--to-key-file", "keys", "--counters", "cc"],
        ...["--to-counters", same],
      );
      assert.equal(code, 2, `${same}: ${err}`);
      assert.match(err, /must be two files/);
    }
  });
});
