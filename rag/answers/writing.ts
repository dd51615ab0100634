/** What the parts of an answer are written from, and what they give. */
import type { Result } from "../result.ts";
import type { Phrases } from "./phrases.ts";

/** A sentence without its full stop, and what it cites. */
export interface Line {
  /** The words. */
  readonly text: string;
  /** Ids that it cites; none where it states nothing of the log. */
  readonly ids?: readonly string[];
}

/** Sentences that stand together. */
export interface Paragraph {
  /** Over it; none over prose. */
  readonly title?: string;
  /** Prose, or rows of a list. */
  readonly lines: readonly Line[];
}

/** What the parts of an answer are written from. */
export interface Writing {
  /** The result. */
  readonly result: Result;
  /** The language's sentences. */
  readonly phrases: Phrases;
  /** Zone of times. */
  readonly zone: string;
  /** Now. */
  readonly nowUs: number;
}
