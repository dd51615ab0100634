import assert from "node:assert/strict";
import { generate, parseHeader } from "../_tools/gen_symbols.ts";
import { ABI_VERSION } from "./_binding.ts";
import { SYMBOLS } from "./_symbols.ts";

Deno.test("_symbols.ts is what gen_symbols makes of the header", async () => {
  assert.equal((await generate({ check: true })).changed, false);
});

Deno.test("every prototype of the header is in the FFI table", async () => {
  const header = await Deno.readTextFile(
    new URL("./include/mldefender.h", import.meta.url),
  );
  const names = [...header.matchAll(/\b(mld_\w+)\s*\([^()]*\)\s*MLD_NOEXCEPT/g)]
    .map(([, name]) => name);
  assert.deepEqual(Object.keys(SYMBOLS), names);
  assert.ok(names.length > 10);
});

Deno.test("the ABI version of layout.hpp is the loader's", async () => {
  const source = await Deno.readTextFile(
    new URL("./core/flow/layout.hpp", import.meta.url),
  );
  assert.equal(/kAbiVersion = (\d+)/.exec(source)?.[1], `${ABI_VERSION}`);
});

Deno.test("parseHeader tells inputs, outputs, handles and values apart", () => {
  const [f] = parseHeader(
    `/* Does it.
 * Well. */
MLD_API(mld_f) MLD_SLOW mld_x* mld_f(mld_x* x, const float* rows, size_t rows_len, uint8_t* out,
    size_t out_cap, uint64_t seed) MLD_NOEXCEPT;`,
  );
  assert.equal(f?.doc, "Does it. Well.");
  assert.equal(f?.slow, true);
  assert.equal(f?.result, "handle");
  assert.deepEqual(f?.parameters.map(({ kind }) => kind), [
    ...["handle", "input", "output", "value"],
  ]);
});

Deno.test("parseHeader refuses a buffer without its size, unknown types and wrong names", () => {
  const wrap = (text: string) => () => parseHeader(`${text} MLD_NOEXCEPT;`);
  assert.throws(
    wrap("MLD_API(mld_f) void mld_f(const uint8_t* a)"),
    SyntaxError,
  );
  assert.throws(
    wrap("MLD_API(mld_f) void mld_f(uint8_t* a, size_t a_len)"),
    /must be followed by size_t a_cap/,
  );
  assert.throws(wrap("MLD_API(mld_f) long mld_f(void)"), /unknown result type/);
  assert.throws(wrap("MLD_API(mld_g) void mld_f(void)"), /names mld_g/);
  assert.throws(wrap("MLD_API(mld_f) void mld_f(void (*call)(void))"), Error);
});
