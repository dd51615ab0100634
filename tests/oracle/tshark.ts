/**
 * Packets as tshark's fields tell them: the oracle's only view of a capture.
 *
 * Choices, each made so that a field means one packet and nothing else:
 * - Every dissector but link layers, IP, TCP, UDP, ARP and VXLAN is switched off, by a profile folder of our own. So
 *   `data.data` holds the whole payload of other protocols, and no ICMP error brings a second, quoted IP header.
 * - `ip.defragment` and `ipv6.defragment` are off: a fragment is a packet of its own. Ports of later fragments are
 *   taken from the first fragment here, as docs/flows.md asks.
 * - `-n`: no names are looked up. The user's own profile is not read.
 * - `-E occurrence=a`: with a tunnel (VXLAN) the last occurrence is the innermost layer.
 *
 * @module
 */
import {
  FIELDS,
  type PacketFacts,
  packetOf,
  type Row,
  type Transport,
} from "./frames.ts";

export { addressOf, type PacketFacts } from "./frames.ts";

const KEPT =
  /^(frame|eth|ethertype|vlan|ieee8021ad|sll|null|raw|ip|ipv6|ipv6\..*|tcp|udp|arp|vxlan|data)$/;

/** Runs a program and gives its output; throws with its words when it fails. */
export async function run(
  command: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    env,
    stdout: "piped",
    stderr: "piped",
  }).output();
  if (code !== 0 && stdout.length === 0) {
    throw new Error(`${command} failed: ${new TextDecoder().decode(stderr)}`);
  }
  return new TextDecoder().decode(stdout);
}

/** Whether tshark can be run here. */
export async function hasTshark(): Promise<boolean> {
  try {
    await run("tshark", ["--version"]);
    return true;
  } catch {
    return false;
  }
}

let profile: Promise<string> | undefined;

/** A profile folder that switches off every dissector that is not `KEPT`. Made once, removed at exit. */
function profileFolder(): Promise<string> {
  profile ??= (async () => {
    const folder = await Deno.makeTempDir({ prefix: "oracle" });
    const listing = await run("tshark", ["-G", "protocols"], {
      WIRESHARK_CONFIG_DIR: folder,
    });
    const names = listing.split("\n")
      .map((line) => line.split("\t")[2] ?? "")
      .filter((name) => name !== "" && !KEPT.test(name));
    await Deno.writeTextFile(
      `${folder}/disabled_protos`,
      names.join("\n") + "\n",
    );
    globalThis.addEventListener("unload", () => {
      Deno.removeSync(folder, { recursive: true });
    });
    return folder;
  })();
  return profile;
}

/** Every frame of the capture, in order. */
export async function readPackets(path: string): Promise<PacketFacts[]> {
  const args = ["-n", "-r", path, "-T", "fields", "-E", "occurrence=a"];
  args.push("-o", "ip.defragment:FALSE", "-o", "ipv6.defragment:FALSE");
  for (const field of FIELDS) args.push("-e", field);
  const text = await run("tshark", args, {
    WIRESHARK_CONFIG_DIR: await profileFolder(),
  });
  const fragments = new Map<string, Transport>();
  const packets: PacketFacts[] = [];
  for (const line of text.split("\n")) {
    if (line !== "") packets.push(packetOf(rowOf(line), fragments));
  }
  return packets;
}

function rowOf(line: string): Row {
  const cells = line.split("\t");
  return Object.fromEntries(
    FIELDS.map((name, index) => [name, cells[index] ?? ""]),
  ) as Row;
}
