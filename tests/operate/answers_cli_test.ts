/** What scripts and people are answered where something is not there, not meant, or below zero. */
import assert from "node:assert/strict";
import { FileStore } from "@ml-defender/etcd-client";
import { good, inFolder, isThere, keyFile } from "./_cli.ts";
import { Pipeline } from "./_pipeline.ts";

Deno.test("status --expect waits for a folder that is not there yet, and makes none", async () => {
  await inFolder(async (run, folder) => {
    const early = await run("status", "--expect", "1", "--wait", "1");
    assert.equal(early.code, 1);
    assert.match(early.err, /there is no configuration in file:tree/);
    const none = await run("status", "--wait", "60");
    assert.match(none.err, /there is no configuration in file:tree/);
    assert.ok(!await isThere(`${folder}/tree`));
    const waiting = run("status", "--expect", "1", "--wait", "60");
    await using _one = await Pipeline.start(folder, "--id", "sensor-1");
    const { code, out } = await waiting;
    assert.equal(code, 0, out);
    assert.match(out, /sensor-1/);
  });
});

Deno.test("config watch of a folder that is not there ends with 1, and makes none", async () => {
  await inFolder(async (run, folder) => {
    const { code, err } = await run("config", "watch");
    assert.equal(code, 1);
    assert.match(err, /there is no configuration in file:tree/);
    assert.ok(!await isThere(`${folder}/tree`));
  });
});

Deno.test("--json prints an error as data too: wrong use, what is refused, and a store that can not be used", async () => {
  await inFolder(async (run, folder) => {
    await Deno.writeTextFile(`${folder}/file`, "");
    const absent = ["--store", "file:absent"];
    const cases: [string[], number, string, RegExp][] = [
      [["config", "frob"], 2, "usage", /there is no 'frob'/],
      [["config", "get", "--nosuch"], 2, "usage", /nosuch/],
      [["config", "get", "a", "b"], 2, "usage", /one path/],
      [["config", "get", "nothing"], 1, "unknown_path", /nothing/],
      [["config", "check", ...absent], 1, "failed", /no configuration/],
      [["config", "get", "--store", "file:file"], 1, "storage", /file/],
      [["config", "rollback", "99"], 1, "unknown_revision", /99/],
      [["config", "set", "log.sync", "x"], 1, "invalid", /log\.sync/],
      [["status", ...absent], 1, "failed", /no configuration/],
      [["status", "--wait", "x"], 2, "usage", /--wait/],
      [["accelerate", "--store", "file:file"], 1, "storage", /file/],
    ];
    await good(run, "config", "set", "log.compress", "gzip");
    for (const [[task, ...args], code, name, message] of cases) {
      const done = await run(task!, ...args, "--json");
      assert.equal(done.code, code, `${args}: ${done.err}`);
      const { error } = JSON.parse(done.out);
      assert.equal(error.code, name, `${task} ${args}`);
      assert.match(error.message, message);
      const { out, err } = await run(task!, ...args);
      assert.equal(out, "", `${args}`);
      assert.match(err, message);
    }
  });
});

Deno.test("config history --json tells of damage, as the text does", async () => {
  await inFolder(async (run, folder) => {
    await good(run, "config", "set", "log.compress", "gzip");
    const whole = JSON.parse(await good(run, "config", "history", "--json"));
    assert.deepEqual([whole.revisions.length, whole.damage], [1, []]);
    {
      await using store = await FileStore.open(`${folder}/tree`);
      await store.set("ml-defender/config/log", { compress: "none" });
    }
    const args = ["config", "history"] as const;
    const { err } = await run(...args);
    assert.match(err, /config\/log can not be used/);
    const { revisions, damage } = JSON.parse(
      await good(run, ...args, "--json"),
    );
    assert.equal(revisions[0].actor, "ana");
    assert.match(damage[0].path, /config\/log$/);
    assert.match(damage[0].message, /is not what revision/);
  });
});

Deno.test("numbers below zero are values: config set says what the setting wants", async () => {
  await inFolder(async (run) => {
    const alert = "policy.thresholds.alert";
    for (const value of ["-5", "-0.5", "-.5e1"]) {
      const { code, err } = await run("config", "set", alert, value);
      assert.equal(code, 1, err);
      assert.match(err, /policy\.thresholds\.alert must be .*from 0 to 1/);
    }
    const { code, err } = await run("config", "history", "-1");
    assert.deepEqual([code, /current value is -1/.test(err)], [2, true]);
    const steps = await run("accelerate", "--steps", "-2");
    assert.equal(steps.code, 2);
    assert.match(steps.err, /--steps must be .*current value is -2/);
  });
});

Deno.test("without its key file, or with another one, a command on encrypted values asks for the right one and for no rollback", async () => {
  await inFolder(async (run, folder) => {
    for (const name of ["keys", "others"]) await keyFile(run, folder, name);
    const keys = ["--key-file", "keys"];
    await good(run, "config", "set", "log.compress", "gzip", ...keys);
    const commands: [string, ...string[]][] = [
      ["config", "get"],
      ["config", "set", "log.compress", "none"],
      ["config", "history"],
      ["config", "check"],
      ["config", "watch"],
      ["status"],
      ["accelerate"],
    ];
    for (const command of commands) {
      const { code, err } = await run(...command);
      assert.equal(code, 1, `${command}`);
      assert.match(err, /are encrypted: give their keys with --key-file FILE/);
      assert.doesNotMatch(err, /roll ?back/);
    }
    const other = await run("config", "get", "--key-file", "others");
    assert.equal(other.code, 1);
    assert.match(other.err, /do not open .*: .*key 'keys' is not in the key/);
    assert.doesNotMatch(other.err, /roll ?back/);
    const copy = ["copy", "file:tree", "--store", "file:plain"];
    await good(run, "config", "set", "search.limit", "7", ...copy.slice(2));
    const needless = await run("config", "get", ...copy.slice(2), ...keys);
    assert.equal(needless.code, 1);
    assert.match(needless.err, /if it never was, leave out --key-file/);
    const two = ["--counters", "c", "--to-counters", "c"];
    const alike = ["config", "copy", "file:x", ...keys, ...two] as const;
    const once = await run(...alike, "--to-key-file", "keys");
    assert.equal(once.code, 2);
    assert.match(once.err, /must be two files/);
    const to = await run("config", ...copy);
    assert.equal(to.code, 1);
    assert.match(to.err, /give their keys with --to-key-file FILE/);
  });
});

Deno.test("config set takes a model's file from where the user stands, and keeps its whole path", async () => {
  await inFolder(async (run, folder) => {
    const set = ["config", "set", "--json"] as const;
    const paths = async (...args: string[]) => {
      const { changes } = JSON.parse(await good(run, ...set, ...args));
      return (changes as { readonly after: unknown }[])
        .map(({ after }) => after);
    };
    const ddos = "models.ddos.file";
    assert.deepEqual(await paths(ddos, "a.json"), [`${folder}/a.json`]);
    assert.deepEqual(await paths(ddos, "/b.json"), ["/b.json"]);
    assert.deepEqual(await paths(ddos, ""), [""]);
    const one = JSON.stringify({ file: "./c.json" });
    assert.deepEqual(await paths("models.traffic", one), [`${folder}/c.json`]);
    const all = JSON.stringify({ ddos: { file: "d.json" } });
    assert.deepEqual(await paths("models", all), [
      `${folder}/d.json`,
      "",
    ]);
    const bad = await run("config", "set", ddos, "5");
    assert.equal(bad.code, 1);
    assert.match(bad.err, /models\.ddos\.file must be/);
  });
});

Deno.test("config set, reset, rollback and copy write a revision --above another one, so that who remembers it takes the new one", async () => {
  await inFolder(async (run, folder) => {
    const limit = ["config", "set", "search.limit"] as const;
    for (const value of ["7", "8", "9"]) await good(run, ...limit, value);
    await using one = await Pipeline.start(folder);
    await one.until(/runs revision 3 /);
    await Deno.remove(`${folder}/tree`, { recursive: true });
    assert.match(
      await good(run, ...limit, "5", "--above", "3"),
      /^revision 4$/m,
    );
    await one.until(/configuration 4 applied, by ana/);
    const back = ["config", "rollback", "4", "--above", "9"] as const;
    assert.match(await good(run, ...back), /^revision 10$/m);
    const reset = ["config", "reset", "search.limit", "--above", "20"] as const;
    assert.match(await good(run, ...reset), /^revision 21$/m);
    const copy = ["config", "copy", "file:x", "--above", "30"] as const;
    await good(run, ...limit, "6");
    assert.match(await good(run, ...copy), /^revision 31$/m);
    for (
      const wrong of [
        ["get", "--above", "3"],
        ["set", "search.limit", "4", "--above", "x"],
        ["reset", "search.limit", "--above", "999999999999"],
      ]
    ) {
      const { code, err } = await run("config", ...wrong);
      assert.equal(code, 2, err);
      assert.match(err, /--above/);
    }
  });
});
