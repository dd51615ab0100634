/** A watch on etcd that goes on over lost connections from where it was. */
import type { Buffer } from "node:buffer";
import type { Etcd3, IWatchResponse } from "npm:etcd3@1.1.2";
import type { RawChange, RawSink } from "../backend.ts";
import { EtcdError } from "../error.ts";
import type { CallOptions, Connection } from "./_connection.ts";
import { Heartbeat } from "./_heartbeat.ts";

/** What is watched, and how its answers are read. */
export interface WatchRange {
  readonly key: Buffer;
  readonly range_end?: Buffer;
  readonly toChange: (event: IWatchResponse["events"][number]) => RawChange;
}

/** Who wants to know of a watch. */
export interface WatchListener {
  /** It is over. */
  over(): void;
  /** The cluster that answers. */
  cluster(id: string): void;
}

type Stream = Awaited<ReturnType<Etcd3["watchClient"]["watch"]>>;

const AGAIN_MS = 100;

export class EtcdWatch {
  readonly #connection: Connection;
  readonly #range: WatchRange;
  readonly #sink: RawSink;
  #next: number | undefined;
  #cluster: string | undefined;
  #stream: Stream | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wake: (() => void) | undefined;
  #over = false;
  #established = false;
  readonly #tell: WatchListener;

  constructor(
    connection: Connection,
    range: WatchRange,
    sink: RawSink,
    from: number | undefined,
    tell: WatchListener,
  ) {
    this.#connection = connection;
    this.#range = range;
    this.#sink = sink;
    this.#next = from;
    this.#tell = tell;
  }

  /** Resolves when it is in place, or over. */
  start(): Promise<void> {
    return new Promise((ready) => void this.#run(ready).finally(ready));
  }

  close(): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#timer);
    this.#wake?.();
    this.#stream?.cancel();
    this.#tell.over();
  }

  /** Asks for nothing but whether the range can be read, by all members' consent. */
  async #probe(
    etcd: Etcd3,
    options: CallOptions,
  ): Promise<{ revision: number; cluster: string }> {
    const { key, range_end } = this.#range;
    const request = { key, count_only: true, ...(range_end && { range_end }) };
    const { header } = await etcd.kv.range(request, options);
    this.#tell.cluster(header.cluster_id);
    return { revision: Number(header.revision), cluster: header.cluster_id };
  }

  async #run(ready: () => void): Promise<void> {
    while (!this.#over) {
      try {
        if (await this.#place()) await this.#follow(ready);
      } catch (error) {
        if (!this.#goesOn(error as EtcdError)) return;
      }
      await this.#pause();
    }
  }

  /** Finds out where the store is; false if what is to come next was lost. */
  async #place(): Promise<boolean> {
    const { revision, cluster } = await this.#connection
      .call((etcd, options) => this.#probe(etcd, options), { write: false });
    this.#next ??= revision + 1;
    this.#cluster ??= cluster;
    if (this.#next <= revision + 1 && this.#cluster === cluster) return true;
    this.#finish(() => this.#sink.gap("restored"));
    return false;
  }

  /** Delivers until the stream ends. */
  async #follow(ready: () => void): Promise<void> {
    if (this.#over) return;
    const { endpoint } = this.#connection;
    const etcd = this.#connection.streamClient();
    let beat: Heartbeat | undefined;
    try {
      const stream = await etcd.watchClient.watch();
      this.#stream = stream;
      await new Promise<void>((end, fail) => {
        beat = new Heartbeat(etcd, fail);
        this.#begin(stream, ready, end, fail);
      });
    } catch (cause) {
      if (this.#over) return;
      throw this.#connection.fail(endpoint, cause);
    } finally {
      beat?.close();
      // Closing a client leaves its streams: one that was silent would go on when the network does, with what is old by then.
      this.#stream?.cancel();
      this.#stream = undefined;
      etcd.close();
    }
  }

  #begin(
    stream: Stream,
    ready: () => void,
    end: () => void,
    fail: (error: Error) => void,
  ): void {
    stream.on("error", fail).on("end", end).on("data", (response) => {
      const old = this.#stream !== stream;
      if (this.#over || old || !this.#take(response)) return end();
      if (!response.created) return;
      this.#established = true;
      ready();
    });
    if (this.#over) {
      stream.cancel();
      return end();
    }
    const { key, range_end } = this.#range;
    stream.write({
      create_request: {
        key,
        ...(range_end && { range_end }),
        start_revision: this.#next!,
        progress_notify: true,
      },
    });
  }

  /** Takes an answer; false if it ends the stream. */
  #take(response: IWatchResponse): boolean {
    if (response.canceled) {
      if (response.compact_revision !== "0") {
        this.#finish(() => this.#sink.gap("compacted"));
      }
      this.#stream?.cancel();
      return false;
    }
    if (response.events.length === 0) {
      const { revision } = response.header;
      if (!response.created) {
        this.#next = Math.max(this.#next!, Number(revision) + 1);
      }
      return true;
    }
    let changes: RawChange[] = [];
    for (const event of response.events) {
      const revision = Number(event.kv.mod_revision);
      if (changes.length > 0 && revision !== this.#next! - 1) {
        this.#sink.changes(changes);
        changes = [];
      }
      changes.push(this.#range.toChange(event));
      this.#next = revision + 1;
    }
    this.#sink.changes(changes);
    return true;
  }

  /** Whether to try again after a failure: while nothing was ever reached, only an unreachable store is worth it. */
  #goesOn(error: EtcdError): boolean {
    if (this.#over) return false;
    const lasting = error.code === "permission" ||
      (!this.#established && error.code !== "unreachable");
    if (!(error instanceof EtcdError) || lasting || error.code === "closed") {
      this.#finish(() => this.#sink.fail(error));
      return false;
    }
    return true;
  }

  #finish(tell: () => void): void {
    if (this.#over) return;
    tell();
    this.close();
  }

  #pause(): Promise<void> {
    if (this.#over) return Promise.resolve();
    return new Promise((done) => {
      this.#wake = done;
      this.#timer = setTimeout(done, AGAIN_MS);
    });
  }
}
