/** `deno task config` and `status` beyond setting and reading: damage, prefixes, who is gone, and what they refuse. */
import assert from "node:assert/strict";
import { FileStore } from "@ml-defender/etcd-client";
import { force } from "../../watcher/testdata/sections.ts";
import { commandOf, spawn } from "../cli/run.ts";
import { good, inFolder, isThere } from "./_cli.ts";
import { Pipeline } from "./_pipeline.ts";

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
      await force(store, { search: { limit: 0 } }, "eva");
    }
    const got = await run("config", "get", "search.limit");
    assert.equal(got.out, "0\n");
    assert.match(got.err, /is refused, nobody runs it: search\.limit must be/);
    const { refused } = JSON.parse(
      (await run("config", "get", "search.limit", "--json")).out,
    );
    assert.equal(refused[0].path, "search.limit");
    const diff = await run("config", "diff", "1");
    assert.match(diff.out, /search\.limit: 7 -> 0/);
    assert.match(diff.err, /is refused, nobody runs it: search\.limit must be/);
    const check = await run("config", "check");
    assert.equal(check.code, 1);
    assert.match(check.out, /search\.limit is refused, nobody runs it/);
  });
});

Deno.test("--prefix names one of several configurations in a store, to every command", async () => {
  await inFolder(async (run, folder) => {
    const team = ["--prefix", "team/a"];
    await good(run, "config", "set", "log.compress", "gzip", ...team);
    await good(
      run,
      "generate",
      "scan_vertical",
      "--seed",
      "7",
      "--out",
      "c.pcap",
    );
    const runs = ["c.pcap", "--id", "one", "--out"];
    const there = await run("pipeline", ...runs, "log", ...team);
    assert.match(there.err, /runs revision 1 \(/);
    const here = await run("pipeline", ...runs, "other");
    assert.match(here.err, /runs revision 0 \(/);
    const wrong = await run("pipeline", ...runs, "log", "--prefix", "/");
    assert.equal(wrong.code, 2);
    await good(run, "accelerate", ...team);
    const rag = ["accelerate", "--log", "log", "--config", "file:tree"];
    await good(run, "rag", ...rag, ...team);
    const level = ["config", "get", "operate.level"] as const;
    assert.equal(await good(run, ...level, ...team), "2\n");
    assert.equal(await good(run, ...level), "0\n");
    await using store = await FileStore.open(`${folder}/tree`);
    const one = { kind: "pipeline", id: "one", version: "1" };
    await using _there = await store.register({ ...one, prefix: "team/a" });
    const expect = ["--wait", "0", "--expect", "1"];
    assert.equal((await run("status", ...expect)).code, 1);
    assert.match(await good(run, "status", ...expect, ...team), /one +1 /);
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
      ...{ kept: [[2, 10, ""]], digests: {} },
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

Deno.test("status shows who is there also where the store is damaged, says the damage, and ends with 1", async () => {
  await inFolder(async (run, folder) => {
    await good(run, "config", "set", "search.limit", "7");
    await good(run, "config", "set", "search.limit", "8");
    await using one = await Pipeline.start(folder, "--out", "log");
    await one.until(/runs revision 2 \(in_force\)/);
    {
      await using store = await FileStore.open(`${folder}/tree`);
      await store.set("ml-defender/config/log", { compress: "gzip" });
    }
    const { code, out, err } = await run("status", "--wait", "0");
    assert.equal(code, 1, err);
    assert.match(out, /^file:tree: revision 2, 1 components$/m);
    assert.match(out, /^pipeline .* 2 +0 /m);
    assert.match(out, /config\/log can not be used: is no part of revision 2/);
    const json = JSON.parse((await run("status", "--json", "--wait", "0")).out);
    assert.deepEqual(
      [json.well, json.desiredRevision, json.damage[0].path],
      [false, 2, "ml-defender/config/log"],
    );
    {
      await using store = await FileStore.open(`${folder}/tree`);
      await store.set("ml-defender/config/@change", "nothing");
      for (const revision of [1, 2]) {
        await store.delete(`ml-defender/history/00000000000${revision}`);
      }
    }
    const lost = await run("status", "--wait", "0");
    assert.equal(lost.code, 1);
    assert.match(lost.out, /^file:tree: revision -, 1 components$/m);
    assert.match(lost.out, /^pipeline /m);
  });
});
