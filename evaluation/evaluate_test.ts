import assert from "node:assert/strict";
import { openCore } from "@ml-defender/native";
import { loadModels } from "@ml-defender/sdk";
import { generateBytes } from "../generator/generate.ts";
import { evaluate } from "./evaluate.ts";
import { parseLabels } from "./labels.ts";
import { observe } from "./observe.ts";
import { reportLines } from "./report.ts";

const SEED = 1_000_000_000;

Deno.test("evaluate judges malicious and benign captures each way, seen ones apart, and counts what is not there", async () => {
  const folder = `${await Deno.makeTempDir()}/`;
  try {
    const scan = generateBytes("scan_vertical", { seed: SEED });
    const again = generateBytes("scan_vertical", { seed: SEED + 1 });
    const home = generateBytes("benign_home", { seed: SEED });
    await Deno.writeFile(`${folder}scan.pcap`, scan.bytes);
    await Deno.writeFile(`${folder}again.pcap`, again.bytes);
    await Deno.writeFile(`${folder}home.pcap`, home.bytes);
    await Deno.writeTextFile(`${folder}broken.pcap`, "no capture");
    const attackers = (of: typeof scan) => of.truth.attacks[0]!.attackers;
    const captures = parseLabels({
      "scan.pcap": { class: "scan", repo: "r", attackers: attackers(scan) },
      "again.pcap": { class: "scan", repo: "r", attackers: attackers(again) },
      "home.pcap": { class: "benign", repo: "h" },
      "broken.pcap": { class: "web" },
      "gone.pcap": { class: "web" },
    });
    const [model] = await loadModels();
    const { provenance } = model!;
    const models = [{
      ...model!,
      provenance: {
        ...provenance,
        captures: [{ name: "again", sha256: again.truth.sha256, rows: 1 }],
      },
    }];
    const told: string[] = [];
    const result = await evaluate(folder, captures, {
      core: await openCore(),
      modelsFor: () => models,
      onCapture: (path, number, total) =>
        told.push(`${path} ${number}/${total}`),
    });
    assert.equal(told.length, 5);
    assert.deepEqual(
      [result.captures, result.seen, result.absent, result.unreadable.length],
      [3, 1, 1, 1],
    );
    assert.equal(result.unreadable[0]!.path, "broken.pcap");
    assert.match(result.unreadable[0]!.reason, /not a pcap/);
    const ways = ["full", "fast only", "one threshold"];
    assert.deepEqual(Object.keys(result.unseenResults), ways);
    const { classes, benign } = result.unseenResults.full!;
    assert.deepEqual(
      classes.map(({ className, captures, right }) => [
        ...[className, captures, right],
      ]),
      [["scan", 1, 1]],
    );
    assert.equal(benign.captures, 1);
    assert.ok(benign.hostDays > 0);
    const seen = result.seenResults.full!;
    assert.deepEqual([seen.classes[0]!.captures, seen.benign.captures], [1, 0]);
    const text = reportLines(result).join("\n");
    assert.match(
      text,
      /^3 captures judged, 1 of them seen in training, 1 labe/,
    );
    assert.match(text, /^\| scan \| 1 \| 1 \| 1 \| 1 \| \d+ \|/m);
    assert.match(text, /## Seen in training/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("observe counts windows of home hosts only, and alerted windows only for incidents", async () => {
  const { bytes, truth } = generateBytes("benign_home", { seed: SEED });
  const core = await openCore();
  const input = bytes as Uint8Array<ArrayBuffer>;
  const ways = { rules: {} };
  const home = await observe(core, input, ways, truth.homeNets);
  assert.equal(home.packets, truth.packets);
  const hosts = new Set([...home.active].map((one) => one.split(" ")[0]!));
  const known = new Set(truth.benignHosts);
  assert.ok(hosts.size >= 2, `${hosts.size} hosts`);
  const strange = [...hosts].filter((host) => !known.has(host));
  assert.ok(strange.length <= hosts.size / 2, strange.join());
  const minutes = (truth.endUs - truth.startUs) / 60e6;
  assert.ok(home.active.size <= hosts.size * (Math.ceil(minutes / 5) + 1));
  const abroad = await observe(core, input, ways, ["203.0.113.0/24"]);
  assert.equal(abroad.active.size, 0);
  const { alerted, alertedHigh, incidents } = home.by.rules!;
  if (incidents.length === 0) assert.equal(alerted.size, 0);
  for (const window of alertedHigh) assert.ok(alerted.has(window));
});
