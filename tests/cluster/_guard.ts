/** Undoes what a test bed left on the machine, even when the test process is killed. */

/** Reads what there is to undo, and does it when its input ends, which it does with whoever started it. */
const SCRIPT = `
trap '' INT TERM HUP
pids= networks= folders=
while read -r what name; do
  case $what in
    pid) pids="$pids $name" ;;
    gone)
      left=
      for pid in $pids; do [ "$pid" = "$name" ] || left="$left $pid"; done
      pids=$left ;;
    network) networks="$networks $name" ;;
    folder) folders="$folders $name" ;;
  esac
done
for pid in $pids; do kill -9 "$pid"; done
for network in $networks; do
  for pid in $(ip netns pids "$network"); do kill -9 "$pid"; done
  ip netns del "$network"
done
for folder in $folders; do
  for try in 1 2 3 4 5; do rm -rf "$folder" && break; sleep 0.1; done
done
`;

/** A shell that waits for the end of this process, or of the guard. */
export class Guard implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;

  constructor() {
    this.#process = new Deno.Command("sh", {
      args: ["-c", SCRIPT],
      stdin: "piped",
      stdout: "null",
      stderr: "null",
    }).spawn();
    this.#input = this.#process.stdin.getWriter();
  }

  /** Tells it of something: a process, one that has ended, a network namespace, a folder. */
  async tell(
    what: "pid" | "gone" | "network" | "folder",
    name: string | number,
  ): Promise<void> {
    await this.#input.write(new TextEncoder().encode(`${what} ${name}\n`));
  }

  /** Everything it was told of is gone when this resolves. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close();
    await this.#process.status;
  }
}
