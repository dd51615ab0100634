/**
 * CPU time of programs, machine and commit, for benches that run other programs.
 *
 * @module
 */

const decoder = new TextDecoder();

/** What one run took and printed. */
export interface Run {
  /** User and system CPU seconds of the whole process. */
  readonly cpuSeconds: number;
  /** What it printed. */
  readonly output: string;
}

/**
 * Run a program to its end; the shell's `times` tells its CPU time.
 *
 * @throws {Error} If it fails.
 */
export async function measure(command: readonly string[]): Promise<Run> {
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    // The program's own output goes to descriptor 3, that of `times` to the error output.
    args: ["-c", '"$@" || exit 1; times >&2', "sh", ...command],
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = decoder.decode(stderr);
  if (code !== 0) throw new Error(`${command.join(" ")}: ${text.trim()}`);
  const line = text.trimEnd().split("\n").at(-1) ?? "";
  const parts = [...line.matchAll(/(\d+)m([\d.]+)s/g)];
  const cpuSeconds = parts.reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  );
  return { cpuSeconds, output: decoder.decode(stdout) };
}

/** Whether a program can be started. */
export async function exists(program: string): Promise<boolean> {
  const { success } = await new Deno.Command("sh", {
    args: ["-c", `command -v ${program}`],
    stdout: "null",
    stderr: "null",
  }).output();
  return success;
}

/** Arguments that run a program of bench/programs. */
export function program(name: string, ...args: string[]): string[] {
  const path = new URL(`programs/${name}`, import.meta.url).pathname;
  return [Deno.execPath(), "run", "-A", path, ...args];
}

/** Processor, its count, and the commit, as a line. */
export async function machine(): Promise<string> {
  const cpu = /model name\s*:\s*(.*)/.exec(
    await Deno.readTextFile("/proc/cpuinfo").catch(() => ""),
  )?.[1] ?? Deno.build.arch;
  const { stdout } = await new Deno.Command("git", {
    args: ["describe", "--always", "--dirty"],
    cwd: new URL(".", import.meta.url),
    stdout: "piped",
    stderr: "null",
  }).output().catch(() => ({ stdout: new Uint8Array(0) }));
  const commit = decoder.decode(stdout).trim() || "unknown";
  const { hardwareConcurrency } = navigator;
  return `${cpu}, ${hardwareConcurrency} cores, Deno ${Deno.version.deno}, commit ${commit}`;
}
