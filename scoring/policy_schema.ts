/**
 * What a policy must be, as a schema.
 *
 * @module
 */
import { CATEGORIES, type Category, parseNetwork } from "@ml-defender/events";
import * as v from "valibot";
import type { Policy } from "./policy.ts";

const between = (low: number, high: number) => (value: number) =>
  value >= low && value <= high;

/** Like `strictObject`, which takes lists for objects. */
const object = <E extends v.ObjectEntries>(entries: E) =>
  v.pipe(
    v.custom<object>(
      (value) =>
        typeof value === "object" && value !== null && !Array.isArray(value),
      "an object",
    ),
    v.strictObject(entries),
  );

const share = (doc: string) =>
  v.pipe(
    v.number("a number from 0 to 1"),
    v.check(between(0, 1), "a number from 0 to 1"),
    v.metadata({ doc }),
  );

const count = (low: number, high: number, doc: string, unit: string) => {
  const wanted = `a whole number from ${low} to ${high}`;
  return v.pipe(
    v.number(wanted),
    v.integer(wanted),
    v.check(between(low, high), wanted),
    v.metadata({ doc, unit }),
  );
};

const text = (
  wanted: string,
  accepts: (value: string) => boolean,
  doc: string,
) => v.pipe(v.string(wanted), v.check(accepts, wanted), v.metadata({ doc }));

const block = (doc: string) =>
  text(
    "an address or a CIDR block",
    (value) => parseNetwork(value) !== undefined,
    doc,
  );

/** Like `array`, and so that no item is looked at where there are more. */
const list = <T extends v.GenericSchema>(item: T, most: number) => {
  const wanted = `a list of at most ${most}`;
  return v.pipe(
    v.custom<unknown[]>(
      (value) => Array.isArray(value) && value.length <= most,
      wanted,
    ),
    v.array(item, wanted),
  );
};

/** Roles, and suppressions, at most: each is held against all evidence. */
const MOST = 10_000;

/** Whether a text is a time of RFC 3339 on a day that there is: `Date` takes 31 February for 3 March. */
function isTime(text: string): boolean {
  const found =
    /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/
      .exec(text);
  if (found === null || Number.isNaN(Date.parse(text))) return false;
  const day = new Date(`${found[1]}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) &&
    day.toISOString().startsWith(found[1]!);
}

const category = (doc: string) =>
  v.pipe(
    v.picklist(CATEGORIES, `one of ${CATEGORIES.join(", ")}`),
    v.metadata({ doc }),
  );

const ROLES = [
  "resolver",
  "backup",
  "scanner",
  "nat",
  "monitoring",
  "domain_controller",
] as const;

const suppression = v.pipe(
  object({
    host: v.exactOptional(
      text(
        "an address",
        (value) => !value.includes("/") && parseNetwork(value) !== undefined,
        "Address of the incident's subject.",
      ),
    ),
    network: v.exactOptional(block("Block that the subject is in.")),
    domain: v.exactOptional(
      text(
        "a domain name of at most 253 characters",
        (value) => value.length <= 253 && /^[^\s.]+(\.[^\s.]+)*$/.test(value),
        "Domain of the flow's DNS name, TLS server name or HTTP host; its subdomains too.",
      ),
    ),
    rule: v.exactOptional(
      text(
        "the code of a rule, at most 100 characters",
        (value) => value !== "" && value.length <= 100,
        "Code of a rule, or name of a model.",
      ),
    ),
    category: v.exactOptional(category("Category.")),
    until: text(
      "a time such as 2030-01-31T00:00:00Z",
      isTime,
      "Its end, compared with the capture's time.",
    ),
    reason: text(
      "the reason in words, at most 1000 characters",
      (value) => value.trim() !== "" && value.length <= 1000,
      "Why; it stands in the counter-evidence of what is left.",
    ),
  }),
  v.check(
    (one) =>
      one.host !== undefined || one.network !== undefined ||
      one.domain !== undefined || one.rule !== undefined ||
      one.category !== undefined,
    "an object with at least one of host, network, domain, rule, category",
  ),
);

const thresholds = v.pipe(
  object({
    suspicious: v.optional(
      share("Score from which the severity is suspicious."),
      0.70,
    ),
    alert: v.optional(share("Score from which the severity is alert."), 0.75),
    high: v.optional(share("Score from which the severity is high."), 0.95),
    malicious: v.optional(share("Final score that opens an incident."), 0.70),
    rag: v.optional(
      share("Final score from which the log asks for analysis."),
      0.85,
    ),
    divergence: v.optional(
      share(
        "Difference of rules and models from which they are said to disagree.",
      ),
      0.30,
    ),
    highDivergence: v.optional(
      share("Difference from which the log asks for analysis."),
      0.40,
    ),
    models: v.optional(
      object({
        level1: v.optional(
          share("Lowest score with which any model can alert."),
          0.65,
        ),
        ddos: v.optional(
          share("Lowest score with which the model ddos can alert."),
          0.70,
        ),
        ransomware: v.optional(
          share("Lowest score with which the model ransomware can alert."),
          0.75,
        ),
        traffic: v.optional(
          share("Lowest score with which the model traffic can alert."),
          0.60,
        ),
        internal: v.optional(
          share("Lowest score with which the model internal can alert."),
          0.65,
        ),
      }),
      {},
    ),
    categories: v.optional(
      object(
        Object.fromEntries(
          CATEGORIES.map((name) => [
            name,
            v.exactOptional(
              share(`Final score that opens an incident of ${name}.`),
            ),
          ]),
        ) as Record<
          Category,
          v.ExactOptionalSchema<ReturnType<typeof share>, undefined>
        >,
      ),
      {},
    ),
  }),
  v.check(
    (one) => one.suspicious <= one.alert && one.alert <= one.high,
    "an object with suspicious <= alert <= high",
  ),
);

/** A schema of valibot; cast it to that library's `GenericSchema<unknown, Policy>` to use it with the library. */
export interface PolicySchema {
  /** Always "schema". */
  readonly kind: "schema";
  /** Which kind of schema. */
  readonly type: string;
}

/**
 * What a policy must be, as a schema of valibot: its messages say what is wanted, and each field's metadata has `doc`, a
 * sentence, and where it has one its `unit`.
 */
export const POLICY_SCHEMA: PolicySchema = object({
  version: v.optional(
    v.pipe(v.literal(1, "1"), v.metadata({ doc: "Version of the format." })),
    1,
  ),
  thresholds: v.optional(thresholds, {}),
  roles: v.optional(
    list(
      object({
        network: block("Address or block."),
        role: v.pipe(
          v.picklist(ROLES, `one of ${ROLES.join(", ")}`),
          v.metadata({ doc: "What is there." }),
        ),
      }),
      MOST,
    ),
    [],
  ),
  roleFactor: v.optional(
    share("What evidence that a role explains is multiplied by."),
    0.6,
  ),
  suppressions: v.optional(list(suppression, MOST), []),
  incidents: v.optional(
    object({
      quietSeconds: v.optional(
        count(
          5,
          86_400,
          "Capture time without evidence after which an incident closes.",
          "s",
        ),
        300,
      ),
      maxSeconds: v.optional(
        count(
          60,
          31_536_000,
          "Capture time after which an incident closes even if it goes on.",
          "s",
        ),
        86_400,
      ),
      maxOpen: v.optional(
        count(
          1,
          1_000_000,
          "Open incidents at once; beyond it the lowest are closed early. More costs memory.",
          "incidents",
        ),
        10_000,
      ),
      corroborationWindows: v.optional(
        count(
          1,
          1000,
          "Five-second windows of evidence that corroborate one engine.",
          "windows",
        ),
        3,
      ),
    }),
    {},
  ),
}) satisfies v.GenericSchema<unknown, Policy>;
