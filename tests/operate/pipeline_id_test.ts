/** Pipelines of one host, with and without names. */
import assert from "node:assert/strict";
import { commandOf, spawn } from "../cli/run.ts";
import { inFolder } from "./_cli.ts";

interface Member {
  readonly id: string;
  readonly health: string;
}

/** A pipeline that waits for input, and what it says. */
class Pipeline implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #heard: Promise<void>;
  said = "";

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#heard = this.#listen();
  }

  static async start(folder: string, ...args: string[]): Promise<Pipeline> {
    const words = await commandOf("pipeline", ["-", ...args]);
    const env = { ML_DEFENDER_CONFIG: "file:tree" };
    return new Pipeline(spawn(words, { folder, env }, "piped"));
  }

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

Deno.test("pipelines of one host have names of their own, the same after a restart; of two that are named alike one complains, once, and both are seen", async () => {
  await inFolder(async (run, folder) => {
    const members = async (): Promise<Member[]> => {
      const { out } = await run("status", "--json");
      return JSON.parse(out).components;
    };
    const names: string[][] = [];
    for (let i = 0; i < 2; i++) {
      await using a = await Pipeline.start(folder, "--out", "a");
      await using b = await Pipeline.start(folder, "--out", "b");
      await Promise.all([a, b].map((one) => one.until(/runs revision/)));
      let seen: Member[] = [];
      for (let tries = 0; tries < 50 && seen.length < 2; tries++) {
        seen = await members();
      }
      names.push(seen.map(({ id }) => id).sort());
    }
    const [first, again] = names;
    assert.equal(new Set(first).size, 2);
    assert.deepEqual(again, first);
    for (const id of first!) {
      assert.match(id, new RegExp(`^${Deno.hostname()}-[0-9a-f]{8}$`));
    }
    const alike = ["--id", "sensor-1", "--out"];
    await using early = await Pipeline.start(folder, ...alike, "a");
    await early.until(/runs revision/);
    await using late = await Pipeline.start(folder, ...alike, "b");
    await late.until(/runs revision/);
    const complaint = /another process has registered as 'sensor-1'/g;
    await early.until(complaint);
    let ids: string[] = [];
    for (let tries = 0; tries < 50 && ids.length < 2; tries++) {
      ids = (await members()).map(({ id }) => id).sort();
    }
    assert.equal(ids[0], "sensor-1");
    assert.match(ids[1]!, /^sensor-1~[0-9a-f]{8}$/);
    assert.equal(early.said.match(complaint)!.length, 1);
    assert.doesNotMatch(late.said, complaint);
  });
});
