/** Where the processes of a test bed run: on loopback, or each in a network namespace of its own. */
import { freePort } from "../etcd_server.ts";
import type { Guard } from "./_guard.ts";

/** The two networks of a bed: members speak to each other on one, and to everybody else on the other. */
export type Net = "clients" | "peers";

/** Somewhere that hosts are. */
export interface Place {
  /** Where a host is reached, as `address:port`. */
  address(host: string, net: Net): string;
  /** How a program is started on a host. */
  command(host: string, program: string): readonly string[];
}

/** Everything on 127.0.0.1. */
export class Loopback implements Place {
  readonly #ports = new Map<string, number>();

  address(host: string, net: Net): string {
    const name = `${host} ${net}`;
    const port = this.#ports.get(name) ?? freePort();
    this.#ports.set(name, port);
    return `127.0.0.1:${port}`;
  }

  command(_host: string, program: string): readonly string[] {
    return [program];
  }
}

const PORTS = { clients: 2379, peers: 2380 };
const SUBNETS = { clients: "10.231.1", peers: "10.231.2" };
const NETS: readonly Net[] = ["clients", "peers"];

/** Namespaces that know nothing but each other: none has a way to the machine's own network. */
export class Namespaces implements Place {
  /** What the names of its namespaces start with. */
  readonly prefix: string;
  readonly #hosts: readonly string[];

  private constructor(prefix: string, hosts: readonly string[]) {
    this.prefix = prefix;
    this.#hosts = hosts;
  }

  /** Makes them: a bridge for each network, and a line from each host to each bridge. */
  static async make(
    hosts: readonly string[],
    guard: Guard,
  ): Promise<Namespaces> {
    const prefix = `mld-${crypto.randomUUID().slice(0, 8)}-`;
    const place = new Namespaces(prefix, hosts);
    const hub = `${prefix}hub`;
    for (const name of ["hub", ...hosts]) {
      await guard.tell("network", prefix + name);
      await ip("netns", "add", prefix + name);
      await ip("-n", prefix + name, "link", "set", "lo", "up");
    }
    for (const net of NETS) {
      await ip("-n", hub, "link", "add", net, "type", "bridge");
      await ip("-n", hub, "link", "set", net, "up");
    }
    for (const [i, host] of hosts.entries()) {
      for (const net of NETS) {
        const own = prefix + host;
        const port = place.#port(host, net);
        await ip(
          ...["link", "add", port, "netns", hub, "type", "veth"],
          ...["peer", "name", net, "netns", own],
        );
        await ip("-n", hub, "link", "set", port, "master", net, "up");
        const address = `${SUBNETS[net]}.${i + 1}/24`;
        await ip("-n", own, "addr", "add", address, "dev", net);
        await ip("-n", own, "link", "set", net, "up");
      }
    }
    return place;
  }

  address(host: string, net: Net): string {
    return `${SUBNETS[net]}.${this.#hosts.indexOf(host) + 1}:${PORTS[net]}`;
  }

  command(host: string, program: string): readonly string[] {
    return ["ip", "netns", "exec", this.prefix + host, program];
  }

  /**
   * Takes a host off a network: what is sent to or from it is lost without a word, as when a switch fails. Connections stay
   * until somebody's patience ends.
   */
  async cut(host: string, nets: readonly Net[] = NETS): Promise<void> {
    for (const net of nets) await this.#state(host, net, "0");
  }

  /** Puts it back. */
  async heal(host: string, nets: readonly Net[] = NETS): Promise<void> {
    for (const net of nets) await this.#state(host, net, "3");
  }

  #port(host: string, net: Net): string {
    return `${net[0]}${this.#hosts.indexOf(host)}`;
  }

  async #state(host: string, net: Net, state: string): Promise<void> {
    const port = this.#port(host, net);
    const hub = `${this.prefix}hub`;
    await run("bridge", "-n", hub, "link", "set", "dev", port, "state", state);
  }
}

/** Why no namespaces can be made here; undefined if they can. */
export async function noNamespaces(): Promise<string | undefined> {
  const name = `mld-${crypto.randomUUID().slice(0, 8)}`;
  try {
    await ip("netns", "add", name);
  } catch (error) {
    const { message } = error as Error;
    return `network namespaces need root and iproute2: ${message}`;
  }
  try {
    await ip("-n", name, "link", "add", "bridge0", "type", "bridge");
    await run("bridge", "-n", name, "link");
    return undefined;
  } catch (error) {
    return `no bridge can be made: ${(error as Error).message}`;
  } finally {
    await ip("netns", "del", name);
  }
}

function ip(...args: string[]): Promise<string> {
  return run("ip", ...args);
}

/** Runs a program to its end. */
export async function run(program: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args })
    .output();
  const text = new TextDecoder();
  if (success) return text.decode(stdout);
  const reason = text.decode(stderr).trim();
  throw new Error(`${program} ${args.join(" ")}: ${reason}`);
}
