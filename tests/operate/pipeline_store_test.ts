/** What a pipeline says of a configuration that it can not have. */
import assert from "node:assert/strict";
import { FileCounters } from "@ml-defender/etcd-client";
import { makeCertificates } from "../etcd/_certificates.ts";
import { EtcdServer, missing, noEtcd } from "../etcd_server.ts";
import { optional } from "../_optional.ts";
import { good, inFolder, keyFile } from "./_cli.ts";
import { Pipeline } from "./_pipeline.ts";

const KEYS = ["--key-file", "keys"];

Deno.test("pipeline without the keys of its configuration ends with 1 and the reason", async () => {
  await inFolder(async (run, folder) => {
    await keyFile(run, folder, "keys");
    await good(run, "config", "set", "log.compress", "gzip", ...KEYS);
    const none = await run("pipeline", "-", "--key-file", "none");
    assert.equal(none.code, 1);
    assert.match(none.err, /file:tree: .*\/none cannot be read/);
    assert.doesNotMatch(none.err, /runs revision/);
    const plain = await run("pipeline", "-");
    assert.equal(plain.code, 1);
    assert.match(plain.err, /file:tree: .*give their keys with --key-file/);
  });
});

Deno.test("pipeline says why its configuration is not there, and when it is", async () => {
  await inFolder(async (run, folder) => {
    await keyFile(run, folder, "keys");
    await good(run, "config", "set", "log.compress", "gzip", ...KEYS);
    const held = await FileCounters.open(`${folder}/held`);
    const args = [...KEYS, "--counters", "held"];
    await using one = await Pipeline.start(folder, ...args);
    await one.until(
      /in file:tree can not be used, the defaults run: .*held: another client has it/,
    );
    await held.close();
    await one.until(/the configuration in file:tree is there again/);
    await one.until(/configuration 1 applied/);
    assert.equal(one.said.match(/can not be used/g)?.length, 1, one.said);
  });
});

optional({
  name:
    "pipeline says when etcd is not there at its start, goes away, and comes",
  available: noEtcd === undefined,
  reason: noEtcd ?? "",
  fn: () =>
    inFolder(async (run, folder) => {
      await using server = await EtcdServer.start();
      const store = ["--store", `etcd:${server.endpoint}`];
      await good(run, "config", "set", "log.compress", "gzip", ...store);
      await server.kill();
      await using one = await Pipeline.start(folder, ...store);
      await one.until(/can not be used, the defaults run: /);
      await server.up();
      await one.until(/is there again/);
      await one.until(/configuration 1 applied/);
      one.said = "";
      await server.kill();
      await one.until(/can not be used, revision 1 runs on: .+/);
      await server.up();
      await one.until(/is there again/);
    }),
});

const openssl = noEtcd ?? missing("openssl");

optional({
  name:
    "pipeline that etcd's certificate can not let in ends with 1; where something ran before, it says why and goes on",
  available: openssl === undefined,
  reason: openssl ?? "",
  fn: () =>
    inFolder(async (run, folder) => {
      await good(run, "config", "set", "log.compress", "gzip");
      {
        await using one = await Pipeline.start(folder, "--out", "log");
        await one.until(/runs revision 1 \(in_force\)/);
      }
      await makeCertificates(folder);
      const store = ["--store", "etcd:https://127.0.0.1:1", "--ca", "ca.crt"];
      const { code, err } = await run("pipeline", "-", ...store);
      assert.equal(code, 1);
      assert.match(err, /TLS to an IP address does not work here/);
      assert.doesNotMatch(err, /runs revision/);
      const args = [...store, "--out", "log"];
      await using two = await Pipeline.start(folder, ...args);
      await two.until(
        /can not be used, revision 1 runs on: .*TLS to an IP address/,
      );
    }),
});
