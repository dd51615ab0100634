/** LDAP and Kerberos, small but valid. */

import { be32, der, derInt, join } from "../bytes.ts";
import type { Rng } from "../rng.ts";
import type { Step } from "../tcp.ts";

function ldapMessage(id: number, ...operation: Uint8Array[]): Uint8Array {
  return der(0x30, derInt(id), ...operation);
}

function result(tag: number): Uint8Array {
  return der(tag, derInt(0, 10), der(4), der(4));
}

/** A bind and some searches. */
export function* ldap(
  rng: Rng,
  options: { searches: number; domain: string },
): Generator<Step, void, void> {
  const base = `DC=${options.domain},DC=local`;
  const bind = der(
    0x60,
    derInt(3),
    der(4, `CN=svc,${base}`),
    der(0x80, rng.text(10)),
  );
  yield { from: 0, data: ldapMessage(1, bind), waitUs: 400 };
  yield {
    from: 1,
    data: ldapMessage(1, result(0x61)),
    waitUs: rng.exponential(2500),
  };
  for (let i = 0; i < options.searches; i++) {
    const id = i + 2;
    const search = der(
      0x63,
      der(4, base),
      derInt(2, 10),
      derInt(0, 10),
      derInt(1000),
      derInt(10),
      der(1, 0),
      der(0x87, "objectClass"),
      der(0x30, der(4, "cn"), der(4, "memberOf")),
    );
    yield {
      from: 0,
      data: ldapMessage(id, search),
      waitUs: rng.exponential(30_000),
    };
    const entries = Array.from({ length: rng.int(1, 12) }, () => {
      const cn = rng.text(8);
      const values = der(0x31, der(4, cn));
      return ldapMessage(
        id,
        der(
          0x64,
          der(4, `CN=${cn},${base}`),
          der(0x30, der(0x30, der(4, "cn"), values)),
        ),
      );
    });
    yield {
      from: 1,
      data: join(...entries, ldapMessage(id, result(0x65))),
      waitUs: rng.exponential(3000),
    };
  }
  yield {
    from: 0,
    data: ldapMessage(options.searches + 2, der(0x42)),
    waitUs: 2000,
  };
}

function principal(kind: number, ...names: string[]): Uint8Array {
  const list = der(0x30, ...names.map((name) => der(0x1b, name)));
  return der(0x30, der(0xa0, derInt(kind)), der(0xa1, list));
}

function sealed(rng: Rng, length: number): Uint8Array {
  return der(0x30, der(0xa0, derInt(18)), der(0xa2, der(4, rng.bytes(length))));
}

function ticket(rng: Rng, realm: string, service: string[]): Uint8Array {
  return der(
    0x61,
    der(
      0x30,
      der(0xa0, derInt(5)),
      der(0xa1, der(0x1b, realm)),
      der(0xa2, principal(2, ...service)),
      der(0xa3, sealed(rng, 900)),
    ),
  );
}

/** What one Kerberos exchange asks for. */
export interface KerberosAsk {
  /** Realm in capitals. */
  realm: string;
  /** User name. */
  user: string;
  /** Service; `krbtgt` for a login. */
  service: string;
  /** `as` logs in, `tgs` asks for a service ticket. */
  kind: "as" | "tgs";
  /** Error code in place of a ticket, 0 for none (6: unknown user, 24: wrong password, 25: preauth). */
  error: number;
}

/** A request and its answer, each with the length prefix of Kerberos over TCP. */
export function* kerberos(
  rng: Rng,
  ask: KerberosAsk,
): Generator<Step, void, void> {
  const { realm, user, service, kind, error } = ask;
  const login = kind === "as";
  const names = service === "krbtgt"
    ? ["krbtgt", realm]
    : [service, `srv.${realm.toLowerCase()}`];
  const body = der(
    0x30,
    der(0xa0, der(3, 0, Uint8Array.of(0x40, 0x81, 0, 0x10))),
    ...(login ? [der(0xa1, principal(1, user))] : []),
    der(0xa2, der(0x1b, realm)),
    der(0xa3, principal(2, ...names)),
    der(0xa5, der(0x18, "20370913024805Z")),
    der(0xa7, derInt(rng.int(1, 0x7fffffff))),
    der(0xa8, der(0x30, derInt(18), derInt(17), derInt(23))),
  );
  const proof = login && error !== 25
    ? der(0x30, der(0xa1, derInt(2)), der(0xa2, der(4, sealed(rng, 56))))
    : der(
      0x30,
      der(0xa1, derInt(128)),
      der(0xa2, der(4, der(0x30, der(0xa0, der(1, 0xff))))),
    );
  const request = der(
    login ? 0x6a : 0x6c,
    der(
      0x30,
      der(0xa1, derInt(5)),
      der(0xa2, derInt(login ? 10 : 12)),
      der(0xa3, der(0x30, proof)),
      der(0xa4, body),
    ),
  );
  const refusal = der(
    0x7e,
    der(
      0x30,
      der(0xa0, derInt(5)),
      der(0xa1, derInt(30)),
      der(0xa4, der(0x18, "20240501120000Z")),
      der(0xa5, derInt(rng.int(1, 999999))),
      der(0xa6, derInt(error)),
      der(0xa9, der(0x1b, realm)),
      der(0xaa, principal(2, ...names)),
    ),
  );
  const grant = der(
    login ? 0x6b : 0x6d,
    der(
      0x30,
      der(0xa0, derInt(5)),
      der(0xa1, derInt(login ? 11 : 13)),
      der(0xa3, der(0x1b, realm)),
      der(0xa4, principal(1, user)),
      der(0xa5, ticket(rng, realm, names)),
      der(0xa6, sealed(rng, 280)),
    ),
  );
  const answer = error === 0 ? grant : refusal;
  yield { from: 0, data: join(be32(request.length), request), waitUs: 300 };
  yield {
    from: 1,
    data: join(be32(answer.length), answer),
    waitUs: rng.exponential(1500),
  };
}
