/** What etcd and gRPC say, as errors of a store that say what to do. */
import { EtcdError, type EtcdErrorCode } from "../error.ts";

interface Reason {
  readonly pattern: RegExp;
  readonly code: EtcdErrorCode;
  readonly text: string;
}

/** The name is looked up, and then an address of it is used: Deno asks for both. */
export const NET =
  "the process may not; give it --allow-net=<host>,<address>:<port>, the host name and what it stands for";

const REASONS: readonly Reason[] = [
  {
    pattern: /servername' must not be an IP|servername.*IP address/,
    code: "tls",
    text:
      "TLS to an IP address does not work here; use a host name that stands in the certificate, for example by a line in /etc/hosts",
  },
  {
    pattern: /certificate has expired/,
    code: "tls",
    text: "the server's certificate has expired; renew it",
  },
  {
    pattern: /not yet valid/,
    code: "tls",
    text: "the server's certificate is not valid yet; compare the clocks",
  },
  {
    pattern: /does not match certificate|altnames/,
    code: "tls",
    text:
      "the server's certificate is for another host name; use a name that stands in it",
  },
  {
    pattern:
      /unable to (verify|get)|self.signed|unknown ?issuer|unknown ca|issuer certificate/i,
    code: "tls",
    text:
      "the server's certificate is not signed by the given authority; check 'tls.ca'",
  },
  {
    pattern: /bad ?certificate|certificate ?required|alert number 4[0-9]/i,
    code: "tls",
    text:
      "the server refuses the client's certificate, or wants one; check 'tls.cert' and 'tls.key'",
  },
  {
    pattern: /authentication failed|invalid user ID or password/,
    code: "auth",
    text: "user name or password is wrong",
  },
  {
    pattern: /user name is empty/,
    code: "auth",
    text: "it wants a user; give 'auth'",
  },
  {
    pattern: /authentication is not enabled/,
    code: "auth",
    text:
      "a user was given, but etcd runs without users; leave 'auth' out, or run: etcdctl auth enable",
  },
  {
    pattern: /permission denied/i,
    code: "permission",
    text:
      "the user may not do this with this key; grant its role with: etcdctl role grant-permission ROLE readwrite --prefix=true KEY",
  },
  {
    pattern: /has been compacted/,
    code: "compacted",
    text: "the revision is no longer kept",
  },
  {
    pattern: /requested lease not found|expired or revoked/,
    code: "lease",
    text: "the lease has expired or was revoked; make a new one",
  },
  {
    pattern: /request is too large|message larger than max/i,
    code: "limit",
    text: "the value is too large",
  },
  {
    pattern: /database space exceeded/,
    code: "limit",
    text:
      "its database is full; compact and defragment it, then run: etcdctl alarm disarm",
  },
];

/** A request that met one of these was not carried out, so that it may be sent again. */
const NOT_DONE =
  /No connection established|ECONNREFUSED|Name resolution failed|no leader|old revision|auth store is old|invalid auth token/i;

const AGAIN =
  /UNAVAILABLE|DEADLINE|CANCELLED|INTERNAL|UNKNOWN|ECONN|EPIPE|timed out|leader changed|no leader|Connection dropped|stream was unexpectedly ended|auth store is old|invalid auth token|channel has been closed/i;

/** A failure, and whether the request may be sent again. */
export interface Failure {
  readonly error: EtcdError;
  /** Another attempt may succeed. */
  readonly again: boolean;
  /** The request was certainly not carried out. */
  readonly notDone: boolean;
  /** It says nothing of the cluster: another member may do what this one cannot. */
  readonly ofMember: boolean;
}

/** What a failure at an endpoint means. */
export function failureOf(cause: unknown, endpoint: string): Failure {
  if (cause instanceof EtcdError) {
    return { error: cause, again: false, notDone: true, ofMember: false };
  }
  const text = cause instanceof Error ? cause.message : String(cause);
  for (const { pattern, code, text: reason } of REASONS) {
    if (!pattern.test(text)) continue;
    const error = new EtcdError(
      code,
      `Cannot use etcd at ${endpoint}: ${reason}`,
      {
        cause,
      },
    );
    return { error, again: false, notDone: true, ofMember: code === "tls" };
  }
  if (text.includes("Name resolution failed") && !mayLookUp(endpoint)) {
    const message = `Cannot use etcd at ${endpoint}: ${NET}`;
    const error = new EtcdError("permission", message, { cause });
    return { error, again: false, notDone: true, ofMember: true };
  }
  const known = AGAIN.test(text);
  const reason = known
    ? shorten(text)
    : `it answers in an unexpected way: ${shorten(text)}`;
  const error = new EtcdError(
    "unreachable",
    `Cannot reach etcd at ${endpoint}: ${reason}`,
    { cause },
  );
  return {
    error,
    again: known,
    notDone: NOT_DONE.test(text),
    ofMember: !known,
  };
}

/** What several members are not used for, each with its name. */
export function refusalOf(refusals: ReadonlyMap<string, EtcdError>): EtcdError {
  const errors = [...refusals.values()];
  const [first] = errors;
  if (errors.length === 1) return first!;
  const { code, cause } = errors.find(({ code }) => code === "tls") ?? first!;
  const text = errors.map(withoutAction).join("; ");
  return new EtcdError(code, `Cannot use etcd at ${text}`, { cause });
}

/** A message from the endpoint on. */
export function withoutAction({ message }: EtcdError): string {
  return message.replace(/^Cannot (reach|use) etcd at /, "");
}

function mayLookUp(endpoint: string): boolean {
  const host = new URL(endpoint).hostname;
  return Deno.permissions.querySync({ name: "net", host }).state === "granted";
}

function shorten(text: string): string {
  return (text.split("\n")[0] ?? "").replace(/\. Resolution note:.*$/, "")
    .slice(0, 200);
}
