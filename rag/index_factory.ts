/**
 * Which index of meaning a search uses.
 *
 * @module
 */

import type { Core } from "@ml-defender/native";
import { MemoryIndex } from "./vectors/memory_index.ts";
import { openVectorIndex } from "./vectors/own_index.ts";
import type { VectorIndex, VectorIndexRecovery } from "./vectors/index.ts";

/** What an index is opened with. */
export interface IndexSetup {
  /** The core, for scans. */
  readonly core: Core;
  /** Length of a vector. */
  readonly dimensions: number;
  /** Identity of the embedding model. */
  readonly model: string;
  /** Present time, milliseconds since the Unix epoch. */
  readonly clock: () => number;
}

/** Makes an index. */
export interface IndexFactory {
  /** Its name, for people and for folders. */
  readonly name: string;
  /**
   * Open the index of a folder.
   *
   * @param directory The folder, made where it is not there; without one the index is in memory only.
   * @param setup What it is opened with.
   * @returns The index; `recovered` says what was lost before.
   * @throws {VectorIndexError} If it cannot be opened.
   */
  open(
    directory: string | undefined,
    setup: IndexSetup,
  ):
    | VectorIndex & {
      /** What was lost before it was opened. */
      readonly recovered?: VectorIndexRecovery;
    }
    | Promise<
      VectorIndex & {
        /** What was lost before it was opened. */
        readonly recovered?: VectorIndexRecovery;
      }
    >;
}

/** The exact scan of the core; the default. */
export const OWN_INDEX: IndexFactory = {
  name: "own",
  open: (directory, setup) =>
    directory === undefined
      ? new MemoryIndex(setup)
      : openVectorIndex(directory, setup),
};
