/** All scenarios by name. */

import type { MixName } from "../benign/mixes.ts";
import { amplification, slowHttp } from "./amplification.ts";
import { icmpFlood, synFlood, udpFlood } from "./floods.ts";
import { passwordGuessing, sshGuessing } from "./guessing.ts";
import { dnsTunnel } from "./names.ts";
import { c2Beacon } from "./beacon.ts";
import { exfiltration, mining } from "./outward.ts";
import { scanHorizontal, scanSlow, scanVertical } from "./scans.ts";
import type { Scenario } from "./scenario.ts";
import { lateralRpc, smbEncrypt, smbWorm } from "./spread.ts";
import { webAttack } from "./web.ts";

function benign(mix: MixName, description: string): Scenario {
  return {
    name: `benign_${mix}`,
    categories: [],
    description,
    mix,
    plan: (rng) => rng.logUniform(120, 900),
    build: () => {},
  };
}

const ALL: readonly Scenario[] = [
  synFlood,
  udpFlood,
  icmpFlood,
  amplification,
  slowHttp,
  scanVertical,
  scanHorizontal,
  scanSlow,
  sshGuessing,
  passwordGuessing,
  smbWorm,
  smbEncrypt,
  lateralRpc,
  c2Beacon,
  dnsTunnel,
  exfiltration,
  mining,
  webAttack,
  benign(
    "office",
    "Offices: web, mail, directory logons, files, calls, updates, backups",
  ),
  benign("home", "Homes: web, video, peer-to-peer, updates, devices"),
  benign(
    "server",
    "Servers that answer the outside, with monitoring and interface calls",
  ),
  benign(
    "infrastructure",
    "Directory services, file servers, backups, monitoring",
  ),
  benign("application", "One or two applications alone, as in short samples"),
];

/** Scenarios by name, attacks first. */
export const SCENARIOS: ReadonlyMap<string, Scenario> = new Map(
  ALL.map((one) => [one.name, one]),
);
