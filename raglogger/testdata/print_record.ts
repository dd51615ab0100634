/** Prints `record.ts` from the field table: `deno run raglogger/testdata/print_record.ts > raglogger/record.ts`. A test compares. */
import { LOG_FIELDS, type LogField } from "../fields.ts";

type Tree = Map<string, Tree | LogField>;

const NAMES: Readonly<Record<string, string>> = {
  rag_metadata: "Where the line comes from",
  detection: "What was detected and how it was decided",
  "detection.scores": "Scores of the engines",
  "detection.classification": "Classes from coarse to fine",
  "detection.predictions": "Scores of the four forests",
  "detection.reasons": "Why it was flagged",
  "detection.decision": "The decision and its doubts",
  network: "The traffic",
  "network.five_tuple": "Addresses, ports and protocol",
  "network.flow": "Size of the flow",
  "network.geoip": "Places of the two ends",
  "network.geoip.source": "Place of the source",
  "network.geoip.destination": "Place of the destination",
  features: "Flow features",
  "features.basic_stats": "Packets and bytes by direction",
  "features.tcp_flags": "TCP flags, both directions",
  "features.timing": "Time between packets",
  "features.packet_length": "Packet lengths",
  window: "The time that the event is about",
  system_state:
    "The machine that logged it; left out of chain and artifact hashes",
  ml_training_metadata: "Use of the event for training",
  artifact: "The artifact file beside the log",
};

function tree(): Tree {
  const root: Tree = new Map();
  for (const field of LOG_FIELDS) {
    const names = field.path.split(".");
    let node = root;
    for (const name of names.slice(0, -1)) {
      const next = node.get(name) ?? new Map();
      node.set(name, next);
      node = next as Tree;
    }
    node.set(names.at(-1) ?? "", field);
  }
  return root;
}

function leafType(field: LogField): string {
  const base =
    field.values?.map((value) => JSON.stringify(value)).join(" | ") ??
      ({
        number: "number",
        integer: "number",
        boolean: "boolean",
        text: "string",
        time: "string",
      })[field.kind];
  return field.nullable ? `${base} | null` : base;
}

function print(node: Tree, path: string, indent: string): string[] {
  return [...node].flatMap(([name, child]) => {
    const here = path === "" ? name : `${path}.${name}`;
    if (!(child instanceof Map)) {
      return [
        `${indent}/** ${child.meaning}. */`,
        ...property(`${indent}${name}:`, leafType(child), indent),
      ];
    }
    return [
      `${indent}/** ${NAMES[here] ?? here}. */`,
      `${indent}${name}: {`,
      ...print(child, here, `${indent}  `),
      `${indent}};`,
    ];
  });
}

function property(head: string, type: string, indent: string): string[] {
  const line = `${head} ${type};`;
  if (line.length <= 80 || !type.includes(" | ")) return [line];
  const parts = type.split(" | ").map((part) => `${indent}  | ${part}`);
  return [head, ...parts.slice(0, -1), `${parts.at(-1)};`];
}

/** The text of `record.ts`. */
export function printRecord(): string {
  return [
    "/**",
    " * The log record: exactly 83 leaves, snake_case as written. Printed from the field table by `testdata/print_record.ts`.",
    " *",
    " * @module",
    " */",
    "",
    "/** One line of the event log. Where a leaf allows `null`, null means unknown or not applicable; nothing is invented. */",
    "export interface LogRecord {",
    ...print(tree(), "", "  "),
    "}",
    "",
  ].join("\n");
}

// deno-lint-ignore no-console
if (import.meta.main) console.log(printRecord().trimEnd());
