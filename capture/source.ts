import { createGunzip, createZstdDecompress } from "node:zlib";

/** Where capture bytes come from: a path or file URL, `"-"` for standard input, bytes, or a stream. */
export type CaptureInput =
  | string
  | URL
  | Uint8Array<ArrayBuffer>
  | ReadableStream<Uint8Array<ArrayBuffer>>;

/** Longest magic number of a compressed format. */
const MAGIC_BYTES = 4;

/** Bytes that are read from a file at once. */
const CHUNK_BYTES = 1 << 20;

/** Compressed bytes that are unpacked at once. */
const PIECE_BYTES = 8192;

/** Compressed bytes at the end that are unpacked one by one. */
const TAIL_BYTES = 64;

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
  const head = await firstBytes(chunks);
  if (head.length === 0) return;
  const format = compressionOf(head);
  const all = prepend(head, chunks);
  if (format === undefined) yield* all;
  else yield* unpack(all, format);
}

/** The first chunk; a stream may cut it shorter than a magic number, then more than one joined. */
async function firstBytes(
  chunks: AsyncGenerator<Uint8Array<ArrayBuffer>>,
): Promise<Uint8Array<ArrayBuffer>> {
  let head = new Uint8Array(0);
  while (head.length < MAGIC_BYTES) {
    const { done, value } = await chunks.next();
    if (done) break;
    if (head.length === 0 && value.length >= MAGIC_BYTES) return value;
    const joined = new Uint8Array(head.length + value.length);
    joined.set(head);
    joined.set(value, head.length);
    head = joined;
  }
  return head;
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
    for await (const chunk of decompressed(chunks, format)) {
      expanded += chunk.length;
      if (expanded > EXPANDED_BYTES_MAX) {
        throw new RangeError(
          `unpacked size must be at most ${EXPANDED_BYTES_MAX} bytes`,
        );
      }
      yield chunk;
    }
    if (expanded === 0) throw new Error("it holds nothing, or is cut");
  } catch (cause) {
    if (cause instanceof RangeError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SyntaxError(`Cannot unpack ${format} input: ${reason}`, {
      cause,
    });
  }
}

/**
 * What a decompressor makes of chunks. It gets small pieces and is emptied after each, so that damage costs nothing that
 * came before it, and a bomb no more memory than one piece can become.
 */
async function* decompressed(
  chunks: AsyncGenerator<Uint8Array<ArrayBuffer>>,
  format: "gzip" | "zstd",
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const stream = format === "gzip" ? createGunzip() : createZstdDecompress();
  const ready: Uint8Array<ArrayBuffer>[] = [];
  let failure: Error | undefined;
  stream.on("data", (bytes: Uint8Array<ArrayBuffer>) => ready.push(bytes));
  const over = new Promise<void>((resolve) => {
    stream.once("end", resolve);
    stream.once("close", resolve);
    stream.once("error", (error: Error) => {
      failure = error;
      resolve();
    });
  });
  const write = async (piece: Uint8Array<ArrayBuffer>) => {
    const written = new Promise<void>((resolve) =>
      stream.write(piece, () => resolve())
    );
    await Promise.race([written, over]);
    return ready.splice(0);
  };
  try {
    for await (const piece of pieces(chunks)) {
      yield* await write(piece);
      if (failure !== undefined) throw failure;
    }
    stream.end();
    await over;
    yield* ready.splice(0);
    if (failure !== undefined) throw failure;
  } finally {
    stream.destroy();
  }
}

/**
 * Cuts chunks into pieces, the last bytes one by one: a decompressor that meets damage gives nothing of that piece, and
 * checksums and what stands behind them are at the end.
 */
async function* pieces(
  chunks: AsyncGenerator<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let tail = new Uint8Array(0);
  for await (const chunk of chunks) {
    const bytes = new Uint8Array(tail.length + chunk.length);
    bytes.set(tail);
    bytes.set(chunk, tail.length);
    const end = Math.max(0, bytes.length - TAIL_BYTES);
    for (let at = 0; at < end; at += PIECE_BYTES) {
      yield bytes.subarray(at, Math.min(end, at + PIECE_BYTES));
    }
    tail = bytes.subarray(end);
  }
  for (let at = 0; at < tail.length; at++) yield tail.subarray(at, at + 1);
}
