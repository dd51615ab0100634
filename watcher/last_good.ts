/**
 * The last configuration that ran, kept outside of the store.
 *
 * @module
 */
import type { Json } from "@ml-defender/etcd-client";

/**
 * A place for the last configuration that ran: what a process begins with when the store can not be reached or has
 * something that must not be used. It holds every value, secret ones too: a file must be for its owner only, and encrypted
 * where the store's values are.
 */
export interface LastGood {
  /** What was saved last; undefined if nothing was. */
  load(): Promise<Json | undefined>;
  /**
   * Keeps what runs now; in one step, so that a crash leaves the old or the new.
   *
   * @param value What to keep.
   */
  save(value: Json): Promise<void>;
}
