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
import { EDGE_CASES } from "./oracle/edge_cases.ts";
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
  "botnet/ares2025-artifacts__cs2_amazon_http.pcapng", // a thousand pairs
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
  "benign/zeek__smb3_multichannel.pcap", // an upload of more than 1 MiB
  "benign/ndpi__vxlan.pcap", // VLAN and VXLAN
  "benign/ndpi__http_ipv6.pcap",
  "protocols/arkime__pcap_socks5-http-302-frag.pcap", // TCP in fragments
  "protocols/tcpdump__tests_tcp-handshake-nano.pcap", // pcap in nanoseconds
  "protocols/arkime__pcap_http-basicauth.pcap", // HTTP on port 2082
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
const TABLES = {
  maxUnansweredFlows: 65536,
  maxProbationHosts: 65536,
  maxPrefixes: 65536,
};

const data = dataFolder();
const noTshark = await hasTshark() ? [] : ["tshark is not installed"];
const noData = data === undefined
  ? ["ML_DEFENDER_DATA names no folder of captures"]
  : [];

/** Runs both over captures and gathers what differs. */
class Comparison {
  readonly flows = FLOW_FEATURES.map(() => new FeatureSummary());
  readonly hosts = HOST_FEATURES.map(() => new FeatureSummary());
  readonly problems: string[] = [];
  readonly #networks = new Networks(HOME_NETS);
  readonly #servicePorts: ReadonlySet<number>;

  constructor(servicePorts: ReadonlySet<number>) {
    this.#servicePorts = servicePorts;
  }

  async add(name: string, path: string): Promise<void> {
    const oracle = runOracle(await readPackets(path), {
      servicePorts: this.#servicePorts,
      prefixBytes: 512,
      activeTimeoutMs: 60_000,
    });
    const expected = keyedRun(oracle, { networks: this.#networks, bins: BINS });
    const core = await runCore(path, { homeNets: HOME_NETS, tables: TABLES });
    const flows = compareRecords(expected.flows, core.flows, this.flows);
    const hosts = compareRecords(expected.hosts, core.hosts, this.hosts);
    this.problems.push(
      ...describe(`flows of ${name}`, flows),
      ...describe(`hosts of ${name}`, hosts),
    );
  }

  /** Every feature with its summary, flow records first. */
  *features(): Generator<readonly [string, FeatureSummary]> {
    for (const [index, { name }] of FLOW_FEATURES.entries()) {
      yield [name, this.flows[index] ?? new FeatureSummary()];
    }
    for (const [index, { name }] of HOST_FEATURES.entries()) {
      yield [name, this.hosts[index] ?? new FeatureSummary()];
    }
  }

  finish(): void {
    for (const [name, { wrong, examples }] of this.features()) {
      if (wrong === 0) continue;
      this.problems.push(`${name}: ${wrong} wrong: ${examples.join("; ")}`);
    }
    assert.equal(this.problems.join("\n"), "");
  }
}

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

function lineOf(name: string, it: FeatureSummary): string {
  const short = (value: number): string =>
    Number.isFinite(value) ? String(Number(value.toPrecision(4))) : "-";
  const share = it.total === 0 ? 1 : 1 - it.available / it.total;
  const range = `${short(it.min)} ... ${short(it.max)}`.padEnd(26);
  return `${name.padEnd(40)} ${range} unavailable ${
    (100 * share).toFixed(1)
  } %`;
}

optional({
  name:
    `the core's features equal the oracle's in every record of ${CAPTURES.length} captures, and none is constant`,
  available: noTshark.length + noData.length === 0,
  reason: [...noTshark, ...noData].join(", "),
  fn: async () => {
    const comparison = new Comparison(await readServicePorts());
    for (const name of CAPTURES) {
      await comparison.add(name, `${data}/${name}`);
    }
    for (const [name, summary] of comparison.features()) {
      console.log(lineOf(name, summary));
      if (summary.isConstant) {
        comparison.problems.push(`${name} is constant`);
      }
    }
    comparison.finish();
  },
});

for (const [name, make] of Object.entries(EDGE_CASES)) {
  optional({
    name: `the core's features equal the oracle's at the edges: ${name}`,
    available: noTshark.length === 0,
    reason: noTshark.join(),
    fn: async () => {
      const comparison = new Comparison(await readServicePorts());
      const path = await Deno.makeTempFile({ suffix: ".pcap" });
      try {
        await Deno.writeFile(path, make().bytes());
        await comparison.add(name, path);
      } finally {
        await Deno.remove(path);
      }
      comparison.finish();
    },
  });
}
