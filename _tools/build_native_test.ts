import assert from "node:assert/strict";
import { listSources, missingPackage, NATIVE } from "./native_toolchain.ts";
import { unpack } from "../native/_packed.ts";
import { pack, readPacked } from "./pack_native.ts";

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
    assert.deepEqual(await unpack((await readPacked(file))!), bytes);
    assert.deepEqual(await pack(file, bytes, about), packed);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("missingPackage names what the compiler and the linkers miss, and nothing for plain mistakes", () => {
  const cases: [string, boolean, string | undefined][] = [
    [
      "a.cpp:1:10: fatal error: 'vector' file not found",
      true,
      "libc++-19-dev-wasm32",
    ],
    [
      "a.cpp:1:10: fatal error: 'vector' file not found",
      false,
      "libc++-19-dev",
    ],
    ["x:1:1: fatal error: 'stdlib.h' file not found", true, "wasi-libc"],
    ["x:1:1: fatal error: 'core/no.hpp' file not found", false, undefined],
    [
      `clang++-19: error: unable to execute command: Executable "wasm-ld-19" doesn't exist!`,
      true,
      "lld-19",
    ],
    [
      "clang++-19: error: invalid linker name in argument '-fuse-ld=lld'",
      false,
      "lld-19",
    ],
    [
      "wasm-ld-19: error: cannot open crt1-reactor.o: No such file or directory",
      true,
      "wasi-libc",
    ],
    [
      "wasm-ld-19: error: unable to find library -lc++abi",
      true,
      "libc++-19-dev-wasm32",
    ],
    [
      "wasm-ld-19: error: cannot open /usr/lib/wasm32-unknown-wasi/libclang_rt.builtins.a: No such file",
      true,
      "libclang-rt-19-dev-wasm32",
    ],
    [
      "/usr/bin/ld: cannot find /usr/lib/libclang_rt.asan.a: No such file",
      false,
      "libclang-rt-19-dev",
    ],
    [
      "ld.lld: error: unable to find library -lc++abi",
      false,
      "libc++abi-19-dev",
    ],
    ["a.cpp:3:1: error: unknown type name 'x'", false, undefined],
    ["ld.lld: error: undefined symbol: f", false, undefined],
  ];
  for (const [text, wasm, expected] of cases) {
    assert.equal(missingPackage(text, wasm), expected, text);
  }
});
