/** UDP exchanges. */

import { ephemeral, type Family, type Host } from "./address.ts";
import { whole } from "./frame.ts";
import type { Actor, Sim } from "./sim.ts";
import type { Step } from "./tcp.ts";

/** A UDP conversation to be; every message is one datagram. */
export interface UdpSpec {
  /** Who sends first. */
  client: Host;
  /** Who answers. */
  server: Host;
  /** IP version. */
  family: Family;
  /** Server port. */
  port: number;
  /** Client port; by default the client's next ephemeral one. */
  clientPort?: number;
  /** Round trip in microseconds. */
  rttUs: number;
  /** Datagrams, asked for one by one. */
  steps: Iterable<Step>;
  /** Only this direction is captured. */
  only?: 0 | 1;
}

/** One conversation, datagram by datagram. */
export function* udp(sim: Sim, spec: UdpSpec): Actor {
  const { client, server, family, port, rttUs, steps, only } = spec;
  const clientPort = spec.clientPort ?? ephemeral(client);
  const nearShare = client.home === server.home
    ? 0.5
    : client.home
    ? 0.03
    : 0.97;
  let last: 0 | 1 = 0;
  let first = true;
  for (const { from, data, waitUs = 0 } of steps) {
    const path = first || from === last
      ? 0
      : rttUs * (from === 1 ? 1 - nearShare : nearShare);
    yield sim.nowUs + path + waitUs;
    first = false;
    if (!data || !(data instanceof Uint8Array)) continue;
    last = from;
    if (only !== undefined && only !== from) continue;
    if (from === 0) {
      sim.frame.udp(
        sim.nowUs,
        [client, server, family],
        [clientPort, port],
        whole(data),
      );
    } else {sim.frame.udp(sim.nowUs, [server, client, family], [
        port,
        clientPort,
      ], whole(data));}
  }
}
