import type { Searcher } from "../searcher.ts";
import type { SearchWorkerOptions } from "./search_worker.ts";

/** What the worker opens; plain data. */
export interface WorkerSetup extends SearchWorkerOptions {
  /** Folder of the store. */
  readonly directory: string;
}

/** A call of a method. */
export type MethodName = Exclude<keyof Searcher, "close">;

/** From the client to the worker. */
export type ToWorker =
  | { readonly kind: "open"; readonly setup: WorkerSetup }
  | {
    readonly kind: "call";
    readonly id: number;
    readonly method: MethodName;
    readonly args: readonly unknown[];
  }
  | { readonly kind: "abort"; readonly id: number }
  | { readonly kind: "close" };

/** An error as plain data. */
export interface PlainError {
  /** Name of its class. */
  readonly name: string;
  /** Its message. */
  readonly message: string;
  /** Its code, where it has one. */
  readonly code?: string;
}

/** From the worker to the client. */
export type FromWorker =
  | { readonly kind: "opened" }
  | { readonly kind: "failed"; readonly error: PlainError }
  | { readonly kind: "result"; readonly id: number; readonly value: unknown }
  | { readonly kind: "error"; readonly id: number; readonly error: PlainError }
  | { readonly kind: "progress"; readonly id: number; readonly value: unknown }
  | { readonly kind: "closed" };

/** An error made plain. */
export function plainError(error: unknown): PlainError {
  if (!(error instanceof Error)) {
    return { name: "Error", message: String(error) };
  }
  const code = (error as { code?: unknown }).code;
  return {
    name: error.name,
    message: error.message,
    ...(typeof code === "string" ? { code } : {}),
  };
}
