/** A line that holds what is sent over it for a while, and then lets it through after all. */
import assert from "node:assert/strict";
import type { WatchEvent } from "@ml-defender/etcd-client";
import { optional } from "../_optional.ts";
import {
  EtcdServer,
  freePort,
  noEtcd,
  openEtcd,
  sleep,
} from "../etcd_server.ts";
import { eventually } from "./_bed.ts";

/** One TCP port in front of another. */
class Line implements AsyncDisposable {
  readonly port: number = freePort();
  readonly #listener: Deno.Listener;
  readonly #open = new Set<Deno.Conn>();
  readonly #serving: Promise<void>;
  #held = Promise.withResolvers<void>();

  constructor(to: number) {
    this.#held.resolve();
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: this.port });
    this.#serving = this.#serve(to);
  }

  /** What is sent from now on stays where it is. */
  hold(): void {
    this.#held = Promise.withResolvers();
  }

  /** It goes on. */
  release(): void {
    this.#held.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.release();
    this.#listener.close();
    for (const conn of this.#open) this.#close(conn);
    await this.#serving;
  }

  async #serve(port: number): Promise<void> {
    const carrying: Promise<void>[] = [];
    for await (const near of this.#listener) {
      const far = await Deno.connect({ hostname: "127.0.0.1", port });
      this.#open.add(near).add(far);
      carrying.push(this.#carry(near, far), this.#carry(far, near));
    }
    await Promise.all(carrying);
  }

  async #carry(from: Deno.Conn, to: Deno.Conn): Promise<void> {
    const bytes = new Uint8Array(16_384);
    try {
      for (let read; (read = await from.read(bytes)) !== null;) {
        await this.#held.promise;
        for (let i = 0; i < read;) i += await to.write(bytes.subarray(i, read));
      }
    } catch {
      // One of both ends has closed it.
    }
    for (const conn of [from, to]) this.#close(conn);
  }

  #close(conn: Deno.Conn): void {
    if (this.#open.delete(conn)) conn.close();
  }
}

optional({
  name:
    "EtcdStore.watch yields nothing twice when a line that it has given up lets through what it held",
  available: noEtcd === undefined,
  reason: noEtcd ?? "",
  async fn() {
    await using server = await EtcdServer.start();
    await using line = new Line(server.port);
    await using writer = await openEtcd({ endpoints: [server.endpoint] });
    await using reader = await openEtcd({
      endpoints: [`http://127.0.0.1:${line.port}`, server.endpoint],
    });
    const end = new AbortController();
    const seen: WatchEvent[] = [];
    const reading = (async () => {
      const options = { initial: true, signal: end.signal };
      for await (const event of reader.watch("n", options)) seen.push(event);
    })();
    // Told where it is awaited.
    reading.catch(() => {});
    const values = () =>
      seen.flatMap((event) => event.kind === "put" ? [event.value] : []);
    const comes = (value: number) =>
      eventually(
        `${value} is seen`,
        () => Promise.resolve(values().includes(value)),
        10_000,
      );
    await eventually(
      "it watches",
      () => Promise.resolve(seen.length > 0),
      5000,
    );
    await writer.set("n", 0);
    await comes(0);
    line.hold();
    for (const n of [1, 2, 3]) await writer.set("n", n);
    await comes(3);
    line.release();
    await sleep(500);
    await writer.set("n", 4);
    await comes(4);
    await sleep(200);
    assert.deepEqual(values(), [0, 1, 2, 3, 4]);
    end.abort();
    await reading;
  },
});
