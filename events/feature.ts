/** One entry of the feature catalogue. */
export interface Feature {
  /** Name in records, models and logs, such as `src_connection_rate_10s`. */
  readonly name: string;
  /** `flow`: of the flow; `src`/`dst`: of its initiator/responder; `out`/`in`: of a host record. */
  readonly scope: "flow" | "src" | "dst" | "out" | "in";
  /** Length of its window in seconds; `null` for features of the flow itself. */
  readonly windowSeconds: number | null;
  /** Unit of the value. */
  readonly unit: string;
  /** Range of the value, in interval notation. */
  readonly range: string;
  /** How it is computed. */
  readonly formula: string;
  /** When it is NaN; `null` if never (but for forgotten hosts). */
  readonly missing: string | null;
}
