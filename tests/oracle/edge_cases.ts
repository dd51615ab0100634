/**
 * Hand-made captures of what real ones seldom show: exact boundaries, late packets, jumps of the clock, full buckets.
 *
 * @module
 */
import { dnsMessage, Tiny } from "./tiny.ts";

const CLIENT = "10.0.0.1:40000";
const SERVER = "93.184.216.34:80";

function boundaries(): Tiny {
  const tiny = new Tiny().handshake(0, CLIENT, SERVER);
  tiny.udp(4.999999, "10.0.0.2:1", "10.0.0.3:2").udp(
    5,
    "10.0.0.2:3",
    "10.0.0.3:2",
  );
  // Exactly the timeout, and one microsecond more.
  tiny.udp(34.999999, "10.0.0.2:1", "10.0.0.3:2");
  tiny.udp(35.000001, "10.0.0.2:3", "10.0.0.3:2");
  return tiny.udp(70, "10.0.0.4:1", "10.0.0.5:2").udp(
    100,
    "10.0.0.4:1",
    "10.0.0.5:2",
  );
}

function late(): Tiny {
  const tiny = new Tiny().handshake(100, CLIENT, SERVER);
  tiny.tcp(99.5, CLIENT, SERVER, "PA", "late").tcp(
    107,
    CLIENT,
    SERVER,
    "PA",
    "x",
  );
  tiny.tcp(103, SERVER, CLIENT, "A").tcp(106.5, CLIENT, SERVER, "PA", "yy");
  tiny.udp(60, "10.0.0.9:1", "10.0.0.8:2").udp(95, "10.0.0.9:1", "10.0.0.8:2");
  return tiny.udp(112, "10.0.0.9:1", "10.0.0.8:2").tcp(
    113,
    SERVER,
    CLIENT,
    "A",
  );
}

function jumps(): Tiny {
  const tiny = new Tiny();
  for (const at of [0, 7, 400, 406, 700.5, 100_000, 100_299, 100_601]) {
    tiny.handshake(at, CLIENT, SERVER);
    tiny.udp(at + 1, "10.0.0.1:5", "8.8.8.8:53", dnsMessage("a.example.org"));
    tiny.icmp(at + 2, "10.0.0.1", "10.0.0.7", 8, "abcdefgh");
  }
  return tiny;
}

function closing(): Tiny {
  const tiny = new Tiny().handshake(0, CLIENT, SERVER);
  tiny.tcp(1, CLIENT, SERVER, "FA").tcp(1.1, SERVER, CLIENT, "FA");
  tiny.tcp(1.2, CLIENT, SERVER, "A"); // trailing
  tiny.handshake(1.5, CLIENT, SERVER); // port used again at once
  tiny.tcp(3, SERVER, CLIENT, "RA").tcp(3.5, SERVER, CLIENT, "R");
  tiny.tcp(9, CLIENT, SERVER, "A"); // not yet ended: within 5 s of a bucket close
  tiny.tcp(16, CLIENT, SERVER, "A"); // a new flow in the middle of nowhere
  tiny.tcp(17, SERVER, "10.0.0.1:40001", "SA"); // unsolicited
  tiny.tcp(17.1, "10.0.0.1:40001", SERVER, "R");
  tiny.tcp(18, "10.0.0.1:40002", SERVER, "S").tcp(
    18.1,
    SERVER,
    "10.0.0.1:40002",
    "RA",
  );
  return tiny.tcp(18.2, "10.0.0.1:40002", SERVER, "S").tcp(
    40,
    CLIENT,
    SERVER,
    "FA",
  );
}

function crowd(): Tiny {
  const tiny = new Tiny();
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 1100; i++) {
      const to = `10.${1 + round}.${i >> 8}.${i & 255}`;
      tiny.tcp(round * 4 + i / 1000, "10.0.0.1:40000", `${to}:${1 + i}`, "S");
    }
  }
  for (let i = 0; i < 1100; i++) {
    tiny.udp(
      13 + i / 1000,
      `10.9.${i >> 8}.${i & 255}:7`,
      "10.0.0.2:9",
      "hello",
    );
  }
  return tiny;
}

function oddPairs(): Tiny {
  const tiny = new Tiny().arp(0, "10.0.0.1", "10.0.0.1", 1); // gratuitous
  tiny.arp(1, "10.0.0.1", "10.0.0.2", 1).arp(1.1, "10.0.0.2", "10.0.0.1", 2);
  tiny.arp(2, "10.0.0.3", "10.0.0.4", 2).tcp(
    3,
    "10.0.0.5:80",
    "10.0.0.5:80",
    "S",
  );
  tiny.udp(
    4,
    "10.0.0.6:5353",
    "224.0.0.251:5353",
    dnsMessage("_http._tcp.local", { type: 12 }),
  );
  tiny.udp(4.5, "10.0.0.6:5355", "255.255.255.255:9", "x").udp(
    5,
    "10.0.0.7:53",
    "10.0.0.7:53",
  );
  tiny.icmp(6, "10.0.0.8", "10.0.0.9", 0).icmp(
    6.1,
    "10.0.0.8",
    "10.0.0.9",
    3,
    "quote",
  );
  for (let i = 0; i < 6; i++) {
    tiny.handshake(8 + i * i, `10.0.0.1:${50_000 + i}`, "10.0.0.2:445");
    tiny.handshake(
      8.5 + i * i,
      `10.0.0.1:${51_000 + i}`,
      `10.0.0.${20 + i}:22`,
    );
  }
  return tiny;
}

function payloads(): Tiny {
  const tiny = new Tiny();
  const open = (port: number, server = SERVER): string => {
    tiny.handshake(port / 1000, `10.0.0.1:${port}`, server);
    return `10.0.0.1:${port}`;
  };
  const parts = open(1000);
  tiny.tcp(1.1, parts, SERVER, "PA", "GET /x HT").tcp(
    1.3,
    parts,
    SERVER,
    "PA",
    "TP/1.1\r\nHost: ex",
  );
  tiny.tcp(7, parts, SERVER, "PA", "ample.org\r\nUser-Agent: u\r\n\r\n");
  const other = open(8000, "10.0.0.2:9999");
  tiny.tcp(
    8.2,
    other,
    "10.0.0.2:9999",
    "PA",
    "POST /..\\(%) HTTP/1.0\r\nHost: y\r\nUser-Agent: z\r\n\r\n",
  );
  const ssh = open(8100, "10.0.0.2:902");
  tiny.tcp(8.3, "10.0.0.2:902", ssh, "PA", "SSH-2.0-server\r\n").tcp(
    8.4,
    ssh,
    "10.0.0.2:902",
    "PA",
    "SSH-2.0-client\r\n",
  );
  const dns = open(8500, "10.0.0.53:53");
  const message = dnsMessage("Long.Name.Example.com", { type: 16 });
  tiny.tcp(
    8.6,
    dns,
    "10.0.0.53:53",
    "PA",
    `\0${String.fromCharCode(message.length)}${message}`,
  );
  const smb = open(8700, "10.0.0.2:445");
  tiny.tcp(
    8.8,
    smb,
    "10.0.0.2:445",
    "PA",
    "\0\0\0\x20\xfeSMB" + "\0".repeat(28),
  );
  tiny.tcp(
    8.9,
    "10.0.0.2:445",
    smb,
    "PA",
    "\0\0\0\x20\xfeSMB" + "\0".repeat(60),
  );
  for (
    const [i, name] of ["", "a", "x".repeat(63) + ".org", "b\x80 c.org"]
      .entries()
  ) {
    tiny.udp(
      9 + i,
      "10.0.0.1:5",
      "10.0.0.53:53",
      dnsMessage(name, { type: i + 15 }),
    );
  }
  return tiny.udp(14, "10.0.0.1:6", "10.0.0.53:53", "no dns at all").udp(
    15,
    "10.0.0.1:7",
    "10.0.0.53:53",
    "x",
  );
}

function bulk(): Tiny {
  const tiny = new Tiny().handshake(0, CLIENT, "10.0.0.2:21");
  const block = Array.from(
    { length: 1400 },
    (_, i) => String.fromCharCode(i * 7 & 255),
  ).join("");
  for (let i = 0; i < 760; i++) {
    tiny.tcp(1 + i / 10, CLIENT, "10.0.0.2:21", "A", block);
  }
  return tiny.tcp(130, CLIENT, "10.0.0.2:21", "FA").tcp(
    131,
    "10.0.0.2:21",
    CLIENT,
    "FA",
  );
}

/** More than 1,024 addresses of each kind at once; a request that takes minutes; a line longer than a prefix. */
function limits(): Tiny {
  const tiny = new Tiny();
  for (let i = 0; i < 1100; i++) {
    const low = `${i >> 8}.${i & 255}`;
    for (const network of ["10.8", "93.8", "239.8"]) {
      tiny.udp(i / 1000, "10.0.0.1:9", `${network}.${low}:${i + 1}`, "x");
    }
    tiny.tcp(2 + i / 1000, "10.0.0.1:9", `93.9.${low}:445`, "S");
    tiny.tcp(2 + i / 1000, "10.0.0.1:9", `10.9.${low}:22`, "S");
  }
  tiny.handshake(4, CLIENT, SERVER);
  for (
    const [index, part] of [
      "GET /slow",
      "er HT",
      "TP/1.1\r\n",
      "Host: never\r\n",
    ].entries()
  ) {
    tiny.tcp(5 + 40 * index, CLIENT, SERVER, "PA", part);
  }
  const long = "10.0.0.1:40100";
  tiny.handshake(130, long, SERVER);
  return tiny.tcp(
    131,
    long,
    SERVER,
    "PA",
    `GET /${"a".repeat(600)} HTTP/1.1\r\n\r\n`,
  );
}

/** Whatever comes: few hosts and ports, times that jump and go back, any flags. */
export function chance(seed: number): () => Tiny {
  return () => {
    let state = seed;
    const roll = (sides: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor(state / 2 ** 32 * sides);
    };
    const pick = <T>(list: readonly [T, ...T[]]): T =>
      list[roll(list.length)] ?? list[0];
    const tiny = new Tiny();
    let at = 100;
    for (let i = 0; i < 700; i++) {
      at += pick([
        0,
        0,
        0.001,
        0.2,
        1,
        2.5,
        5,
        31,
        roll(400) === 0 ? 3000 : -0.5,
      ]);
      const hosts = [
        "10.0.0.1",
        "10.0.0.2",
        "10.0.0.3",
        "93.184.216.34",
        "8.8.8.8",
        "224.0.0.251",
      ] as const;
      const from = pick(hosts);
      const to = pick(hosts);
      const [a, b] = [
        `${from}:${pick([445, 40000, 40001, 53])}`,
        `${to}:${pick([22, 80, 445, 53, 40000])}`,
      ];
      const payload = pick([
        "",
        "",
        "GET /a HTTP/1.1\r\n\r\n",
        "SSH-2.0-x\r\n",
        "x".repeat(roll(1400)),
      ]);
      const name = `${"n".repeat(1 + roll(20))}.${
        pick(["a.org", "b.com", "com"])
      }`;
      const message = dnsMessage(name, {
        type: pick([1, 16, 28]),
        response: roll(2) === 1,
        rcode: pick([0, 2, 3]),
      });
      switch (roll(9)) {
        case 0:
          tiny.udp(at, a, b, roll(2) === 0 ? message : payload);
          break;
        case 1:
          tiny.icmp(at, from, to, pick([0, 3, 8, 13]), payload);
          break;
        case 2:
          tiny.arp(at, from, to, 1 + roll(2));
          break;
        case 3:
          tiny.handshake(at, a, b);
          break;
        default:
          tiny.tcp(
            at,
            a,
            b,
            pick(["S", "SA", "A", "PA", "PA", "FA", "R", "RA", "F"]),
            payload,
          );
          tiny.tcp(at, b, a, pick(["", "A", "SA", "FA", "RA"]));
      }
    }
    return tiny;
  };
}

/** Captures by what they show. */
export const EDGE_CASES: Readonly<Record<string, () => Tiny>> = {
  boundaries,
  late,
  jumps,
  closing,
  crowd,
  oddPairs,
  payloads,
  bulk,
  limits,
  "chance 1": chance(1),
  "chance 2": chance(2),
  "chance 3": chance(3),
  "chance 4": chance(4),
};
