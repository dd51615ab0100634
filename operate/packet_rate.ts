import { readSystemFile, readSystemFolder } from "./system_files.ts";

/** Packets that arrive at this machine. */
export interface PacketRate {
  /** The interface that gets most. */
  readonly interface: string;
  /** Packets a second. */
  readonly packetsPerSecond: number;
}

const FOLDER = "/sys/class/net";

/**
 * Count what the busiest interface gets, as Linux shows it.
 *
 * @param ms How long.
 * @param folder Where the interfaces are. @default {"/sys/class/net"}
 * @returns Undefined where there is no interface but loopback, or its counters may not be read.
 */
export async function measurePacketRate(
  ms: number,
  folder = FOLDER,
): Promise<PacketRate | undefined> {
  const before = await received(folder);
  const start = performance.now();
  await new Promise((done) => setTimeout(done, ms));
  const after = await received(folder);
  const seconds = (performance.now() - start) / 1000;
  const rates = [...after].map(([name, packets]): PacketRate => ({
    interface: name,
    packetsPerSecond: Math.max(0, packets - (before.get(name) ?? packets)) /
      seconds,
  }));
  return rates.toSorted((a, b) => b.packetsPerSecond - a.packetsPerSecond)[0];
}

async function received(folder: string): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const names = await readSystemFolder(folder);
  if (names.state !== "read") return counts;
  for (const name of names.text.split("\n")) {
    if (name === "" || name === "lo") continue;
    const file = await readSystemFile(
      `${folder}/${name}/statistics/rx_packets`,
    );
    if (file.state === "read" && /^\d+\s*$/.test(file.text)) {
      counts.set(name, Number(file.text));
    }
  }
  return counts;
}
