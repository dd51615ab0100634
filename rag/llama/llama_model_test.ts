import assert from "node:assert/strict";
import { cached, optional } from "../../tests/_optional.ts";
import { guarded } from "./_guard.ts";
import { PACKAGE } from "./library.ts";
import { llamaModel } from "./mod.ts";
import { PieceQueue } from "./piece_queue.ts";
import { randomGguf } from "./testdata/random_gguf.ts";

optional({
  name:
    "llamaModel loads a GGUF file of random weights, generates the same twice, is cancelled, and says what is wrong",
  available: await cached(PACKAGE),
  reason: "node-llama-cpp is not in the cache: deno task optional",
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const paths = ["model.gguf", "broken.gguf", "missing.gguf"]
        .map((name) => `${folder}/${name}`);
      await Deno.writeFile(paths[0]!, randomGguf(42));
      await Deno.writeFile(paths[1]!, randomGguf(42).subarray(0, 5000));
      const { stdout, stderr, success } = await new Deno.Command(
        Deno.execPath(),
        {
          args: [
            ...["run", "--no-lock", "--cached-only", "--no-prompt"],
            ...["--allow-ffi", "--allow-read", "--allow-env", "--allow-sys"],
            "--allow-run",
            new URL("./testdata/try_model.ts", import.meta.url).pathname,
            ...paths,
          ],
          stdout: "piped",
          stderr: "piped",
        },
      ).output();
      const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
      assert.ok(success, text(stderr));
      const got = JSON.parse(text(stdout));
      assert.ok(got.first.length > 0);
      assert.equal(got.again, got.first);
      assert.equal(got.cancelled, "cancelled");
      assert.ok(got.pieces >= 3 && got.pieces < 2000, String(got.pieces));
      assert.equal(got.timeout, "timeout");
      assert.equal(got.tooLong, "too_long");
      assert.equal(got.unreachable, "unreachable");
      assert.equal(got.protocol, "protocol");
      assert.match(got.closed, /^TypeError: .*closed$/);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("llamaModel loads nothing before it is asked, and refuses bounds out of range", async () => {
  const model = llamaModel({ modelPath: "folder/tiny.gguf" });
  assert.equal(model.name, "tiny.gguf");
  await model.close();
  await model.close();
  assert.throws(() => llamaModel({ modelPath: "" }), TypeError);
  for (
    const bad of [
      { contextSize: 0 },
      { maxTokens: 1.5 },
      { threads: -1 },
      { timeoutMs: NaN },
      { temperature: 3 },
    ]
  ) {
    assert.throws(() => llamaModel({ modelPath: "x", ...bad }), RangeError);
  }
});

Deno.test("llamaModel says that a file is missing before it downloads anything", async () => {
  const model = llamaModel({ modelPath: "no/such/file.gguf" });
  await assert.rejects(
    model.generate({ system: "", user: "" }).next(),
    { name: "ModelError", code: "unreachable" },
  );
  await model.close();
});

Deno.test("randomGguf gives the same bytes for the same seed", () => {
  assert.deepEqual(randomGguf(1), randomGguf(1));
  assert.notDeepEqual(randomGguf(1), randomGguf(2));
});

Deno.test("PieceQueue yields what was pushed before and while it is read, then the error", async () => {
  const queue = new PieceQueue();
  queue.push("a");
  const seen: string[] = [];
  setTimeout(() => {
    queue.push("b");
    queue.push("c");
    queue.fail(new Error("gone"));
  }, 5);
  await assert.rejects(async () => {
    for await (const piece of queue) seen.push(piece);
  }, /gone/);
  assert.deepEqual(seen, ["a", "b", "c"]);
});

Deno.test("llamaModel names the permission that is missing, and does not load what would end the process without it", async () => {
  const file = await Deno.makeTempFile({ suffix: ".gguf" });
  try {
    const program = `
      import { llamaModel } from ${
      JSON.stringify(new URL("./mod.ts", import.meta.url).href)
    };
      const model = llamaModel({ modelPath: ${JSON.stringify(file)} });
      try {
        await model.generate({ system: "", user: "" }).next();
      } catch ({ name, code, message }) {
        console.log(name, code, message);
      }`;
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--no-lock", "--cached-only", "--no-prompt"],
        ...["--allow-ffi", "--allow-read", "--allow-env", "--allow-sys"],
        `data:text/javascript,${encodeURIComponent(program)}`,
      ],
      stderr: "null",
    }).output();
    const text = new TextDecoder().decode(stdout);
    assert.equal(code, 0, text);
    assert.match(text, /^ModelError unreachable .* as it needs run permission/);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("guarded() turns what the package throws in a callback into its failure, and gives what work gives otherwise", async () => {
  assert.equal(await guarded(() => Promise.resolve(5)), 5);
  await assert.rejects(
    guarded(async () => {
      setTimeout(() => {
        const error = new Error("no run permission");
        error.stack = "Error\n    at fork (node-llama-cpp/dist/x.js:1:1)";
        throw error;
      }, 0);
      await Promise.withResolvers<void>().promise;
    }),
    (error: Error) =>
      error.name === "ModelError" && /callback of its own/.test(error.message),
  );
});
