/**
 * Operator commands on a configuration: what is there now is read, a plan is made of it, and written as one revision if
 * nobody else wrote meanwhile.
 *
 * @module
 */
import type { Json } from "@ml-defender/etcd-client";
import type {
  ConfigEditor,
  FleetMember,
  Setting,
  WriteResult,
} from "@ml-defender/watcher";
import { SECTIONS } from "@ml-defender/sdk/config";
import type { Costs } from "./costs.ts";
import type { Effect } from "./effects.ts";
import {
  LADDER,
  type LadderMove,
  moveLadder,
  type Present,
  rungsOf,
} from "./ladder.ts";
import {
  type Conditions,
  optimize,
  type Proposal,
  type Targets,
} from "./optimize.ts";
import { OPERATE, type OperateConfig, type Taken } from "./section.ts";
import { valueAtPath } from "./policy_at_level.ts";
import type { TrafficByForests } from "./traffic.ts";

/** How a plan is written. */
export interface ApplyOptions {
  /** Who. */
  readonly actor: string;
  /** Only tell what would change. */
  readonly dryRun: boolean;
  /** Why, beside the plan's own words. */
  readonly note?: string;
}

/** What came of a plan. */
export interface Outcome {
  /** What was written. */
  readonly written: WriteResult;
  /** Processes that had refused what was desired before, so that they refuse this too as long as the reason is there. */
  readonly refusing: readonly Refusing[];
}

/** A process that refuses what is desired. */
export interface Refusing {
  /** Which, as in the status. */
  readonly name: string;
  /** What it runs; undefined when it is not known. */
  readonly runs: number | undefined;
  /** Why it refuses. */
  readonly reason: string;
}

/** A ladder's move and what came of it. */
export interface MoveResult extends Outcome {
  /** The move. */
  readonly move: LadderMove;
}

/** What was chosen, and what came of it. */
export interface OptimizeResult extends Outcome {
  /** What was chosen. */
  readonly proposal: Proposal;
}

interface Snapshot extends Present {
  readonly revision: number;
  readonly place: OperateConfig;
}

const DEFAULTS: Json = Object.fromEntries(
  [...Object.values(SECTIONS), OPERATE].map((
    { name, defaults },
  ) => [name, defaults]),
);

const TRIES = 5;

/** The configuration at one revision. */
async function snapshot(editor: ConfigEditor): Promise<Snapshot> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const all = await editor.get("");
    const { revision, value: tree } = all;
    const at = (path: string) => valueAtPath(tree, path);
    const bare: Present = {
      place: at("operate") as unknown as OperateConfig,
      at,
      defaultOf: (path) => valueAtPath(DEFAULTS, path),
      isSet: () => false,
    };
    const settings: Setting[] = await Promise.all(
      rungsOf(bare).map(({ path }) => editor.get(path)),
    );
    if (settings.some((one) => one.revision !== revision)) continue;
    const set = new Set(
      settings.filter((one) => one.set).map(({ path }) => path),
    );
    return {
      ...bare,
      revision,
      place: bare.place as OperateConfig,
      isSet: (path) => set.has(path),
    };
  }
  throw new Error(
    "the configuration changes faster than it can be read: try again",
  );
}

/**
 * Move along the ladder.
 *
 * @param editor The configuration.
 * @param steps Above 0 towards more sensitive.
 * @param options Who, and whether to write.
 * @throws {ConfigError} `conflict`, if someone else wrote meanwhile; `invalid`.
 */
export async function applyMove(
  editor: ConfigEditor,
  steps: number,
  options: ApplyOptions,
): Promise<MoveResult> {
  const present = await snapshot(editor);
  const move = moveLadder(present, steps);
  const verb = steps > 0 ? "accelerate" : "decelerate";
  const note = `${verb}: level ${move.from} to ${move.to}`;
  const outcome = await write(editor, present, move.values, {
    ...options,
    note: options.note === undefined ? note : `${note}; ${options.note}`,
  });
  return { move, ...outcome };
}

/** What `applyOptimize` needs to know. */
export interface OptimizeInputs {
  /** What things cost on this machine. */
  readonly costs: Costs;
  /** What is wanted. */
  readonly targets: Targets;
  /** Packets a second. */
  readonly packetsPerSecond: number;
  /** See {@linkcode Conditions.traffic}. */
  readonly traffic: Conditions["traffic"];
  /** See {@linkcode Conditions.flood}. */
  readonly flood?: TrafficByForests;
  /** Hottest sensor; undefined where there is none. */
  readonly temperature: number | undefined;
  /** Why there is none, in words. */
  readonly noTemperature?: string;
  /** What choices of forests found, if that is known. */
  readonly effects: Readonly<Record<string, Effect>> | undefined;
}

/**
 * Choose what the machine can carry.
 *
 * @param editor The configuration.
 * @param inputs Costs, targets, conditions.
 * @param options Who, and whether to write.
 * @throws {ConfigError} `conflict`, if someone else wrote meanwhile; `invalid`.
 */
export async function applyOptimize(
  editor: ConfigEditor,
  inputs: OptimizeInputs,
  options: ApplyOptions,
): Promise<OptimizeResult> {
  const present = await snapshot(editor);
  const { taken } = present.place;
  const share = Number(present.at("log.benignShare"));
  const wanted = taken.benignShare?.after === share
    ? taken.benignShare.before
    : share;
  const models = Object.entries(present.at("models") ?? {}).filter(
    ([name, model]) =>
      (model as { use?: boolean }).use === true || taken.forests.includes(name),
  ).map(([name]) => name);
  const { traffic, flood, packetsPerSecond, temperature } = inputs;
  const { noTemperature } = inputs;
  const count = (name: string) => Number(present.at(`capture.${name}`));
  const proposal = optimize(inputs.costs, inputs.targets, {
    packetsPerSecond,
    traffic,
    temperature,
    models,
    benignShare: wanted,
    room: {
      maxFlows: count("maxFlows"),
      maxUnansweredFlows: count("maxUnansweredFlows"),
      maxHosts: count("maxHosts"),
      maxProbationHosts: count("maxProbationHosts"),
    },
    ...(flood === undefined ? {} : { flood }),
    ...(noTemperature === undefined ? {} : { noTemperature }),
  }, inputs.effects);
  const values: Record<string, Json | undefined> = { ...proposal.values };
  for (const [path, value] of Object.entries(values)) {
    if (present.at(path) === value) delete values[path];
  }
  values["operate.taken"] = takenBy(proposal, models, wanted);
  const outcome = await write(editor, present, values, {
    ...options,
    note: options.note ?? "optimize",
  });
  return { proposal, ...outcome };
}

function takenBy(
  { values }: Proposal,
  models: readonly string[],
  wanted: number,
): Json | undefined {
  const forests = models.filter((name) =>
    values[`models.${name}.use`] === false
  );
  const after = Number(values["log.benignShare"]);
  const benignShare = after === wanted ? null : { before: wanted, after };
  if (forests.length === 0 && benignShare === null) return undefined;
  const taken: Taken = { forests, benignShare };
  return taken as unknown as Json;
}

async function write(
  editor: ConfigEditor,
  { revision }: Snapshot,
  values: Readonly<Record<string, Json | undefined>>,
  { actor, dryRun, note = "" }: ApplyOptions,
): Promise<Outcome> {
  const fleet = await editor.fleet();
  const written = await editor.set(values, {
    actor,
    dryRun,
    note: note.slice(0, 500),
    expectedRevision: revision,
    managed: true,
  });
  return { written, refusing: refusing(fleet, revision) };
}

/** Of who is gone only what it refused is left; what was refused before may be mended. */
function refusing(fleet: readonly FleetMember[], revision: number): Refusing[] {
  return fleet.flatMap(({ kind, id, status, refusal, appliedRevision }) =>
    refusal?.revision !== revision || status === "gone" ? [] : [{
      name: `${kind} ${id}`,
      runs: appliedRevision,
      reason: refusal.reason,
    }]
  );
}

/** Paths that the ladder moves, beside those of categories. */
export const LADDER_PATHS: readonly string[] = LADDER.map(({ path }) => path);
