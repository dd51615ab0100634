/**
 * Slow links: `link.ts DELAY_MS BYTES_PER_SECOND FROM=TO...`. What is taken at each FROM comes out at TO, and what is
 * answered comes back, so much later and no faster than that. Ends when its input ends.
 */
import { answer, print } from "./_lines.ts";

const [delayMs, rate] = [Number(Deno.args[0]), Number(Deno.args[1])];
const CHUNK = 1200;

function at(place: string): { hostname: string; port: number } {
  const [hostname, port] = place.split(":") as [string, string];
  return { hostname, port: Number(port) };
}

/** One direction of a connection. */
async function carry(from: Deno.Conn, to: Deno.Conn): Promise<void> {
  const chunk = new Uint8Array(CHUNK);
  /** When the line is free again. */
  let free = 0;
  let sending = Promise.resolve();
  for (;;) {
    const read = await from.read(chunk);
    if (read === null) break;
    const bytes = chunk.slice(0, read);
    const sent = free = Math.max(performance.now(), free) + read / rate * 1000;
    const there = sent + delayMs;
    const before = sending;
    sending = (async () => {
      await before;
      const left = there - performance.now();
      if (left > 0) await new Promise((done) => setTimeout(done, left));
      await writeAll(to, bytes);
    })();
    sending.catch(() => {});
    const full = sent - performance.now();
    if (full > 0) await new Promise((done) => setTimeout(done, full));
  }
  await sending;
}

async function writeAll(to: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let i = 0; i < bytes.length;) i += await to.write(bytes.subarray(i));
}

async function join(near: Deno.Conn, place: string): Promise<void> {
  let far: Deno.Conn;
  try {
    far = await Deno.connect(at(place));
  } catch {
    return near.close();
  }
  const close = (conn: Deno.Conn) => {
    try {
      conn.close();
    } catch {
      // The other direction closed it.
    }
  };
  const both = [carry(near, far), carry(far, near)].map((one) =>
    one.catch(() => {})
  );
  // Neither HTTP/2 nor etcd's own streams close one half only.
  await Promise.race(both);
  close(near);
  close(far);
}

async function serve(from: string, to: string): Promise<void> {
  for await (const near of Deno.listen(at(from))) void join(near, to);
}

for (const pair of Deno.args.slice(2)) {
  const [from, to] = pair.split("=") as [string, string];
  void serve(from, to);
}
print("ready");
await answer({});
Deno.exit(0);
