/** What a way of detecting came to on captures whose truth is known. */
export interface Effect {
  /** Attacks in the captures. */
  readonly attacks: number;
  /** Attacks of which the leading incident about the right host has an accepted category. */
  readonly found: number;
  /** Incidents in those captures about hosts that the truth does not name. */
  readonly otherHosts: number;
  /** Ordinary traffic, as home hosts in active five-minute windows. */
  readonly hostDays: number;
  /** Those windows with an alert. */
  readonly falseAlertWindows: number;
  /** Those with a high one. */
  readonly falseHighWindows: number;
}

/** What `bench/operate.ts` found, by way of detecting: `level -3` to `level 3`, `depth 8`, `trees 50`, ..., `no forests`. */
export interface Effects {
  /** Parts into which sources were divided; below 2 the shipped forests judged, which have seen most of the captures. */
  readonly folds: number;
  /** Labelled captures; null where there were none. */
  readonly labelled: Readonly<Record<string, Effect>> | null;
  /** Captures of each scenario. */
  readonly generatedPerScenario: number;
  /** Generated captures of unseen seeds. */
  readonly generated: Readonly<Record<string, Effect>>;
}
