/** SSH as seen from outside: banners, key exchange, then encrypted packets. */

import { be32, join, utf8 } from "../bytes.ts";
import type { Filler } from "../blob.ts";
import type { Rng } from "../rng.ts";
import type { Step } from "../tcp.ts";

/** Banners of ordinary clients. */
export const SSH_CLIENTS: readonly string[] = [
  "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u2",
  "SSH-2.0-OpenSSH_8.9p1 Ubuntu-3ubuntu0.6",
  "SSH-2.0-PuTTY_Release_0.80",
  "SSH-2.0-OpenSSH_for_Windows_8.6",
];

/** Banners of libraries that guessing tools are built on. */
export const SSH_TOOLS: readonly string[] = [
  "SSH-2.0-libssh2_1.10.0",
  "SSH-2.0-libssh_0.9.6",
  "SSH-2.0-Go",
  "SSH-2.0-paramiko_2.12.0",
  "SSH-2.0-OpenSSH_7.4",
];

function packet(body: Uint8Array): Uint8Array {
  let padding = 8 - ((body.length + 5) % 8);
  if (padding < 4) padding += 8;
  return join(
    be32(body.length + padding + 1),
    padding,
    body,
    new Uint8Array(padding),
  );
}

function names(...list: string[]): Uint8Array {
  const text = list.join(",");
  return join(be32(text.length), text);
}

function kexInit(rng: Rng): Uint8Array {
  const kex = [
    "curve25519-sha256",
    "ecdh-sha2-nistp256",
    "diffie-hellman-group14-sha256",
    ...(rng.chance(0.5)
      ? ["diffie-hellman-group16-sha512", "ecdh-sha2-nistp521"]
      : []),
  ];
  // The first one wins; AES-GCM would show packet lengths in the clear.
  const first = rng.shuffle([
    "aes128-ctr",
    "aes256-ctr",
    "chacha20-poly1305@openssh.com",
  ]);
  const ciphers = names(...first, "aes256-gcm@openssh.com");
  const macs = names(
    "hmac-sha2-256",
    "hmac-sha2-512",
    ...(rng.chance(0.5) ? ["hmac-sha1"] : []),
  );
  return packet(join(
    20,
    rng.bytes(16),
    names(...kex),
    names("ssh-ed25519", "rsa-sha2-512", "rsa-sha2-256"),
    ciphers,
    ciphers,
    macs,
    macs,
    names("none", "zlib@openssh.com"),
    names("none", "zlib@openssh.com"),
    names(),
    names(),
    0,
    be32(0),
  ));
}

/** The steps up to and including the service request. */
export function* sshOpening(
  rng: Rng,
  filler: Filler,
  options: { client: string; server: string },
): Generator<Step, void, void> {
  yield { from: 0, data: utf8(`${options.client}\r\n`), waitUs: 500 };
  yield {
    from: 1,
    data: utf8(`${options.server}\r\n`),
    waitUs: rng.exponential(12_000),
  };
  yield { from: 0, data: kexInit(rng), waitUs: 400 };
  yield { from: 1, data: kexInit(rng), waitUs: 400 };
  yield {
    from: 0,
    data: packet(join(30, be32(32), rng.bytes(32))),
    waitUs: 700,
  };
  const blob = join(be32(11), "ssh-ed25519", be32(32), rng.bytes(32));
  const signature = join(be32(11), "ssh-ed25519", be32(64), rng.bytes(64));
  const reply = packet(join(
    31,
    be32(blob.length),
    blob,
    be32(32),
    rng.bytes(32),
    be32(signature.length),
    signature,
  ));
  yield {
    from: 1,
    data: join(reply, packet(Uint8Array.of(21))),
    waitUs: rng.exponential(5000),
  };
  yield { from: 0, data: packet(Uint8Array.of(21)), waitUs: 600 };
  yield { from: 0, data: filler.bytes(44), waitUs: 900 };
  yield { from: 1, data: filler.bytes(44), waitUs: 400 };
}

/** Password tries on one connection; the server delays each refusal. */
export function* sshGuess(
  rng: Rng,
  filler: Filler,
  options: { client: string; server: string; tries: number; delayUs: number },
): Generator<Step, void, void> {
  yield* sshOpening(rng, filler, options);
  yield { from: 0, data: filler.bytes(60), waitUs: 400 };
  yield { from: 1, data: filler.bytes(52), waitUs: 900 };
  for (let i = 0; i < options.tries; i++) {
    yield {
      from: 0,
      data: filler.bytes(rng.pick([84, 100, 144, 148])),
      waitUs: 500,
    };
    yield {
      from: 1,
      data: filler.bytes(52),
      waitUs: options.delayUs * rng.uniform(0.7, 1.3),
    };
  }
}

/** A length whose last segment is no shorter than a packet of SSH, whatever the segment size. */
function wholePackets(bytes: number): number {
  let out = Math.max(36, Math.round(bytes));
  while ([1460, 1448, 1440, 1428].some((size) => out % size < 36)) out += 36;
  return out;
}

/** A person's session: keys typed and screens answered, or a copy in either direction. */
export function* sshSession(
  rng: Rng,
  filler: Filler,
  options: { keys: number; uploadBytes?: number; downloadBytes?: number },
): Generator<Step, void, void> {
  const { keys, uploadBytes = 0, downloadBytes = 0 } = options;
  yield* sshOpening(rng, filler, {
    client: rng.pick(SSH_CLIENTS),
    server: rng.pick(SSH_CLIENTS),
  });
  for (
    const [up, down] of [[60, 52], [372, 332], [660, 36], [112, 500]] as const
  ) {
    yield { from: 0, data: filler.bytes(up), waitUs: 2000 };
    yield { from: 1, data: filler.bytes(down), waitUs: 3000 };
  }
  for (let i = 0; i < keys; i++) {
    yield {
      from: 0,
      data: filler.bytes(36),
      waitUs: rng.lognormal(180_000, 0.8),
    };
    yield {
      from: 1,
      data: filler.bytes(
        rng.chance(0.1) ? wholePackets(rng.int(100, 3000)) : 36,
      ),
      waitUs: 500,
    };
  }
  if (uploadBytes > 0) {
    yield {
      from: 0,
      data: filler.plain(wholePackets(uploadBytes)),
      waitUs: 5000,
    };
  }
  if (uploadBytes > 0) yield { from: 1, data: filler.bytes(36), waitUs: 500 };
  if (downloadBytes > 0) {
    yield { from: 0, data: filler.bytes(100), waitUs: 5000 };
  }
  if (downloadBytes > 0) {
    yield {
      from: 1,
      data: filler.plain(wholePackets(downloadBytes)),
      waitUs: 5000,
    };
  }
}
