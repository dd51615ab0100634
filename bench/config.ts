// deno-lint-ignore-file no-console
/**
 * Change -> applied everywhere: `deno run -A bench/config.ts [--changes N] [--processes N] [--members 1|3] [--json]`.
 *
 * Processes that run batches share one configuration, in a folder and, where it is installed, in a real etcd on loopback, of one member or of three. A
 * change is written when the one before runs in all of them. Time runs from before `ConfigEditor.set` (which reads, checks
 * and writes) until the commit in each process; "in all" is the last of them. The processes wait for input first, and are
 * then half of the time within batches of about 1 ms, whose end a change waits for. The floor is one value that is set and
 * seen by as many processes that only watch.
 */
import { parseArgs } from "node:util";
import { ConfigEditor } from "../watcher/mod.ts";
import { model } from "../watcher/testdata/sections.ts";
import { LoopbackMembers } from "../tests/cluster/loopback_members.ts";
import { EtcdServer, noEtcd } from "../tests/etcd_server.ts";
import { openStore } from "../tests/watcher/open_store.ts";
import { Program } from "../tests/watcher/program.ts";
import { machine } from "./_measure.ts";

interface Row {
  readonly store: string;
  readonly name: string;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

interface Options {
  readonly changes: number;
  readonly processes: number;
}

function row(store: string, name: string, milliseconds: number[]): Row {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
  return { store, name, p50: at(0.5), p99: at(0.99), max: sorted.at(-1)! };
}

const now = () => performance.timeOrigin + performance.now();

/** Times of changes, each written when the one before was seen by all. */
async function changes(
  count: number,
  members: readonly Program[],
  write: (i: number) => Promise<{ readonly revision: number }>,
): Promise<{ written: number[]; each: number[]; everywhere: number[] }> {
  const written: number[] = [];
  const each: number[] = [];
  const everywhere: number[] = [];
  const seen = members.map(() => 0);
  await Promise.all(
    members.map((member) => member.until(({ at }) => at === "ready")),
  );
  for (let i = 1; i <= count; i++) {
    const start = now();
    const { revision } = await write(i);
    written.push(now() - start);
    const times = await Promise.all(members.map(async (member, m) => {
      const { time } = await member.until(
        (line) => line.at === "runs" && line.revision === revision,
        { from: seen[m]! },
      );
      seen[m] = member.lines.length;
      return time - start;
    }));
    each.push(...times);
    everywhere.push(Math.max(...times));
  }
  return { written, each, everywhere };
}

async function withPrograms<T>(
  start: (i: number) => Program,
  count: number,
  use: (members: readonly Program[]) => Promise<T>,
): Promise<T> {
  const members = Array.from({ length: count }, (_, i) => start(i));
  try {
    return await use(members);
  } finally {
    await Promise.all(members.map((member) => member.kill()));
  }
}

async function measure(
  kind: string,
  place: string,
  { changes: count, processes }: Options,
): Promise<Row[]> {
  await using store = await openStore(place);
  const floor = await withPrograms(
    () => new Program("witness.ts", place),
    processes,
    (members) =>
      changes(count, members, (i) => store.set("floor/value", { value: i })),
  );
  const editor = new ConfigEditor({ store, model: model() });
  const ours = (phase: string) =>
    withPrograms(
      (i) => new Program("member.ts", place, `member-${i}`, phase),
      processes,
      async (members) => {
        const times = await changes(count, members, (i) =>
          editor.set({
            "scoring.alert": 0.8 + 0.2 * i / count,
            "logging.sampling": i + 1,
          }, { actor: "bench" }));
        if (
          members.some(({ lines }) => lines.some(({ at }) => at === "torn"))
        ) {
          throw new Error("a batch saw two configurations");
        }
        return times;
      },
    );
  const quiet = await ours("quiet");
  const busy = await ours("busy");
  return [
    row(kind, `floor: a value seen by all ${processes}`, floor.everywhere),
    row(kind, "set returned", quiet.written),
    row(kind, "applied in one", quiet.each),
    row(kind, `applied in all ${processes}`, quiet.everywhere),
    row(kind, "applied in one, in batches", busy.each),
    row(kind, `applied in all ${processes}, in batches`, busy.everywhere),
  ];
}

const { values } = parseArgs({
  options: {
    changes: { type: "string", default: "1000" },
    processes: { type: "string", default: "5" },
    members: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
  },
});
const options = {
  changes: Number(values.changes),
  processes: Number(values.processes),
};
const rows: Row[] = [];
const folder = await Deno.makeTempDir();
try {
  rows.push(...await measure("file", `file:${folder}`, options));
} finally {
  await Deno.remove(folder, { recursive: true });
}
if (noEtcd === undefined && values.members === "3") {
  await using etcd = await LoopbackMembers.start();
  const place = `etcd:${etcd.endpoints.join(",")}`;
  rows.push(...await measure("etcd of 3", place, options));
} else if (noEtcd === undefined) {
  await using etcd = await EtcdServer.start();
  rows.push(...await measure("etcd", `etcd:${etcd.endpoint}`, options));
}
if (values.json) console.log(JSON.stringify(rows));
else {
  console.log(await machine());
  console.log(`${options.changes} changes; milliseconds`);
  const ms = (value: number) => value.toFixed(2).padStart(9);
  for (const { store, name, p50, p99, max } of rows) {
    const title = `${store}: ${name}`.padEnd(46);
    console.log(`${title} p50${ms(p50)}  p99${ms(p99)}  max${ms(max)}`);
  }
  if (noEtcd !== undefined) console.log(`etcd is left out: ${noEtcd}`);
}
