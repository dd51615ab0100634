/**
 * A real etcd for tests and benches: on loopback, on free ports, with a data directory of its own; and the store on it, loaded
 * only where its npm package is in Deno's cache, as tests download nothing.
 *
 * @module
 */
import type {
  EtcdStore,
  EtcdStoreOptions,
} from "@ml-defender/etcd-client/etcd";
import { cached } from "./_optional.ts";

/** Why a program cannot be used; undefined if it can. */
export function missing(program: string): string | undefined {
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    try {
      if (Deno.statSync(`${folder}/${program}`).isFile) return undefined;
    } catch {
      // Not in this folder.
    }
  }
  return `${program} is not installed`;
}

/** Why tests with a real etcd cannot run here; undefined if they can. */
export const noEtcd: string | undefined = missing("etcd") ??
  missing("etcdctl") ??
  (await cached("npm:etcd3@1.1.2")
    ? undefined
    : "npm:etcd3 is not in the cache: deno task optional");

/** As `EtcdStore.open`. */
export async function openEtcd(options: EtcdStoreOptions): Promise<EtcdStore> {
  // A value, so that nothing is fetched before this line.
  const name = ["@ml-defender/etcd-client", "etcd"].join("/");
  const { EtcdStore } = await import(name);
  return await EtcdStore.open(options);
}

/** How to start it. */
export interface ServerOptions {
  /** Further arguments. */
  readonly args?: readonly string[];
  /** Serve https. */
  readonly secure?: boolean;
}

const READY_MS = 20_000;

/** One etcd that the test owns. */
export class EtcdServer implements AsyncDisposable {
  readonly folder: string;
  readonly port: number;
  readonly #peerPort: number;
  readonly #options: ServerOptions;
  #process: Deno.ChildProcess | undefined;

  private constructor(folder: string, options: ServerOptions) {
    this.folder = folder;
    this.port = freePort();
    this.#peerPort = freePort();
    this.#options = options;
  }

  static async start(options: ServerOptions = {}): Promise<EtcdServer> {
    const folder = await Deno.makeTempDir({ prefix: "etcd_" });
    const server = new EtcdServer(folder, options);
    await server.up();
    return server;
  }

  get protocol(): "http" | "https" {
    return this.#options.secure ? "https" : "http";
  }

  get endpoint(): string {
    return `${this.protocol}://localhost:${this.port}`;
  }

  get dataFolder(): string {
    return `${this.folder}/data`;
  }

  /** Starts it on its data, and waits until it takes connections. */
  async up(): Promise<void> {
    const client = `${this.protocol}://127.0.0.1:${this.port}`;
    const peer = `http://127.0.0.1:${this.#peerPort}`;
    this.#process = new Deno.Command("etcd", {
      args: [
        "--name=one",
        `--data-dir=${this.dataFolder}`,
        `--listen-client-urls=${client}`,
        `--advertise-client-urls=${client}`,
        `--listen-peer-urls=${peer}`,
        `--initial-advertise-peer-urls=${peer}`,
        `--initial-cluster=one=${peer}`,
        "--heartbeat-interval=50",
        "--election-timeout=300",
        ...(this.#options.args ?? []),
      ],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const end = Date.now() + READY_MS;
    while (!(await this.#ready())) {
      if (Date.now() > end) throw new Error("etcd does not come up");
      await sleep(20);
    }
  }

  async kill(signal: Deno.Signal = "SIGKILL"): Promise<void> {
    const process = this.#process;
    this.#process = undefined;
    if (process === undefined) return;
    process.kill(signal);
    await process.status;
  }

  /** Sends a signal that does not end it. */
  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    this.#process?.kill(signal);
  }

  /** Runs etcdctl against it. */
  async ctl(...args: string[]): Promise<string> {
    const output = await new Deno.Command("etcdctl", {
      args: [`--endpoints=http://127.0.0.1:${this.port}`, ...args],
      env: { ETCDCTL_API: "3" },
    }).output();
    const text = new TextDecoder();
    if (!output.success) throw new Error(text.decode(output.stderr));
    return text.decode(output.stdout);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await Deno.remove(this.folder, { recursive: true });
  }

  /** Whether it answers; a secure one counts when its port is open for a while. */
  async #ready(): Promise<boolean> {
    try {
      if (this.#options.secure) {
        (await Deno.connect({ hostname: "127.0.0.1", port: this.port }))
          .close();
        await sleep(500);
        return true;
      }
      const response = await fetch(`http://127.0.0.1:${this.port}/health`);
      return (await response.json()).health === "true";
    } catch {
      return false;
    }
  }
}

/** A port that was free a moment ago. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}

/** Waits. */
export function sleep(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
