import {
  SentenceTransformerError,
  type SentenceTransformerErrorCode,
} from "./sentence_transformer_error.ts";

/** What the worker is told to open. */
export interface WorkerSetup {
  readonly directory: string;
  readonly maxTokens: number | undefined;
  readonly batch: number;
  readonly threads: number;
}

/** To the worker. */
export type ToWorker =
  | { readonly kind: "open"; readonly setup: WorkerSetup }
  | {
    readonly kind: "embed";
    readonly id: number;
    readonly texts: readonly string[];
  }
  | { readonly kind: "close" };

/** An error as data. */
export interface PlainError {
  readonly code: SentenceTransformerErrorCode;
  readonly message: string;
}

/** From the worker. */
export type FromWorker =
  | {
    readonly kind: "opened";
    readonly model: string;
    readonly dimensions: number;
    readonly maxTokens: number;
  }
  | {
    readonly kind: "embedded";
    readonly id: number;
    readonly vectors: Float32Array<ArrayBuffer>;
  }
  | {
    readonly kind: "failed";
    readonly id?: number;
    readonly error: PlainError;
  }
  | { readonly kind: "closed" };

/** An error as what a message can carry. */
export function plainError(error: unknown): PlainError {
  if (error instanceof SentenceTransformerError) {
    return { code: error.code, message: error.message };
  }
  const text = error instanceof Error ? error.message : String(error);
  return { code: "run", message: `Cannot embed: ${text}` };
}
