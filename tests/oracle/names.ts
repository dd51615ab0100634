/**
 * What tshark, with all its dissectors, says about names and Community IDs, frame by frame.
 *
 * TCP reassembly stays on (unlike in `tshark.ts`): tshark then names the frame that completed the message, which is still
 * a frame of the right flow. But where a frame was cut by the capture's snapshot length, it cannot reassemble and says
 * nothing; so a second run without reassembly fills in what the first leaves empty. Names in what an ICMP error quotes
 * are not the flow's and are left out.
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
  /** Host header of an HTTP request over TCP. */
  readonly httpHost: string;
  /** Community ID. */
  readonly communityId: string;
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
  try {
    const whole = await readOnce(path, folder, true);
    const parts = await readOnce(path, folder, false);
    for (const [number, names] of whole) {
      const { sni = "", ja3 = "", httpHost = "" } = parts.get(number) ?? {};
      whole.set(number, {
        ...names,
        sni: names.sni || sni,
        ja3: names.ja3 || ja3,
        httpHost: names.httpHost || httpHost,
      });
    }
    return whole;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function readOnce(
  path: string,
  folder: string,
  reassemble: boolean,
): Promise<Map<number, FrameNames>> {
  const args = ["-n", "-r", path, "--enable-protocol", "communityid"];
  const preference = reassemble ? "TRUE" : "FALSE";
  args.push("-o", `tcp.desegment_tcp_streams:${preference}`);
  args.push("-T", "fields", "-E", "occurrence=f");
  for (const field of FIELDS) args.push("-e", field);
  const text = await run("tshark", args, { WIRESHARK_CONFIG_DIR: folder });
  const names = new Map<number, FrameNames>();
  for (const line of text.split("\n")) {
    if (line !== "") names.set(Number(line.split("\t")[0]), namesOf(line));
  }
  return names;
}

function namesOf(line: string): FrameNames {
  const [, protocols = "", dns = "", sni = "", ja3 = "", host = "", id = ""] =
    line.split("\t");
  const layers = protocols.split(":");
  const has = (...some: string[]): boolean =>
    some.some((it) => layers.includes(it));
  const isTcp = has("tcp") && !has("icmp", "icmpv6");
  const isNames = has("dns", "mdns", "llmnr") && !has("icmp", "icmpv6");
  return {
    dns: isNames ? dns.toLowerCase() : "",
    sni: isTcp ? sni : "",
    ja3: isTcp ? ja3 : "",
    httpHost: isTcp ? host : "",
    communityId: id,
  };
}
