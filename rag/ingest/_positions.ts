/** What was read before: positions of files of lines, and names of artifacts. */
import { type FileHead, isSameFile } from "./_identity.ts";
import { ARTIFACT } from "./_layout.ts";
import type { SourcePosition } from "./position.ts";

/** Positions by path and by file. */
export class Positions {
  readonly #byPath = new Map<string, SourcePosition>();
  readonly #byNode = new Map<string, SourcePosition>();
  /** Paths of artifacts that were given. */
  readonly artifacts = new Set<string>();

  /** Takes what a store kept. */
  constructor(positions: Iterable<SourcePosition>) {
    for (const position of positions) {
      const name = position.path.slice(position.path.lastIndexOf("/") + 1);
      if (ARTIFACT.test(name)) this.artifacts.add(position.path);
      else this.set(position);
    }
  }

  /** Keeps how far a file of lines was read. */
  set(position: SourcePosition): void {
    this.#byPath.set(position.path, position);
    const node = position.identity.split("-")[0];
    if (node !== undefined) this.#byNode.set(node, position);
  }

  /** What was kept for a path, whatever file is there now. */
  at(path: string): SourcePosition | undefined {
    return this.#byPath.get(path);
  }

  /** How far the file that is at a path now was read, there or under another name; 0 for one that is new. */
  offsetOf(path: string, file: FileHead, size: number): number {
    for (const known of [this.#byPath.get(path), this.#byNode.get(file.node)]) {
      if (
        known !== undefined && known.offset <= size &&
        isSameFile(known.identity, file)
      ) return known.offset;
    }
    return 0;
  }
}
