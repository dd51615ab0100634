/**
 * Analyses captures in a thread of its own, so that a capture on which the system hangs can be named and given up.
 *
 * @module
 */
/// <reference lib="webworker" />
import { openCore } from "@ml-defender/native";
import { analyze, type CaptureInput } from "@ml-defender/sdk";

/** One capture to analyse. */
export interface Job {
  /** Where it is. */
  readonly path: string;
  /** Size of the pieces of a stream in which it is given; 0 gives the path. */
  readonly pieceBytes: number;
}

/** What a worker is asked. */
export interface Request {
  /** Build of the core. */
  readonly build: "native" | "wasm";
  /** Captures, in order. */
  readonly jobs: readonly Job[];
}

/** What became of one capture. */
export interface Outcome {
  /** The job. */
  readonly job: Job;
  /** Packets read. */
  readonly packets: number;
  /** SHA-256 over records and scores. */
  readonly digest: string;
  /** Codes of its health remarks. */
  readonly health: readonly string[];
  /** What was thrown; empty for nothing. */
  readonly error: string;
  /** How long it took. */
  readonly ms: number;
}

/**
 * A capture as a stream of small pieces.
 *
 * @param bytes The file.
 * @param pieceBytes Size of all pieces but the last.
 * @returns The stream.
 */
function inPieces(
  bytes: Uint8Array<ArrayBuffer>,
  pieceBytes: number,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, at + pieceBytes));
      at += pieceBytes;
    },
  });
}

async function outcomeOf(
  core: Awaited<ReturnType<typeof openCore>>,
  job: Job,
): Promise<Outcome> {
  const started = performance.now();
  const nothing = { packets: 0, digest: "", health: [] };
  const done = (part: Omit<Outcome, "job" | "ms">): Outcome => ({
    ...part,
    job,
    ms: performance.now() - started,
  });
  try {
    const input: CaptureInput = job.pieceBytes === 0
      ? job.path
      : inPieces(await Deno.readFile(job.path), job.pieceBytes);
    await using run = await analyze(input, { core, digest: true });
    const { packets, digest = "", health } = await run.finished;
    const codes = health.map(({ code }) => code);
    return done({ packets, digest, health: codes, error: "" });
  } catch (error) {
    return done({ ...nothing, error: `${error}` });
  }
}

const scope = self as unknown as DedicatedWorkerGlobalScope;
scope.onmessage = async ({ data }: MessageEvent<Request>) => {
  const core = await openCore({ build: data.build });
  for (const job of data.jobs) scope.postMessage(await outcomeOf(core, job));
};
