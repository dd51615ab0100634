import type { Binding } from "./_binding.ts";
import { type CoreHandle, openHandle } from "./_core_handle.ts";
import type { Region } from "./_wasm_memory.ts";

const KINDS = ["number", "boolean", "text", "time"] as const;
const BUFFER_BYTES = 1 << 18;
/** Numbers handed over at once: few enough to be copied without new memory. */
const NUMBERS_MAX = 1 << 16;

/** A leaf of a line. */
export interface FormatterField {
  /** Its path, with dots between the names; leaves of one parent stand together. */
  readonly path: string;
  /**
   * What its number means: `number` itself; `boolean` 0 or 1; `text` by offset * 65536 + length in bytes, in the arena;
   * `time` in microseconds since the Unix epoch, written as ISO 8601.
   */
  readonly kind: "number" | "boolean" | "text" | "time";
}

/** Writes rows of numbers as JSON lines. Opened by {@linkcode Core.openFormatter}. */
export class Formatter implements Disposable {
  readonly #functions: Binding["functions"];
  readonly #allocate: Binding["allocate"];
  readonly #handle: CoreHandle;
  readonly #result = new Uint32Array(3);
  readonly #fieldCount: number;
  #size = BUFFER_BYTES;
  #out: Region;

  /** @ignore */
  constructor(
    { functions, allocate }: Binding,
    fields: readonly FormatterField[],
  ) {
    this.#functions = functions;
    this.#allocate = allocate;
    this.#fieldCount = fields.length;
    const paths = fields.map(({ path }) => path).join("\n");
    const kinds = fields.map(({ kind }) => KINDS.indexOf(kind) & 0xff);
    this.#handle = openHandle(
      "formatter",
      (error) =>
        functions.formatterOpen(
          new TextEncoder().encode(paths),
          Uint8Array.from(kinds),
          error,
        ),
      (handle) => functions.formatterClose(handle),
    );
    this.#out = allocate(this.#size);
  }

  /**
   * Format rows.
   *
   * @param numbers One for each field of each row, (rows, fields) row-major; NaN is written as null.
   * @param arena UTF-8 that the texts are in.
   * @returns The lines as UTF-8, each ended by a newline; owned by the caller.
   * @throws {RangeError} If there is no whole number of rows, or a text lies outside the arena.
   */
  format(
    numbers: Float64Array<ArrayBuffer>,
    arena: Uint8Array<ArrayBuffer>,
  ): Uint8Array<ArrayBuffer> {
    const handle = this.#handle.value;
    if (numbers.length % this.#fieldCount !== 0) {
      throw new RangeError(
        `Cannot format as the number of values must be a multiple of ${this.#fieldCount}: current value is ${numbers.length}`,
      );
    }
    const rows = numbers.length / this.#fieldCount;
    const parts: Uint8Array<ArrayBuffer>[] = [];
    for (let row = 0; row < rows;) {
      const from = row * this.#fieldCount;
      const some = Math.max(1, Math.floor(NUMBERS_MAX / this.#fieldCount));
      const part = numbers.subarray(from, from + some * this.#fieldCount);
      this.#functions.formatterLines(
        ...[handle, part, arena, this.#out.bytes, this.#result] as const,
      );
      const [lines, bytes, badText] = this.#result as unknown as number[];
      if (badText === 1) {
        throw new RangeError(
          `Cannot format row ${
            row + lines!
          } as its texts must lie in the arena of ${arena.length} bytes`,
        );
      }
      parts.push(this.#out.bytes.slice(0, bytes!));
      row += lines!;
      if (lines === 0) this.#grow();
    }
    return parts.length === 1 ? parts[0]! : joined(parts);
  }

  /** A line did not fit into an empty buffer. */
  #grow(): void {
    this.#out.free();
    this.#size *= 2;
    this.#out = this.#allocate(this.#size);
  }

  /** Free the formatter; idempotent. */
  close(): void {
    this.#out.free();
    this.#handle.close();
  }

  /** Same as {@linkcode Formatter.close}. */
  [Symbol.dispose](): void {
    this.close();
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((n, { length }) => n + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
