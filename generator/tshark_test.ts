/** tshark as the oracle: nothing malformed, no bad checksum, as many packets as the truth says. */

import assert from "node:assert/strict";
import { optional } from "../tests/_optional.ts";
import {
  generateBytes,
  type GeneratedBytes,
  type GenerateOptions,
} from "./generate.ts";
import { SCENARIOS } from "./scenarios/index.ts";

const COMPLAINTS = [
  "_ws.malformed",
  "ip.checksum.status == 0",
  "tcp.checksum.status == 0",
  "udp.checksum.status == 0",
  "icmp.checksum.status == 0",
  "icmpv6.checksum.status == 0",
].join(" || ");

const CHECKS = [
  "tcp.check_checksum",
  "ip.check_checksum",
  "udp.check_checksum",
];

function installed(): boolean {
  if (
    Deno.permissions.querySync({ name: "run", command: "tshark" }).state !==
      "granted"
  ) return false;
  try {
    return new Deno.Command("tshark", {
      args: ["--version"],
      stdout: "null",
      stderr: "null",
    })
      .outputSync().success;
  } catch {
    return false;
  }
}

/** Frame numbers and protocols of what matches, and how many packets there were. */
async function ask(bytes: Uint8Array, filter: string): Promise<string[]> {
  const path = await Deno.makeTempFile({ suffix: ".pcap" });
  try {
    await Deno.writeFile(path, bytes);
    const options = CHECKS.flatMap((name) => ["-o", `${name}:TRUE`]);
    const fields = [
      "-T",
      "fields",
      "-e",
      "frame.number",
      "-e",
      "_ws.col.Protocol",
      "-e",
      "_ws.col.Info",
    ];
    const args = ["-n", "-r", path, ...options, "-Y", filter, ...fields];
    const { success, stdout, stderr } = await new Deno.Command("tshark", {
      args,
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout).split("\n").filter((line) =>
      line !== ""
    );
  } finally {
    await Deno.remove(path);
  }
}

async function counted(bytes: Uint8Array): Promise<number> {
  const path = await Deno.makeTempFile({ suffix: ".pcap" });
  try {
    await Deno.writeFile(path, bytes);
    const { stdout } = await new Deno.Command("capinfos", {
      args: ["-c", "-M", path],
    }).output();
    return Number(
      /Number of packets:\s*(\d+)/.exec(new TextDecoder().decode(stdout))?.[1],
    );
  } finally {
    await Deno.remove(path);
  }
}

const SMALL: Omit<GenerateOptions, "seed"> = {
  attackPackets: 1000,
  benignPacketsPerSecond: 5,
};
const available = installed();
const reason = "tshark is not installed";

for (const name of SCENARIOS.keys()) {
  optional({
    name: `tshark finds nothing wrong with ${name} in IPv4 and IPv6`,
    available,
    reason,
    fn: async () => {
      for (const [seed, ip] of [[31, 4], [32, 4], [33, 6], [34, 6]] as const) {
        const { bytes, truth } = generateBytes(name, { ...SMALL, seed, ip });
        assert.deepEqual(
          await ask(bytes, COMPLAINTS),
          [],
          `seed ${seed}, IPv${ip}`,
        );
        assert.equal(await counted(bytes), truth.packets);
      }
    },
  });
}

optional({
  name:
    "tshark's complaints are seen: a bent checksum and a torn DNS name are found",
  available,
  reason,
  fn: async () => {
    const options = {
      seed: 1,
      ip: 4,
      background: "none",
      attackPackets: 100,
    } as const;
    const bend = ({ bytes }: GeneratedBytes, offset: number): Uint8Array => {
      const out = bytes.slice();
      const at = 24 + 16 + offset;
      out[at] = (out[at] as number) ^ 0x55;
      return out;
    };
    const flood = generateBytes("syn_flood", { ...options, seed: 5 });
    assert.deepEqual(
      await ask(bend(flood, 34 + 16), COMPLAINTS).then((all) => all.length),
      1,
    );
    const tunnel = generateBytes("dns_tunnel", options);
    assert.ok((await ask(bend(tunnel, 42 + 12), COMPLAINTS)).length >= 1);
  },
});

optional({
  name: "tshark decodes the protocols that ordinary traffic is made of",
  available,
  reason,
  fn: async () => {
    const seen = new Set<string>();
    for (const mix of ["office", "home", "server", "infrastructure"]) {
      const { bytes } = generateBytes(`benign_${mix}`, {
        seed: 12,
        ip: 4,
        packets: 12_000,
      });
      for (const line of await ask(bytes, "frame")) {
        seen.add(line.split("\t")[1] as string);
      }
    }
    for (
      const wanted of [
        "DNS",
        "TLSv1.2",
        "TLSv1.3",
        "HTTP",
        "SMB2",
        "LDAP",
        "KRB5",
        "NTP",
        "MDNS",
        "SSHv2",
      ]
    ) {
      assert.ok(seen.has(wanted), `${wanted} is not among ${[...seen].sort()}`);
    }
  },
});
