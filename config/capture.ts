/**
 * The section `capture`: how packets become flow and host records. What is in it holds from the next capture on.
 *
 * @module
 */
import { parseNetwork } from "@ml-defender/events";
import { defineSection, type Section } from "@ml-defender/watcher";
import * as v from "valibot";
import { object, standard, text, whole } from "./_schema.ts";

/** How packets become flow and host records. */
export interface CaptureConfig {
  /** Networks that count as internal, CIDR; null: RFC 1918, ULA, link-local and loopback. */
  readonly homeNets: readonly string[] | null;
  /** Bytes of payload per direction in which names are looked for. */
  readonly prefixBytes: number;
  /** Milliseconds after which a running flow is reported. */
  readonly activeTimeoutMs: number;
  /** Milliseconds without packets after which an answered TCP flow ends. */
  readonly tcpTimeoutMs: number;
  /** The same for answered flows that are not TCP. */
  readonly otherTimeoutMs: number;
  /** The same for flows without an answer. */
  readonly unansweredTimeoutMs: number;
  /** Confirmed flows held at once. */
  readonly maxFlows: number;
  /** Other flows held at once. */
  readonly maxUnansweredFlows: number;
  /** Established hosts held at once. */
  readonly maxHosts: number;
  /** Hosts in probation held at once. */
  readonly maxProbationHosts: number;
  /** Entries for counting distinct peers, ports and names. */
  readonly maxDistinct: number;
  /** Pairs of hosts whose regularity is followed. */
  readonly maxPairs: number;
  /** Flows whose first bytes are held while names are looked for. */
  readonly maxPrefixes: number;
}

const field = (
  value: number,
  [low, high]: readonly [number, number],
  unit: string,
  doc: string,
) => v.optional(whole(low, high, { doc, unit }), value);

const TIMEOUT = [5000, 3_600_000] as const;

/** Schema of the section. */
export const CAPTURE_SCHEMA: v.GenericSchema<unknown, CaptureConfig> = object({
  homeNets: v.optional(
    v.nullable(
      v.pipe(
        v.array(
          text(
            "an address or a CIDR block",
            (value) => parseNetwork(value) !== undefined,
            { doc: "A network." },
          ),
          "a list of networks, or null",
        ),
        v.maxLength(1024, "a list of at most 1024 networks"),
        v.metadata({
          doc:
            "Networks that count as internal. null: RFC 1918, ULA, link-local and loopback.",
        }),
      ),
    ),
    null,
  ),
  prefixBytes: field(
    512,
    [0, 4096],
    "bytes",
    "Payload per direction in which names are looked for. More finds longer hellos and costs memory.",
  ),
  activeTimeoutMs: field(
    60_000,
    [5000, 86_400_000],
    "ms",
    "Capture time after which a running flow is reported.",
  ),
  tcpTimeoutMs: field(
    300_000,
    TIMEOUT,
    "ms",
    "Capture time without packets after which an answered TCP flow ends.",
  ),
  otherTimeoutMs: field(
    60_000,
    TIMEOUT,
    "ms",
    "The same for answered flows that are not TCP.",
  ),
  unansweredTimeoutMs: field(
    30_000,
    TIMEOUT,
    "ms",
    "The same for flows without an answer.",
  ),
  maxFlows: field(
    262_144,
    [1, 16_777_216],
    "flows",
    "Confirmed flows held at once; beyond it the one idle longest ends early. More costs memory.",
  ),
  maxUnansweredFlows: field(
    8192,
    [1, 16_777_216],
    "flows",
    "Other flows held at once, such as those that nobody answers.",
  ),
  maxHosts: field(
    65_536,
    [1, 4_194_304],
    "hosts",
    "Established hosts held at once; beyond it the one idle longest is forgotten.",
  ),
  maxProbationHosts: field(
    4096,
    [2, 4_194_304],
    "hosts",
    "Hosts in probation held at once (flows.md).",
  ),
  maxDistinct: field(
    1_048_576,
    [8, 16_777_216],
    "entries",
    "Room for counting distinct peers, ports and names.",
  ),
  maxPairs: field(
    65_536,
    [8, 4_194_304],
    "pairs",
    "Pairs of hosts that are followed; rounded up to a power of two.",
  ),
  maxPrefixes: field(
    8192,
    [0, 1_048_576],
    "flows",
    "Flows whose first bytes are held while names are looked for.",
  ),
});

const DEFAULTS = v.parse(CAPTURE_SCHEMA, {});

/** The section `capture`. */
export const CAPTURE: Section<CaptureConfig> = defineSection({
  name: "capture",
  schema: standard(CAPTURE_SCHEMA),
  defaults: DEFAULTS,
  restart: Object.keys(DEFAULTS),
});
