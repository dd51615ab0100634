/** Names, fingerprints and Community IDs of flow records against tshark's own. */
import assert from "node:assert/strict";
import { optional } from "./_optional.ts";
import { type CoreFlow, runCore } from "./oracle/core.ts";
import { dataFolder } from "./oracle/data.ts";
import type { Flow } from "./oracle/flow.ts";
import { runOracle } from "./oracle/flows.ts";
import { readServicePorts } from "./oracle/hash.ts";
import { type FrameNames, readNames } from "./oracle/names.ts";
import { textOf } from "./oracle/payload.ts";
import { flowKey } from "./oracle/records.ts";
import { Tiny } from "./oracle/tiny.ts";
import { hasTshark, readPackets } from "./oracle/tshark.ts";

const ARKIME = [
  "cloudshark-dtls1",
  "curl-enabled-tls13",
  "dns-caa",
  "dns-dnskey",
  "dns-error",
  "dns-https",
  "dns-mx",
  "dns-notify",
  "dns-punycode",
  "dns-tcp",
  "dns-udp",
  "dns-update",
  "dns-wiresharkrepo",
  "http-301-get",
  "http-basicauth",
  "http-post-upload",
  "http-wrapped-header",
  "http-xff",
  "https-connect",
  "https3-301-get",
  "icmp-frame-relay",
  "igmp",
  "mysql-tls",
  "openssl-ssl3",
  "openssl-tls1_2",
  "sctp-www",
  "smtp-starttls",
  "socks-https-example",
  "tls-alpn-h2",
  "tls-client-sessionid",
  "tls-split-client-hello",
  "tls13",
  "twovlan",
  "v6",
  "v6-http",
].map((name) => `protocols/arkime__pcap_${name}.pcap`);

const CAPTURES: readonly string[] = [
  ...ARKIME,
  "protocols/scapy__pcaps_http_chunk.pcap",
  "protocols/scapy__pcaps_http_tcp_psh.pcap",
  "protocols/suricata-verify__dns-detect-query-02_input.pcap",
  "protocols/suricata-verify__dns-udp-eve-log-answer-only_dns-udp-google.com-a-aaaa-mx.pcap",
  "protocols/suricata-verify__tls-pre-1970_input.pcap",
  "protocols/suricata-verify__tls-random-6989_input.pcap",
  "botnet/id2t__sality_botnet.pcap",
  "botnet/packets__ek_to_cryptowall4.pcapng",
  "botnet/wireshark-quizzes__2023-01-Unit42-Wireshark-quiz.pcap",
  "botnet/wireshark-tutorial-dridex-traffic__2020-06-03-Dridex-infection-traffic.pcap",
  "botnet/wireshark-tutorial-emotet-traffic__Example-1-2021-01-06-Emotet-infection.pcap",
  "botnet/zeek-agenttesla-detector__0e328ab7-12b2-4843-8717-a5b3ebef33a8.pcap",
  "botnet/zeek-asyncrat-detector__9596cf60-0da6-47a7-a375-1f25ae32d843.pcap",
  "benign/ndpi__443-safari.pcap",
  "benign/ndpi__anyconnect-vpn.pcap",
  "benign/ndpi__viber.pcap",
  "dns/ndpi__dns_exfiltration.pcap",
  "lateral/pcaps__netshareenum.pcap",
  "scan/pcaphunt__hs-icmpScan.pcapng",
];

/** Published in the Community ID specification and its reference implementation. */
const VECTORS: readonly (readonly [string, Tiny])[] = [
  [
    "1:LQU9qZlK+B5F3KDmev6m5PMibrg=",
    new Tiny().tcp(0, "128.232.110.120:34855", "66.35.250.204:80", "S"),
  ],
  [
    "1:d/FP5EW3wiY1vCndhwleRRKHowQ=",
    new Tiny().udp(0, "192.168.1.52:54585", "8.8.8.8:53"),
  ],
  [
    "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=",
    new Tiny().icmp(0, "192.168.0.89", "192.168.0.1", 8),
  ],
  [
    "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=",
    new Tiny().icmp(0, "192.168.0.1", "192.168.0.89", 0),
  ],
];

const HOME_NETS = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

const data = dataFolder();
const missing = [
  ...(await hasTshark() ? [] : ["tshark is not installed"]),
  ...(data === undefined ? ["ML_DEFENDER_DATA names no folder"] : []),
];

type Field = "dns" | "sni" | "ja3" | "httpHost";

const OF_CORE: Readonly<Record<Field, (flow: CoreFlow) => string>> = {
  dns: ({ facts }) => facts.dnsName ?? "",
  sni: ({ facts }) => facts.tlsSni ?? "",
  ja3: ({ facts }) => facts.ja3 ?? "",
  httpHost: ({ facts }) => facts.httpHost ?? "",
};

/** The first value that tshark gives in one of the flow's frames. */
function firstOf(
  flow: Flow,
  names: ReadonlyMap<number, FrameNames>,
  field: Field,
): string {
  for (const { number } of flow.packets) {
    const value = names.get(number)?.[field] ?? "";
    if (value !== "") return value === "<root>" ? "" : value;
  }
  return "";
}

/** Why docs/flows.md does not let the core see a value that tshark sees; empty if it should have seen it. */
function excuse(flow: Flow, field: Field, value: string): string {
  const prefix = flow.app.forwardPrefix;
  const start = textOf(prefix);
  const isTcp = flow.first.protocol === 6;
  if (field === "dns") {
    return isTcp && !flow.app.isDns ? "not whole in the first 512 bytes" : "";
  }
  if (field === "httpHost") {
    if (!/^[A-Z-]+ /.test(start)) return "not at the start of the payload";
  } else if (prefix[0] !== 22 || prefix[5] !== 1) {
    return "not at the start of the payload";
  }
  const whole = field === "ja3"
    ? prefix.length >= 9 + (prefix[7] ?? 0) * 256 + (prefix[8] ?? 0)
    : start.includes(value);
  return whole ? "" : "not whole in the first 512 bytes";
}

/** Why tshark does not show a value that the core has: the packet that holds it was cut. Empty if it should. */
function silence(flow: Flow, value: string): string {
  const wasCut = flow.packets.some((it) =>
    it.forward && it.payload.length < it.payloadLength
  );
  return wasCut && textOf(flow.app.forwardPrefix).includes(value)
    ? "tshark reads no message that the capture cut"
    : "";
}

optional({
  name:
    `names and Community IDs of flow records equal tshark's in ${CAPTURES.length} captures`,
  available: missing.length === 0,
  reason: missing.join(", "),
  fn: async () => {
    const options = {
      servicePorts: await readServicePorts(),
      prefixBytes: 512,
      activeTimeoutMs: 60_000,
    };
    const problems: string[] = [];
    const excused: string[] = [];
    const equal = { dns: 0, sni: 0, ja3: 0, httpHost: 0, communityId: 0 };
    for (const name of CAPTURES) {
      const path = `${data}/${name}`;
      const names = await readNames(path);
      const oracle = runOracle(await readPackets(path), options);
      const core = await runCore(path, { homeNets: HOME_NETS });
      const byKey = new Map(core.plain.map((flow) => [flow.key, flow]));
      for (const { flow, sequence } of oracle.flows.filter((it) => it.final)) {
        const { first } = flow;
        const key = flowKey({
          ...flow,
          ...first,
          startUs: first.timeUs,
          sequence,
        });
        const ours = byKey.get(key);
        if (ours === undefined) {
          problems.push(`${name}: no record of ${key}`);
          continue;
        }
        for (const field of ["dns", "sni", "ja3", "httpHost"] as const) {
          const wanted = firstOf(flow, names, field);
          const given = OF_CORE[field](ours);
          if (wanted === given) {
            if (wanted !== "") equal[field]++;
            continue;
          }
          const reason = given === ""
            ? excuse(flow, field, wanted)
            : wanted === ""
            ? silence(flow, given)
            : "";
          const line = `${name}: ${field} "${given}" instead of "${wanted}"`;
          if (reason === "") problems.push(`${line} in ${key}`);
          else excused.push(`${line}: ${reason}`);
        }
        const frame = names.get(first.number);
        const wanted = frame?.communityId ?? "";
        if (wanted === (ours.communityId ?? "")) equal.communityId++;
        else {
          problems.push(
            `${name}: community_id ${ours.communityId} instead of ${wanted} in ${key}`,
          );
        }
      }
    }
    console.log("equal:", equal);
    console.log(`legitimately different: ${excused.length}`);
    console.log(excused.join("\n"));
    assert.equal(problems.join("\n"), "");
    for (const [field, count] of Object.entries(equal)) {
      assert.ok(count >= 10, `only ${count} values of ${field}`);
    }
  },
});

Deno.test("community_id of flow records equals the published vectors", async () => {
  for (const [wanted, tiny] of VECTORS) {
    const { plain } = await runCore(tiny.bytes(), { homeNets: HOME_NETS });
    assert.deepEqual(plain.map((it) => it.communityId), [wanted]);
  }
});
