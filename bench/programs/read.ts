// deno-lint-ignore-file no-console
/**
 * What bench/chain.ts measures from outside: `read.ts floor|features|chain native|wasm FILE [LOG]`.
 *
 * `floor` walks the records of a pcap file in TypeScript; `features` reads it through the engine; `chain` is the whole
 * `analyze()`, with its log where LOG is given.
 */
import { openCapture } from "@ml-defender/capture";
import { openCore } from "@ml-defender/native";

const [what, build, path, log] = Deno.args as [string, string, string, string?];

async function floor(): Promise<Record<string, number>> {
  using file = await Deno.open(path);
  const buffer = new Uint8Array(1 << 20);
  const view = new DataView(buffer.buffer);
  let packets = 0;
  let held = 0;
  let at = 24;
  for (;;) {
    const count = await file.read(buffer.subarray(held));
    if (count === null) return { packets };
    held += count;
    while (at + 16 <= held) {
      const next = at + 16 + view.getUint32(at + 8, true);
      if (next > held) break;
      at = next;
      packets++;
    }
    buffer.copyWithin(0, at, held);
    held -= at;
    at = 0;
  }
}

async function features(): Promise<Record<string, number>> {
  const core = await openCore({ build: build as "native" | "wasm" });
  await using capture = await openCapture(path, { core });
  let flows = 0;
  let hosts = 0;
  for await (const batch of capture) {
    flows += batch.flows.length;
    hosts += batch.hosts.length;
  }
  return { packets: capture.status().packets, flows, hosts };
}

async function chain(): Promise<Record<string, number>> {
  // What features alone do not need is not loaded for them.
  const { analyze } = await import("@ml-defender/sdk");
  const core = await openCore({ build: build as "native" | "wasm" });
  await using run = await analyze(path, {
    core,
    ...(log !== undefined && { log }),
  });
  const { packets, flows, hosts, incidents, logged } = await run.finished;
  return { packets, flows, hosts, incidents: incidents.length, logged };
}

const result =
  await (what === "floor"
    ? floor()
    : what === "features"
    ? features()
    : chain());
console.log(JSON.stringify(result));
