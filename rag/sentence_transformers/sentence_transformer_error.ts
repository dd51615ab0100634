/**
 * What is wrong with a model: `missing_file` is not there or cannot be read; `tokenizer` and `model` are files that cannot be
 * loaded; `inputs` and `output` do not have the names or shapes of a sentence-transformers model; `pooling` is another than
 * the mean; `run` failed while it ran; `closed` was used after `close`.
 */
export type SentenceTransformerErrorCode =
  | "missing_file"
  | "tokenizer"
  | "model"
  | "inputs"
  | "output"
  | "pooling"
  | "run"
  | "closed";

/** A model that cannot be used. */
export class SentenceTransformerError extends Error {
  /** Always `"SentenceTransformerError"`. */
  override readonly name = "SentenceTransformerError";
  /** What is wrong. */
  readonly code: SentenceTransformerErrorCode;

  /**
   * Makes the error.
   *
   * @param code What is wrong.
   * @param message In words.
   * @param options Its cause.
   */
  constructor(
    code: SentenceTransformerErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.code = code;
  }
}
