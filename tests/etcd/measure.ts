// deno-lint-ignore-file no-console
/**
 * Puts, gets and the time from a put to its event, on this machine: memory, folder, etcd; plain and encrypted.
 *
 *     deno run -A tests/etcd/measure.ts
 */
import {
  type ConfigStore,
  FileStore,
  KeyRing,
  MemoryStore,
  newKeyLine,
  type StoreOptions,
} from "../../etcd_client/mod.ts";
import { noEtcd, openEtcd } from "./_etcd.ts";
import { EtcdServer } from "../etcd_server.ts";

const SEQUENTIAL = 1000;
const PARALLEL = 32;
const MANY = 4000;
/** What is set: about 400 bytes, as a section of configuration is. */
const VALUE = {
  thresholds: Array.from({ length: 40 }, (_, i) => i / 40),
  name: "x".repeat(200),
};

async function rate(
  count: number,
  width: number,
  action: (i: number) => Promise<unknown>,
): Promise<number> {
  const started = performance.now();
  let next = 0;
  await Promise.all(Array.from({ length: width }, async () => {
    while (next < count) await action(next++);
  }));
  return Math.round(count / (performance.now() - started) * 1000);
}

async function latencies(
  writer: ConfigStore,
  reader: ConfigStore,
): Promise<number[]> {
  const events = reader.watch("latency", { initial: true });
  await events.next();
  const waiting = events.next();
  await new Promise((done) => setTimeout(done, 300));
  const taken: number[] = [];
  let next = waiting;
  for (let i = 0; i < SEQUENTIAL; i++) {
    const started = performance.now();
    const done = writer.set("latency", { ...VALUE, i });
    await next;
    taken.push(performance.now() - started);
    next = events.next();
    await done;
  }
  await events.return(undefined);
  await next;
  return taken.sort((a, b) => a - b);
}

async function measure(
  name: string,
  open: () => Promise<ConfigStore>,
): Promise<void> {
  await using writer = await open();
  await using reader = await open();
  const put = (i: number) => writer.set(`k/${i % 500}`, { ...VALUE, i });
  const get = (i: number) => reader.get(`k/${i % 500}`);
  const puts = await rate(SEQUENTIAL, 1, put);
  const putsParallel = await rate(MANY, PARALLEL, put);
  const gets = await rate(SEQUENTIAL, 1, get);
  const getsParallel = await rate(MANY, PARALLEL, get);
  const ms = name.startsWith("memory")
    ? undefined
    : await latencies(writer, reader);
  const at = (share: number) =>
    ms?.[Math.floor(ms.length * share)]?.toFixed(2) ?? "-";
  console.log(
    `| ${name} | ${puts} | ${putsParallel} | ${gets} | ${getsParallel} | ${
      at(0.5)
    } | ${at(0.99)} |`,
  );
}

console.log(
  `| store | put/s | put/s, ${PARALLEL} at once | get/s | get/s, ${PARALLEL} at once | put to event p50 ms | p99 ms |`,
);
console.log("| --- | --- | --- | --- | --- | --- | --- |");
for (const sealed of [false, true]) {
  const keys = KeyRing.parse(newKeyLine("k1"));
  const options = (): StoreOptions => sealed ? { seal: { keys } } : {};
  const how = sealed ? ", encrypted" : "";
  await measure(
    `memory${how}`,
    () => Promise.resolve(new MemoryStore(options())),
  );
  for (const sync of [true, false]) {
    const folder = await Deno.makeTempDir();
    await measure(
      `folder, sync ${sync}${how}`,
      () => FileStore.open(folder, { ...options(), sync }),
    );
    await Deno.remove(folder, { recursive: true });
  }
  if (noEtcd !== undefined) continue;
  await using server = await EtcdServer.start();
  const endpoints = [server.endpoint];
  await measure(
    `etcd${how}`,
    () => openEtcd({ ...options(), endpoints }),
  );
}
