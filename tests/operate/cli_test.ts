/** The commands on a configuration in a folder, as processes of their own. */
import assert from "node:assert/strict";
import { FileStore } from "@ml-defender/etcd-client";
import { ConfigWatcher } from "@ml-defender/watcher";
import { configModel } from "@ml-defender/sdk/config";
import { generateBytes } from "../../generator/generate.ts";
import { operateModel } from "../../operate/section.ts";
import { commandOf, runTask, spawn } from "../cli/run.ts";
import { inFolder, stolen } from "./_cli.ts";

Deno.test("config get, set, diff, history, rollback: values, who, when, and back", async () => {
  await inFolder(async (run) => {
    const first = await run("config", "get", "policy.thresholds.alert");
    assert.deepEqual([first.code, first.out], [0, "0.75\n"]);
    assert.match(first.err, /nothing in file:tree yet: the defaults/);
    const set = await run(
      ...["config", "set", "policy.thresholds.alert", "0.8"] as const,
      ...["log.compress", "gzip", "--note", "quieter"],
    );
    assert.equal(set.code, 0, set.err);
    assert.match(set.out, /revision 1\n {2}log\.compress: none -> gzip\n/);
    const other = await run(
      ...[
        "config",
        "set",
        "log.benignShare",
        "0.05",
        "--actor",
        "eva",
      ] as const,
      "--json",
    );
    assert.equal(JSON.parse(other.out).revision, 2);
    const { out } = await run("config", "get", "log", "--json");
    assert.equal(JSON.parse(out).value.benignShare, 0.05);
    const diff = await run("config", "diff", "1");
    assert.equal(diff.out, "  log.benignShare: 0.01 -> 0.05\n");
    const history = await run("config", "history");
    assert.match(history.out, /^2 \d{4}-\d\d-\d\dT[\d:]+Z eva\n/);
    assert.match(history.out, /^1 \S+Z ana: quieter\n/m);
    const back = await run("config", "rollback", "1", "--dry-run");
    assert.match(back.out, /dry run: nothing was written/);
    assert.match((await run("config", "rollback", "1")).out, /revision 3/);
    const reset = await run("config", "reset", "log.compress");
    assert.match(reset.out, /log\.compress: gzip -> none/);
    const json = await run("config", "history", "1", "--json");
    assert.equal(JSON.parse(json.out).revisions[0].revision, 4);
  });
});

Deno.test("config set refuses with path, reason and present value, code 1, and wrong use with code 2", async () => {
  await inFolder(async (run) => {
    const refused = await run(
      ...[
        "config",
        "set",
        "log.benignShare",
        "2",
        "log.compress",
        "gzip",
      ] as const,
    );
    assert.equal(refused.code, 1);
    assert.match(
      refused.err,
      /log\.benignShare must be a number from 0 to 1; log\.benignShare stays 0\.01/,
    );
    const order = await run(
      ...[
        "config",
        "set",
        "policy.thresholds.alert",
        "0.96",
        "--json",
      ] as const,
    );
    assert.equal(order.code, 1);
    const { error: { code, details } } = JSON.parse(order.out);
    assert.equal(code, "invalid");
    assert.deepEqual(details[0].present, { "policy.thresholds.alert": 0.75 });
    assert.equal((await run("config", "get", "nothing.x")).code, 1);
    assert.equal((await run("config", "rollback", "77")).code, 1);
    const conflict = await run(
      ...["config", "set", "log.compress", "gzip", "--expect", "9"] as const,
    );
    assert.equal(conflict.code, 1);
    assert.match(conflict.err, /it is at 0/);
    for (
      const args of [
        [],
        ["sett"],
        ["set", "log.compress"],
        ["diff"],
        ["diff", "x"],
        ["set", "a..b", "1"],
        ["new-key", "not an id"],
        ["get", "log", "--colour"],
      ]
    ) {
      const { code, err } = await run("config", ...args);
      assert.equal(code, 2, `${args}: ${err}`);
    }
    const { out } = await run("config", "get", "log.compress");
    assert.equal(out, "none\n");
  });
});

Deno.test("ML_DEFENDER_CONFIG says where the configuration is, and an empty one says nothing", async () => {
  await inFolder(async (run, folder) => {
    await run("config", "set", "log.compress", "gzip");
    for (const [place, value] of [["file:tree", "gzip"], ["", "none"]]) {
      const { out } = await runTask("config", ["get", "log.compress"], {
        folder,
        env: { ML_DEFENDER_CONFIG: place! },
      });
      assert.equal(out, `${value}\n`);
    }
  });
});

Deno.test("config watch streams changes until Ctrl-C", async () => {
  await inFolder(async (run, folder) => {
    await run("config", "set", "log.benignShare", "0.02");
    const words = await commandOf("config", [
      ...["watch", "--json", "--store", "file:tree"],
    ]);
    const child = spawn(words, { folder }, "null");
    const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    const until = async (wanted: string) => {
      while (!text.includes(wanted)) {
        const { value, done } = await lines.read();
        assert.ok(!done, text);
        text += value;
      }
    };
    await until('"revision":1');
    await run("config", "set", "log.benignShare", "0.03", "--actor", "eva");
    await until('"revision":2');
    assert.match(text, /"actor":"eva".*"before":0\.02,"after":0\.03/);
    child.kill("SIGINT");
    const { code } = await child.status;
    await lines.cancel();
    await child.stderr.cancel();
    assert.equal(code, 130);
  });
});

Deno.test("config with a key file writes nothing that can be read without it", async () => {
  await inFolder(async (run, folder) => {
    const { out } = await runTask("config", ["new-key", "one"], { folder });
    await Deno.writeTextFile(`${folder}/keys`, out, { mode: 0o600 });
    const keys = ["--key-file", "keys"];
    const set = await run("config", "set", "log.compress", "gzip", ...keys);
    assert.equal(set.code, 0, set.err);
    assert.doesNotMatch(await stolen(`${folder}/tree`), /gzip/);
    const got = await run("config", "get", "log.compress", ...keys);
    assert.equal(got.out, "gzip\n");
    const without = await run("config", "get", "log.compress");
    assert.equal(without.code, 1);
    await run("config", "set", "log.compress", "gzip", "--store", "file:plain");
    assert.match(await stolen(`${folder}/plain`), /gzip/);
  });
});

Deno.test("status shows who runs what, and ends with 1 for who is behind, ill or missing", async () => {
  await inFolder(async (run, folder) => {
    const none = await run("status");
    assert.equal(none.code, 1);
    assert.match(none.err, /there is no configuration in file:tree/);
    await run("config", "set", "log.benignShare", "0.02");
    await using store = await FileStore.open(`${folder}/tree`);
    let accepts = true;
    await using watcher = await ConfigWatcher.start({
      store,
      model: configModel(operateModel()),
      component: { kind: "pipeline", id: "sensor-1", version: "0.1.0" },
      subscribers: [{
        name: "picky",
        sections: [...configModel().sections],
        prepare() {
          if (!accepts) throw new Error("not today");
          return Promise.resolve({ commit() {}, abort() {} });
        },
      }],
    });
    const well = await run("status", "--expect", "1", "--wait", "10");
    assert.equal(well.code, 0, well.out);
    assert.match(
      well.out,
      /pipeline +sensor-1 +0\.1\.0 +1 +0 +in_force +well/,
    );
    accepts = false;
    await run("config", "set", "log.benignShare", "0.03");
    await new Promise((done) => setTimeout(done, 500));
    const ill = await run("status", "--json", "--wait", "1");
    assert.equal(ill.code, 1);
    const [component] = JSON.parse(ill.out).components;
    assert.equal(component.health, "unhealthy");
    assert.match(component.refusal.reason, /not today/);
    assert.deepEqual(
      [component.appliedRevision, component.lagRevisions],
      [1, 1],
    );
    const more = await run("status", "--expect", "3", "--wait", "0");
    assert.match(more.out, /there should be at least 3/);
    assert.equal(watcher.status().state, "refused");
  });
});

Deno.test("accelerate and decelerate print what moved and why, and end where they began", async () => {
  await inFolder(async (run) => {
    const up = await run("accelerate", "--steps", "2");
    assert.equal(up.code, 0, up.err);
    assert.match(up.out, /level 0 -> 2/);
    assert.match(up.out, /thresholds\.malicious: 0\.7 -> 0\.6 \(score that/);
    assert.match(up.out, /why: /);
    assert.match(up.out, /\d+ of \d+ labelled attacks found instead of \d+/);
    const dry = await run("decelerate", "--dry-run", "--json");
    assert.equal(JSON.parse(dry.out).written.written, false);
    await run("decelerate", "--steps", "2");
    const diff = await run("config", "get", "policy.thresholds.malicious");
    assert.equal(diff.out, "0.7\n");
    assert.match(diff.err, /default/);
    assert.equal((await run("accelerate", "--steps", "9")).code, 2);
    assert.equal((await run("accelerate", "now")).code, 2);
  });
});

Deno.test("optimize measures, keeps the costs, says what it chose and why, and ends with 1 where nothing fits", async () => {
  await inFolder(async (run, folder) => {
    const args = ["--costs", "costs.json", "--cpu", "80", "--ram", "4096"];
    const first = await run(
      ...["optimize", "--rate", "5000", "--temp", "65"] as const,
      ...args,
    );
    assert.equal(first.code, 0, first.out + first.err);
    assert.match(first.out, /costs: measured in/);
    for (const what of ["batch", "temperature", "windows", "sampling"]) {
      assert.match(first.out, new RegExp(`^${what}: .+ \\(.+\\)$`, "m"));
    }
    assert.match(
      first.out,
      /predicted: [\d.]+ % .* for infrastructure, the costliest .*home [\d.]+ %/,
    );
    assert.match(first.out, /packets\/s, and for \d+ of a flood/);
    const much = await run(
      ...["optimize", "--rate", "100000000", "--dry-run", "--json"] as const,
      ...args,
    );
    assert.equal(much.code, 1);
    const { proposal, written, inputs } = JSON.parse(much.out);
    assert.equal(proposal.fits, false);
    assert.equal(written.written, false);
    assert.match(inputs.told.join(), /measured earlier/);
    assert.match(
      proposal.warnings.join(),
      /below the floor\): of \d+ labelled/,
    );
    const { bytes } = generateBytes("benign_home", { seed: 1, packets: 5000 });
    await Deno.writeFile(`${folder}/home.pcap`, bytes);
    await Deno.writeTextFile(`${folder}/notes`, "no capture");
    const optimize = (...more: string[]) =>
      run("optimize", "--rate", "5000", "--dry-run", ...args, ...more);
    const home = await optimize("--traffic", "home");
    assert.match(home.out, /wanted for home; /);
    const sample = await optimize("--sample", "home.pcap");
    assert.match(sample.out, /^sample: 5000 packets, which is few$/m);
    assert.match(sample.out, /wanted for sample; /);
    await Deno.writeFile(`${folder}/cut.pcap`, bytes.slice(0, -10));
    const cut = await optimize("--sample", "cut.pcap");
    assert.match(
      cut.out,
      /^sample: 4999 packets, which is few; the file ends in the middle of a packet$/m,
    );
    for (
      const [code, ...more] of [
        [2, "--cpu", "x"],
        [2, "--cpu", "8e1"],
        [2, "--cpu", "0x50"],
        [2, "--traffic", "moon"],
        [2, "--traffic", "home", "--sample", "home.pcap"],
        [2, "--sample", "."],
        [1, "--sample", "notes"],
        [1, "--sample", "nothing"],
      ] as const
    ) {
      const { code: ended, err } = await optimize(...more);
      assert.equal(ended, code, `${more}: ${err}`);
    }
  });
});

Deno.test("optimize --dry-run makes no folder and keeps no costs, with a key file too", async () => {
  await inFolder(async (run, folder) => {
    const { out } = await run("config", "new-key", "one");
    await Deno.writeTextFile(`${folder}/keys`, out, { mode: 0o600 });
    const { code, out: told, err } = await run(
      ...["optimize", "--rate", "5000", "--dry-run"] as const,
      ...["--costs", "new/costs.json", "--key-file", "keys"],
    );
    assert.equal(code, 0, told + err);
    assert.match(told, /^costs: measured in .*, not kept$/m);
    const left: string[] = [];
    for await (const { name } of Deno.readDir(folder)) left.push(name);
    assert.deepEqual(left, ["keys"]);
  });
});
