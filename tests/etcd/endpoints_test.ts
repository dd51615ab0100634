/** Endpoints that are refused before anything is reached, and such as never answer. */
import assert from "node:assert/strict";
import { openEtcd } from "./_etcd.ts";

Deno.test("EtcdStore refuses a user and a password in an endpoint, and repeats neither", async () => {
  for (
    const user of ["eva:hunter2", "eva", ":hunter2", "eva:hunter2%40:x"]
  ) {
    for (const protocol of ["http", "https"]) {
      const endpoints = ["http://localhost:1", `${protocol}://${user}@h:2379`];
      const error = await openEtcd({ endpoints, timeoutMs: 100 })
        .then(() => undefined, (e) => e);
      assert.ok(error instanceof TypeError, `${error}`);
      assert.match(error.message, /user or password.*'auth'/);
      assert.doesNotMatch(error.message, /eva|hunter2/);
    }
  }
});

Deno.test("EtcdStore.open ends at once when its signal says so, where a server greets and then stays silent", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const endpoints = [`http://127.0.0.1:${port}`];
  const asked = Promise.withResolvers<void>();
  const serving = greet(listener, asked.resolve);
  const control = new AbortController();
  const { signal } = control;
  const opening = openEtcd({ endpoints, timeoutMs: 600_000, signal })
    .then(() => undefined, (error) => error);
  await asked.promise;
  control.abort();
  const late = new Promise((done) => setTimeout(done, 1000, "late"));
  const error = await Promise.race([opening, late]);
  assert.equal(error.code, "closed", `${error}`);
  const again = await openEtcd({ endpoints, timeoutMs: 600_000, signal })
    .then(() => undefined, (error) => error);
  assert.equal(again.code, "closed", `${again}`);
  listener.close();
  await serving;
});

/** Speaks HTTP/2 as far as its settings, and tells of the first request. */
async function greet(
  listener: Deno.Listener,
  asked: () => void,
): Promise<void> {
  const settings = Uint8Array.of(0, 0, 0, 4, 0, 0, 0, 0, 0);
  const HEADERS = 1;
  try {
    using socket = await listener.accept();
    await socket.write(settings);
    const buffer = new Uint8Array(65_536);
    let bytes: number[] = [];
    for (;;) {
      const count = await socket.read(buffer);
      if (count === null) return;
      bytes = [...bytes, ...buffer.subarray(0, count)];
      // Frames stand behind the 24 bytes of the preface.
      for (let at = 24; at + 9 <= bytes.length;) {
        if (bytes[at + 3] === HEADERS) asked();
        at += 9 + (bytes[at]! << 16 | bytes[at + 1]! << 8 | bytes[at + 2]!);
      }
    }
  } catch {
    // It was closed.
  }
}
