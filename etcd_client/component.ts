/**
 * Components that announce themselves and find each other.
 *
 * @module
 */
import type { Json } from "./value.ts";

/** What a component says of itself. */
export interface ComponentOptions {
  /** What it is, for example "pipeline"; no slash. */
  readonly kind: string;
  /**
   * Which one, for example "sensor-1"; no slash. A second one with the same id takes the place of the first, which is told
   * (`Registration.taken`, `onTaken`) and comes back when the second is gone.
   */
  readonly id: string;
  /** Its version. */
  readonly version: string;
  /** How it is. @default {"up"} */
  readonly status?: string;
  /** What else others should know. @default {null} */
  readonly data?: Json;
  /**
   * What its key starts with, names joined by slashes; it is seen only by who looks under the same prefix. @default {""}
   */
  readonly prefix?: string;
  /** Told when another one with the same kind and id has taken its place, and when it is back. Must not throw. @default {nobody} */
  readonly onTaken?: (taken: boolean) => void;
  /** Seconds after its last heartbeat until it counts as gone, at least 2; heartbeats are three times as often. @default {10} */
  readonly ttlSeconds?: number;
}

/** Which components are looked for. */
export interface DiscoverOptions {
  /** As they registered with. @default {""} */
  readonly prefix?: string;
}

/** A component as others see it. It is there as long as its heartbeats come. */
export interface Component {
  /** What it is. */
  readonly kind: string;
  /** Which one. */
  readonly id: string;
  /** Its version. */
  readonly version: string;
  /** How it is. */
  readonly status: string;
  /** What else it says. */
  readonly data: Json;
  /** When it registered, milliseconds since the Unix epoch. */
  readonly sinceMs: number;
  /** The store's revision of its last change. */
  readonly revision: number;
}

/** A component's own announcement. */
export interface Registration extends AsyncDisposable {
  /** How often it had to register again because its lease had ended or its key had gone away. */
  readonly renewals: number;
  /** Whether another one with the same kind and id has taken its place; looked at three times in `ttlSeconds`. */
  readonly taken: boolean;
  /**
   * Changes what others see.
   *
   * @throws {EtcdError} `conflict`, when another one with the same kind and id has taken its place.
   */
  update(
    change: {
      /** How it is. */
      readonly status?: string;
      /** What else it says. */
      readonly data?: Json;
    },
  ): Promise<void>;
  /** Takes it back. May be called twice. */
  close(): Promise<void>;
}
