/** Pipelines that wait for input. */
import assert from "node:assert/strict";
import { commandOf, spawn } from "../cli/run.ts";

/** A pipeline that waits for input, and what it says. */
export class Pipeline implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #heard: Promise<void>;
  /** What it has said so far. */
  said = "";

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#heard = this.#listen();
  }

  /** Starts one whose user stands in a folder; what names no store means the folder `tree` there. */
  static async start(folder: string, ...args: string[]): Promise<Pipeline> {
    const words = await commandOf("pipeline", ["-", ...args]);
    const env = { ML_DEFENDER_CONFIG: "file:tree" };
    return new Pipeline(spawn(words, { folder, env }, "piped"));
  }

  /** Waits until it has said something; 60 s at most. */
  async until(wanted: RegExp): Promise<void> {
    const end = performance.now() + 60_000;
    while (!wanted.test(this.said)) {
      assert.ok(performance.now() < end, `not said: ${wanted}\n${this.said}`);
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  async #listen(): Promise<void> {
    const texts = this.#child.stderr.pipeThrough(new TextDecoderStream());
    for await (const text of texts) this.said += text;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGINT");
    await this.#child.status;
    await this.#child.stdin.close().catch(() => {});
    await this.#child.stdout.cancel();
    await this.#heard;
  }
}
