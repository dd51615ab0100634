import type { FastRules, ForestModel } from "@ml-defender/detectors";
import type { LogChange, LogPolicy } from "@ml-defender/raglogger";
import type { Policy } from "@ml-defender/scoring";

/** How the log is kept, as a configuration says it. */
export interface LiveLogSettings
  extends Omit<LogChange, "policy" | "configDigest" | "modelSet"> {
  /** Which events are logged. */
  readonly policy: Required<LogPolicy>;
}

/** What may change while captures are analysed. */
export interface LiveSettings {
  /** Fast rules; the same object while they are the same. */
  readonly rules: FastRules;
  /** Models; the same objects while they are the same. */
  readonly models: readonly ForestModel[];
  /** Policy of scoring and incidents. */
  readonly policy: Policy;
  /** Event log. */
  readonly log: LiveLogSettings;
}

/** What holds for a capture from its start to its end. */
export interface StartSettings {
  /** Networks that count as internal; absent for the default. */
  readonly homeNets?: readonly string[];
  /** Bytes of payload in which names are looked for. */
  readonly prefixBytes: number;
  /** Further settings of the core that differ from its own, by name. */
  readonly tables: Readonly<Record<string, number>>;
  /** Events waiting for the disk at most. */
  readonly queueLimit: number;
  /** Lines between checkpoints of the log's hash chain. */
  readonly chainEvery: number;
}

/** A change that a part is ready to make; exactly one of both is called. */
export interface PreparedChange {
  /** Makes it: at once and without failing. */
  commit(): void;
  /** Lets go of what was made ready; everything stays as it is. */
  abort(): void;
}

/** A part of the program that takes settings while it runs. */
export interface LivePart {
  /** Its name, for reasons and status. */
  readonly name: string;
  /** Makes a change ready without making it; what it throws refuses the change for everybody. */
  prepare(settings: LiveSettings): PreparedChange;
}

/** A part that is told of changes. */
export interface LiveAttachment {
  /**
   * The part is done with one batch and about to take the next.
   *
   * @returns Undefined, go on; else go on when it resolves.
   */
  betweenBatches(): Promise<void> | undefined;
  /** The part holds no batch until the next `betweenBatches()`. */
  idle(): void;
  /** The part is told no more. May be called twice. */
  close(): void;
}

/** A configuration that may change while captures are analysed: what {@linkcode analyze} knows of one. */
export interface LiveConfig {
  /** What runs now. */
  current(): Promise<LiveSettings & StartSettings>;
  /**
   * Tells a part of changes from now on. What runs is prepared and committed before this resolves.
   *
   * @throws {Error} When the part refuses what runs.
   */
  attach(part: LivePart): Promise<LiveAttachment>;
}
