/** Ordinary networks: which activities run, how often, and for whom. */

import type { Host } from "../address.ts";
import type { Context } from "../context.ts";
import type { Actor } from "../sim.ts";
import * as activities from "./activities.ts";
import * as datagrams from "./datagrams.ts";
import * as domain from "./domain.ts";
import * as services from "./services.ts";

const ACTIVITIES = {
  webPage: activities.webPage,
  names: activities.names,
  mail: activities.mail,
  backup: activities.backup,
  cloudSync: activities.cloudSync,
  update: activities.update,
  video: activities.video,
  logon: domain.logon,
  files: domain.files,
  admin: activities.admin,
  call: datagrams.call,
  peers: datagrams.peers,
  vpn: datagrams.vpn,
  visitor: services.visitor,
  apiBurst: services.apiBurst,
  print: services.print,
  deadServer: services.deadServer,
} as const;

/** Name of an activity. */
export type ActivityName = keyof typeof ACTIVITIES;

/** Mean packets of one session of each activity, measured over many seeds. */
export const SESSION_PACKETS: Record<ActivityName, number> = {
  webPage: 540,
  names: 14,
  mail: 80,
  backup: 1850,
  cloudSync: 1200,
  update: 1450,
  video: 3000,
  logon: 150,
  files: 660,
  admin: 265,
  call: 810,
  peers: 430,
  vpn: 270,
  visitor: 290,
  apiBurst: 250,
  print: 75,
  deadServer: 9,
};

/** An ordinary network. */
export interface Mix {
  /** Name. */
  name: string;
  /** How many sessions of each activity there are, relative to each other. */
  sessions: Partial<Record<ActivityName, number>>;
  /** Timers (push, telemetry) per client. */
  timers: number;
  /** Share of machines that synchronise their clock in sight. */
  clocks: number;
  /** Probability that a monitoring server polls. */
  poller: number;
  /** Probability of multicast chatter. */
  chatter: number;
}

/** The mixes by name. */
export const MIXES: Record<
  "office" | "home" | "server" | "infrastructure" | "application",
  Mix
> = {
  office: {
    name: "office",
    sessions: {
      webPage: 10,
      names: 20,
      mail: 6,
      cloudSync: 1,
      update: 1,
      video: 0.3,
      logon: 4,
      files: 3,
      admin: 0.7,
      call: 0.7,
      print: 1,
      deadServer: 2,
      backup: 0.3,
      vpn: 0.3,
      apiBurst: 0.4,
    },
    timers: 1.5,
    clocks: 0.5,
    poller: 0.3,
    chatter: 0.8,
  },
  home: {
    name: "home",
    sessions: {
      webPage: 10,
      names: 15,
      mail: 2,
      cloudSync: 1.5,
      update: 1.5,
      video: 1,
      call: 0.8,
      peers: 0.8,
      deadServer: 1,
      vpn: 0.3,
      backup: 0.2,
    },
    timers: 2,
    clocks: 0.6,
    poller: 0,
    chatter: 0.95,
  },
  server: {
    name: "server",
    sessions: {
      visitor: 30,
      apiBurst: 4,
      names: 12,
      update: 0.6,
      backup: 0.6,
      admin: 1,
      deadServer: 0.6,
      mail: 1,
    },
    timers: 0.3,
    clocks: 0.7,
    poller: 0.7,
    chatter: 0.2,
  },
  infrastructure: {
    name: "infrastructure",
    sessions: {
      logon: 15,
      files: 5,
      backup: 1.5,
      names: 25,
      update: 1,
      admin: 1.5,
      print: 1,
      deadServer: 2,
      webPage: 1,
      apiBurst: 1,
    },
    timers: 0.8,
    clocks: 0.8,
    poller: 0.9,
    chatter: 0.6,
  },
  application: {
    name: "application",
    sessions: {},
    timers: 0,
    clocks: 0,
    poller: 0,
    chatter: 0,
  },
};

/** Name of a mix. */
export type MixName = keyof typeof MIXES;

function start(ctx: Context, name: ActivityName, client: Host): void {
  ACTIVITIES[name](ctx, client);
}

function* sessions(ctx: Context, mix: Mix, packetsPerSecond: number): Actor {
  const { rng, topology, sim } = ctx;
  const list = Object.entries(mix.sessions) as [ActivityName, number][];
  const total = list.reduce((sum, [, weight]) => sum + weight, 0);
  const cost = list.reduce(
    (sum, [name, weight]) => sum + weight / total * SESSION_PACKETS[name],
    0,
  );
  const gapUs = cost / packetsPerSecond * 1e6;
  const users = rng.shuffle(topology.clients);
  const machines = [
    ...topology.publicServers,
    ...topology.fileServers,
    topology.directory,
  ];
  yield sim.nowUs + rng.exponential(Math.min(gapUs, 3e6));
  for (;;) {
    let left = rng.float() * total;
    let name = (list[0] as [ActivityName, number])[0];
    for (const [candidate, weight] of list) {
      left -= weight;
      if (left < 0) {
        name = candidate;
        break;
      }
    }
    const byMachine = (mix === MIXES.server || mix === MIXES.infrastructure) &&
      rng.chance(0.4);
    const fits = !["webPage", "video", "call", "logon"].includes(name);
    const client = byMachine && fits
      ? rng.pick(machines)
      : users[rng.zipf(users.length, 0.6)] as Host;
    start(ctx, name, client);
    if (name === "logon" && rng.chance(0.08)) {
      // The working day begins: many log on within a minute.
      for (const other of users.slice(0, rng.int(2, 8))) {
        yield sim.nowUs + rng.exponential(4e6);
        start(ctx, "logon", other);
      }
    }
    yield sim.nowUs +
      (rng.chance(0.2)
        ? rng.exponential(gapUs * 0.1)
        : rng.exponential(gapUs * 1.22));
  }
}

/** Starts a mix; `packetsPerSecond` is what its sessions come to on average. */
export function runMix(
  ctx: Context,
  name: MixName,
  packetsPerSecond: number,
): void {
  const { rng, topology, sim } = ctx;
  let mix: Mix = MIXES[name];
  if (name === "application") {
    // Samples of one application alone, as test captures often are.
    const all = Object.keys(ACTIVITIES) as ActivityName[];
    const picked = rng.shuffle(all).slice(0, rng.int(1, 2));
    mix = {
      ...mix,
      sessions: Object.fromEntries(picked.map((one) => [one, 1])),
    };
  }
  sim.spawn(sim.nowUs, sessions(ctx, mix, packetsPerSecond));
  // Timers are bounded by the budget as well: at most a third of the packets.
  const most = Math.ceil(packetsPerSecond * 60 / 3 / 12);
  const clients = [...new Set(topology.clients)];
  const timers = Math.min(most, Math.round(clients.length * mix.timers));
  for (let i = 0; i < timers; i++) {
    sim.spawn(sim.nowUs, services.timer(ctx, rng.pick(clients)));
  }
  for (const host of topology.homeHosts.slice(0, 40)) {
    if (rng.chance(mix.clocks)) sim.spawn(sim.nowUs, services.clock(ctx, host));
  }
  if (rng.chance(mix.poller)) {
    sim.spawn(sim.nowUs + rng.uniform(0, 3e7), services.poller(ctx));
  }
  if (rng.chance(mix.chatter)) sim.spawn(sim.nowUs, services.chatter(ctx));
}
