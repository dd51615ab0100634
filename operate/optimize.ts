/**
 * What this machine can carry: settings of which the predicted load keeps to a share of a processor and to an amount of
 * memory. It begins with everything and gives up what costs least detection first.
 *
 * @module
 */
import type { Json } from "@ml-defender/etcd-client";
import type { Costs } from "./costs.ts";
import type { Effect } from "./effects.ts";
import { FOREST_CHOICES, type ForestChoice } from "./forest_choices.ts";
import { packetCost, type Work } from "./packet_cost.ts";
import type { TrafficByForests } from "./traffic.ts";

/** What is wanted. */
export interface Targets {
  /** Share of one processor, percent: the pipeline runs on one. */
  readonly cpuPercent: number;
  /** Memory of the process, MiB. */
  readonly ramMib: number;
  /** Temperature above which the share of the processor is lowered, degrees Celsius. */
  readonly temperature: number;
}

/** What there is. */
export interface Conditions {
  /** Packets a second. */
  readonly packetsPerSecond: number;
  /** What the traffic may be, by name: one where it is known. The costliest decides. */
  readonly traffic: Readonly<Record<string, TrafficByForests>>;
  /** A flood, for which nothing is chosen but the packets that can be taken are told; none where absent. */
  readonly flood?: TrafficByForests;
  /** Hottest sensor, degrees Celsius; undefined where there is none. */
  readonly temperature: number | undefined;
  /** Why there is no temperature, in words. @default {"this machine has no sensor"} */
  readonly noTemperature?: string;
  /** Forests that are in use, by name. */
  readonly models: readonly string[];
  /** Share of ordinary events in the log that is wanted at most. */
  readonly benignShare: number;
  /** Room that was set; more than the default is kept where it fits. */
  readonly room: Room;
}

/** Room for flows and hosts. */
export interface Room {
  /** Flows held at once. */
  readonly maxFlows: number;
  /** Of them without an answer. */
  readonly maxUnansweredFlows: number;
  /** Hosts held at once. */
  readonly maxHosts: number;
  /** Of them that have shown little of themselves. */
  readonly maxProbationHosts: number;
}

/** What a choice is predicted to take. */
export interface Load {
  /** Percent of one processor, of the costliest traffic. */
  readonly cpuPercent: number;
  /** The same by traffic, costliest first. */
  readonly byTraffic: readonly (readonly [string, number])[];
  /** MiB. */
  readonly ramMib: number;
  /** Packets a second that the choice can take within the target. */
  readonly capacity: number;
  /** Packets a second of a flood; undefined where none was given. */
  readonly floodCapacity: number | undefined;
}

/** One thing that was chosen, and why. */
export interface Decision {
  /** What it is about. */
  readonly what: "batch" | "windows" | "sampling" | "forests" | "temperature";
  /** What was chosen. */
  readonly choice: string;
  /** Why, with the figures that decided. */
  readonly why: string;
}

/** What was chosen. */
export interface Proposal {
  /** What to write, by path. */
  readonly values: Readonly<Record<string, Json>>;
  /** Decisions, in the order in which they were made. */
  readonly decisions: readonly Decision[];
  /** What it is predicted to take. */
  readonly load: Load;
  /** Share of a processor that was aimed at, lowered where it is too hot. */
  readonly cpuTarget: number;
  /** Whether the load keeps to the targets; if not, nothing does. */
  readonly fits: boolean;
  /** What is worth a warning: detection that is lost, targets that are missed. */
  readonly warnings: readonly string[];
}

/** With a smaller share of ordinary events the log says too little of false alerts. */
export const SHARE_FLOOR = 0.001;
const SHARES = [0.005, 0.002, SHARE_FLOOR];
/** Room for flows and hosts that is there by default, and the parts of it that are tried; the last is the floor. */
const DEFAULT_ROOM: Room = {
  maxFlows: 262_144,
  maxUnansweredFlows: 8192,
  maxHosts: 65_536,
  maxProbationHosts: 4096,
};
const PARTS = [1, 1 / 2, 1 / 4, 1 / 8, 1 / 16];
const MIB = 1024 * 1024;
/** Each degree above the target takes this share of the processor away. */
const PER_DEGREE = 0.05;
const MOST_TAKEN = 0.5;
/** A batch other than the one in use has to be this much better to be worth a word. */
const BATCH_GAIN = 0.1;
const BATCH_IN_USE = "512";

/**
 * Choose.
 *
 * @param costs What things cost on this machine.
 * @param targets What is wanted.
 * @param conditions What there is.
 * @param effects What each choice of forests found on labelled captures, if that is known.
 */
export function optimize(
  costs: Costs,
  targets: Targets,
  conditions: Conditions,
  effects: Readonly<Record<string, Effect>> | undefined,
): Proposal {
  const decisions: Decision[] = [batchDecision(costs)];
  const warnings: string[] = [];
  const cpuTarget = cooled(targets, conditions, decisions);
  const room = chooseRoom(costs, targets, conditions, { decisions, warnings });
  const { packetsPerSecond, traffic, flood, models } = conditions;
  const workOf = (option: Option) => ({ ...option, used: models.length });
  const percent = (ns: number) => ns * packetsPerSecond / 1e7;
  const loadOf = (option: Option) =>
    percent(packetCosts(costs, traffic, workOf(option))[0]![1]);
  const options = optionsOf(conditions);
  const chosen = options.find((one) => loadOf(one) <= cpuTarget) ??
    options.at(-1)!;
  const cpuPercent = loadOf(chosen);
  const full = options[0]!;
  decisions.push(...choiceDecisions(chosen, full, { cpuTarget, loadOf }));
  warnings.push(...lossWarnings(chosen.forests, effects));
  const work = workOf(chosen);
  const byTraffic = packetCosts(costs, traffic, work);
  const capacityAt = (ns: number) => Math.floor(cpuTarget * 1e7 / ns);
  const load: Load = {
    cpuPercent,
    byTraffic: byTraffic.map(([name, ns]) => [name, percent(ns)]),
    ramMib: ramMib(costs, room),
    capacity: capacityAt(byTraffic[0]![1]),
    floodCapacity: flood && capacityAt(packetCost(costs, flood, work)),
  };
  const fits = cpuPercent <= cpuTarget && load.ramMib <= targets.ramMib;
  if (cpuPercent > cpuTarget) {
    warnings.push(
      `even the least takes ${cpuPercent.toFixed(0)} % of a processor at ${
        Math.round(packetsPerSecond)
      } packets/s: packets will be lost above ${load.capacity} packets/s`,
    );
  }
  return {
    values: valuesOf(chosen, room, conditions.models),
    decisions,
    load,
    cpuTarget,
    fits,
    warnings,
  };
}

interface Option {
  readonly forests: ForestChoice;
  readonly share: number;
}

/** Everything first; sampling gives way before forests do, as it finds nothing. */
function optionsOf({ models, benignShare }: Conditions): Option[] {
  const shares = [benignShare, ...SHARES.filter((one) => one < benignShare)];
  const choices = models.length === 0
    ? FOREST_CHOICES.filter(({ cut }) => cut === undefined)
    : FOREST_CHOICES;
  return choices.flatMap((forests) =>
    shares.map((share) => ({ forests, share }))
  );
}

/** CPU time of a packet by traffic, costliest first. */
function packetCosts(
  costs: Costs,
  traffic: Conditions["traffic"],
  work: Work,
): [string, number][] {
  return Object.entries(traffic)
    .map(([name, one]): [string, number] => [
      name,
      packetCost(costs, one, work),
    ])
    .sort(([, a], [, b]) => b - a);
}

function ramMib(costs: Costs, { maxFlows, maxHosts }: Room): number {
  const { processBytes, flowBytes, hostBytes } = costs;
  return (processBytes + maxFlows * flowBytes + maxHosts * hostBytes) / MIB;
}

function batchDecision({ batchNs }: Costs): Decision {
  const [best, ns] =
    Object.entries(batchNs).toSorted(([, a], [, b]) => a - b)[0] ??
      [BATCH_IN_USE, 0];
  const present = batchNs[BATCH_IN_USE] ?? ns;
  const gain = present === 0 ? 0 : 1 - ns / present;
  const all = Object.entries(batchNs).map(([batch, one]) =>
    `${batch}: ${one.toFixed(0)} ns`
  ).join(", ");
  return {
    what: "batch",
    choice: `${BATCH_IN_USE} records`,
    why: gain > BATCH_GAIN
      ? `reading a packet takes ${all}; ${best} would save ${
        (gain * 100).toFixed(0)
      } % of that, but the size is built in`
      : `reading a packet takes ${all}: the size makes no difference worth having`,
  };
}

function cooled(
  { cpuPercent, temperature: limit }: Targets,
  { temperature, noTemperature = "this machine has no sensor" }: Conditions,
  decisions: Decision[],
): number {
  if (temperature === undefined) {
    decisions.push({
      what: "temperature",
      choice: `${cpuPercent} % of a processor`,
      why: noTemperature,
    });
    return cpuPercent;
  }
  const above = Math.max(0, temperature - limit);
  const share = 1 - Math.min(MOST_TAKEN, above * PER_DEGREE);
  const target = cpuPercent * share;
  decisions.push({
    what: "temperature",
    choice: `${target.toFixed(0)} % of a processor`,
    why: above === 0
      ? `${temperature.toFixed(0)} degrees, at most ${limit} are wanted`
      : `${temperature.toFixed(0)} degrees, ${
        above.toFixed(0)
      } too many: each takes 5 % of the target away, at most half`,
  });
  return target;
}

function chooseRoom(
  costs: Costs,
  { ramMib: limit }: Targets,
  { room: present }: Conditions,
  { decisions, warnings }: {
    readonly decisions: Decision[];
    readonly warnings: string[];
  },
): Room {
  const rooms = roomsFrom(present);
  const room = rooms.find((one) => ramMib(costs, one) <= limit) ??
    rooms.at(-1)!;
  const needed = ramMib(costs, room);
  const { maxFlows, maxHosts } = room;
  decisions.push({
    what: "windows",
    choice: `room for ${maxFlows} flows and ${maxHosts} hosts`,
    why: `${needed.toFixed(0)} MiB when full: ${
      (costs.processBytes / MIB).toFixed(0)
    } for the process, ${costs.flowBytes.toFixed(0)} bytes a flow, ${
      costs.hostBytes.toFixed(0)
    } bytes a host that was active for a minute`,
  });
  if (maxFlows < DEFAULT_ROOM.maxFlows || maxHosts < DEFAULT_ROOM.maxHosts) {
    warnings.push(
      `beyond ${maxFlows} flows or ${maxHosts} hosts at once the quietest is reported early: slow scans and beacons of hosts that are pushed out are missed`,
    );
  }
  if (needed > limit) {
    warnings.push(
      `even the least room takes ${
        needed.toFixed(0)
      } MiB when full, more than ${limit}`,
    );
  }
  return room;
}

/** What was set, where that is more than the default, then parts of the default. */
function roomsFrom(present: Room): Room[] {
  const { maxUnansweredFlows, maxProbationHosts } = present;
  const sized = (maxFlows: number, maxHosts: number): Room => ({
    maxFlows,
    maxUnansweredFlows: Math.min(maxUnansweredFlows, maxFlows),
    maxHosts,
    maxProbationHosts: Math.min(maxProbationHosts, maxHosts),
  });
  const { maxFlows, maxHosts } = DEFAULT_ROOM;
  return [
    sized(
      Math.max(present.maxFlows, maxFlows),
      Math.max(present.maxHosts, maxHosts),
    ),
    ...PARTS.map((part) =>
      sized(Math.round(maxFlows * part), Math.round(maxHosts * part))
    ),
  ];
}

function choiceDecisions(
  chosen: Option,
  full: Option,
  { cpuTarget, loadOf }: {
    readonly cpuTarget: number;
    readonly loadOf: (option: Option) => number;
  },
): Decision[] {
  const percent = (option: Option) => `${loadOf(option).toFixed(1)} %`;
  const aim = `${cpuTarget.toFixed(0)} % of a processor`;
  const whole = { forests: full.forests, share: chosen.share };
  return [
    {
      what: "sampling",
      choice: `${chosen.share} of ordinary events in the log`,
      why: chosen.share === full.share
        ? `${percent(full)} with everything, ${aim} are wanted`
        : `${
          percent({ ...chosen, share: full.share })
        } with ${full.share}, ${aim} are wanted; sampling finds no attacks`,
    },
    {
      what: "forests",
      choice: chosen.forests.name,
      why: chosen.forests === full.forests
        ? `${percent(chosen)} predicted, ${aim} are wanted`
        : `${percent(whole)} with ${full.forests.name}, ${
          percent(chosen)
        } with this; ${aim} are wanted`,
    },
  ];
}

/** What is not found any more, as it was measured. */
function lossWarnings(
  forests: ForestChoice,
  effects: Readonly<Record<string, Effect>> | undefined,
): string[] {
  if (forests === FOREST_CHOICES[0]) return [];
  const before = effects?.["level 0"];
  const after = effects?.[forests.name];
  const measured = before === undefined || after === undefined
    ? "what that costs was not measured"
    : `of ${before.attacks} labelled attacks ${after.found} are found instead of ${before.found}, with ${after.falseAlertWindows} false alerts instead of ${before.falseAlertWindows} in ${before.hostDays} host-days`;
  const floor = forests.belowFloor ? "below the floor" : "above the floor";
  return [`${forests.name} (${floor}): ${measured}`];
}

function valuesOf(
  { forests, share }: Option,
  room: Room,
  models: readonly string[],
): Record<string, Json> {
  const values: Record<string, Json> = {
    "log.benignShare": share,
    ...Object.fromEntries(
      Object.entries(room).map(([name, value]) => [`capture.${name}`, value]),
    ),
  };
  for (const name of models) {
    const { depth = 32, trees = 1024 } = forests.cut ?? {};
    values[`models.${name}.use`] = forests.cut !== undefined;
    values[`models.${name}.depth`] = depth;
    values[`models.${name}.trees`] = trees;
  }
  return values;
}
