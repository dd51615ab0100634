/** One remark about how far a capture can be trusted. */
export interface HealthRemark {
  /** Stable code of the remark. */
  readonly code:
    | "stopped"
    | "truncated_file"
    | "broken_record"
    | "cut_packets"
    | "one_direction"
    | "offload"
    | "duplicates"
    | "time_regression"
    | "time_jump"
    | "malformed"
    | "unknown_link_type"
    | "evictions";
  /** What it means, on one line. */
  readonly text: string;
  /** How many packets or entries it is about. */
  readonly count: number;
}

/** Counters of the core by name. */
export type Counters = Readonly<Record<string, number>>;

const MALFORMED: readonly string[] = [
  "refused_truncated_link",
  "refused_truncated_network",
  "refused_bad_ip_header",
  "refused_truncated_transport",
  "refused_bad_transport",
  "refused_too_many_layers",
];

/**
 * Packets that could not be decoded, whatever the reason; link types and protocols that are not decoded do not count.
 *
 * @param counters The engine's counters by name.
 * @returns Their number.
 */
export function malformedPackets(counters: Counters): number {
  return MALFORMED.reduce((sum, name) => sum + (counters[name] ?? 0), 0);
}

/** Share of packets from which malformed or duplicate packets are worth a remark. */
const NOTABLE_SHARE = 0.01;

/** A pause or jump in capture time that makes rates and beacons unreliable, in microseconds (one day). */
const JUMP_US = 86_400e6;

/** How reading ended. */
export interface ReadEnd {
  /** What is wrong with the capture's structure, if reading ended at that. */
  readonly problem?: string | undefined;
  /** What is wrong with the compressed input, if reading ended at that. */
  readonly damage?: string | undefined;
  /** Whether the caller stopped it. */
  readonly stopped?: boolean;
}

/**
 * Read a finished or running capture's counters as remarks on its health.
 *
 * @param counters The engine's counters by name.
 * @param end How reading ended, if not at the end.
 * @returns Remarks, the gravest first.
 */
export function captureHealth(
  counters: Counters,
  end: ReadEnd = {},
): HealthRemark[] {
  const { problem, damage, stopped = false } = end;
  const c = (name: string) => counters[name] ?? 0;
  const packets = Math.max(1, c("packets"));
  const remarks: HealthRemark[] = [];
  const remark = (code: HealthRemark["code"], count: number, text: string) => {
    if (count > 0) remarks.push({ code, text, count });
  };
  if (stopped) {
    remark("stopped", 1, "reading was stopped before the end");
  } else if (damage !== undefined) {
    remark("broken_record", 1, damage);
  } else if (c("capture_truncated") > 0) {
    remark("truncated_file", 1, "the file ends in the middle of a packet");
  } else if (problem !== undefined) {
    remark("broken_record", 1, `reading stopped early: ${problem}`);
  }
  if (c("answered_flows") === 0 && c("flows") > 1) {
    remark(
      "one_direction",
      c("flows"),
      "no flow has packets both ways: symmetry is unavailable",
    );
  }
  const malformed = malformedPackets(counters);
  if (malformed / packets >= NOTABLE_SHARE) {
    remark("malformed", malformed, "packets could not be decoded");
  }
  remark(
    "unknown_link_type",
    c("refused_unknown_link_type"),
    "packets have a link type that is not decoded",
  );
  remark(
    "cut_packets",
    c("cut_packets"),
    "packets are cut by the snapshot length: names may be missing",
  );
  remark(
    "offload",
    c("frames_over_16384"),
    "packets are larger than a network carries (offload): lengths are not those on the wire",
  );
  if (c("duplicate_packets") / packets >= NOTABLE_SHARE) {
    remark("duplicates", c("duplicate_packets"), "packets are captured twice");
  }
  remark("time_regression", c("time_regressions"), "packets are out of order");
  if (c("largest_jump_us") > JUMP_US) {
    remark(
      "time_jump",
      1,
      "capture time jumps by more than a day: rates and beacons are unreliable",
    );
  }
  remark(
    "evictions",
    c("flows_evicted") + c("unanswered_flows_evicted") + c("hosts_evicted") +
      c("probation_hosts_evicted"),
    "flows or hosts were pushed out of full tables",
  );
  return remarks;
}
