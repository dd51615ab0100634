/** A unit of benign observation is a home host in a 5-minute window in which it was active. */
export const WINDOW_US = 300e6;

/** Windows in a day. */
export const WINDOWS_PER_DAY = 86_400e6 / WINDOW_US;

/** What one benign capture showed. */
export interface BenignCount {
  /** Source of the capture; the bootstrap draws sources. */
  readonly source: string;
  /** Active windows of home hosts. */
  readonly activeWindows: number;
  /** Windows with an alert about a host. */
  readonly alerted: number;
  /** Windows with a high alert about a host. */
  readonly alertedHigh: number;
}

/** A rate with a 95 % interval. */
export interface Rate {
  /** Events per host-day. */
  readonly rate: number;
  /** Lower end. */
  readonly low: number;
  /** Upper end. */
  readonly high: number;
  /** Events counted. */
  readonly count: number;
}

/** False alerts over all benign captures. */
export interface BenignResult {
  /** Captures read. */
  readonly captures: number;
  /** Sources they come from. */
  readonly sources: number;
  /** Observation time in host-days: active windows times five minutes. */
  readonly hostDays: number;
  /** Captures with at least one alert. */
  readonly capturesAlerted: number;
  /** False alerts (suspicious or worse), as alerted windows. */
  readonly alerts: Rate;
  /** False high alerts, as alerted windows. */
  readonly highAlerts: Rate;
}

const DRAWS = 2_000;

/**
 * False alerts per host-day, with an interval by bootstrap over sources.
 *
 * @param counts One entry per capture.
 * @param seed Seed of the bootstrap.
 * @returns The rates.
 */
export function falseAlerts(
  counts: readonly BenignCount[],
  seed = 1,
): BenignResult {
  const groups = [...Map.groupBy(counts, ({ source }) => source).values()];
  const windows = sum(counts, "activeWindows");
  return {
    captures: counts.length,
    sources: groups.length,
    hostDays: windows / WINDOWS_PER_DAY,
    capturesAlerted: counts.filter(({ alerted }) => alerted > 0).length,
    alerts: rateOf(counts, groups, "alerted", seed),
    highAlerts: rateOf(counts, groups, "alertedHigh", seed),
  };
}

type CountField = "activeWindows" | "alerted" | "alertedHigh";

function sum(counts: readonly BenignCount[], field: CountField): number {
  return counts.reduce((total, count) => total + count[field], 0);
}

function rateOf(
  counts: readonly BenignCount[],
  groups: readonly (readonly BenignCount[])[],
  field: CountField,
  seed: number,
): Rate {
  const perDay = (events: number, windows: number) =>
    windows === 0 ? 0 : events / (windows / WINDOWS_PER_DAY);
  const totals = groups.map((group) => ({
    events: sum(group, field),
    windows: sum(group, "activeWindows"),
  }));
  const random = generator(seed);
  const draws = Array.from({ length: DRAWS }, () => {
    let events = 0;
    let windows = 0;
    for (let i = 0; i < totals.length; i++) {
      const drawn = totals[Math.floor(random() * totals.length)]!;
      events += drawn.events;
      windows += drawn.windows;
    }
    return perDay(events, windows);
  }).sort((a, b) => a - b);
  const count = sum(counts, field);
  return {
    rate: perDay(count, sum(counts, "activeWindows")),
    low: draws[Math.floor(DRAWS * 0.025)] ?? 0,
    high: draws[Math.ceil(DRAWS * 0.975) - 1] ?? 0,
    count,
  };
}

/** Mulberry32: small, seeded, good enough to draw sources. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
