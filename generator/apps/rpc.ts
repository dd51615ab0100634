/** DCE/RPC with sealed bodies (NTLM packet privacy), over TCP or an SMB pipe. */

import { join, le16, le32, type Part, zeros } from "../bytes.ts";
import type { Filler } from "../blob.ts";
import type { Rng } from "../rng.ts";
import type { Step } from "../tcp.ts";
import { ntlmAuthenticate, ntlmChallenge, ntlmNegotiate } from "./ntlm.ts";

/** Interfaces, as `uuid` with their major version. */
export const INTERFACES = {
  svcctl: ["367abb81-9844-35f1-ad32-98f038001003", 2],
  atsvc: ["1ff70682-0a51-30e8-076d-740be8cee98b", 1],
  samr: ["12345778-1234-abcd-ef00-0123456789ac", 1],
  epm: ["e1af8308-5d1f-11c9-91a4-08002b14a0fa", 3],
  activation: ["000001a0-0000-0000-c000-000000000046", 0],
  wbem: ["9556dc99-828c-11cf-a37e-00aa003240c7", 0],
  drsuapi: ["e3514235-4b06-11d1-ab04-00c04fc2dcd2", 4],
} as const;

/** Name of an interface in use. */
export type InterfaceName = keyof typeof INTERFACES;

const BIND = 11, BIND_ACK = 12, REQUEST = 0, RESPONSE = 2, AUTH3 = 16;
const NDR = "8a885d04-1ceb-11c9-9fe8-08002b104860";
/** Encodings that a client offers, with their versions; tools of attackers often offer the first alone. */
const SYNTAXES = [
  [NDR, 2],
  ["71710533-beba-4937-8319-b5dbef9ccc36", 1],
  ["6cb71c2c-9812-4540-0300-000000000000", 1],
] as const;

function uuid(text: string): Uint8Array {
  const hex = text.replaceAll("-", "");
  const raw = Uint8Array.from(
    { length: 16 },
    (_, i) => parseInt(hex.slice(i * 2, i * 2 + 2), 16),
  );
  const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
  return Uint8Array.from(order, (i) => raw[i] as number);
}

function pdu(
  type: number,
  call: number,
  parts: { body: Part[]; auth: Uint8Array },
): Uint8Array {
  const body = join(...parts.body);
  const padding = (4 - (body.length % 4)) % 4;
  const trailer = join(10, 6, padding, 0, le32(79231));
  const length = 16 + body.length + padding + trailer.length +
    parts.auth.length;
  return join(
    ...[
      5,
      0,
      type,
      3,
      le32(16),
      le16(length),
      le16(parts.auth.length),
      le32(call),
    ],
    ...[body, zeros(padding), trailer, parts.auth],
  );
}

/** One association: bind with NTLM, then calls of given sizes. */
export class RpcClient {
  readonly #rng: Rng;
  readonly #filler: Filler;
  #call = 1;

  /** A client that has not bound yet. */
  constructor(rng: Rng, filler: Filler) {
    this.#rng = rng;
    this.#filler = filler;
  }

  /** The bind request, with one to three encodings on offer, and its acknowledgement. */
  bind(
    name: InterfaceName,
    domain: string,
    offers = 1,
  ): [Uint8Array, Uint8Array] {
    const [id, version] = INTERFACES[name];
    const sizes = [le16(4280), le16(4280), le32(0)];
    const syntaxes = SYNTAXES.slice(0, offers);
    const request = pdu(BIND, this.#call, {
      body: [
        ...[...sizes, offers, zeros(3)],
        ...syntaxes.flatMap(([syntax, edition], context) => [
          ...[le16(context), 1, 0, uuid(id), le32(version)],
          ...[uuid(syntax), le32(edition)],
        ]),
      ],
      auth: ntlmNegotiate(),
    });
    const refused = [le16(2), le16(2), zeros(20)];
    const response = pdu(BIND_ACK, this.#call, {
      body: [
        ...[
          le16(4280),
          le16(4280),
          le32(this.#rng.int(1, 99999)),
          le16(4),
          "135",
          0,
          zeros(2),
        ],
        ...[offers, zeros(3), le16(0), le16(0), uuid(NDR), le32(2)],
        ...syntaxes.slice(1).flatMap(() => refused),
      ],
      auth: ntlmChallenge(this.#rng, domain),
    });
    return [request, response];
  }

  /** The third leg of the login. */
  authenticate(domain: string, user: string): Uint8Array {
    const auth = ntlmAuthenticate(this.#rng, { domain, user });
    return pdu(AUTH3, this.#call, { body: [zeros(4)], auth });
  }

  /** A call and its answer with sealed bodies of the given sizes (rounded to 16). */
  call(operation: number, up: number, down: number): [Uint8Array, Uint8Array] {
    this.#call++;
    const seal = (bytes: number) =>
      this.#filler.bytes(Math.min(4096, (bytes + 15) & ~15));
    const mac = () => join(le32(1), this.#rng.bytes(8), le32(this.#call));
    const request = seal(up);
    const response = seal(down);
    return [
      pdu(REQUEST, this.#call, {
        body: [le32(request.length), le16(0), le16(operation), request],
        auth: mac(),
      }),
      pdu(RESPONSE, this.#call, {
        body: [le32(response.length), le16(0), 0, 0, response],
        auth: mac(),
      }),
    ];
  }

  /** Bind and calls over a TCP connection of their own. */
  *overTcp(
    name: InterfaceName,
    options: {
      domain: string;
      user: string;
      calls: number;
      thinkUs: number;
      offers?: number;
    },
  ): Generator<Step, void, void> {
    const rng = this.#rng;
    const [bind, ack] = this.bind(name, options.domain, options.offers);
    yield { from: 0, data: bind, waitUs: 300 };
    yield { from: 1, data: ack, waitUs: rng.exponential(options.thinkUs) };
    yield {
      from: 0,
      data: this.authenticate(options.domain, options.user),
      waitUs: 200,
    };
    for (let i = 0; i < options.calls; i++) {
      const [ask, reply] = this.call(
        rng.int(0, 30),
        rng.int(24, 900),
        rng.int(24, 1500),
      );
      yield { from: 0, data: ask, waitUs: rng.exponential(20_000) };
      yield { from: 1, data: reply, waitUs: rng.exponential(options.thinkUs) };
    }
  }
}
