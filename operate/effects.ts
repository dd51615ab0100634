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

/** What `bench/operate.ts` found, by way of detecting: `level -3` to `level 3`, and the names of `FOREST_CHOICES` but the first, which is level 0. */
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

/** Effects by way of detecting. */
export type Table = Readonly<Record<string, Effect>>;

/**
 * What was measured, as `bench/operate.ts --write` left it.
 *
 * @param effects Parsed `effects.json`.
 * @returns Labelled captures where they were measured, else generated ones.
 */
export function tableOf(effects: Effects): Table {
  return effects.labelled ?? effects.generated;
}

/**
 * How detection and false alerts move from one level to another, in words.
 *
 * @param table What was measured; undefined where nothing was.
 * @param from Level before.
 * @param to Level afterwards.
 */
export function moveEffect(
  table: Table | undefined,
  from: number,
  to: number,
): string[] {
  const [a, b] = [table?.[`level ${from}`], table?.[`level ${to}`]];
  if (a === undefined || b === undefined) return [];
  return [
    `  measured with the defaults: ${b.found} of ${b.attacks} labelled attacks found instead of ${a.found}, false alerts in ${b.falseAlertWindows} host-windows of ${b.hostDays} host-days instead of ${a.falseAlertWindows} (docs/operate.md)`,
  ];
}
