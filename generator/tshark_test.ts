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

/** Frame numbers, protocols and texts of what matches in one file of all these packets. */
async function ask(bytes: Uint8Array, filter: string): Promise<string[]> {
  const path = await Deno.makeTempFile({ suffix: ".pcap" });
  try {
    await Deno.writeFile(path, bytes);
    const options = CHECKS.flatMap((name) => ["-o", `${name}:TRUE`]);
    const fields = ["frame.number", "_ws.col.Protocol", "_ws.col.Info"]
      .flatMap((name) => ["-e", name]);
    const { success, stdout, stderr } = await new Deno.Command("tshark", {
      args: [
        ...["-n", "-r", path, ...options, "-Y", filter, "-T", "fields"],
        ...fields,
      ],
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout).split("\n").filter((line) =>
      line !== ""
    );
  } finally {
    await Deno.remove(path);
  }
}

const HEADER_BYTES = 24;

/** An ARP request as a packet of a pcap file, to end a file with. */
const LAST = Uint8Array.from([
  ...[0, 0, 0, 0, 0, 0, 0, 0, 42, 0, 0, 0, 42, 0, 0, 0],
  ...[255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 1, 8, 6],
  ...[0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 1, 10, 0, 0, 1],
  ...[0, 0, 0, 0, 0, 0, 10, 0, 0, 2],
]);

/** One capture of many, which take their time to start tshark on. */
function joined(captures: readonly Uint8Array[]): Uint8Array {
  const [first] = captures;
  assert.ok(first);
  const header = first.subarray(0, HEADER_BYTES);
  for (const capture of captures) {
    assert.deepEqual(capture.subarray(0, HEADER_BYTES), header);
  }
  const packets = captures.map((capture) => capture.subarray(HEADER_BYTES));
  const out = new Uint8Array(
    packets.reduce((sum, part) => sum + part.length, HEADER_BYTES),
  );
  out.set(header);
  let at = HEADER_BYTES;
  for (const part of packets) {
    out.set(part, at);
    at += part.length;
  }
  return out;
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
      const made = ([[31, 4], [32, 4], [33, 6], [34, 6]] as const).map((
        [seed, ip],
      ) => generateBytes(name, { ...SMALL, seed, ip }));
      const packets = made.reduce((sum, { truth }) => sum + truth.packets, 0);
      const header = made[0]!.bytes.subarray(0, HEADER_BYTES);
      const last = Uint8Array.from([...header, ...LAST]);
      // The last frame's number says how many there were before it; it has nothing wrong itself.
      const found = await ask(
        joined([...made.map(({ bytes }) => bytes), last]),
        `${COMPLAINTS} || frame.number > ${packets}`,
      );
      assert.deepEqual(
        found.map((line) => line.split("\t").slice(0, 2)),
        [[`${packets + 1}`, "ARP"]],
        found.join("\n"),
      );
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
    const made = ["office", "home", "server", "infrastructure"].map((mix) =>
      generateBytes(`benign_${mix}`, { seed: 12, ip: 4, packets: 12_000 }).bytes
    );
    for (const line of await ask(joined(made), "frame")) {
      seen.add(line.split("\t")[1] as string);
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
