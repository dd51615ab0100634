/** One connection at a time to one of several endpoints; the next one when it fails. */
import { Buffer } from "node:buffer";
import { Etcd3, type IOptions } from "npm:etcd3@1.1.2";
import { EtcdError } from "../error.ts";
import { failureOf, NET, refusalOf, withoutAction } from "./_errors.ts";

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
/** What is heard of a server that does not answer as TLS wants it. */
const NO_TLS = /before secure TLS connection|InvalidContentType|wrong version/;

/** Without a call for so long, the connection of the calls is closed. */
const IDLE_MS = 200;
/** So old, it is closed as well. */
const OLD_MS = 2000;

/** A client with calls under way. */
interface Used {
  readonly etcd: Etcd3;
  calls: number;
  old: boolean;
}

/** What is reached into of an `Etcd3`, version 1.1.2: it has no other place for either. */
interface Inside {
  readonly pool: {
    /** Puts a user's token into calls. */
    authenticator: {
      getMetadata(): Promise<{ set(name: string, value: string): void }>;
      invalidateMetadata(): void;
    };
    readonly hosts: readonly {
      cachedServices: Record<string, { close(): void } | undefined>;
      resetAllServices(): void;
    }[];
  };
}

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
  #etcd: Used | undefined;
  #since = 0;
  #idle: ReturnType<typeof setTimeout> | undefined;
  #token: Promise<string> | undefined;
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

  /**
   * A client of its own for a stream that stays. Whoever asked for it closes it.
   *
   * A connection with calls that are over must not be there when a server says goodbye: `node:http2` of Deno 2.9 may then
   * end the process. So calls and streams that stay are on different connections, and that of the calls never lies idle.
   */
  streamClient(): Etcd3 {
    if (this.#closed) throw closedError();
    return this.#make();
  }

  /**
   * What happened at the endpoint; goes on to the next one if it was not the cluster's answer. What is wrong with one of
   * several is no reason to give up.
   */
  fail(endpoint: string, cause: unknown): EtcdError {
    const { error, again, ofMember } = failureOf(cause, endpoint);
    if (again || ofMember) this.#turn(endpoint, error);
    return ofMember && this.#settings.endpoints.length > 1
      ? new EtcdError("unreachable", error.message, { cause })
      : error;
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
    /** What is wrong with those that can answer, and may not be believed. */
    const refusals = new Map<string, EtcdError>();
    for (;;) {
      if (this.#closed) throw closedError();
      const { endpoint } = this;
      const deadline = write ? end : Math.min(end, Date.now() + ATTEMPT_MS);
      try {
        const result = await this.#use((etcd) => action(etcd, { deadline }));
        this.#succeeded();
        return result;
      } catch (cause) {
        if (cause instanceof RangeError || cause instanceof TypeError) {
          throw cause;
        }
        if (this.#closed) throw closedError();
        const failure = failureOf(cause, endpoint);
        const { error, again } = failure;
        if (!again && !failure.ofMember) throw error;
        this.#turn(endpoint, error);
        if (write && !failure.notDone) throw unsure(error);
        if (failure.ofMember) {
          this.#refuse(refusals.set(endpoint, error));
          continue;
        }
        // That the time is over tells less than what was heard before.
        if (!LATE.test(error.message)) told = error;
        if (Date.now() + PAUSE_MS + SHORTEST_MS >= end) {
          throw this.#giveUp(told ?? error, refusals, timeoutMs);
        }
        await new Promise((done) => setTimeout(done, PAUSE_MS));
      }
    }
  }

  close(): void {
    this.#closed = true;
    this.#drop();
  }

  /** Makes one call; the connection goes when none was made for a moment, or when it is old. */
  async #use<T>(action: (etcd: Etcd3) => Promise<T>): Promise<T> {
    clearTimeout(this.#idle);
    if (this.#etcd !== undefined && Date.now() - this.#since > OLD_MS) {
      this.#retire();
    }
    const used = this.#etcd ??= { etcd: this.#make(), calls: 0, old: false };
    if (used.calls++ === 0 && this.#since === 0) this.#since = Date.now();
    try {
      return await action(used.etcd);
    } finally {
      used.calls--;
      if (used.old && used.calls === 0) used.etcd.close();
      if (this.#etcd === used && used.calls === 0 && !this.#closed) {
        clearTimeout(this.#idle);
        this.#idle = setTimeout(() => this.#drop(), IDLE_MS);
      }
    }
  }

  /** New calls get a new connection; this one goes when its calls are over. */
  #retire(): void {
    const used = this.#etcd;
    this.#etcd = undefined;
    this.#since = 0;
    if (used === undefined) return;
    used.old = true;
    if (used.calls === 0) used.etcd.close();
  }

  #drop(): void {
    clearTimeout(this.#idle);
    this.#etcd?.etcd.close();
    this.#etcd = undefined;
    this.#since = 0;
  }

  #make(): Etcd3 {
    const etcd = clientOf(this.endpoint, this.#settings);
    if (this.#settings.auth !== undefined) this.#authorize(etcd);
    return etcd;
  }

  /** Gives each call the user's token. etcd3's own way leaves a connection open for each token. */
  #authorize(etcd: Etcd3): void {
    const { pool } = etcd as unknown as Inside;
    const plain = pool.authenticator;
    pool.authenticator = {
      invalidateMetadata: () => this.#token = undefined,
      getMetadata: async () => {
        const metadata = await plain.getMetadata();
        this.#token ??= this.#logIn();
        try {
          metadata.set("token", await this.#token);
        } catch (error) {
          this.#token = undefined;
          throw error;
        }
        return metadata;
      },
    };
  }

  async #logIn(): Promise<string> {
    const { username, password } = this.#settings.auth!;
    const etcd = clientOf(this.endpoint, this.#settings);
    try {
      const request = { name: username, password };
      const deadline = Date.now() + ATTEMPT_MS;
      return (await etcd.auth.authenticate(request, { deadline })).token;
    } finally {
      etcd.close();
    }
  }

  #succeeded(): void {
    if (this.#failing && this.#reached) this.#reconnects++;
    this.#reached = true;
    this.#failing = false;
    this.#lastError = undefined;
  }

  #turn(endpoint: string, error: EtcdError): void {
    this.#failing = true;
    this.#lastError = error.message;
    if (this.endpoint !== endpoint) return;
    this.#index = (this.#index + 1) % this.#settings.endpoints.length;
    this.#drop();
  }

  /** Ends a call when no endpoint is left for it. */
  #refuse(refusals: ReadonlyMap<string, EtcdError>): void {
    if (refusals.size < new Set(this.#settings.endpoints).size) return;
    const error = refusalOf(refusals);
    this.#lastError = error.message;
    throw error;
  }

  #giveUp(
    error: EtcdError,
    refusals: ReadonlyMap<string, EtcdError>,
    timeoutMs: number,
  ): EtcdError {
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
      ? "; it ends each connection: if it wants TLS, the endpoint must be https."
      : NO_TLS.test(error.message)
      ? "; it ends each connection: if it does not speak TLS, the endpoint must be http."
      : "; does it run there?";
    const last = [error, ...refusals.values()].map(withoutAction).join("; ");
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

/** A client whose connections close at once: by itself it waits up to a second for one that is being made. */
function clientOf(endpoint: string, settings: ConnectionSettings): Etcd3 {
  const etcd = new Etcd3(optionsOf(endpoint, settings));
  for (const host of (etcd as unknown as Inside).pool.hosts) {
    host.resetAllServices = () => {
      for (const service of Object.values(host.cachedServices)) {
        service?.close();
      }
      host.cachedServices = {};
    };
  }
  return etcd;
}

function optionsOf(endpoint: string, settings: ConnectionSettings): IOptions {
  const { tls } = settings;
  const secret = (text: string) => Buffer.from(text);
  const pair = tls?.cert === undefined || tls.key === undefined
    ? {}
    : { certChain: secret(tls.cert), privateKey: secret(tls.key) };
  return {
    hosts: endpoint,
    ...(tls === undefined
      ? {}
      : { credentials: { rootCertificate: secret(tls.ca), ...pair } }),
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
