/** One real etcd on loopback, for tests and benches that start programs. */

/** Whether etcd can be started here. */
export function etcdInstalled(): boolean {
  return (Deno.env.get("PATH") ?? "").split(":").some((folder) => {
    try {
      return Deno.statSync(`${folder}/etcd`).isFile;
    } catch {
      return false;
    }
  });
}

/** An etcd that whoever started it owns. */
export class EtcdProcess implements AsyncDisposable {
  readonly #folder: string;
  readonly #client: string;
  readonly #peer: string;
  #process: Deno.ChildProcess | undefined;
  readonly endpoint: string;

  private constructor(folder: string) {
    this.#folder = folder;
    const port = freePort();
    this.#client = `http://127.0.0.1:${port}`;
    this.#peer = `http://127.0.0.1:${freePort()}`;
    this.endpoint = `http://localhost:${port}`;
  }

  /** Starts one on an empty folder. */
  static async start(): Promise<EtcdProcess> {
    const server = new EtcdProcess(await Deno.makeTempDir({ prefix: "etcd_" }));
    await server.up();
    return server;
  }

  /** Starts it on what it has, and waits until it answers. */
  async up(): Promise<void> {
    this.#process = new Deno.Command("etcd", {
      args: [
        "--name=one",
        `--data-dir=${this.#folder}`,
        `--listen-client-urls=${this.#client}`,
        `--advertise-client-urls=${this.#client}`,
        `--listen-peer-urls=${this.#peer}`,
        `--initial-advertise-peer-urls=${this.#peer}`,
        `--initial-cluster=one=${this.#peer}`,
      ],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    for (let i = 0; i < 400; i++) {
      const healthy = await fetch(`${this.#client}/health`)
        .then((response) => response.json())
        .then(({ health }) => health === "true", () => false);
      if (healthy) return;
      await new Promise((done) => setTimeout(done, 50));
    }
    throw new Error("etcd does not come up");
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    this.#process?.kill("SIGKILL");
    await this.#process?.status;
    this.#process = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await Deno.remove(this.#folder, { recursive: true });
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}
