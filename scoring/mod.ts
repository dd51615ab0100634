/**
 * Scoring: evidence of rules and models in, verdicts and incidents out. Maximum threat wins, divergence,
 * policy as data, suppressions and host roles, the life of incidents, thresholds by a budget of false alerts. Pure:
 * needs no permission.
 *
 * @example
 * ```ts
 * import { IncidentTracker, parsePolicy, Scorer } from "@ml-defender/scoring";
 *
 * const policy = parsePolicy('{"roles":[{"network":"10.0.0.53","role":"resolver"}]}');
 * const scorer = new Scorer(policy);
 * const tracker = new IncidentTracker(policy);
 * const verdict = scorer.judge([
 *   { engine: "fast", detector: "nxdomain_burst", category: "dns", subject: "10.0.0.53", score: 0.9, reasons: [] },
 * ], { eventId: "a", timestampUs: 0 });
 * if (verdict.severity !== null) throw new Error("a resolver's failures are not its own");
 * if (tracker.push(verdict).length !== 0) throw new Error("no incident");
 * ```
 *
 * @module
 */
export * from "./authority.ts";
export * from "./budget.ts";
export * from "./incidents.ts";
export * from "./policy.ts";
export * from "./policy_schema.ts";
export * from "./precedence.ts";
export * from "./roles.ts";
export * from "./scored.ts";
export * from "./scorer.ts";
