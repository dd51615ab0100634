/// <reference lib="deno.worker" />
/** The worker's side: one model, asked by messages, one request after another. */
import { LoadedModel } from "./_model.ts";
import { type FromWorker, plainError, type ToWorker } from "./_protocol.ts";

let model: LoadedModel | undefined;
let turn: Promise<void> = Promise.resolve();

const tell = (message: FromWorker, transfer: Transferable[] = []) =>
  self.postMessage(message, transfer);

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  turn = turn.then(() => handle(data));
};

async function handle(message: ToWorker): Promise<void> {
  const id = message.kind === "embed" ? message.id : undefined;
  try {
    switch (message.kind) {
      case "open":
        model = await LoadedModel.open(message.setup);
        tell({
          kind: "opened",
          model: model.sha256,
          dimensions: model.dimensions,
          maxTokens: model.maxTokens,
        });
        return;
      case "embed": {
        const vectors = await model!.embed(message.texts);
        tell({ kind: "embedded", id: message.id, vectors }, [vectors.buffer]);
        return;
      }
      case "close":
        await model?.close();
        tell({ kind: "closed" });
        return;
    }
  } catch (error) {
    const plain = plainError(error);
    tell({ kind: "failed", error: plain, ...(id === undefined ? {} : { id }) });
  }
}
