import assert from "node:assert/strict";
import { type Gate, Gates } from "./gate.ts";

const never = new AbortController().signal;

/** Runs an action that notes that it ran. */
function runner(gates: Gates, timeoutMs = 5000, signal = never) {
  const seen: string[] = [];
  const passed = gates.run(
    () => {
      seen.push("ran");
      return undefined;
    },
    timeoutMs,
    signal,
  );
  return { seen, passed };
}

Deno.test("Gates.run runs at once where no pipeline holds a batch", async () => {
  const gates = new Gates();
  gates.open("a");
  const { seen, passed } = runner(gates);
  assert.deepEqual(seen, ["ran"]);
  assert.deepEqual(await passed, { state: "ran" });
});

Deno.test("Gates.run waits for the boundary of a pipeline, and runs in it", async () => {
  const gates = new Gates();
  const gate = gates.open("a");
  assert.equal(gate.betweenBatches(), undefined);
  const { seen, passed } = runner(gates);
  await Promise.resolve();
  assert.deepEqual(seen, []);
  assert.equal(gate.betweenBatches(), undefined);
  assert.deepEqual(seen, ["ran"]);
  await passed;
});

Deno.test("Gates.run waits until all pipelines are at a boundary together", async () => {
  const gates = new Gates();
  const [a, b] = [gates.open("a"), gates.open("b")];
  a.betweenBatches();
  b.betweenBatches();
  const { seen, passed } = runner(gates);
  const parked = a.betweenBatches();
  assert.ok(parked instanceof Promise);
  assert.deepEqual(seen, []);
  assert.deepEqual(gates.busy, ["b"]);
  b.idle();
  assert.deepEqual(seen, ["ran"]);
  await parked;
  await passed;
  assert.deepEqual(gates.busy, ["a"]);
});

Deno.test("Gates.run gives up in time, names who is late, and lets the others go on", async () => {
  const gates = new Gates();
  const [a, b] = [gates.open("a"), gates.open("b")];
  a.betweenBatches();
  b.betweenBatches();
  const { seen, passed } = runner(gates, 20);
  const parked = a.betweenBatches();
  assert.deepEqual(await passed, { state: "late", names: ["b"] });
  await parked;
  b.betweenBatches();
  assert.deepEqual(seen, []);
});

Deno.test("Gates.run ends when told, and when the last busy pipeline ends", async () => {
  const gates = new Gates();
  const gate = gates.open("a");
  gate.betweenBatches();
  const end = new AbortController();
  const first = runner(gates, 5000, end.signal);
  end.abort();
  assert.deepEqual(await first.passed, { state: "closed" });
  const second = runner(gates);
  gate.close();
  gate.close();
  assert.deepEqual(await second.passed, { state: "ran" });
  assert.throws(() => gate.betweenBatches(), /must be open/);
});

Deno.test("Gates.run holds every batch back until what its action began is done", async () => {
  const gates = new Gates();
  const [a, b] = [gates.open("a"), gates.open("b")];
  const more = Promise.withResolvers<void>();
  const passed = gates.run(() => more.promise, 5000, never);
  const order: string[] = [];
  const enter = async (gate: Gate) => {
    await gate.betweenBatches();
    order.push(gate.name);
  };
  const entering = [enter(a), enter(b)];
  await new Promise((done) => setTimeout(done, 5));
  assert.equal(order.length, 0);
  order.push("done");
  more.resolve();
  await Promise.all([...entering, passed]);
  assert.deepEqual(order, ["done", "a", "b"]);
});

Deno.test("Gate.batches is idle while it waits for its source, and after its consumer left", async () => {
  const gates = new Gates();
  const gate = gates.open("a");
  const input = new TransformStream<number, number>();
  const writer = input.writable.getWriter();
  const seen: string[] = [];
  const consuming = (async () => {
    for await (const batch of gate.batches(input.readable)) {
      seen.push(`${batch} ${gates.busy}`);
      if (batch === 2) break;
    }
  })();
  await writer.write(1);
  await new Promise((done) => setTimeout(done, 5));
  assert.deepEqual(gates.busy, []);
  await writer.write(2).catch(() => {});
  await consuming;
  assert.deepEqual(seen, ["1 a", "2 a"]);
  assert.deepEqual(gates.busy, []);
});
