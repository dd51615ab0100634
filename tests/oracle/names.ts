/**
 * What tshark, with all its dissectors, says about names and Community IDs, frame by frame.
 *
 * TCP reassembly stays on here (unlike in `tshark.ts`): tshark then names the frame that completed the message, which is
 * still a frame of the right flow. Duplicate values of one frame are joined by commas; the first is the outer one.
 *
 * @module
 */
import { run } from "./tshark.ts";

/** Names in one frame; empty where there is none. */
export interface FrameNames {
  /** First question of a DNS message, lower case; "<root>" for the root. */
  readonly dns: string;
  /** Server name of a ClientHello over TCP. */
  readonly sni: string;
  /** JA3 of a ClientHello over TCP. */
  readonly ja3: string;
  /** Host header of an HTTP request. */
  readonly httpHost: string;
  /** Community ID. */
  readonly communityId: string;
  /** How often IP occurs in the frame: over 1 with tunnels and in ICMP errors. */
  readonly ipLayers: number;
}

const FIELDS = [
  "frame.number",
  "frame.protocols",
  "dns.qry.name",
  "tls.handshake.extensions_server_name",
  "tls.handshake.ja3",
  "http.host",
  "communityid",
];

/** Reads the names of every frame, by frame number. */
export async function readNames(
  path: string,
): Promise<ReadonlyMap<number, FrameNames>> {
  const folder = await Deno.makeTempDir({ prefix: "oracle" });
  const args = ["-n", "-r", path, "--enable-protocol", "communityid"];
  args.push("-T", "fields", "-E", "occurrence=f");
  for (const field of FIELDS) args.push("-e", field);
  let text: string;
  try {
    text = await run("tshark", args, { WIRESHARK_CONFIG_DIR: folder });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  const names = new Map<number, FrameNames>();
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const [number, protocols = "", dns = "", sni = "", ja3 = "", host = ""] =
      line.split("\t");
    const layers = protocols.split(":");
    const isTcp = layers.includes("tcp");
    const isNameService = ["dns", "mdns", "llmnr"]
      .some((it) => layers.includes(it));
    names.set(Number(number), {
      dns: isNameService ? dns.toLowerCase() : "",
      sni: isTcp ? sni : "",
      ja3: isTcp ? ja3 : "",
      httpHost: host,
      communityId: line.split("\t")[6] ?? "",
      ipLayers: layers.filter((it) => it === "ip" || it === "ipv6").length,
    });
  }
  return names;
}
