/** What the programs of a test bed print, and what they are asked. */

const encoder = new TextEncoder();

/** Milliseconds on a clock that all processes of a machine share. */
export const now = (): number => performance.timeOrigin + performance.now();

/** Prints a line at once. */
export function print(at: string, more: object = {}): void {
  Deno.stdout.writeSync(
    encoder.encode(`${JSON.stringify({ at, ...more })}\n`),
  );
}

/** Waits. */
export function sleep(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}

/** Something that a program is asked. */
export type Request = Readonly<Record<string, unknown>>;

/** Answers what is asked on standard input, one after the other, until that ends. */
export async function answer(
  actions: Readonly<Record<string, (request: Request) => Promise<object>>>,
): Promise<void> {
  let rest = "";
  const text = Deno.stdin.readable.pipeThrough(new TextDecoderStream());
  for await (const part of text) {
    const lines = (rest + part).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      const request = JSON.parse(line) as Request;
      const { id } = request;
      try {
        const action = actions[String(request.do)];
        if (action === undefined) throw new Error(`what is ${request.do}?`);
        print("answer", { id, ...await action(request) });
      } catch (error) {
        print("answer", { id, error: (error as Error).message });
      }
    }
  }
}
