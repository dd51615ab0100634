/** Chat completions: the text in an event of a stream, and in an answer in one piece. */
import type { ModelError } from "./answer_model.ts";
import { dataText } from "./clean_text.ts";

/** Makes the error for what a server did; the quote is in its own words. */
export type Complaint = (what: string, quote?: string) => ModelError;

/**
 * The text of one event.
 *
 * @param data The event's data.
 * @param complain Makes errors.
 * @returns Its text, empty for an event without one, and whether the answer ends here.
 * @throws {ModelError} If it is no event of a chat completion.
 */
export function streamDelta(
  data: string,
  complain: Complaint,
): {
  /** Text to append. */
  text: string;
  /** Whether nothing follows. */
  done: boolean;
} {
  if (data.trim() === "[DONE]") return { text: "", done: true };
  const value = parsed(data, complain);
  const choices = choicesOf(value, complain);
  const [choice] = choices;
  if (choice === undefined) return { text: "", done: false };
  const { delta, finish_reason: reason } = choice;
  const content = isObject(delta) ? delta["content"] : undefined;
  return {
    text: contentText(content ?? "", complain),
    done: reason !== undefined && reason !== null,
  };
}

/**
 * The text of an answer in one piece.
 *
 * @param body The body.
 * @param complain Makes errors.
 * @returns Its text.
 * @throws {ModelError} If it is no chat completion.
 */
export function completionText(body: string, complain: Complaint): string {
  const [choice] = choicesOf(parsed(body, complain), complain);
  const message = choice?.["message"];
  if (!isObject(message)) throw complain("answered without a message");
  return contentText(message["content"] ?? "", complain);
}

/**
 * What a server says of its error.
 *
 * @param value The parsed body.
 * @returns One clean line; undefined where the value is no error.
 */
export function readError(value: unknown): string | undefined {
  if (!isObject(value)) return undefined;
  const error = value["error"];
  if (error === undefined || error === null) return undefined;
  const message = isObject(error) ? error["message"] : error;
  return typeof message === "string" && message !== ""
    ? dataText(message, 200)
    : "an error without a message";
}

function parsed(text: string, complain: Complaint): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw complain("sent what is no JSON");
  }
  const error = readError(value);
  if (error !== undefined) throw complain("reported an error", error);
  if (!isObject(value)) throw complain("sent what is no chat completion");
  return value;
}

function choicesOf(
  value: Record<string, unknown>,
  complain: Complaint,
): Record<string, unknown>[] {
  const choices = value["choices"];
  if (!Array.isArray(choices) || !choices.every(isObject)) {
    throw complain("sent what is no chat completion");
  }
  return choices;
}

function contentText(content: unknown, complain: Complaint): string {
  if (typeof content !== "string") {
    throw complain("sent content that is no text");
  }
  return content;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
