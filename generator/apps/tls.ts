/** TLS 1.2 and 1.3 as seen from outside: hellos in the clear, the rest encrypted. */

import { be16, be24, der, derInt, join, type Part, utf8 } from "../bytes.ts";
import type { Filler } from "../blob.ts";
import type { Rng } from "../rng.ts";
import type { Step } from "../tcp.ts";

/** A client's habits: cipher suites and extensions in its order. */
export interface TlsProfile {
  /** Cipher suites offered. */
  suites: number[];
  /** Extension types in order. */
  extensions: number[];
  /** Elliptic curve groups. */
  groups: number[];
  /** Whether TLS 1.3 is offered. */
  tls13: boolean;
  /** Application protocols, empty for none. */
  alpn: string[];
}

const MODERN = [
  0x1301,
  0x1302,
  0x1303,
  0xc02b,
  0xc02f,
  0xc02c,
  0xc030,
  0xcca9,
  0xcca8,
];
const OLD = [0xc013, 0xc014, 0x009c, 0x009d, 0x002f, 0x0035];

/** Typical clients: two browsers, an operating system service, a script, an old agent. */
export const TLS_PROFILES: readonly TlsProfile[] = [
  {
    suites: [0x3a3a, ...MODERN, ...OLD],
    extensions: [0, 23, 65281, 10, 11, 35, 16, 5, 13, 18, 51, 45, 43],
    groups: [29, 23, 24],
    tls13: true,
    alpn: ["h2", "http/1.1"],
  },
  {
    suites: [
      0x1301,
      0x1303,
      0x1302,
      0xc02b,
      0xc02f,
      0xcca9,
      0xcca8,
      0xc02c,
      0xc030,
      0xc00a,
      ...OLD,
    ],
    extensions: [0, 23, 65281, 10, 11, 35, 16, 5, 51, 43, 13, 45],
    groups: [29, 23, 24, 25],
    tls13: true,
    alpn: ["h2", "http/1.1"],
  },
  {
    suites: [
      0xc02c,
      0xc02b,
      0xc030,
      0xc02f,
      0xc024,
      0xc023,
      0xc028,
      0xc027,
      0xc00a,
      0xc009,
      ...OLD,
    ],
    extensions: [0, 5, 10, 11, 13, 35, 23, 65281],
    groups: [29, 23, 24],
    tls13: false,
    alpn: [],
  },
  {
    suites: [
      0x1302,
      0x1303,
      0x1301,
      0xc02c,
      0xc030,
      0x009f,
      0xcca9,
      0xcca8,
      0xc02b,
      0xc02f,
      0x009e,
    ],
    extensions: [0, 11, 10, 35, 22, 23, 13, 43, 45, 51],
    groups: [29, 23, 30, 25, 24],
    tls13: true,
    alpn: [],
  },
  {
    suites: [0xc014, 0xc013, 0x0035, 0x002f, 0xc00a, 0xc009, 0x000a],
    extensions: [0, 10, 11, 65281],
    groups: [23, 24],
    tls13: false,
    alpn: [],
  },
];

function record(type: number, body: Uint8Array, version = 0x0303): Uint8Array {
  return join(type, be16(version), be16(body.length), body);
}

function message(type: number, body: Uint8Array): Uint8Array {
  return join(type, be24(body.length), body);
}

function vector(...items: Part[]): Uint8Array {
  const body = join(...items);
  return join(be16(body.length), body);
}

function extension(
  type: number,
  rng: Rng,
  context: { profile: TlsProfile; sni: string },
): Uint8Array {
  const { profile, sni } = context;
  const wrap = (...body: Part[]) => join(be16(type), vector(...body));
  switch (type) {
    case 0:
      return sni === "" ? new Uint8Array(0) : wrap(vector(0, vector(sni)));
    case 5:
      return wrap(1, be16(0), be16(0));
    case 10:
      return wrap(vector(...profile.groups.map(be16)));
    case 11:
      return wrap(1, 0);
    case 13:
      return wrap(
        vector(
          ...[0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0201].map(be16),
        ),
      );
    case 16: {
      if (profile.alpn.length === 0) return new Uint8Array(0);
      return wrap(
        vector(...profile.alpn.map((name) => join(name.length, name))),
      );
    }
    case 43:
      return wrap(4, be16(0x0304), be16(0x0303));
    case 45:
      return wrap(1, 1);
    case 51:
      return wrap(vector(be16(29), vector(rng.bytes(32))));
    case 65281:
      return wrap(0);
    default:
      return wrap();
  }
}

/** A ClientHello record. */
export function clientHello(
  rng: Rng,
  profile: TlsProfile,
  sni: string,
): Uint8Array {
  const session = profile.tls13 || rng.chance(0.3)
    ? rng.bytes(32)
    : new Uint8Array(0);
  const extensions = profile.extensions.map((type) =>
    extension(type, rng, { profile, sni })
  );
  const body = join(
    be16(0x0303),
    rng.bytes(32),
    session.length,
    session,
    vector(...profile.suites.map(be16)),
    1,
    0,
    vector(...extensions),
  );
  return record(22, message(1, body), 0x0301);
}

function serverHello(rng: Rng, tls13: boolean): Uint8Array {
  const extensions = tls13
    ? join(
      be16(43),
      vector(be16(0x0304)),
      be16(51),
      vector(be16(29), vector(rng.bytes(32))),
    )
    : join(be16(65281), vector(0), be16(23), vector());
  const suite = tls13
    ? rng.pick([0x1301, 0x1302])
    : rng.pick([0xc02f, 0xc030, 0xc02b]);
  return record(
    22,
    message(
      2,
      join(
        be16(0x0303),
        rng.bytes(32),
        32,
        rng.bytes(32),
        be16(suite),
        0,
        vector(extensions),
      ),
    ),
  );
}

function certificate(rng: Rng, name: string, issuer: string): Uint8Array {
  const named = (text: string) =>
    der(
      0x30,
      der(0x31, der(0x30, der(6, Uint8Array.of(0x55, 4, 3)), der(0x0c, text))),
    );
  const algorithm = der(
    0x30,
    der(6, Uint8Array.of(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11)),
    der(5),
  );
  const rsa = der(
    0x30,
    der(6, Uint8Array.of(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1)),
    der(5),
  );
  const modulus = rng.bytes(rng.pick([256, 256, 512]));
  const key = der(0x30, der(2, 0, modulus), derInt(65537));
  const validity = der(
    0x30,
    der(0x17, "240101000000Z"),
    der(0x17, "290101000000Z"),
  );
  const body = der(
    0x30,
    der(0xa0, derInt(2)),
    der(2, 0x11, rng.bytes(15)),
    algorithm,
    named(issuer),
    validity,
    named(name),
    der(0x30, rsa, der(3, 0, key)),
  );
  return der(0x30, body, algorithm, der(3, 0, rng.bytes(modulus.length)));
}

/** One application data record of `length` encrypted bytes. */
export function appData(filler: Filler, length: number): Uint8Array {
  return record(23, filler.bytes(Math.max(24, Math.min(16384, length))));
}

/** An encrypted message of any length: whole records first, the rest in a last one. */
export function* encrypted(
  filler: Filler,
  from: 0 | 1,
  message: { length: number; waitUs?: number },
): Generator<Step, void, void> {
  const { length, waitUs = 0 } = message;
  if (length <= 16384) {
    yield { from, data: appData(filler, length), waitUs };
    return;
  }
  const bulk = filler.tls(Math.floor(length / 16406) * 16406);
  yield { from, data: bulk, waitUs };
  const rest = length - bulk.length;
  if (rest > 24) yield { from, data: appData(filler, rest) };
}

/** What goes over a TLS connection once it stands: up and down sizes and pauses. */
export interface Exchange {
  /** Bytes the client sends. */
  up: number;
  /** Bytes the server answers, 0 for none. */
  down: number;
  /** Pause before it, microseconds. */
  waitUs?: number;
  /** The server's thinking time, microseconds. */
  thinkUs?: number;
}

/** How a TLS connection is opened. */
export interface TlsOpening {
  /** Client habits. */
  profile: TlsProfile;
  /** Server name, empty for none. */
  sni: string;
  /** Whether the server agrees to TLS 1.3. */
  server13: boolean;
  /** Session resumption: no certificate. */
  resumed?: boolean;
  /** Certificate names issuer and subject alike. */
  selfSigned?: boolean;
}

/** The handshake, then the exchanges. */
export function* tls(
  rng: Rng,
  filler: Filler,
  options: TlsOpening & { exchanges: Iterable<Exchange> },
): Generator<Step, void, void> {
  const {
    profile,
    sni,
    server13,
    resumed = false,
    selfSigned = false,
    exchanges,
  } = options;
  yield {
    from: 0,
    data: clientHello(rng, profile, sni),
    waitUs: rng.exponential(400),
  };
  const changeCipher = Uint8Array.of(20, 3, 3, 0, 1, 1);
  const tls13 = profile.tls13 && server13;
  const think = rng.exponential(1500);
  const finished = () => record(22, filler.bytes(40));
  if (tls13) {
    const flight = resumed ? rng.int(90, 180) : rng.int(2200, 4600);
    yield {
      from: 1,
      data: join(serverHello(rng, true), changeCipher, appData(filler, flight)),
      waitUs: think,
    };
    yield {
      from: 0,
      data: join(changeCipher, appData(filler, 53)),
      waitUs: 300,
    };
  } else if (resumed) {
    yield {
      from: 1,
      data: join(serverHello(rng, false), changeCipher, finished()),
      waitUs: think,
    };
    yield { from: 0, data: join(changeCipher, finished()), waitUs: 200 };
  } else {
    const name = sni === "" ? rng.text(8) : sni;
    const chain = [certificate(rng, name, selfSigned ? name : "Issuing CA")];
    if (!selfSigned) chain.push(certificate(rng, "Issuing CA", "Root CA"));
    const certificates = join(
      ...chain.map((one) => join(be24(one.length), one)),
    );
    const exchange = join(
      3,
      be16(29),
      32,
      rng.bytes(32),
      be16(0x0804),
      vector(rng.bytes(256)),
    );
    yield {
      from: 1,
      data: join(
        serverHello(rng, false),
        record(22, message(11, join(be24(certificates.length), certificates))),
        record(22, message(12, exchange)),
        record(22, message(14, utf8(""))),
      ),
      waitUs: think,
    };
    const key = record(22, message(16, join(32, rng.bytes(32))));
    yield { from: 0, data: join(key, changeCipher, finished()), waitUs: 900 };
    yield { from: 1, data: join(changeCipher, finished()), waitUs: 200 };
  }
  for (const { up, down, waitUs = 0, thinkUs = 1000 } of exchanges) {
    if (up > 0) yield* encrypted(filler, 0, { length: up, waitUs });
    if (down > 0) {
      yield* encrypted(filler, 1, {
        length: down,
        waitUs: up > 0 ? thinkUs : waitUs,
      });
    }
  }
  if (rng.chance(0.6)) {
    yield { from: 0, data: record(21, filler.bytes(26)), waitUs: 300 };
  }
}
