/**
 * How far a file of the log was read: what the store keeps beside the entries that came from it.
 *
 * @module
 */

/** How far one file was read. Committed together with the entries read up to there. */
export interface SourcePosition {
  /** File, relative to the watched folder, with `/` between its parts. */
  readonly path: string;
  /** Which file that was: its device and inode, and a hash of its first bytes; another file of that name differs. */
  readonly identity: string;
  /** Bytes taken, from the start; of a packed file its size once it was read whole. */
  readonly offset: number;
  /** Size of the file when it was read, bytes. */
  readonly size: number;
}
