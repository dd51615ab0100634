/** Password guessing: SSH, and FTP, RDP, SMB, Kerberos, HTTP, Telnet. */

import type { Host } from "../address.ts";
import { kerberos } from "../apps/directory.ts";
import { httpHead, httpRequest } from "../apps/http.ts";
import { SmbClient } from "../apps/smb.ts";
import { SSH_CLIENTS, SSH_TOOLS, sshGuess } from "../apps/ssh.ts";
import { ftpLogin } from "../apps/text.ts";
import { be16, join, utf8 } from "../bytes.ts";
import type { Conn, Context } from "../context.ts";
import type { Actor } from "../sim.ts";
import type { Step } from "../tcp.ts";
import { type Scenario, target } from "./scenario.ts";

/** Runs guesses at a pace with a number of workers, from one attacker or a few. */
function guessing(
  ctx: Context,
  victim: Host,
  make: (attacker: Host) => Conn,
): void {
  const { rng, topology, sim } = ctx;
  const family = topology.family(rng);
  const inside = rng.chance(0.4);
  const attackers = Array.from({ length: rng.pick([1, 1, 1, 1, 3, 6]) }, () => {
    if (!inside) return topology.external(rng, "guesser");
    return rng.pick(
      topology.clients.filter((host) => host !== victim).concat(
        topology.monitor,
      ),
    );
  });
  const rate = rng.logUniform(0.2, 50) * Math.sqrt(attackers.length);
  const workers = rng.pick([1, 2, 4, 4, 8, 16, 32]);
  const most = Math.max(25, Math.floor(ctx.attackPackets / 24));
  let made = 0;
  const worker = function* (attacker: Host): Actor {
    while (made < most && ctx.nowUs < ctx.attackEndUs) {
      made++;
      yield* ctx.conversation({ family, ...make(attacker) });
      yield ctx.nowUs + rng.exponential(workers / rate * 1e6);
    }
  };
  const start = function* (): Actor {
    for (let i = 0; i < workers; i++) {
      sim.spawn(ctx.nowUs, worker(attackers[i % attackers.length] as Host));
      yield ctx.nowUs + rng.exponential(100_000);
    }
  };
  const used = [...new Set(attackers.slice(0, workers))];
  ctx.attack({
    category: "bruteforce",
    attackers: used,
    victims: [victim],
    subjects: used,
    family,
  }, start());
}

/** SSH guessing. */
export const sshGuessing: Scenario = {
  name: "ssh_guessing",
  categories: ["bruteforce"],
  description: "SSH logins tried again and again, from one machine or a few",
  plan: (rng) => rng.uniform(40, 300),
  build(ctx) {
    const { rng, sim } = ctx;
    const victim = target(ctx);
    const client = rng.pick(SSH_TOOLS);
    const server = rng.pick(SSH_CLIENTS);
    const tries = rng.pick([1, 1, 3, 3, 4, 6]);
    const delayUs = rng.logUniform(30_000, 3_000_000);
    const port = rng.pick([22, 22, 22, 2222, 902, 22022]);
    const refused = rng.chance(0.2) ? 0.1 : 0;
    guessing(ctx, victim, (attacker) => ({
      client: attacker,
      server: victim,
      port,
      steps: sshGuess(rng, sim.filler, { client, server, tries, delayUs }),
      answer: rng.chance(refused) ? "refuse" : "accept",
      end: rng.pick(["fin_server", "fin_client", "rst_client"]),
    }));
  },
};

function* rdp(
  ctx: Context,
  client: Host,
  user: string,
): Generator<Step, void, void> {
  const { rng } = ctx;
  const tpkt = (body: Uint8Array) => join(3, 0, be16(body.length + 4), body);
  const request = join(
    "Cookie: mstshash=",
    user,
    "\r\n",
    Uint8Array.of(1, 0, 8, 0, 3, 0, 0, 0),
  );
  const ask = join(request.length + 6, 0xe0, 0, 0, 0, 0, 0, request);
  yield { from: 0, data: tpkt(ask), waitUs: 400 };
  const confirm = Uint8Array.of(
    14,
    0xd0,
    0,
    0,
    0x12,
    0x34,
    0,
    2,
    0x1f,
    8,
    0,
    2,
    0,
    0,
    0,
  );
  yield { from: 1, data: tpkt(confirm), waitUs: rng.exponential(4000) };
  const exchanges = [
    { up: 100, down: 350, thinkUs: 5000 },
    { up: 620, down: 90, thinkUs: rng.exponential(80_000) },
  ];
  yield* ctx.secure(client, "", { exchanges, selfSigned: true });
}

function* telnetGuess(
  ctx: Context,
  delayUs: number,
): Generator<Step, void, void> {
  const { rng } = ctx;
  yield {
    from: 1,
    data: Uint8Array.of(255, 253, 24, 255, 253, 32),
    waitUs: 4000,
  };
  yield { from: 0, data: Uint8Array.of(255, 252, 24, 255, 252, 32) };
  yield { from: 1, data: utf8("login: "), waitUs: 3000 };
  yield {
    from: 0,
    data: utf8(`${rng.pick(["root", "admin", "user"])}\r\n`),
    waitUs: 500,
  };
  yield { from: 1, data: utf8("Password: ") };
  yield { from: 0, data: utf8(`${rng.text(rng.int(4, 9))}\r\n`), waitUs: 500 };
  yield {
    from: 1,
    data: utf8("\r\nLogin incorrect\r\nlogin: "),
    waitUs: delayUs,
  };
}

function* smbGuess(ctx: Context): Generator<Step, void, void> {
  const { rng, sim } = ctx;
  const smb = new SmbClient(rng, sim.filler, {
    user: rng.pick(["administrator", "admin", rng.text(6)]),
    domain: "CORP",
    thinkUs: 1500,
  });
  yield* smb.login({ accepted: false });
}

function* httpGuess(
  ctx: Context,
  delayUs: number,
): Generator<Step, void, void> {
  const { rng } = ctx;
  const tries = rng.pick([1, 1, 8]);
  for (let i = 0; i < tries; i++) {
    const body = utf8(`log=admin&pwd=${rng.text(rng.int(5, 12))}`);
    const request = {
      host: "www.home.org",
      path: "/wp-login.php",
      method: "POST",
      agent: "Mozilla/5.0",
      body,
    };
    yield { from: 0, data: httpRequest(request), waitUs: 800 };
    const page = utf8(
      `<html><p>wrong password ${rng.text(rng.int(200, 3000))}</p></html>`,
    );
    yield {
      from: 1,
      data: join(httpHead("200 OK", page.length, { type: "text/html" }), page),
      waitUs: delayUs,
    };
  }
}

/** Guessing at other services. */
export const passwordGuessing: Scenario = {
  name: "password_guessing",
  categories: ["bruteforce"],
  description:
    "FTP, RDP, SMB, Kerberos, HTTP form or Telnet logins tried again and again",
  plan: (rng) => rng.uniform(40, 300),
  build(ctx) {
    const { rng, topology } = ctx;
    const kind = rng.pick(
      ["ftp", "rdp", "smb", "kerberos", "http", "telnet"] as const,
    );
    const victim = kind === "kerberos" ? topology.directory : target(ctx);
    const delayUs = rng.logUniform(20_000, 3_000_000);
    const tries = rng.pick([1, 1, 3]);
    const ports = {
      ftp: 21,
      rdp: 3389,
      smb: 445,
      kerberos: 88,
      http: rng.pick([80, 8080]),
      telnet: 23,
    };
    const oneUser = rng.text(6);
    const error = rng.pick([6, 24]);
    const steps = (attacker: Host): Iterable<Step> => {
      switch (kind) {
        case "ftp":
          return ftpLogin(rng, { tries, accepted: false, delayUs });
        case "rdp":
          return rdp(ctx, attacker, oneUser);
        case "smb":
          return smbGuess(ctx);
        case "kerberos": {
          const user = rng.text(7);
          return kerberos(rng, {
            realm: "CORP.LOCAL",
            user,
            service: "krbtgt",
            kind: "as",
            error,
          });
        }
        case "http":
          return httpGuess(ctx, delayUs);
        case "telnet":
          return telnetGuess(ctx, delayUs);
      }
    };
    guessing(ctx, victim, (attacker) => ({
      client: attacker,
      server: victim,
      port: ports[kind],
      steps: steps(attacker),
      end: rng.pick(["fin_client", "fin_server", "rst_client"]),
    }));
  },
};
