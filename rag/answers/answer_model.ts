/**
 * What writes an answer in prose: the interface that every language model has, and how one fails.
 *
 * @module
 */

/** What a model is asked. */
export interface Prompt {
  /** Who it is and what the rules are. */
  readonly system: string;
  /** The question, and what was found as quoted data. */
  readonly user: string;
}

/** How a generation is watched and stopped. */
export interface GenerateOptions {
  /** Stops it. */
  readonly signal?: AbortSignal;
  /** Called with each piece of text, before it is yielded. */
  readonly onToken?: (text: string) => void;
}

/** A language model. */
export interface AnswerModel {
  /** Its name, for the answer's `writer`. */
  readonly name: string;
  /**
   * Write.
   *
   * @param prompt What is asked.
   * @param options How it is watched and stopped.
   * @returns The text, in pieces, as the model gives it: not cleaned and not checked.
   * @throws {ModelError} While it is iterated, if the model fails or is stopped.
   */
  generate(prompt: Prompt, options?: GenerateOptions): AsyncIterable<string>;
}

/** Why a model gave no answer. */
export type ModelErrorCode =
  | "unreachable"
  | "status"
  | "protocol"
  | "timeout"
  | "cancelled"
  | "too_long";

/** A model gave no answer. Its message has no key and no header in it. */
export class ModelError extends Error {
  /** Always `"ModelError"`. */
  override readonly name = "ModelError";
  /** Why. */
  readonly code: ModelErrorCode;
  /** The HTTP status, where the code is `"status"`. */
  readonly status?: number;

  /**
   * Describe a failure.
   *
   * @param code Why.
   * @param message In words.
   * @param options The cause, and the HTTP status.
   */
  constructor(
    code: ModelErrorCode,
    message: string,
    options: {
      /** What was thrown below. */
      readonly cause?: unknown;
      /** HTTP status. */
      readonly status?: number;
    } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    if (options.status !== undefined) this.status = options.status;
  }
}
