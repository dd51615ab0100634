/**
 * Scenario generator: captures whose truth is known.
 *
 * A scenario's name and a seed decide every byte: the network, its ordinary traffic, the attack.
 * Not published; examples, training and tests use it.
 *
 * ```ts
 * import { generateBytes } from "./mod.ts";
 *
 * const { bytes, truth } = generateBytes("dns_tunnel", { seed: 3 });
 * console.log(bytes.length, truth.attacks[0]?.subjects);
 * ```
 *
 * @module
 */

export {
  collect,
  generate,
  generateBytes,
  GENERATOR_VERSION,
} from "./generate.ts";
export type {
  AttackTruth,
  Background,
  GeneratedBytes,
  GenerateOptions,
  Generation,
  Truth,
} from "./generate.ts";
export { splice } from "./splice.ts";
export type { SpliceOptions } from "./splice.ts";
export { truthPath, writeCapture, writeCaptureInTurns } from "./write.ts";
export type { WriteOptions } from "./write.ts";
export { SCENARIOS } from "./scenarios/index.ts";
export type { Scenario } from "./scenarios/scenario.ts";
export type { CaptureFormat, Chunk } from "./capture_writer.ts";
export type { MixName } from "./benign/mixes.ts";
export type { IpChoice } from "./topology.ts";
export { Rng } from "./rng.ts";
