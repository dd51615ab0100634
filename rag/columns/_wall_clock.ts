/**
 * Wall clock times of many instants in one zone: the spans between two changes of a zone's offset are looked up once, and
 * all instants in a span cost an addition each.
 */
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Instants that clocks are asked for; beyond them the offset of the limit holds. */
const LIMIT_MS = 8_000_000_000_000_000;

/** The clock of a zone. Remembers the span of the last instant, so rising instants are fastest. */
export class WallClock {
  readonly zone: string;
  readonly #fixed: boolean;
  /** Spans that were met: starts, ends and offsets, ordered by their start. */
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #offsets: number[] = [];
  #from = Infinity;
  #to = -Infinity;
  #offset = 0;

  /**
   * Makes the clock of a zone.
   *
   * @throws {RangeError} For an unknown zone.
   */
  constructor(zone: string) {
    this.zone = zone;
    this.#fixed = zone === "UTC";
    if (!this.#fixed) new Intl.DateTimeFormat("en-US", { timeZone: zone });
  }

  /** What the clock shows, as milliseconds since 1970-01-01 00:00 of the clock. */
  wallMs(utcMs: number): number {
    if (this.#fixed) return utcMs;
    if (utcMs < this.#from || utcMs >= this.#to) this.#find(utcMs);
    return utcMs + this.#offset;
  }

  #find(utcMs: number): void {
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#starts[middle]! <= utcMs) low = middle + 1;
      else high = middle;
    }
    if (low === 0 || utcMs >= this.#ends[low - 1]!) {
      const [start, end, offset] = spanAt(this.zone, utcMs);
      this.#starts.splice(low, 0, start);
      this.#ends.splice(low, 0, end);
      this.#offsets.splice(low, 0, offset);
      low++;
    }
    this.#from = this.#starts[low - 1]!;
    this.#to = this.#ends[low - 1]!;
    this.#offset = this.#offsets[low - 1]!;
  }
}

/** The span around an instant in which a zone has one offset, and the offset. */
function spanAt(zone: string, utcMs: number): [number, number, number] {
  const clamped = Math.max(-LIMIT_MS, Math.min(LIMIT_MS, utcMs));
  const at = Temporal.Instant.fromEpochMilliseconds(Math.floor(clamped))
    .toZonedDateTimeISO(zone);
  const next = at.getTimeZoneTransition("next");
  // The transition at or before an instant: of one a little later, as an instant is not before itself.
  const before = at.add({ nanoseconds: 1 }).getTimeZoneTransition("previous");
  return [
    before?.epochMilliseconds ?? -Infinity,
    next?.epochMilliseconds ?? Infinity,
    at.offsetNanoseconds / 1_000_000,
  ];
}

/** Milliseconds since midnight of a wall clock time. */
export function timeOfDay(wallMs: number): number {
  return wallMs - Math.floor(wallMs / DAY_MS) * DAY_MS;
}

/** Day of a wall clock time, 0 for 1970-01-01. */
export function dayOf(wallMs: number): number {
  return Math.floor(wallMs / DAY_MS);
}

/** Hour of a wall clock time, 0 for the first of 1970-01-01. */
export function hourOf(wallMs: number): number {
  return Math.floor(wallMs / HOUR_MS);
}

/** Weekday of a wall clock time, 1 for Monday to 7 for Sunday. */
export function weekdayOf(wallMs: number): number {
  const day = dayOf(wallMs) + 3;
  return day - Math.floor(day / 7) * 7 + 1;
}
