import type { Category, ModelName } from "@ml-defender/events";
import * as v from "valibot";
import { POLICY_SCHEMA } from "./policy_schema.ts";

/** What a host is known to be. */
export type HostRole =
  | "resolver"
  | "backup"
  | "scanner"
  | "nat"
  | "monitoring"
  | "domain_controller";

/** A host, or a network of hosts, of a known role. */
export interface RoleAssignment {
  /** Address or CIDR block. */
  readonly network: string;
  /** What it is; see {@linkcode ROLE_RELAXES}. */
  readonly role: HostRole;
}

/**
 * What is not to be reported. All fields that are given must match; at least one of `host`, `network`, `domain`, `rule`
 * and `category` is needed.
 */
export interface Suppression {
  /** Address of the incident's subject. */
  readonly host?: string;
  /** CIDR block that the subject is in. */
  readonly network?: string;
  /** Domain of the flow's DNS name, TLS server name or HTTP host; its subdomains too. */
  readonly domain?: string;
  /** Code of a rule, or name of a model. */
  readonly rule?: string;
  /** Category. */
  readonly category?: Category;
  /** End, ISO 8601 with a zone; compared with the capture's time. */
  readonly until: string;
  /** Why. */
  readonly reason: string;
}

/** Scores from which something is said; all from 0 to 1. */
export interface PolicyThresholds {
  /** Severity `suspicious`. @default {0.70} */
  readonly suspicious: number;
  /** Severity `alert`. @default {0.75} */
  readonly alert: number;
  /** Severity `high`. @default {0.95} */
  readonly high: number;
  /** Final score of something malicious: opens an incident. @default {0.70} */
  readonly malicious: number;
  /** Final score from which the log asks for analysis. @default {0.85} */
  readonly rag: number;
  /** Divergence of the engines from which the authoritative source is DIVERGENCE. @default {0.30} */
  readonly divergence: number;
  /** Divergence from which the log asks for analysis. @default {0.40} */
  readonly highDivergence: number;
  /** Lowest model score that can alert, by model; `level1` holds for all of them. */
  readonly models: Readonly<
    Record<"level1" | ModelName, number>
  >;
  /** Categories whose incidents need a higher final score than `malicious`. @default {{}} */
  readonly categories: Readonly<Partial<Record<Category, number>>>;
}

/** How evidence becomes incidents. */
export interface IncidentPolicy {
  /** Capture time without evidence after which an incident closes, seconds. @default {300} */
  readonly quietSeconds: number;
  /** Capture time after which an incident closes even if it goes on, seconds. @default {86400} */
  readonly maxSeconds: number;
  /** Open incidents at once, of all hosts; beyond it the lowest are closed early. @default {10000} */
  readonly maxOpen: number;
  /** Five-second windows of evidence that corroborate one engine. @default {3} */
  readonly corroborationWindows: number;
}

/** How scores become verdicts and incidents. Data: parse it with {@linkcode parsePolicy}. */
export interface Policy {
  /** Version of the format. */
  readonly version: 1;
  /** Scores from which something is said. */
  readonly thresholds: PolicyThresholds;
  /** Known hosts, at most 10,000: each is held against all evidence. @default {[]} */
  readonly roles: readonly RoleAssignment[];
  /** What evidence that a role explains is multiplied by, 0 to 1. @default {0.6} */
  readonly roleFactor: number;
  /** What is not to be reported, at most 10,000: each is held against all evidence. @default {[]} */
  readonly suppressions: readonly Suppression[];
  /** Incidents. */
  readonly incidents: IncidentPolicy;
}

const SCHEMA = POLICY_SCHEMA as v.GenericSchema<unknown, Policy>;

function shown(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  const written = typeof value === "string"
    ? JSON.stringify(value.slice(0, 60))
    : String(value);
  return written.length > 80 ? `${written.slice(0, 77)}...` : written;
}

function explain(issue: v.BaseIssue<unknown>): string {
  const path = (issue.path ?? []).map((item) => String(item.key).slice(0, 60))
    .join(".");
  const where = path === "" ? "it" : `'${path}'`;
  if (issue.type === "strict_object") {
    // Either a field that is unknown or one that is missing.
    const unknown = issue.expected === "never";
    const value = unknown ? shown(issue.path?.at(-1)?.value) : "missing";
    return `Cannot use the policy as ${where} ${
      unknown ? "is not a known field" : "must be given"
    }: present value is ${value}`;
  }
  return `Cannot use the policy as ${where} must be ${issue.message}: present value is ${
    shown(issue.input)
  }`;
}

/**
 * Checks a policy and fills in the defaults.
 *
 * @param input Plain data, such as parsed JSON.
 * @throws {TypeError} With path, what is wanted and what is there, in one line. Unknown fields are refused.
 */
export function definePolicy(input: unknown = {}): Policy {
  const result = v.safeParse(SCHEMA, input, { abortEarly: true });
  if (!result.success) {
    throw new TypeError(explain(result.issues[0]).replace(/[\r\n]+/g, " "));
  }
  return result.output;
}

/**
 * Reads a policy from JSON text.
 *
 * @throws {SyntaxError} If the text is not JSON.
 * @throws {TypeError} If it is not a policy: path, what is wanted and what is there, in one line.
 */
export function parsePolicy(json: string): Policy {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SyntaxError(
      `Cannot read the policy as it must be JSON: ${
        why.replace(/\s+/g, " ").slice(0, 200)
      }`,
      { cause },
    );
  }
  return definePolicy(value);
}

/** The policy that holds where none is given. */
export const DEFAULT_POLICY: Policy = definePolicy();
