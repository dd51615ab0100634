import { readSystemFile, readSystemFolder } from "./system_files.ts";

/** A sensor of temperature. */
export interface Sensor {
  /** What it says that it measures. */
  readonly name: string;
  /** Degrees Celsius. */
  readonly degrees: number;
}

/** What the machine's sensors say. */
export interface Sensors {
  /** Hottest first; empty where there are none, as in most virtual machines. */
  readonly sensors: readonly Sensor[];
  /** Why there are none, in words; empty where there are some. */
  readonly reason: string;
}

const FOLDER = "/sys/class/thermal";

/**
 * The machine's sensors, as Linux shows them.
 *
 * @param folder Where they are. @default {"/sys/class/thermal"}
 */
export async function readSensors(folder = FOLDER): Promise<Sensors> {
  const names = await readSystemFolder(folder);
  if (names.state === "denied") {
    return {
      sensors: [],
      reason: `sensors under ${folder} need --allow-run=cat,ls`,
    };
  }
  const zones = names.state === "read"
    ? names.text.split("\n").filter((name) => name.startsWith("thermal_zone"))
    : [];
  const read = await Promise.all(zones.map(async (zone) => {
    const [type, temp] = await Promise.all([
      readSystemFile(`${folder}/${zone}/type`),
      readSystemFile(`${folder}/${zone}/temp`),
    ]);
    const text = temp.state === "read" ? temp.text.trim() : "";
    const name = type.state === "read" ? type.text.trim() : "";
    const degrees = text === "" ? NaN : Number(text) / 1000;
    return { name: name || zone, degrees };
  }));
  // A sensor that is off gives nothing, or something far outside.
  const sensors = read.filter(({ degrees }) => degrees > -50 && degrees < 150)
    .sort((a, b) => b.degrees - a.degrees);
  return {
    sensors,
    reason: sensors.length === 0
      ? `this machine has no sensor under ${folder}`
      : "",
  };
}
