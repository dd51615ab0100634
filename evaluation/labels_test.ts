import assert from "node:assert/strict";
import { ACCEPTED, parseLabels } from "./labels.ts";

Deno.test("parseLabels keeps captures of judged classes in path order, with their addresses", () => {
  const captures = parseLabels({
    "z/a.pcap": { class: "botnet", repo: "r", infected_hosts: ["10.0.0.5"] },
    "b/x.pcapng.gz": { class: "benign", sha256: "ab" },
    "b/flows.csv": { class: "ddos" },
    "c/y.pcap": { class: "protocols" },
    "a/s.pcap": {
      class: "scan",
      attackers: ["fe80::1", "a host", 7, "10.0.0.1"],
      victims: "10.0.0.2",
    },
  });
  assert.deepEqual(
    captures.map(({ path, className, source, accepted, hosts, sha256 }) => [
      ...[path, className, source, accepted, hosts, sha256],
    ]),
    [
      [
        ...["a/s.pcap", "scan", "a/s.pcap", ["scan"]],
        ...[["fe80::1", "10.0.0.1"], undefined],
      ],
      ["b/x.pcapng.gz", "benign", "b/x.pcapng.gz", [], [], "ab"],
      [
        ...["z/a.pcap", "botnet", "r", ACCEPTED.botnet],
        ...[["10.0.0.5"], undefined],
      ],
    ],
  );
});

Deno.test("parseLabels refuses what is no object of labels", () => {
  for (const json of [null, [], "x", { "a.pcap": null }, { "a.pcap": 3 }]) {
    assert.throws(() => parseLabels(json), SyntaxError);
  }
});
