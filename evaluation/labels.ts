import type { Category } from "@ml-defender/events";

/** One labelled capture. */
export interface LabelledCapture {
  /** Path relative to the folder of `labels.json`. */
  readonly path: string;
  /** Class of the label, such as `botnet` or `benign`. */
  readonly className: string;
  /** Source that it comes from; captures of one source are not independent. */
  readonly source: string;
  /** Categories that count as right, the strict one first; empty for benign captures. */
  readonly accepted: readonly Category[];
  /** Addresses that an incident may be about: all that the label names; empty where it names none. */
  readonly hosts: readonly string[];
  /** Addresses named as attackers; empty where there are too many to name. */
  readonly attackers: readonly string[];
  /** Addresses named as victims. */
  readonly victims: readonly string[];
  /** Addresses named as infected. */
  readonly infected: readonly string[];
  /** SHA-256 of the file, as the label states it. */
  readonly sha256: string | undefined;
}

/** Which categories are right for a class of captures; the first one is the strict answer. */
export const ACCEPTED: Readonly<Record<string, readonly Category[]>> = {
  ddos: ["ddos"],
  scan: ["scan"],
  bruteforce: ["bruteforce"],
  dns: ["dns", "exfiltration", "c2"],
  lateral: ["lateral", "ransomware", "bruteforce", "scan"],
  botnet: ["c2", "exfiltration", "ransomware", "mining"],
  cryptomining: ["mining", "c2"],
  web: ["web"],
};

/** Classes of captures in which nothing should be found. */
export const BENIGN: readonly string[] = ["benign", "dns_benign"];

/** Names of files that hold captures. */
export const CAPTURE_NAME: RegExp =
  /\.(pcap|pcapng|cap|trace|dmp)(\.gz|\.zst)?$/i;
const ADDRESS = /^(\d+\.\d+\.\d+\.\d+|[0-9a-f]*:[0-9a-f:.]+)$/i;

/**
 * Read labels in the shape of a JSON object from path to label.
 *
 * @param json The parsed file.
 * @returns Captures of the classes that can be judged, in path order; others are skipped.
 * @throws {SyntaxError} If it is not an object of labels.
 */
export function parseLabels(json: unknown): LabelledCapture[] {
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw new SyntaxError(
      "labels must be an object from path to label",
    );
  }
  const captures: LabelledCapture[] = [];
  for (const [path, label] of Object.entries(json)) {
    if (typeof label !== "object" || label === null) {
      throw new SyntaxError(`label of ${path} must be an object`);
    }
    const fields = label as Record<string, unknown>;
    const className = String(fields.class ?? "");
    const accepted = ACCEPTED[className] ?? [];
    if (accepted.length === 0 && !BENIGN.includes(className)) continue;
    if (!CAPTURE_NAME.test(path)) continue;
    captures.push({
      path,
      className,
      source: String(fields.repo ?? path),
      accepted,
      ...hostsOf(fields),
      sha256: typeof fields.sha256 === "string" ? fields.sha256 : undefined,
    });
  }
  return captures.sort((a, b) => a.path < b.path ? -1 : 1);
}

function hostsOf(
  fields: Record<string, unknown>,
): Pick<LabelledCapture, "hosts" | "attackers" | "victims" | "infected"> {
  const named = (key: string) => {
    const list = fields[key];
    if (!Array.isArray(list)) return [];
    return list.filter((item): item is string =>
      typeof item === "string" && ADDRESS.test(item)
    );
  };
  const attackers = named("attackers");
  const victims = named("victims");
  const infected = named("infected_hosts");
  return {
    hosts: [...attackers, ...victims, ...infected],
    attackers,
    victims,
    infected,
  };
}
