/** One connection at a time to one of several endpoints; the next one when it fails. */
import { Buffer } from "node:buffer";
import { Etcd3, type IOptions } from "npm:etcd3@1.1.2";
import { EtcdError } from "../error.ts";
import { failureOf, NET } from "./_errors.ts";

/** How to connect, checked. */
export interface ConnectionSettings {
  readonly endpoints: readonly string[];
  readonly tls?: {
    readonly ca: string;
    readonly cert?: string;
    readonly key?: string;
  };
  readonly auth?: { readonly username: string; readonly password: string };
  readonly timeoutMs: number;
}

/** A call's deadline, as gRPC takes it. */
export interface CallOptions {
  readonly deadline: number;
}

const ATTEMPT_MS = 1500;
const PAUSE_MS = 60;
const DENIED = /NotCapable|Requires net access/;
/** An attempt that has less time than this is not made. */
const SHORTEST_MS = 40;
const LATE = /DEADLINE_EXCEEDED/;
/** What is heard of a server that takes a connection and wants to speak another way. */
const DROPPED = /Failed to connect|EPIPE|ECONNRESET|socket hang up/;

/** Calls go through as they are: attempts, pauses and the choice of the endpoint are made here. */
const asIs = {
  execute: (action: (context: unknown) => unknown) =>
    Promise.resolve().then(() => action({ signal: undefined })),
  onSuccess: () => ({ dispose() {} }),
  onFailure: () => ({ dispose() {} }),
};

export class Connection {
  readonly #settings: ConnectionSettings;
  #index = 0;
  #etcd: Etcd3 | undefined;
  #closed = false;
  #failing = false;
  #reached = false;
  #reconnects = 0;
  #lastError: string | undefined;

  constructor(settings: ConnectionSettings) {
    this.#settings = settings;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get reachable(): boolean {
    return !this.#closed && !this.#failing;
  }

  get reconnects(): number {
    return this.#reconnects;
  }

  get lastError(): string | undefined {
    return this.#lastError;
  }

  get endpoint(): string {
    return this.#settings.endpoints[this.#index]!;
  }

  /** The client for the endpoint of the moment. */
  client(): Etcd3 {
    if (this.#closed) throw closedError();
    this.#etcd ??= new Etcd3(optionsOf(this.endpoint, this.#settings));
    return this.#etcd;
  }

  /** What happened at the endpoint; goes on to the next one if it was not this one's answer. */
  fail(etcd: Etcd3, cause: unknown): EtcdError {
    const { error, again } = failureOf(cause, this.endpoint);
    if (again || error.code === "unreachable") this.#turn(etcd, error);
    return error;
  }

  /** Makes a call, again and at other endpoints where that is safe, until it is answered or its time is over. */
  async call<T>(
    action: (etcd: Etcd3, options: CallOptions) => Promise<T>,
    { write, timeoutMs = this.#settings.timeoutMs }: {
      readonly write: boolean;
      readonly timeoutMs?: number;
    },
  ): Promise<T> {
    const end = Date.now() + timeoutMs;
    let told: EtcdError | undefined;
    for (;;) {
      const etcd = this.client();
      const deadline = write ? end : Math.min(end, Date.now() + ATTEMPT_MS);
      try {
        const result = await action(etcd, { deadline });
        this.#succeeded();
        return result;
      } catch (cause) {
        if (cause instanceof RangeError || cause instanceof TypeError) {
          throw cause;
        }
        if (this.#closed) throw closedError();
        const { error, again, notDone } = failureOf(cause, this.endpoint);
        if (!again) {
          if (error.code === "unreachable") this.#turn(etcd, error);
          throw error;
        }
        this.#turn(etcd, error);
        if (write && !notDone) throw unsure(error);
        // That the time is over tells less than what was heard before.
        if (!LATE.test(error.message)) told = error;
        if (Date.now() + PAUSE_MS + SHORTEST_MS >= end) {
          throw this.#giveUp(told ?? error, timeoutMs);
        }
        await new Promise((done) => setTimeout(done, PAUSE_MS));
      }
    }
  }

  close(): void {
    this.#closed = true;
    this.#etcd?.close();
    this.#etcd = undefined;
  }

  #succeeded(): void {
    if (this.#failing && this.#reached) this.#reconnects++;
    this.#reached = true;
    this.#failing = false;
    this.#lastError = undefined;
  }

  #turn(etcd: Etcd3, error: EtcdError): void {
    this.#failing = true;
    this.#lastError = error.message;
    if (this.#etcd !== etcd) return;
    this.#etcd = undefined;
    this.#index = (this.#index + 1) % this.#settings.endpoints.length;
    etcd.close();
  }

  #giveUp(error: EtcdError, timeoutMs: number): EtcdError {
    const { endpoints, tls } = this.#settings;
    const { cause } = error;
    // Once it was reached, the permission for one of its addresses was enough.
    if (!this.#reached && DENIED.test(error.message)) {
      return new EtcdError(
        "permission",
        `Cannot use etcd at ${endpoints.join(", ")}: ${NET}`,
        { cause },
      );
    }
    const dropped = DROPPED.test(error.message);
    if (dropped && tls !== undefined && tls.cert === undefined) {
      return new EtcdError(
        "tls",
        `Cannot use etcd at ${
          endpoints.join(", ")
        }: it ends each connection; it may want a client certificate: give 'tls.cert' and 'tls.key'`,
        { cause },
      );
    }
    const hint = dropped && tls === undefined
      ? "; it ends each connection: if it wants TLS, the endpoint must be https"
      : "; does it run there?";
    const last = error.message.replace(/^Cannot reach etcd at /, "");
    return new EtcdError(
      "unreachable",
      `Cannot reach etcd (${
        endpoints.join(", ")
      }) within ${timeoutMs} ms${hint} Last: ${last}`,
      { cause },
    );
  }
}

function unsure(error: EtcdError): EtcdError {
  return new EtcdError(
    "unreachable",
    `${error.message}; the change may or may not have been made: read it again`,
    { cause: error.cause },
  );
}

function closedError(): EtcdError {
  return new EtcdError("closed", "Cannot use store as it was closed");
}

function optionsOf(endpoint: string, settings: ConnectionSettings): IOptions {
  const { tls, auth } = settings;
  const secret = (text: string) => Buffer.from(text);
  const pair = tls?.cert === undefined || tls.key === undefined
    ? {}
    : { certChain: secret(tls.cert), privateKey: secret(tls.key) };
  return {
    hosts: endpoint,
    ...(tls === undefined
      ? {}
      : { credentials: { rootCertificate: secret(tls.ca), ...pair } }),
    ...(auth === undefined ? {} : {
      auth: {
        ...auth,
        callOptions: () => ({ deadline: Date.now() + ATTEMPT_MS }),
      },
    }),
    grpcOptions: {
      "grpc.initial_reconnect_backoff_ms": 100,
      "grpc.min_reconnect_backoff_ms": 100,
      "grpc.max_reconnect_backoff_ms": 500,
      "grpc.use_local_subchannel_pool": 1,
      "grpc.max_receive_message_length": 64 * 1024 * 1024,
    },
    faultHandling: { host: () => asIs, global: asIs },
  } as unknown as IOptions;
}
