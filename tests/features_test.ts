/**
 * Every feature of every record against the oracle of `tests/oracle`, which knows docs/flows.md and tshark's fields and
 * nothing of the core.
 */
import assert from "node:assert/strict";
import { FLOW_FEATURES, HOST_FEATURES } from "@ml-defender/events";
import { optional } from "./_optional.ts";
import {
  compareRecords,
  type Difference,
  FeatureSummary,
} from "./oracle/compare.ts";
import { runCore } from "./oracle/core.ts";
import { dataFolder } from "./oracle/data.ts";
import { runOracle } from "./oracle/flows.ts";
import { BINS, readServicePorts } from "./oracle/hash.ts";
import { Networks } from "./oracle/networks.ts";
import { keyedRun } from "./oracle/records.ts";
import { hasTshark, readPackets } from "./oracle/tshark.ts";

/** Of every class and kind of traffic; none needs more than some seconds. */
const CAPTURES: readonly string[] = [
  "ddos/packet-captures__amp.TCP.reflection.SYNACK.pcap", // unsolicited, one way, fragments
  "ddos/packet-captures__pkt.TCP.DOMINATE.syn.ecn.cwr.pcapng", // spoofed SYN flood
  "ddos/zeek__dhcp_flood.pcap", // broadcast
  "scan/pcaphunt__hs-arpScan.pcap",
  "scan/pcaphunt__hs-icmpScan.pcapng",
  "scan/ndpi__synscan.pcap",
  "scan/curated-pcaps__udp_0_1000_20190821.pcap", // VLAN
  "bruteforce/stratospherelinuxips__malicious-ssh-bruteforce.pcap",
  "bruteforce/trace-api__hydra-1_tasks.pcap",
  "lateral/zeek-eternalsafety__eternalblue-success-unpatched-win7.pcap",
  "lateral/pcaps__remcom.pcap",
  "botnet/zeek-asyncrat-detector__30a385ed-171e-4f15-ac3f-08c96be7bfd1.pcap", // IPv6, ARP, DNS, mDNS
  "botnet/wireshark-tutorial-dridex-traffic__2020-06-03-Dridex-infection-traffic.pcap",
  "cryptomining/di-cryptominingdetection__cgminer.s0.pcapng", // IPv6
  "dns/ndpi__dns-tunnel-iodine.pcap",
  "dns/ndpi__icmp-tunnel.pcap",
  "web/ndpi__WebattackSQLinj.pcap",
  "benign/packethunting__smb-on-windows-10.pcap", // IPv6 extension headers
  "benign/packethunting__OFAC-ftp-download.pcap",
  "benign/ndpi__dns_fragmented.pcap", // IPv4 and IPv6 fragments
  "benign/ares2025-artifacts__benign1_smashburger.pcapng", // pcapng in nanoseconds
  "benign/bro-simple-scan__backscatter.trace",
  "benign/ndpi__vxlan.pcap", // VLAN and VXLAN
  "benign/ndpi__http_ipv6.pcap",
  "protocols/arkime__pcap_socks5-http-302-frag.pcap", // TCP in fragments
  "protocols/tcpdump__tests_tcp-handshake-nano.pcap", // pcap in nanoseconds
  "protocols/arkime__pcap_twovlan.pcap", // two tags
];

const HOME_NETS = [
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "169.254.0.0/16",
  "127.0.0.0/8",
  "fc00::/7",
  "fe80::/10",
  "::1/128",
];

/** The oracle forgets nobody, so the core must not have to. */
const TABLES = { maxProbationHosts: 65536, maxPrefixes: 65536 };

const data = dataFolder();
const missing = [
  ...(await hasTshark() ? [] : ["tshark is not installed"]),
  ...(data === undefined ? ["ML_DEFENDER_DATA names no folder"] : []),
];

function describe(name: string, difference: Difference): string[] {
  const some = (kind: string, list: readonly string[]): string[] =>
    list.length === 0
      ? []
      : [`${name}: ${list.length} ${kind}, such as ${list[0]}`];
  return [
    ...some("records missing", difference.missing),
    ...some("records that the oracle does not have", difference.extra),
    ...some("records with other facts", difference.facts),
    ...(difference.wrong === 0
      ? []
      : [`${name}: ${difference.wrong} feature values differ`]),
  ];
}

function table(
  names: readonly { readonly name: string }[],
  summaries: readonly FeatureSummary[],
): string {
  const short = (value: number): string =>
    Number.isFinite(value) ? String(Number(value.toPrecision(4))) : "-";
  return names.map(({ name }, index) => {
    const it = summaries[index] ?? new FeatureSummary();
    const share = it.total === 0 ? 1 : 1 - it.available / it.total;
    const range = `${short(it.min)} ... ${short(it.max)}`;
    return `${name.padEnd(40)} ${range.padEnd(26)} unavailable ${
      (100 * share).toFixed(1)
    } %`;
  }).join("\n");
}

optional({
  name:
    `the core's features equal the oracle's in every record of ${CAPTURES.length} captures`,
  available: missing.length === 0,
  reason: missing.join(", "),
  fn: async () => {
    const networks = new Networks(HOME_NETS);
    const options = {
      servicePorts: await readServicePorts(),
      prefixBytes: 512,
      activeTimeoutMs: 60_000,
    };
    const flows = FLOW_FEATURES.map(() => new FeatureSummary());
    const hosts = HOST_FEATURES.map(() => new FeatureSummary());
    const problems: string[] = [];
    for (const name of CAPTURES) {
      const path = `${data}/${name}`;
      const packets = await readPackets(path);
      const oracle = keyedRun(runOracle(packets, options), {
        networks,
        bins: BINS,
      });
      const core = await runCore(path, { homeNets: HOME_NETS, tables: TABLES });
      problems.push(
        ...describe(
          `flows of ${name}`,
          compareRecords(oracle.flows, core.flows, flows),
        ),
        ...describe(
          `hosts of ${name}`,
          compareRecords(oracle.hosts, core.hosts, hosts),
        ),
      );
    }
    console.log(table(FLOW_FEATURES, flows));
    console.log(table(HOST_FEATURES, hosts));
    for (
      const [names, summaries] of [[FLOW_FEATURES, flows], [
        HOST_FEATURES,
        hosts,
      ]] as const
    ) {
      for (const [index, { name }] of names.entries()) {
        const it = summaries[index];
        if (it === undefined) continue;
        if (it.wrong > 0) {
          problems.push(
            `${name}: ${it.wrong} wrong: ${it.examples.join("; ")}`,
          );
        }
        if (it.isConstant) problems.push(`${name} is constant`);
      }
    }
    assert.equal(problems.join("\n"), "");
  },
});
