/** Keys in etcd. */
import { Buffer } from "node:buffer";
import type { IKeyValue, IRequestOp } from "npm:etcd3@1.1.2";
import type {
  Backend,
  BackendHealth,
  RawChange,
  RawEntry,
  RawOperation,
  RawOutcome,
  RawSink,
  RawState,
  RawSubscription,
  RawTransaction,
} from "../backend.ts";
import { EtcdError } from "../error.ts";
import type { Target } from "../value.ts";
import { Connection, type ConnectionSettings } from "./_connection.ts";
import { bytesOfKey, keyOfBytes } from "./_keys.ts";
import { EtcdWatch } from "./_watch.ts";

export class EtcdBackend implements Backend {
  readonly kind = "etcd";
  readonly namespace: string;
  readonly #connection: Connection;
  readonly #watches = new Set<EtcdWatch>();
  #cluster = "";

  private constructor(settings: ConnectionSettings, namespace: string) {
    this.#connection = new Connection(settings);
    this.namespace = namespace;
  }

  static async open(
    settings: ConnectionSettings,
    { namespace, signal }: {
      readonly namespace: string;
      readonly signal: AbortSignal | undefined;
    },
  ): Promise<EtcdBackend> {
    const backend = new EtcdBackend(settings, namespace);
    const stopped = Promise.withResolvers<never>();
    const stop = () => {
      backend.#connection.close();
      stopped.reject(givenUp());
    };
    signal?.addEventListener("abort", stop);
    try {
      if (signal?.aborted) throw givenUp();
      const asking = backend.#connection.call(
        (etcd, options) => etcd.maintenance.status(options),
        { write: false },
      );
      const { header } = await Promise.race([asking, stopped.promise]);
      backend.#cluster = header.cluster_id;
    } catch (error) {
      await backend.close();
      throw error;
    } finally {
      signal?.removeEventListener("abort", stop);
    }
    return backend;
  }

  get identity(): string {
    return this.#cluster;
  }

  async read(target: Target, revision?: number): Promise<RawState> {
    const request = {
      ...this.#range(target),
      ...(revision === undefined ? {} : { revision }),
    };
    try {
      const { header, kvs } = await this.#connection.call(
        (etcd, options) => etcd.kv.range(request, options),
        { write: false },
      );
      this.#cluster = header.cluster_id;
      const entries = kvs.map((kv) => this.#entry(kv));
      entries.sort((a, b) => a.key < b.key ? -1 : 1);
      return { revision: Number(header.revision), entries };
    } catch (error) {
      throw asFuture(error, revision);
    }
  }

  async commit(transaction: RawTransaction): Promise<RawOutcome> {
    const { compares, operations, otherwise } = transaction;
    const request = {
      compare: compares.map(({ key, revision, equal }) => ({
        key: this.#key(key),
        target: "Mod" as const,
        result: equal ? "Equal" as const : "NotEqual" as const,
        mod_revision: revision,
      })),
      success: operations.map((operation) => this.#operation(operation)),
      failure: otherwise.map((key) => ({
        request_range: { key: this.#key(key) },
      })),
    };
    const { header, succeeded, responses } = await this.#connection.call(
      (etcd, options) => etcd.kv.txn(request, options),
      { write: true },
    );
    this.#cluster = header.cluster_id;
    const entries: RawEntry[] = [];
    const deleted: boolean[] = [];
    for (const { response_range, response_delete_range } of responses) {
      for (const kv of response_range?.kvs ?? []) entries.push(this.#entry(kv));
      if (response_delete_range) {
        deleted.push(response_delete_range.deleted !== "0");
      }
    }
    return { succeeded, revision: Number(header.revision), entries, deleted };
  }

  async subscribe(
    target: Target,
    fromRevision: number | undefined,
    sink: RawSink,
  ): Promise<RawSubscription> {
    const range = {
      ...this.#range(target),
      toChange: (event: { type: string; kv: IKeyValue }) => this.#change(event),
    };
    const watch: EtcdWatch = new EtcdWatch(
      this.#connection,
      range,
      sink,
      fromRevision,
      {
        over: () => void this.#watches.delete(watch),
        cluster: (id) => this.#cluster = id,
      },
    );
    this.#watches.add(watch);
    await watch.start();
    return watch;
  }

  async grantLease(ttlSeconds: number): Promise<string> {
    const { ID } = await this.#connection.call(
      (etcd, options) =>
        etcd.leaseClient.leaseGrant({ TTL: ttlSeconds }, options),
      { write: true },
    );
    return ID;
  }

  async keepLease(id: string): Promise<void> {
    const left = await this.#connection.call(async (etcd, options) => {
      const stream = await etcd.leaseClient.leaseKeepAlive(options);
      try {
        return await new Promise<string>((done, fail) => {
          stream.on("data", ({ TTL }) => done(TTL)).on("error", fail)
            .on("end", () => fail(new Error("UNAVAILABLE: no answer")));
          stream.write({ ID: id });
        });
      } finally {
        stream.on("error", () => {}).end();
      }
    }, { write: false });
    if (Number(left) > 0) return;
    throw new EtcdError(
      "lease",
      `Cannot keep lease ${id} as it has expired or was revoked: make a new one`,
    );
  }

  async revokeLease(id: string): Promise<void> {
    try {
      await this.#connection.call(
        (etcd, options) => etcd.leaseClient.leaseRevoke({ ID: id }, options),
        { write: true },
      );
    } catch (error) {
      if (!(error instanceof EtcdError && error.code === "lease")) throw error;
    }
  }

  health(): BackendHealth {
    const { reachable, reconnects, lastError } = this.#connection;
    return { reachable, reconnects, lastError };
  }

  // deno-lint-ignore require-await
  async close(): Promise<void> {
    for (const watch of [...this.#watches]) watch.close();
    this.#connection.close();
  }

  #key(key: string): Buffer {
    return bytesOfKey(this.namespace + key);
  }

  #range(target: Target): { key: Buffer; range_end?: Buffer } {
    if (typeof target === "string") return { key: this.#key(target) };
    const key = this.#key(target.prefix);
    if (key.length === 0) {
      return { key: Buffer.from([0]), range_end: Buffer.from([0]) };
    }
    const end = Buffer.from(key);
    end[end.length - 1]!++;
    return { key, range_end: end };
  }

  #entry({ key, value, mod_revision, lease }: IKeyValue): RawEntry {
    return {
      key: keyOfBytes(key).slice(this.namespace.length),
      value: new Uint8Array(value.buffer, value.byteOffset, value.length),
      revision: Number(mod_revision),
      lease: lease === "0" ? undefined : lease,
    };
  }

  #change({ type, kv }: { type: string; kv: IKeyValue }): RawChange {
    const entry = this.#entry(kv);
    if (type !== "Delete" && type !== "DELETE") return { kind: "put", entry };
    return { kind: "delete", key: entry.key, revision: entry.revision };
  }

  #operation(operation: RawOperation): IRequestOp {
    const key = this.#key(operation.key);
    if (operation.kind === "delete") return { request_delete_range: { key } };
    const { value, lease } = operation;
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.length);
    const put = {
      key,
      value: bytes,
      ...(lease === undefined ? {} : { lease }),
    };
    return { request_put: put };
  }
}

function givenUp(): EtcdError {
  return new EtcdError("closed", "Cannot connect to etcd: it was given up");
}

function asFuture(error: unknown, revision: number | undefined): unknown {
  const { cause } = error as { cause?: unknown };
  const text = cause instanceof Error ? cause.message : "";
  if (!text.includes("future revision")) return error;
  return new RangeError(
    `Cannot read revision ${revision} as it does not exist yet`,
  );
}
