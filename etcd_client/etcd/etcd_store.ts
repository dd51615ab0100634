/**
 * Configuration in etcd: for many machines.
 *
 * @module
 */
import { BackedStore } from "../backed_store.ts";
import type { StoreOptions } from "../store.ts";
import { EtcdError } from "../error.ts";
import { checkWhole } from "../_options.ts";
import { EtcdBackend } from "./_backend.ts";

/** Certificates, as PEM text. */
export interface TlsOptions {
  /** Authority that signed the server's certificate. */
  readonly ca: string;
  /** The client's certificate, where the server wants one (mTLS). */
  readonly cert?: string;
  /** The client's key. */
  readonly key?: string;
}

/** A user of etcd. */
export interface AuthOptions {
  /** Name. */
  readonly username: string;
  /** Password; it appears in no message. */
  readonly password: string;
}

/** Options of `EtcdStore.open`. */
export interface EtcdStoreOptions extends StoreOptions {
  /**
   * Where etcd is, for example "http://localhost:2379"; several members of one cluster, of which one is used at a time. All
   * http or all https; https by host name, not by IP address.
   */
  readonly endpoints: readonly string[];
  /** Certificates; needed for https. */
  readonly tls?: TlsOptions;
  /** User, where etcd has users. */
  readonly auth?: AuthOptions;
  /** What stands before every key in etcd, for example "ml-defender/". @default {""} */
  readonly namespace?: string;
  /** Milliseconds until an operation gives up, 100 to 600,000; watches never do. @default {5000} */
  readonly timeoutMs?: number;
  /** Gives up connecting; a store that is open is closed by `close` alone. @default {nothing does} */
  readonly signal?: AbortSignal;
}

/** A store in etcd. */
export class EtcdStore extends BackedStore {
  private constructor(backend: EtcdBackend, options: StoreOptions) {
    super(backend, options);
  }

  /**
   * Connects.
   *
   * @param options Where and as whom.
   * @throws {EtcdError} `unreachable`, `tls`, `auth`; the message says what to do; `closed`, when the signal ended it.
   * @throws {TypeError} When an endpoint is no URL or the certificates do not go with it.
   */
  static async open(options: EtcdStoreOptions): Promise<EtcdStore> {
    const { endpoints, tls, auth, namespace = "", signal, ...rest } = options;
    const { timeoutMs = 5000 } = options;
    checkEndpoints(endpoints, tls);
    const backend = await EtcdBackend.open({
      endpoints: endpoints.map((endpoint) => new URL(endpoint).origin),
      ...(tls === undefined ? {} : { tls }),
      ...(auth === undefined ? {} : { auth }),
      timeoutMs: checkWhole("timeoutMs", timeoutMs, 100, 600_000),
    }, { namespace, signal });
    return new EtcdStore(backend, rest);
  }
}

function checkEndpoints(
  endpoints: readonly string[],
  tls: TlsOptions | undefined,
): void {
  if (!Array.isArray(endpoints) || endpoints.length === 0) {
    throw new TypeError(
      "Cannot open store as 'endpoints' must name one or more",
    );
  }
  const protocols = new Set<string>();
  for (const endpoint of endpoints) {
    const url = URL.parse(endpoint);
    if (url === null || !["http:", "https:"].includes(url.protocol)) {
      throw new TypeError(
        "Cannot open store as each of 'endpoints' must be a URL such as http://localhost:2379",
      );
    }
    if (url.username !== "" || url.password !== "") {
      throw new TypeError(
        "Cannot open store as no one of 'endpoints' must name a user or password: give them as 'auth'",
      );
    }
    protocols.add(url.protocol);
    if (url.protocol === "https:" && isAddress(url.hostname)) {
      throw new EtcdError(
        "tls",
        `Cannot use etcd at ${url.origin}: TLS to an IP address does not work here; use a host name that stands in the certificate, for example by a line in /etc/hosts`,
      );
    }
  }
  if (protocols.size > 1) {
    throw new TypeError(
      "Cannot open store as 'endpoints' must be all http or all https",
    );
  }
  const secure = protocols.has("https:");
  if (secure !== (tls !== undefined)) {
    throw new TypeError(
      `Cannot open store as 'tls' must ${
        secure ? "be there for https" : "not be there for http"
      }`,
    );
  }
  if ((tls?.cert === undefined) !== (tls?.key === undefined)) {
    throw new TypeError(
      "Cannot open store as 'tls.cert' and 'tls.key' must be there together",
    );
  }
}

function isAddress(host: string): boolean {
  return host.startsWith("[") || /^\d+(\.\d+){3}$/.test(host);
}
