/** A configuration moves: to another store, to other keys. */
import assert from "node:assert/strict";
import { FileStore } from "@ml-defender/etcd-client";
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
