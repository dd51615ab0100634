/** A sensor of temperature. */
export interface Sensor {
  /** What it says that it measures. */
  readonly name: string;
  /** Degrees Celsius. */
  readonly degrees: number;
}

const FOLDER = "/sys/class/thermal";

/**
 * The machine's sensors, as Linux shows them.
 *
 * @param folder Where they are. @default {"/sys/class/thermal"}
 * @returns Hottest first; empty where there are none, as in most virtual machines.
 */
export async function readSensors(folder = FOLDER): Promise<Sensor[]> {
  const sensors: Sensor[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) {
      if (!name.startsWith("thermal_zone")) continue;
      const read = (file: string) =>
        Deno.readTextFile(`${folder}/${name}/${file}`).catch(() => "");
      const [type, text] = await Promise.all([read("type"), read("temp")]);
      const degrees = Number(text.trim()) / 1000;
      if (text.trim() === "" || !Number.isFinite(degrees)) continue;
      // A sensor that is off says something far outside.
      if (degrees < -50 || degrees > 150) continue;
      sensors.push({ name: type.trim() || name, degrees });
    }
  } catch {
    return [];
  }
  return sensors.sort((a, b) => b.degrees - a.degrees);
}
