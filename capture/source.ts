import { createGunzip, createZstdDecompress } from "node:zlib";
import { pipeline, Readable } from "node:stream";

/** Where capture bytes come from: a path or file URL, `"-"` for standard input, bytes, or a stream. */
export type CaptureInput =
  | string
  | URL
  | Uint8Array<ArrayBuffer>
  | ReadableStream<Uint8Array<ArrayBuffer>>;

/** Bytes that are read from a file at once. */
const CHUNK_BYTES = 1 << 20;

/** Most bytes that compressed input may become, against decompression bombs. */
const EXPANDED_BYTES_MAX = 64 * 2 ** 30;

/**
 * Open an input as chunks of plain capture bytes: gzip and zstd are recognised by their first bytes and unpacked.
 *
 * @param input Where the bytes come from.
 * @param signal Ends a wait for a stream's next bytes, as if it were at its end.
 * @returns Chunks; each is valid until the next is asked for.
 * @throws {Deno.errors.NotFound} If the file does not exist.
 * @throws {SyntaxError} If compressed input is damaged.
 */
export async function* captureChunks(
  input: CaptureInput,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const chunks = rawChunks(input, signal);
  const first = await chunks.next();
  if (first.done) return;
  const head = first.value;
  const format = compressionOf(head);
  const all = prepend(head, chunks);
  if (format === undefined) yield* all;
  else yield* unpack(all, format);
}

function compressionOf(head: Uint8Array): "gzip" | "zstd" | undefined {
  if (head[0] === 0x1f && head[1] === 0x8b) return "gzip";
  if (
    head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd
  ) return "zstd";
  return undefined;
}

async function* prepend(
  head: Uint8Array<ArrayBuffer>,
  rest: AsyncGenerator<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  try {
    yield head;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}

async function* rawChunks(
  input: CaptureInput,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  if (input instanceof Uint8Array) {
    if (input.length > 0) yield input;
  } else if (input instanceof ReadableStream) {
    yield* nonEmpty(input, signal);
  } else if (input === "-") {
    yield* nonEmpty(Deno.stdin.readable, signal);
  } else {
    using file = await Deno.open(input);
    if ((await file.stat()).isDirectory) {
      throw new Deno.errors.IsADirectory("is a directory");
    }
    const buffer = new Uint8Array(CHUNK_BYTES);
    for (;;) {
      const count = await file.read(buffer);
      if (count === null) return;
      if (count > 0) yield buffer.subarray(0, count);
    }
  }
}

async function* nonEmpty(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = stream.getReader();
  const stop = () => void reader.cancel().catch(() => {});
  signal?.addEventListener("abort", stop, { once: true });
  try {
    if (signal?.aborted) return;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      if (value.length > 0) yield value;
    }
  } finally {
    signal?.removeEventListener("abort", stop);
    // What is left early is not read by anybody else; a stream that failed has said so already.
    await reader.cancel().catch(() => {});
    reader.releaseLock();
  }
}

async function* unpack(
  chunks: AsyncGenerator<Uint8Array<ArrayBuffer>>,
  format: "gzip" | "zstd",
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let expanded = 0;
  try {
    for await (const chunk of decompressor(chunks, format)) {
      expanded += chunk.length;
      if (expanded > EXPANDED_BYTES_MAX) {
        throw new RangeError(
          `unpacked size must be at most ${EXPANDED_BYTES_MAX} bytes`,
        );
      }
      yield chunk;
    }
  } catch (cause) {
    if (cause instanceof RangeError || cause instanceof Deno.errors.NotFound) {
      throw cause;
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SyntaxError(`Cannot unpack ${format} input: ${reason}`, {
      cause,
    });
  }
}

function decompressor(
  chunks: AsyncGenerator<Uint8Array<ArrayBuffer>>,
  format: "gzip" | "zstd",
): AsyncIterable<Uint8Array<ArrayBuffer>> {
  // The streams read ahead, and a chunk is only borrowed: hand them copies.
  const owned = (async function* () {
    for await (const chunk of chunks) yield chunk.slice();
  })();
  const unpacked = format === "gzip" ? createGunzip() : createZstdDecompress();
  // The error reaches the reader of `unpacked`; the callback only keeps it from being unhandled.
  pipeline(Readable.from(owned), unpacked, () => {});
  return unpacked;
}
