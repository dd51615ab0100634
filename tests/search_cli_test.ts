/** `ask` and `rag` as users run them: options, exit codes, interruptions, several at once, models. */
import assert from "node:assert/strict";
import { cannotMount, mountTmpfs } from "../rag/store/testdata/small_disk.ts";
import { writeTinyModel } from "../rag/sentence_transformers/testdata/tiny_model.ts";
import { cached, optional } from "./_optional.ts";
import { runTask } from "./cli/run.ts";
import { inFolder, largeLog, NOW, smallLog, until } from "./search_cli/logs.ts";
import { Running } from "./search_cli/running.ts";

const QUESTION = "port scans yesterday";

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

Deno.test("ask answers from the log with its options, and tells what it left out", async () => {
  await inFolder(async (folder) => {
    const log = ["--log", await smallLog(folder), "--now", NOW];
    const first = await runTask("ask", [QUESTION, ...log]);
    assert.equal(first.code, 0, first.err);
    assert.match(first.out, /^understood as: .*scan/);
    assert.match(first.out, /5 events match/);
    assert.match(first.out, /happened yesterday at 08:00:00 UTC/);
    assert.equal(
      first.err,
      "ask: left out of the log: 1 torn (lines and files)\n",
    );
    const json = await runTask("ask", [QUESTION, ...log, "--json"]);
    assert.equal(json.err, "");
    const data = JSON.parse(json.out);
    assert.deepEqual(Object.keys(data), [
      ...["understood", "ast", "unresolved", "contradictions", "weak", "total"],
      ...["hits", "answer", "citations", "writer"],
    ]);
    assert.deepEqual(Object.keys(data.hits[0]), [
      ...["event_id", "score", "why", "narrative", "folded"],
    ]);
    assert.equal(data.total, 5);
    const ids = data.hits.map((hit: { event_id: string }) => hit.event_id);
    assert.ok(data.citations.every((id: string) => ids.includes(id)));
    const more = await runTask("ask", [
      ...[QUESTION, ...log, "--explain", "--limit", "2", "--each"],
      ...["--language", "es", "--wasm", "--no-ingest"],
    ]);
    assert.match(more.out, /por qué: /);
    assert.match(more.out, /^2\. \[/m);
    assert.doesNotMatch(more.out, /^3\. \[/m);
    const zone = ["--zone", "Asia/Tokyo", "--json"];
    const shifted = await runTask("ask", ["scans today", ...log, ...zone]);
    assert.equal(JSON.parse(shifted.out).total, 0);
  });
});

Deno.test("ask applies every --filter, with the present of --now, and refuses what is none", async () => {
  await inFolder(async (folder) => {
    const log = ["--log", await smallLog(folder), "--now", NOW, "--json"];
    const count = async (...args: string[]) => {
      const { out, err } = await runTask("ask", [...args, ...log]);
      assert.ok(out !== "", err);
      return JSON.parse(out).total;
    };
    const scans = ["--filter", "category = scan"];
    assert.equal(await count(...scans, "--filter", "dst_port = 1001"), 1);
    assert.equal(await count("--filter", "time last 24h"), 8);
    for (
      const [args, code, message] of [
        [["--filter", "category = = scan"], 1, /position|expected/i],
        [[], 2, /a question or --filter is needed/],
        [["x", "--limit", "0"], 2, /--limit must be a whole number/],
        [["x", "--index", "other"], 2, /--index is neither own nor faiss/],
        [["x", "--zone", "Mars/Base"], 2, /--zone is not an IANA time zone/],
        [["x", "--language", "fr"], 2, /--language is neither/],
        [["x", "--now", "teatime"], 2, /--now is not a time/],
        [["x", "--model", "http://x", "--gguf", "y"], 2, /exclude each other/],
      ] as const
    ) {
      const { code: found, err } = await runTask("ask", [...log, ...args]);
      assert.match(err, message);
      assert.equal(found, code, err);
    }
  });
});

Deno.test("ask and rag refuse a log that is not there, and make nothing", async () => {
  await inFolder(async (folder) => {
    const none = `${folder}/mistyped`;
    for (const [task, word] of [["ask", "scans"], ["rag", "stats"]] as const) {
      const cases: [string[], RegExp][] = [
        [["--log", none], /there is no event log in .*mistyped/],
        [["--log", ""], /--log must name a folder: it is empty/],
        [["--log", none, "--store", ""], /--store must name a folder/],
        [["--log", none, "--store", `${folder}/store`], /no event log in/],
      ];
      if (task === "ask") {
        cases.push([["--log", none, "--no-ingest"], /nothing was read into/]);
      }
      for (const [args, message] of cases) {
        const { code, err } = await runTask(task, [word, ...args]);
        assert.match(err, message);
        assert.equal(code, 1);
        assert.equal(err.trimEnd().split("\n").length, 1, err);
      }
    }
    assert.deepEqual(await Array.fromAsync(Deno.readDir(folder)), []);
  });
});

Deno.test("Ctrl-C while ask reads the log ends it with 130, says how far it is, and prints no answer", async () => {
  await inFolder(async (folder) => {
    const log = await largeLog(folder, 60_000);
    await using ask = await Running.start("ask", ["scans", "--log", log]);
    while (!await exists(`${log}/search/events.db-wal`) && !ask.ended) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    ask.kill("SIGINT");
    const { code, ms } = await ask.end();
    assert.equal(code, 130, ask.err);
    assert.ok(ms < 3000, `${ms} ms`);
    assert.equal(ask.out, "");
    const [, percent] = ask.err.match(
      /^ask: interrupted: \d+ new events, (\d+) % of the log was read/m,
    ) ?? [];
    assert.ok(Number(percent) < 100, ask.err);
    const stats = await runTask("rag", ["stats", "--log", log]);
    assert.match(stats.out, /^events +60000$/m);
  });
});

Deno.test("rag answers over HTTP while it reads the log, says that answers are incomplete, and ends at once at any stage", async () => {
  await inFolder(async (folder) => {
    const log = await largeLog(folder, 60_000);
    const options = ["--log", log, "--listen", "127.0.0.1:0"];
    await using early = await Running.start("rag", options);
    await early.says(/token for this run/);
    early.kill("SIGINT");
    const first = await early.end();
    assert.equal(first.code, 130);
    assert.ok(first.ms < 2000, `${first.ms} ms`);

    await using rag = await Running.start("rag", options);
    const [, token] = await rag.says(/token for this run: (\S+)/);
    const [, url] = await rag.says(/listening on (http:\S+)\/api/);
    const health = await (await fetch(`${url}/healthz`)).json();
    assert.equal(health.ok, true);
    assert.match(health.incomplete, /still being read/);
    const answer = await fetch(`${url}/api/ask?q=scans`, {
      headers: { authorization: `Bearer ${token}` },
    });
    assert.match((await answer.json()).incomplete, /still being read/);
    rag.kill("SIGTERM");
    const { code, ms } = await rag.end();
    assert.equal(code, 130);
    assert.ok(ms < 2000, `${ms} ms`);
  });
});

Deno.test("rag serves with --zone, --now and --language as defaults, follows the log, and reads beside another", async () => {
  await inFolder(async (folder) => {
    const log = await smallLog(folder);
    await using rag = await Running.start("rag", [
      ...["--log", log, "--listen", "127.0.0.1:0", "--now", NOW],
      ...["--language", "es"],
    ]);
    const [, token] = await rag.says(/token for this run: (\S+)/);
    const [, url] = await rag.says(/listening on (http:\S+)\/api/);
    await rag.says(/left out of the log: 1 torn/);
    const ask = async (query: string) => {
      const response = await fetch(`${url}/api/ask?${query}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      return await response.json();
    };
    const answer = await ask("q=port+scans+yesterday");
    assert.equal(answer.total, 5);
    assert.match(answer.answer, /5 eventos.* ayer /);
    const last = new URLSearchParams({ q: "events", filter: "time last 24h" });
    assert.equal((await ask(`${last}`)).total, 8);
    const beside = await runTask("ask", [QUESTION, "--log", log, "--now", NOW]);
    assert.equal(beside.code, 0);
    assert.match(
      beside.err,
      /another process writes to .*: reading what it has, 26 events/,
    );
    assert.match(beside.out, /5 events match/);
    rag.kill("SIGINT");
    const { code, ms } = await rag.end();
    assert.equal(code, 130);
    assert.ok(ms < 2000, `${ms} ms`);
    assert.doesNotMatch(rag.err, /Deno\.serve|legacy/);
  });
});

Deno.test("rag --no-serve without a terminal watches until a signal", async () => {
  await inFolder(async (folder) => {
    const log = await smallLog(folder);
    await using rag = await Running.start("rag", ["--log", log, "--no-serve"]);
    await rag.says(/left out of the log/);
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(rag.ended, false);
    rag.kill("SIGINT");
    assert.equal((await rag.end()).code, 130);
  });
});

Deno.test("rag stats tells what was left out, and --keep-days removes what is older", async () => {
  await inFolder(async (folder) => {
    const log = ["--log", await smallLog(folder)];
    const all = await runTask("rag", ["stats", ...log]);
    assert.match(all.out, /^events +26$/m);
    assert.match(all.out, /^left out +1 torn/m);
    const kept = await runTask("rag", ["stats", ...log, "--keep-days", "1"]);
    assert.match(kept.out, /^events +25$/m);
    const wrong = await runTask("rag", ["stats", ...log, "--keep-days", "0"]);
    assert.equal(wrong.code, 2);
  });
});

Deno.test("Several ask at once on a fresh store all answer in full", async () => {
  await inFolder(async (folder) => {
    const log = await smallLog(folder);
    const args = [QUESTION, "--log", log, "--now", NOW, "--json"];
    const all = await Promise.all([1, 2, 3, 4].map(() => runTask("ask", args)));
    for (const { code, out, err } of all) {
      assert.equal(code, 0, err);
      assert.equal(JSON.parse(out).total, 5, err);
    }
  });
});

Deno.test("ask --gguf without permission to start programs gives the answer without the model, and says why", async () => {
  await inFolder(async (folder) => {
    const log = ["--log", await smallLog(folder), "--now", NOW];
    const file = `${folder}/model.gguf`;
    await Deno.writeTextFile(file, "GGUF");
    const asked = await runTask("ask", [QUESTION, ...log, "--gguf", file]);
    assert.equal(asked.code, 0, asked.err);
    assert.match(asked.out, /5 events match/);
    assert.match(asked.out, /^\(.* as it needs run permission.*\)$/m);
    const gone = await runTask("ask", [QUESTION, ...log, "--gguf", "no.gguf"]);
    assert.match(gone.out, /^\(Cannot open the model as 'modelPath'/m);
  });
});

const embedderPackages = await cached(
  "npm:@huggingface/tokenizers@0.2.0",
  "npm:onnxruntime-node@1.30.0",
);

optional({
  name:
    "ask and rag --embedder embed every text with the model before they answer",
  available: embedderPackages,
  reason:
    "@huggingface/tokenizers and onnxruntime-node are not in the cache: deno task optional",
  fn: async () => {
    await inFolder(async (folder) => {
      const model = `${folder}/model`;
      await Deno.mkdir(model);
      await writeTinyModel(model, { dimensions: 16 });
      const options = [
        ...["--log", await smallLog(folder), "--now", NOW],
        ...["--embedder", model],
      ];
      const asked = await runTask("ask", [
        ...["find something like port scan", ...options, "--json"],
      ]);
      assert.equal(asked.code, 0, asked.err);
      assert.ok(JSON.parse(asked.out).hits.length > 0);
      const stats = JSON.parse(
        (await runTask("rag", ["stats", ...options, "--json"])).out,
      );
      assert.equal(stats.vectors, stats.texts);
      assert.ok(stats.texts > 1);
    });
  },
});

optional({
  name:
    "ask and rag read a store on a disk that is full or only read, and say why and what to do",
  available: await mountTmpfs.available(),
  reason: cannotMount,
  fn: async () => {
    await inFolder(async (folder) => {
      const log = ["--log", await smallLog(folder), "--now", NOW];
      const disk = `${folder}/disk`;
      await Deno.mkdir(disk);
      await using small = await mountTmpfs(disk, "8m");
      const store = ["--store", `${disk}/search`];
      assert.equal(
        (await runTask("ask", [QUESTION, ...log, ...store])).code,
        0,
      );
      const said =
        /cannot be written \(.*\): reading what it has, 26 events; --store DIR names another place/;
      for (const state of ["fill", "readOnly"] as const) {
        await small[state]();
        const asked = await runTask("ask", [QUESTION, ...log, ...store]);
        assert.match(asked.err, said, state);
        assert.match(asked.out, /5 events match/);
        assert.equal(asked.code, 1);
        const stats = await runTask("rag", ["stats", ...log, ...store]);
        assert.match(stats.err, said, state);
        assert.match(stats.out, /^events +26$/m);
      }
      const other = ["--store", `${disk}/other`];
      const none = await runTask("ask", [QUESTION, ...log, ...other]);
      assert.equal(none.code, 1);
      assert.match(
        none.err,
        /can be neither written \(.*\) nor read \(.*no store\): name another place with --store DIR/,
      );
    });
  },
});

optional({
  name:
    "ask says how far it came where the disk is full in the middle of the log",
  available: await mountTmpfs.available(),
  reason: cannotMount,
  fn: async () => {
    await inFolder(async (folder) => {
      const log = await largeLog(folder, 30_000);
      const disk = `${folder}/disk`;
      await Deno.mkdir(disk);
      await using _small = await mountTmpfs(disk, "12m");
      const { code, out, err } = await runTask("ask", [
        ...["scans", "--log", log, "--store", `${disk}/search`, "--json"],
      ]);
      assert.equal(code, 1);
      assert.match(
        err,
        /^ask: only \d+ new events, \d+ % of the log was read: .*full/m,
      );
      assert.ok(JSON.parse(out).total > 0);
    });
  },
});

const script = await new Deno.Command("script", { args: ["--version"] })
  .output().then(({ success }) => success, () => false);

/** An endpoint that goes on writing until its client leaves. */
function endlessModel(): {
  url: string;
  left: () => number;
  stop: Deno.HttpServer;
} {
  let left = 0;
  const stop = Deno.serve({
    ...{ hostname: "127.0.0.1", port: 0 },
    onListen: () => {},
  }, () => {
    const piece = { choices: [{ delta: { content: "endless words " } }] };
    const bytes = new TextEncoder().encode(
      `data: ${JSON.stringify(piece)}\n\n`,
    );
    const body = new ReadableStream({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        controller.enqueue(bytes);
      },
      cancel: () => void left++,
    });
    return new Response(body, {
      headers: { "content-type": "text/event-stream" },
    });
  });
  const { port } = stop.addr as Deno.NetAddr;
  return { url: `http://127.0.0.1:${port}/v1`, left: () => left, stop };
}

optional({
  name:
    "The prompt of rag streams a model's text; Ctrl-C stops the answer, clears a line, and ends it where there is none",
  available: script,
  reason: "script, which makes terminals, is not installed",
  fn: async () => {
    await inFolder(async (folder) => {
      const model = endlessModel();
      try {
        await using rag = await Running.start("rag", [
          ...["--log", await smallLog(folder), "--no-serve", "--now", NOW],
          ...["--model", model.url],
        ], { terminal: true });
        const says = async (text: string) => {
          const from = rag.out.length;
          await until(
            () => rag.out.includes(text, from) || rag.ended,
            () => `${text} in ${rag.out}`,
          );
        };
        await says("ask> ");
        await new Promise((resolve) => setTimeout(resolve, 500));
        let waiting = says("endless words");
        await rag.type("port scans\r");
        await waiting;
        waiting = says("stopped");
        await rag.type("\x03");
        await waiting;
        await until(() => model.left() === 1, () => "the model is left");
        waiting = says("half a line");
        await rag.type("half a line");
        await waiting;
        await rag.type("\x03");
        waiting = says("26");
        await rag.type("stats\r");
        await waiting;
        assert.equal(rag.ended, false);
        await new Promise((resolve) => setTimeout(resolve, 300));
        await rag.type("\x03");
        const { code, ms } = await rag.end();
        assert.equal(code, 0, rag.out);
        assert.ok(ms < 2000, `${ms} ms`);
        const history = `${folder}/log/search/history`;
        assert.equal(await Deno.readTextFile(history), "port scans\nstats\n");
      } finally {
        await model.stop.shutdown();
      }
    });
  },
});
