/**
 * Reads native/include/mldefender.h and writes native/_symbols.ts: the FFI table and the functions that both builds are
 * called by.
 *
 * @module
 */

const HEADER = new URL("../native/include/mldefender.h", import.meta.url);
const OUTPUT = new URL("../native/_symbols.ts", import.meta.url);

/** A type of the C interface: what FFI calls it and which array holds many of it. */
interface CType {
  readonly ffi: string;
  readonly array?: string;
  readonly ts: "number" | "bigint" | "void";
}

const TYPES: Readonly<Record<string, CType>> = {
  void: { ffi: "void", ts: "void" },
  int8_t: { ffi: "i8", array: "Int8Array<ArrayBuffer>", ts: "number" },
  uint8_t: { ffi: "u8", array: "Uint8Array<ArrayBuffer>", ts: "number" },
  uint16_t: { ffi: "u16", array: "Uint16Array<ArrayBuffer>", ts: "number" },
  int32_t: { ffi: "i32", array: "Int32Array<ArrayBuffer>", ts: "number" },
  uint32_t: { ffi: "u32", array: "Uint32Array<ArrayBuffer>", ts: "number" },
  int64_t: { ffi: "i64", array: "BigInt64Array<ArrayBuffer>", ts: "bigint" },
  uint64_t: { ffi: "u64", array: "BigUint64Array<ArrayBuffer>", ts: "bigint" },
  float: { ffi: "f32", array: "Float32Array<ArrayBuffer>", ts: "number" },
  double: { ffi: "f64", array: "Float64Array<ArrayBuffer>", ts: "number" },
  size_t: { ffi: "usize", ts: "number" },
};

/** A parameter: a pointer with its size is one. */
export interface Parameter {
  /** Name in the header. */
  readonly name: string;
  /** What it is. */
  readonly kind: "input" | "output" | "handle" | "value";
  /** C type without `const` and `*`. */
  readonly type: string;
}

/** A function of the header. */
export interface Prototype {
  /** Symbol. */
  readonly name: string;
  /** Comment in front of it. */
  readonly doc: string;
  /** Called in a thread of its own through FFI. */
  readonly slow: boolean;
  /** Type of the result; `handle` for a pointer. */
  readonly result: string;
  /** Its parameters. */
  readonly parameters: readonly Parameter[];
}

/**
 * Read the prototypes of a header.
 *
 * @param header Its text.
 * @returns The prototypes in order.
 * @throws {SyntaxError} If one does not follow the header's rules.
 */
export function parseHeader(header: string): Prototype[] {
  const pattern =
    /(?:\/\*((?:[^*]|\*(?!\/))*)\*\/\s*)?MLD_API\((\w+)\)\s*(MLD_SLOW\s+)?(\w+)\s*(\*)?\s*(\w+)\(([^)]*)\)\s*MLD_NOEXCEPT;/g;
  const found: Prototype[] = [];
  for (
    const [, doc, api, slow, type, star, name, list] of header.matchAll(pattern)
  ) {
    if (slow && type === "size_t") {
      throw new SyntaxError(`${name}: a slow function cannot give size_t`);
    }
    if (api !== name) {
      throw new SyntaxError(`${name}: MLD_API names ${api}`);
    }
    if (!star && !TYPES[type!]) {
      throw new SyntaxError(`${name}: unknown result type ${type}`);
    }
    found.push({
      name: name!,
      doc: (doc ?? "").replace(/\s*\n\s*\*\s*/g, " ").trim(),
      slow: slow !== undefined,
      result: star ? "handle" : type!,
      parameters: parseParameters(name!, list!),
    });
  }
  const declared = header.match(/^MLD_API\(/gm)?.length ?? 0;
  if (declared !== found.length) {
    throw new SyntaxError(
      `${declared} functions are declared, ${found.length} could be read`,
    );
  }
  return found;
}

function parseParameters(owner: string, list: string): Parameter[] {
  const parts = list.split(",").map((part) => part.trim().replace(/\s+/g, " "));
  if (parts.length === 1 && parts[0] === "void") return [];
  const parameters: Parameter[] = [];
  for (let i = 0; i < parts.length; i++) {
    const match = /^(const )?(\w+) ?(\*)? ?(\w+)$/.exec(parts[i]!);
    if (!match) throw new SyntaxError(`${owner}: cannot read "${parts[i]}"`);
    const [, constant, type, star, name] = match as unknown as string[];
    if (!star) {
      parameters.push({
        name: name!,
        kind: "value",
        type: known(owner, type!),
      });
    } else if (type!.startsWith("mld_")) {
      parameters.push({ name: name!, kind: "handle", type: type! });
    } else {
      const suffix = constant ? "len" : "cap";
      if (parts[++i] !== `size_t ${name}_${suffix}`) {
        throw new SyntaxError(
          `${owner}: ${name} must be followed by size_t ${name}_${suffix}`,
        );
      }
      const kind = constant ? "input" : "output";
      parameters.push({ name: name!, kind, type: known(owner, type!) });
    }
  }
  return parameters;
}

function known(owner: string, type: string): string {
  if (TYPES[type]) return type;
  throw new SyntaxError(`${owner}: unknown type ${type}`);
}

/** Name of a parameter or of a function (without the `mld_` that all share) in TypeScript. */
function camel(name: string): string {
  return name.replace(/^mld_/, "").replace(
    /_(\w)/g,
    (_, letter: string) => letter.toUpperCase(),
  );
}

function isBuffer({ kind }: Parameter): boolean {
  return kind === "input" || kind === "output";
}

function tsType({ kind, type }: Parameter): string {
  if (kind === "handle") return "Handle";
  return isBuffer({ name: "", kind, type })
    ? TYPES[type]!.array!
    : TYPES[type]!.ts;
}

function tsResult({ result, slow }: Prototype): string {
  const type = result === "handle" ? "Handle | null" : TYPES[result]!.ts;
  return slow ? `Promise<${type}>` : type;
}

function signature(prototype: Prototype): string {
  const list = prototype.parameters.map((p) =>
    `${camel(p.name)}: ${tsType(p)}`
  );
  return `(${list.join(", ")}): ${tsResult(prototype)}`;
}

function ffiEntry({ name, slow, result, parameters }: Prototype): string {
  const types = parameters.flatMap((p) =>
    isBuffer(p)
      ? [`"buffer"`, `"usize"`]
      : [p.kind === "handle" ? `"pointer"` : `"${TYPES[p.type]!.ffi}"`]
  );
  const type = result === "handle" ? "pointer" : TYPES[result]!.ffi;
  return `${name}: { parameters: [${types.join(", ")}], result: "${type}"${
    slow ? ", nonblocking: true" : ""
  } },`;
}

/** A method that calls the FFI symbol. */
function nativeMethod({ name, slow, result, parameters }: Prototype): string {
  const names = parameters.map((p) => camel(p.name));
  const args = parameters.flatMap((p) => {
    const id = camel(p.name);
    if (isBuffer(p)) return [id, `BigInt(${id}.length)`];
    if (p.kind === "handle") return [`${id} as Deno.PointerObject`];
    return [p.type === "size_t" ? `BigInt(${id})` : id];
  });
  const call = `s.${name}(${args.join(", ")})`;
  if (slow) {
    const buffers = parameters.filter(isBuffer).map((p) => camel(p.name));
    const pinned = `pinned([${buffers}], () => ${call})`;
    return `${camel(name)}: (${names.join(", ")}) => ${pinned},`;
  }
  const value = result === "size_t" ? `Number(${call})` : call;
  return `${camel(name)}: (${names.join(", ")}) => ${value},`;
}

/** A method that places the buffers in wasm memory and calls the export. */
function wasmMethod({ name, slow, result, parameters }: Prototype): string {
  const names = parameters.map((p) => camel(p.name));
  const buffers = parameters.filter(isBuffer);
  const args = parameters.flatMap((p) => {
    const at = buffers.indexOf(p);
    return at < 0 ? [camel(p.name)] : [`p[${at}]!`, `n[${at}]!`];
  });
  const outputs = buffers.map((p) => p.kind === "output");
  const call = `m.call([${buffers.map((p) => camel(p.name))}], [${outputs}], (${
    buffers.length > 0 ? "p, n" : ""
  }) => e.${name}!(${args.join(", ")}))`;
  const value = {
    void: `void ${call}`,
    handle: `asHandle(${call})`,
    int64_t: `${call} as bigint`,
    uint64_t: `BigInt.asUintN(64, ${call} as bigint)`,
    uint32_t: `(${call} as number) >>> 0`,
    size_t: `(${call} as number) >>> 0`,
  }[result] ?? `${call} as number`;
  return `${camel(name)}: (${names.join(", ")}) => ${
    slow ? `Promise.try(() => ${value})` : value
  },`;
}

/**
 * The module that belongs to a header, not formatted.
 *
 * @param header Text of the header.
 * @returns Text of the module.
 */
export function renderSymbols(header: string): string {
  const all = parseHeader(header);
  const method = (p: Prototype) =>
    `/** ${p.doc} */\n${camel(p.name)}${signature(p)};`;
  return `/**
 * Generated by _tools/gen_symbols.ts from include/mldefender.h; a test compares. Not to be edited.
 *
 * @module
 */
import { pinned } from "./_pinned.ts";
import { asHandle, type Handle, type WasmExports, type WasmMemory } from "./_wasm_memory.ts";

/** FFI table of the shared library. */
export const SYMBOLS = {
${all.map(ffiEntry).join("\n")}
} as const satisfies Deno.ForeignLibraryInterface;

/** The core's functions; a buffer carries its length. */
export interface CoreFunctions {
${all.map(method).join("\n")}
}

/** The functions of an open shared library. */
export function bindNative(s: Deno.DynamicLibrary<typeof SYMBOLS>["symbols"]): CoreFunctions {
return {
${all.map(nativeMethod).join("\n")}
};
}

/** The functions of a wasm instance. */
export function bindWasm(e: WasmExports, m: WasmMemory): CoreFunctions {
return {
${all.map(wasmMethod).join("\n")}
};
}
`;
}

async function format(text: string): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--no-config", "--line-width=120", "--ext=ts", "-"],
    ...{ stdin: "piped", stdout: "piped", stderr: "piped" },
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  if (!success) throw new SyntaxError(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

/**
 * Write native/_symbols.ts where it differs.
 *
 * @param options `check`: write nothing.
 * @returns Its name and whether it had to change.
 */
export async function generate(
  { check = false }: { check?: boolean } = {},
): Promise<{ file: string; changed: boolean }> {
  const text = await format(renderSymbols(await Deno.readTextFile(HEADER)));
  const before = await Deno.readTextFile(OUTPUT).catch(() => "");
  const changed = before !== text;
  if (changed && !check) await Deno.writeTextFile(OUTPUT, text);
  return { file: "native/_symbols.ts", changed };
}

if (import.meta.main) await generate();
