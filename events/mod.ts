/**
 * The contract between the members: what flows, host windows, verdicts and incidents are, and every feature's name,
 * unit and formula. Types, constants and a few pure functions; imports nothing, needs no permission.
 *
 * @example
 * ```ts
 * import { FLOW_FEATURES } from "@ml-defender/events";
 *
 * const rate = FLOW_FEATURES.find((feature) => feature.name === "packet_rate");
 * if (rate?.unit !== "1/s") throw new Error("unexpected unit");
 * ```
 *
 * @module
 */
export * from "./address.ts";
export * from "./batch.ts";
export * from "./_catalogue.gen.ts";
export * from "./category.ts";
export * from "./feature.ts";
export * from "./flow.ts";
export * from "./host_window.ts";
export * from "./incident.ts";
export * from "./predictor.ts";
export * from "./verdict.ts";
