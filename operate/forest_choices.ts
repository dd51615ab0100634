import type { ModelLimits } from "@ml-defender/sdk";

/** How much of the forests may be used. */
export interface ForestChoice {
  /** Its name, as in the tables of what it costs and what it finds. */
  readonly name: string;
  /** What is left of each forest; undefined for no forest at all. */
  readonly cut: ModelLimits | undefined;
  /** Whether it is below the floor: what it misses is said whenever it is chosen. */
  readonly belowFloor: boolean;
}

/** The choices, most first. */
export const FOREST_CHOICES: readonly ForestChoice[] = [
  { name: "whole forests", cut: {}, belowFloor: false },
  { name: "depth 8", cut: { depth: 8 }, belowFloor: false },
  { name: "depth 6", cut: { depth: 6 }, belowFloor: false },
  {
    name: "depth 6, 50 trees",
    cut: { depth: 6, trees: 50 },
    belowFloor: false,
  },
  {
    name: "depth 6, 25 trees",
    cut: { depth: 6, trees: 25 },
    belowFloor: true,
  },
  { name: "no forests", cut: undefined, belowFloor: true },
];
