import assert from "node:assert/strict";

const PROGRAM = new URL("./install_faiss.ts", import.meta.url).pathname;

async function run(args: string[], env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-prompt", PROGRAM, ...args],
    env: { NO_COLOR: "1", ...env },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

Deno.test("install_faiss prints its help with exit code 0 and refuses unknown options with 2", async () => {
  const help = await run(["--help"]);
  assert.equal(help.code, 0);
  assert.match(help.stdout, /Usage: deno task faiss/);
  assert.equal((await run(["--bogus"])).code, 2);
});

Deno.test("install_faiss says what is missing and how to get it, and builds nothing", async () => {
  const { code, stdout, stderr } = await run(["--check", "--force"], {
    PATH: "/nonexistent",
  });
  assert.equal(code, 1);
  assert.match(stdout, /missing {2}C\+\+ compiler/);
  assert.match(stderr, /apt-get install -y g\+\+ libfaiss-dev/);
  assert.doesNotMatch(stdout, /Built/);
});
