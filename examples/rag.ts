// deno-lint-ignore-file no-console
/** A search daemon: watches event logs, answers over HTTP and at a prompt. */
import {
  type Command,
  type CommandContext,
  COMMANDS,
  ROLES,
  runCommand,
  searchHandler,
} from "@ml-defender/rag";
import { complain, runProgram, style, UsageError, userPath } from "./_cli.ts";
import {
  actorOf,
  type ConfigValues,
  type OpenedConfig,
  openEditor,
} from "./_config.ts";
import { prompt } from "./_prompt.ts";
import {
  backfill,
  logFolders,
  openFor,
  openWriter,
  questionOptions,
  SEARCH_HELP,
  SEARCH_OPTIONS,
  type SearchValues,
} from "./_search.ts";

const ROLE = ROLES[2];

const HELP = `
Usage: deno task rag [OPTION...]              watch, serve, and prompt where there is a terminal
       deno task rag COMMAND [ARGUMENT...]    run one command and end

Watches event logs and answers questions about them: over HTTP with a token, and at a prompt. Reads only, unless --config
names a configuration: then the prompt and single commands (never HTTP) take accelerate, decelerate and optimize as well.

Commands:
${
  COMMANDS.map(({ name, usage, text }) =>
    `  ${`${name} ${usage}`.padEnd(22)} ${text}`
  ).join("\n")
}

Options:
      --listen HOST:PORT where the HTTP API is; default 127.0.0.1:8473
      --no-serve         no HTTP API
      --token-file FILE  one token a line, behind it its role (${
  ROLES.join(", ")
}); without it a new token
                         is made and printed
      --config PLACE     the configuration of what runs, file:DIR or etcd:URL: allows the commands that change it
      --key-file FILE    its keys, where it is encrypted
      --actor NAME       who changes it, for the history; default $USER
      --json             commands print data${SEARCH_HELP}
  -h, --help             show this text

The API: GET /api lists it. For example
  curl -H "Authorization: Bearer TOKEN" "http://127.0.0.1:8473/api/ask?q=port+scans+today"
`;

await runProgram({
  name: "rag",
  help: HELP,
  positionals: true,
  options: {
    ...SEARCH_OPTIONS,
    listen: { type: "string" },
    "no-serve": { type: "boolean" },
    "token-file": { type: "string" },
    config: { type: "string" },
    "key-file": { type: "string" },
    actor: { type: "string" },
    json: { type: "boolean" },
  },
}, async (values, positionals, signal) => {
  const asked = questionOptions(values);
  const address = parseAddress(values.listen ?? "127.0.0.1:8473");
  const once = positionals.length > 0;
  const serve = !once && values["no-serve"] !== true;
  const tokens = serve ? await readTokens(values["token-file"]) : {};
  await using writer = await openWriter(values, {
    keepNet: serve || values.config?.startsWith("etcd:") === true,
  });
  await using opened = await openFor(values);
  const { searcher, readOnly } = opened;
  const folders = logFolders(values);
  if (!readOnly) await backfill(searcher, folders, signal);
  const context: CommandContext = {
    searcher,
    role: ROLE,
    language: asked.language ?? "en",
    request: asked,
    ask: async (question, request) => {
      const result = await searcher.find(question, request);
      const language = asked.language ?? result.language;
      return await writer.write(result, { language, signal });
    },
  };
  await using config = await configFor(values);
  const extra = config === undefined ? [] : await operators(config, values);
  const run = async (line: string) => {
    const { data, text } = await runCommand(line, context, {
      extra,
      allowWrites: config !== undefined,
    });
    console.log(values.json ? JSON.stringify(data) : text);
  };
  if (once) return await run(positionals.join(" "));

  const stop = new AbortController();
  const ended = AbortSignal.any([signal, stop.signal]);
  const following = readOnly
    ? Promise.resolve()
    : searcher.ingest(folders, { follow: true, signal: ended });
  const failed = following.catch((error) => {
    complain("rag", `watching ended: ${error.message}`);
  });
  const server = serve
    ? Deno.serve({
      ...address,
      signal: ended,
      onListen: ({ hostname, port }) =>
        complain("rag", `listening on http://${hostname}:${port}/api`),
    }, searchHandler(searcher, { tokens, write: writer.write }))
    : undefined;
  if (Deno.stdin.isTerminal()) {
    const history = `${storeFolder(values)}/history`;
    await prompt(history, ended, async (line) => {
      try {
        await run(line);
      } catch (error) {
        console.log(style.red(error instanceof Error ? error.message : "?"));
      }
    });
  } else if (serve) {
    await new Promise<void>((done) =>
      signal.addEventListener("abort", () => done(), { once: true })
    );
  }
  stop.abort();
  await server?.finished;
  await failed;
});

/** The configuration that operators may change from here; none unless one is named. */
async function configFor(
  { config, ...values }: { readonly config?: string } & ConfigValues,
): Promise<OpenedConfig | undefined> {
  if (config === undefined) return undefined;
  const { store: _, ...rest } = values;
  return await openEditor({ ...rest, store: config });
}

/** Only who names a configuration loads what measures the machine. */
async function operators(
  { editor }: OpenedConfig,
  values: ConfigValues,
): Promise<Command[]> {
  const [{ operatorCommands }, { MEASURED, optimizeInputs }] = await Promise
    .all([import("../operate/commands.ts"), import("./_operate.ts")]);
  return operatorCommands({
    editor,
    actor: actorOf(values),
    measured: MEASURED,
    inputs: optimizeInputs,
  });
}

function storeFolder(values: SearchValues): string {
  const [first] = logFolders(values);
  return values.store === undefined
    ? `${first}/search`
    : userPath(values.store);
}

function parseAddress(text: string): { hostname: string; port: number } {
  const found = text.match(/^(\[[0-9a-f:]+\]|[^:]+):(\d{1,5})$/i);
  const port = Number(found?.[2]);
  if (found?.[1] === undefined || port > 65535) {
    throw new UsageError(
      `--listen must be HOST:PORT: current value is ${text}`,
    );
  }
  return { hostname: found[1].replaceAll(/[[\]]/g, ""), port };
}

async function readTokens(
  file: string | undefined,
): Promise<Record<string, typeof ROLES[number]>> {
  if (file === undefined) {
    const token = crypto.randomUUID().replaceAll("-", "");
    complain("rag", `token for this run: ${token}`);
    return { [token]: ROLE };
  }
  const tokens: Record<string, typeof ROLES[number]> = {};
  const text = await Deno.readTextFile(userPath(file));
  for (const line of text.split("\n")) {
    const [token, role] = line.trim().split(/\s+/);
    if (token === undefined || token === "" || token.startsWith("#")) continue;
    const known = ROLES.find((name) => name === role);
    if (known === undefined) {
      throw new Error(
        `a line of the token file must be a token and one of ${
          ROLES.join(", ")
        }`,
      );
    }
    tokens[token] = known;
  }
  return tokens;
}
