import assert from "node:assert/strict";
import { listSources, NATIVE } from "./native_toolchain.ts";
import { pack, readPacked, unpack } from "./pack_native.ts";

const TOOL = new URL("./build_native.ts", import.meta.url).pathname;

async function build(
  args: string[],
  env: Record<string, string> = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const output = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "-A", TOOL, ...args],
    env,
  }).output();
  const decoder = new TextDecoder();
  return {
    code: output.code,
    stdout: decoder.decode(output.stdout),
    stderr: decoder.decode(output.stderr),
  };
}

Deno.test("build_native --help names every option and gives 0", async () => {
  const { code, stdout } = await build(["--help"]);
  assert.equal(code, 0);
  for (const option of ["--wasm", "--sanitize", "--fuzz SECONDS", "--check"]) {
    assert.ok(stdout.includes(option), option);
  }
});

Deno.test("build_native gives 2 for an unknown option and for seconds that are none", async () => {
  assert.equal((await build(["--turbo"])).code, 2);
  assert.equal((await build(["--fuzz", "soon"])).code, 2);
  assert.equal((await build(["--fuzz", "0"])).code, 2);
});

Deno.test("build_native without a compiler says in one line what to install and gives 1", async () => {
  const { code, stderr } = await build(["--check"], { PATH: "/nonexistent" });
  assert.equal(code, 1);
  assert.match(stderr, /^Cannot build as clang\+\+-19 is missing: .+\n$/);
});

Deno.test("listSources finds the core's sources in order and no tests", async () => {
  const sources = await listSources(["core", "no_such_folder"], [".cpp"]);
  assert.ok(sources.includes("core/base/sha256.cpp"));
  assert.deepEqual(sources, [...sources].sort());
  assert.ok(sources.every((path) => path.startsWith("core/")));
  await Deno.stat(new URL(sources[0]!, NATIVE));
});

Deno.test("pack and unpack give the bytes back, and packing them again changes nothing", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = new URL(`file://${folder}/packed.json`);
    const bytes = crypto.getRandomValues(new Uint8Array(5000));
    const about = { name: "x.so", compiler: "c", sources: "s" };
    const packed = await pack(file, bytes, about);
    assert.equal(packed.size, 5000);
    assert.deepEqual(unpack((await readPacked(file))!), bytes);
    assert.deepEqual(await pack(file, bytes, about), packed);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
