/** Whether a member still answers, and still has a leader. */
import type { Etcd3 } from "npm:etcd3@1.1.2";

type Stream = Awaited<ReturnType<Etcd3["leaseClient"]["leaseKeepAlive"]>>;

const EVERY_MS = 500;
const LATE_MS = 1500;
/** No lease has this id: etcd's are large. The leader answers that it is not there. */
const NO_LEASE = "1";

/**
 * A watch on a member that is cut off stays silent. So a lease that does not exist is kept twice a second, on one stream,
 * which only a leader can answer; without an answer in time the connection counts as lost.
 */
export class Heartbeat {
  readonly #fail: (error: Error) => void;
  #stream: Stream | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #heard = performance.now();
  #closed = false;

  constructor(etcd: Etcd3, fail: (error: Error) => void) {
    this.#fail = fail;
    this.#timer = setInterval(() => this.#beat(), EVERY_MS);
    this.#open(etcd).catch(fail);
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    this.#stream?.cancel();
  }

  async #open(etcd: Etcd3): Promise<void> {
    const stream = await etcd.leaseClient.leaseKeepAlive();
    stream.on("data", () => this.#heard = performance.now())
      .on("error", (error) => this.#closed || this.#fail(error))
      .on("end", () => this.#lost("the stream ended"));
    if (this.#closed) return stream.cancel();
    this.#stream = stream;
    this.#beat();
  }

  #beat(): void {
    if (performance.now() - this.#heard > LATE_MS) {
      this.#lost(`no answer within ${LATE_MS} ms`);
    } else this.#stream?.write({ ID: NO_LEASE });
  }

  #lost(reason: string): void {
    if (!this.#closed) this.#fail(new Error(`UNAVAILABLE: ${reason}`));
  }
}
