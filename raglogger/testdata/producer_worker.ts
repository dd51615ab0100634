/** A worker that appends `count` verdicts from `from` on through the port that it is sent, and says how many were written. */
import { LogProducer } from "../producer.ts";
import { verdict } from "./events.ts";

interface Start {
  readonly port: MessagePort;
  readonly from: number;
  readonly count: number;
}

self.addEventListener("message", async (event) => {
  const { port, from, count } = (event as MessageEvent<Start>).data;
  const producer = new LogProducer(port);
  let written = 0;
  for (let i = 0; i < count; i++) {
    const { state } = await producer.append(verdict(from + i));
    if (state === "written") written++;
  }
  await producer.close();
  (self as unknown as Pick<Worker, "postMessage">).postMessage(written);
});
