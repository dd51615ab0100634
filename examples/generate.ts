// deno-lint-ignore-file no-console
/** `deno task generate`: captures whose truth is known. */
import {
  type Background,
  type CaptureFormat,
  generate,
  type GenerateOptions,
  type Generation,
  type IpChoice,
  SCENARIOS,
  splice,
  type SpliceOptions,
  type Truth,
  truthPath,
  writeCaptureInTurns,
} from "../generator/mod.ts";
import { basename } from "node:path";
import {
  progress,
  runProgram,
  shownPath,
  UsageError,
  userPath,
  wholeNumber,
} from "./_cli.ts";

const HELP = `
Usage: deno task generate SCENARIO --out FILE [--seed N] [options]
       deno task generate --attack-of SCENARIO --into CAPTURE --out FILE [--seed N] [options]
       deno task generate --list [--json]

Writes a capture of a scenario, and beside it what is true about it (FILE with the ending .truth.json: attacks with
category, attackers, victims, subjects, times and packets; home networks; hosts that did nothing). The same scenario,
seed and options give the same bytes. What is not asked for follows from the seed: the network, the kind of ordinary
traffic around the attack, how strong the attack is and how long it takes.

Options:
  --out FILE            where the capture goes
  --seed N              seed of every choice (default 1)
  --list                print the scenarios
  --duration SECONDS    length of the capture
  --packets N           end at N packets; ordinary traffic goes on until then
  --megabytes N         end at about N MB of file; ordinary traffic goes on until then
  --background MIX      office, home, server, infrastructure, application or none
  --rate N              ordinary packets per second, on average
  --attack-packets N    cap of the packets of floods, scans and bulk transfers
  --ip 4|6|dual         IP versions
  --clients N           number of client machines
  --snaplen N           bytes kept of each packet (default: all)
  --format FORMAT       pcap, pcap-ns or pcapng (default: by the file's ending)
  --attack-of SCENARIO  put this attack into the capture given by --into
  --into CAPTURE        a pcap or pcapng file; its hosts become attackers and victims, within its span
  --home-net PREFIX     a home network of that capture; may be given again (default: the private prefixes)
  --json                print the truth as JSON
  --help                show this text

Exit codes: 0 done, 1 bad input or failure, 2 wrong usage.
`;

const OPTIONS = {
  out: { type: "string", short: "o" },
  seed: { type: "string" },
  list: { type: "boolean" },
  duration: { type: "string" },
  packets: { type: "string" },
  megabytes: { type: "string" },
  background: { type: "string" },
  rate: { type: "string" },
  "attack-packets": { type: "string" },
  ip: { type: "string" },
  clients: { type: "string" },
  snaplen: { type: "string" },
  format: { type: "string" },
  "attack-of": { type: "string" },
  into: { type: "string" },
  "home-net": { type: "string", multiple: true },
  json: { type: "boolean" },
} as const;

interface Values {
  [name: string]: string | boolean | string[] | undefined;
}

function oneOf<T extends string>(
  name: string,
  value: string,
  allowed: readonly T[],
): T {
  const found = allowed.find((one) => one === value);
  if (found === undefined) {
    throw new UsageError(
      `--${name} must be one of ${
        allowed.join(", ")
      }: current value is ${value}`,
    );
  }
  return found;
}

function known(name: string): string {
  if (!SCENARIOS.has(name)) {
    throw new UsageError(
      `unknown scenario '${name}': --list prints those that exist`,
    );
  }
  return name;
}

function text(values: Values, name: string): string | undefined {
  const value = values[name];
  return typeof value === "string" ? value : undefined;
}

function formatOf(values: Values, out: string): CaptureFormat {
  const given = text(values, "format");
  if (given === undefined) return out.endsWith(".pcapng") ? "pcapng" : "pcap";
  return oneOf("format", given, ["pcap", "pcap-ns", "pcapng"]);
}

function generateOptions(
  values: Values,
  common: { seed: number; format: CaptureFormat },
): GenerateOptions {
  const number = (
    name: string,
    range: [number, number],
  ): number | undefined => {
    const given = text(values, name);
    return given === undefined ? undefined : wholeNumber(name, given, 0, range);
  };
  const megabytes = number("megabytes", [1, 1_000_000]);
  const background = text(values, "background");
  const ip = text(values, "ip");
  const mixes = [
    "office",
    "home",
    "server",
    "infrastructure",
    "application",
    "none",
  ] as const;
  const asked = {
    durationSeconds: number("duration", [1, 86_400 * 30]),
    packets: number("packets", [1, 4_000_000_000]),
    bytes: megabytes === undefined ? undefined : megabytes * 1e6,
    benignPacketsPerSecond: number("rate", [1, 1_000_000]),
    attackPackets: number("attack-packets", [10, 4_000_000_000]),
    clients: number("clients", [1, 200]),
    snaplen: number("snaplen", [0, 262_144]),
    background: background === undefined
      ? undefined
      : oneOf<Background>("background", background, mixes),
    ip: ip === undefined
      ? undefined
      : ip === "dual"
      ? ip
      : Number(oneOf("ip", ip, ["4", "6"])) as IpChoice,
  };
  const given = Object.entries(asked).filter(([, value]) =>
    value !== undefined
  );
  return { ...common, ...Object.fromEntries(given) };
}

async function spliced(
  values: Values,
  into: string,
  common: { seed: number; format: CaptureFormat },
): Promise<Generation> {
  const name = known(text(values, "attack-of") as string);
  if (SCENARIOS.get(name)?.mix) {
    throw new UsageError(`--attack-of takes an attack: ${name} is none`);
  }
  const attackPackets = text(values, "attack-packets");
  const options: SpliceOptions = {
    ...common,
    label: basename(into),
    snaplen: wholeNumber("snaplen", text(values, "snaplen"), 0, [0, 262_144]),
    ...(Array.isArray(values["home-net"])
      ? { homeNets: values["home-net"] }
      : {}),
    ...(attackPackets === undefined ? {} : {
      attackPackets: wholeNumber("attack-packets", attackPackets, 0, [
        10,
        1e9,
      ]),
    }),
  };
  const capture = await readInput(into);
  try {
    return splice(name, capture, options);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new Error(`${into}: ${error.message}`, { cause: error });
  }
}

async function readInput(path: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(userPath(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new Error(`${path}: no such file`, { cause: error });
    }
    throw error;
  }
}

function printList(json: boolean): void {
  const list = [...SCENARIOS.values()].map((
    { name, categories, description },
  ) => ({
    name,
    categories,
    description,
  }));
  if (json) return console.log(JSON.stringify(list, null, 2));
  for (const { name, categories, description } of list) {
    console.log(
      `${name.padEnd(22)} ${
        (categories.join(", ") || "-").padEnd(13)
      } ${description}`,
    );
  }
}

function printTruth(truth: Truth, path: string): void {
  const seconds = (truth.endUs - truth.startUs) / 1e6;
  console.log(
    `${shownPath(path)}: ${truth.packets} packets, ${
      seconds.toFixed(0)
    } s, seed ${truth.seed}`,
  );
  for (const { category, subjects, packets, startUs, endUs } of truth.attacks) {
    const who = subjects.length > 3
      ? `${subjects.slice(0, 3).join(", ")}, ...`
      : subjects.join(", ");
    const from = ((startUs - truth.startUs) / 1e6).toFixed(1);
    const to = ((endUs - truth.startUs) / 1e6).toFixed(1);
    console.log(
      `  ${category} about ${who}: ${packets} packets from ${from} s to ${to} s`,
    );
  }
  console.log(`  truth in ${shownPath(truthPath(path))}`);
}

await runProgram(
  { name: "generate", help: HELP, options: OPTIONS, positionals: true },
  async (values, positionals, signal) => {
    if (values.list) return printList(values.json ?? false);
    const into = values.into;
    if ((into === undefined) !== (values["attack-of"] === undefined)) {
      throw new UsageError("--attack-of and --into belong together");
    }
    if (into === undefined && positionals.length !== 1) {
      throw new UsageError("give one SCENARIO, or --list");
    }
    if (into !== undefined && positionals.length > 0) {
      throw new UsageError("give either SCENARIO or --attack-of");
    }
    if (values.out === undefined) throw new UsageError("give --out FILE");
    const seed = wholeNumber("seed", values.seed, 1, [
      0,
      Number.MAX_SAFE_INTEGER,
    ]);
    const common = { seed, format: formatOf(values, values.out) };
    const generation = into === undefined
      ? generate(
        known(positionals[0] as string),
        generateOptions(values, common),
      )
      : await spliced(values, into, common);
    const path = userPath(values.out);
    const truth = await writeCaptureInTurns(path, generation, {
      progress: (bytes, packets) => {
        signal.throwIfAborted();
        progress(`${(bytes / 1e6).toFixed(0)} MB, ${packets} packets`);
      },
    });
    progress("");
    if (values.json) console.log(JSON.stringify(truth, null, 2));
    else printTruth(truth, path);
  },
);
