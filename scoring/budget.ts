/** A threshold that keeps to a budget of false alerts. */
export interface BudgetThreshold {
  /** Alert at this score and above; greater than every score where even one alert is too many. */
  readonly threshold: number;
  /** False alerts that remain on the benign data. */
  readonly alerts: number;
  /** The same per host and day. */
  readonly alertsPerHostDay: number;
  /**
   * Whether the data are enough to see the budget: with fewer host-days than one false alert is worth, zero alerts say
   * little.
   */
  readonly resolved: boolean;
}

/**
 * The lowest threshold that gives at most so many false alerts.
 *
 * @param scores Highest score of each benign unit (a host in a window); NaN counts as no score.
 * @param hostDays Time that the units cover, in host-days.
 * @param falseAlertsPerHostDay The budget.
 * @throws {RangeError} If `hostDays` is not above 0 or the budget is below 0.
 */
export function thresholdForBudget(
  scores: ArrayLike<number>,
  hostDays: number,
  falseAlertsPerHostDay: number,
): BudgetThreshold {
  if (!(hostDays > 0) || !Number.isFinite(hostDays)) {
    throw new RangeError(
      `Cannot set a budget: 'hostDays' must be a number above 0, is ${hostDays}`,
    );
  }
  if (!(falseAlertsPerHostDay >= 0)) {
    throw new RangeError(
      `Cannot set a budget: 'falseAlertsPerHostDay' must not be below 0, is ${falseAlertsPerHostDay}`,
    );
  }
  const sorted = Array.from(scores).filter((score) => !Number.isNaN(score))
    .sort((a, b) => b - a);
  const allowed = Math.floor(hostDays * falseAlertsPerHostDay);
  // The first score that must stay silent; equal ones go with it.
  const silent = sorted[allowed];
  let threshold = -Infinity;
  if (silent !== undefined) threshold = nextUp(silent);
  const alerts = sorted.filter((score) => score >= threshold).length;
  return {
    threshold: silent === undefined ? sorted.at(-1) ?? 0 : threshold,
    alerts,
    alertsPerHostDay: alerts / hostDays,
    resolved: hostDays * falseAlertsPerHostDay >= 1,
  };
}

/** The next greater float64. */
function nextUp(value: number): number {
  if (value === 0) return Number.MIN_VALUE;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  view.setBigInt64(0, view.getBigInt64(0) + (value > 0 ? 1n : -1n));
  return view.getFloat64(0);
}
