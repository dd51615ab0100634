// deno-lint-ignore-file no-console
/** A search daemon: watches event logs, answers over HTTP and at a prompt. */
import { EtcdError } from "@ml-defender/etcd-client";
import {
  type Command,
  type CommandOutput,
  COMMANDS,
  ROLES,
  runCommand,
  type Searcher,
  searchHandler,
  type SearchSettings,
} from "@ml-defender/rag";
import { complain, runProgram, style, UsageError, userPath } from "./_cli.ts";
import {
  actorOf,
  type ConfigValues,
  type OpenedConfig,
  openEditor,
  PLACE_OPTIONS,
} from "./_config.ts";
import { followPlace } from "./_follow.ts";
import { isThere } from "./_place.ts";
import {
  backfill,
  embedded,
  type OpenedSearch,
  openFor,
} from "./_open_search.ts";
import { prompt } from "./_prompt.ts";
import {
  checkFolders,
  logFolders,
  questionOptions,
  retentionOf,
  SEARCH_HELP,
  SEARCH_OPTIONS,
  storeFolder,
} from "./_search.ts";
import { aborted, unlessAborted, Watching, within } from "./_watching.ts";
import { dropPermissions, hasModel, openWriter } from "./_writer.ts";

const ROLE = ROLES[2];
/** Entries that are shown where nothing gives a number. */
const LIMIT = 10;
/** How long the end waits for clients and for what is being read. */
const END_MS = 300;

const HELP = `
Usage: deno task rag [OPTION...]              watch, serve, and prompt where there is a terminal
       deno task rag COMMAND [ARGUMENT...]    run one command and end

Watches event logs and answers questions about them: over HTTP with a token, and at a prompt. Reads only, unless --config or
$ML_DEFENDER_CONFIG names a configuration: then it follows the section \`search\` of it and shows in \`deno task status\`, and the
prompt and single commands (never HTTP) take accelerate, decelerate and optimize as well. Without a terminal it goes on until
a signal. At the prompt Ctrl-C stops an answer; where there is none and the line is empty it ends the program.

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
      --config PLACE     the configuration of what runs, file:DIR or etcd:URL: is followed, and allows the commands that
                         change it; default $ML_DEFENDER_CONFIG where something is there, else none. One that is away at the
                         start is followed when it comes, and not changed from here
      --key-file FILE    its keys, where it is encrypted; and for it --counters, --ca, --cert, --key, --user, --namespace,
                         --prefix as for \`deno task config\`
      --actor NAME       who changes it, for the history; default $USER
      --keep-days N      remove entries more than N days older than the newest one; default all are kept
      --keep-bytes N     remove the oldest entries where the store is larger; either of both instead of search.retention
      --json             commands print data${SEARCH_HELP}
  -h, --help             show this text

Exit code: 0, 1 where something failed or not all of the log could be read, 2 wrong use, 130 interrupted.

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
    ...PLACE_OPTIONS,
    actor: { type: "string" },
    "keep-days": { type: "string" },
    "keep-bytes": { type: "string" },
    json: { type: "boolean" },
  },
}, async (values, positionals, signal) => {
  const asked = questionOptions(values);
  const retention = retentionOf(values);
  const address = parseAddress(values.listen ?? "127.0.0.1:8473");
  const once = positionals.length > 0;
  const serve = !once && values["no-serve"] !== true;
  await checkFolders(values, { ingest: true });
  const tokens = serve ? await readTokens(values["token-file"]) : undefined;
  await using writer = await openWriter(values, asked.nowMs);
  const place = await placeFor(values, positionals);
  if (place === undefined) await dropPermissions(values, { serve });
  await using config = await configFor(place, values, { once, signal });
  const extra = config === undefined ? [] : await operators(config, values);
  await using opened = await openFor(values, {
    ...{ program: "rag", worker: true, signal },
  });
  const { searcher, readOnly } = opened;
  // What holds: the options, or else the configuration where one is followed.
  let settings: SearchSettings | undefined = retention &&
    { limit: LIMIT, retention };
  const configure = async (now = settings) => {
    settings = now;
    if (now !== undefined) await searcher.configure(now);
  };
  const retain = async () => {
    if (readOnly === undefined) await configure();
  };
  const streaming = !once && hasModel(values) && Deno.stdout.isTerminal();
  const run = (line: string, signal: AbortSignal): Promise<CommandOutput> =>
    unlessAborted(
      runCommand(line, {
        searcher,
        role: ROLE,
        language: asked.language ?? "en",
        request: asked,
        ask: async (question, request) => {
          const result = await searcher.find(question, request);
          const answer = await writer.write(result, {
            language: asked.language ?? result.language,
            signal,
            ...(streaming ? { onText: showPiece } : {}),
          });
          if (streaming && !signal.aborted) console.log("\n");
          return answer;
        },
      }, { extra, allowWrites: config !== undefined }),
      signal,
    );
  const show = ({ data, text }: CommandOutput) =>
    console.log(values.json ? JSON.stringify(data) : text);
  if (once) {
    const complete = await readAll(opened, values, signal);
    if (signal.aborted) return;
    await retain();
    show(await run(positionals.join(" "), signal));
    return complete ? 0 : 1;
  }
  const folders = readOnly === undefined ? logFolders(values) : [];
  await using _following = place === undefined
    ? undefined
    : await followPlace(place, values, {
      configure: (given) =>
        configure({ ...given, retention: retention ?? given.retention }),
    });
  await watch(searcher, folders, {
    ...{ signal, retain },
    serve: (watching, signal) =>
      tokens === undefined ? undefined : Deno.serve(
        {
          ...address,
          signal,
          onListen: ({ hostname, port }) =>
            complain("rag", `listening on http://${hostname}:${port}/api`),
        },
        searchHandler(searcher, {
          ...{ tokens, write: writer.write, defaults: asked },
          incomplete: () => watching.incomplete,
        }),
      ),
    talk: (signal) =>
      prompt(`${storeFolder(values)}/history`, signal, async (line, stop) => {
        try {
          show(await run(line, stop));
        } catch (error) {
          if (stop.aborted) console.log(style.dim("\nstopped"));
          else console.log(style.red((error as Error).message));
        }
      }),
  });
});

/** Read the log to its end and embed it; whether that came off. */
async function readAll(
  { searcher, readOnly }: OpenedSearch,
  values: Parameters<typeof backfill>[1],
  signal: AbortSignal,
): Promise<boolean> {
  const running = { program: "rag", signal };
  const read = readOnly === undefined
    ? (await backfill(searcher, values, running)).complete
    : readOnly === "busy";
  return !signal.aborted && await embedded(searcher, running) && read;
}

interface Parts {
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Begins to serve, where that is wanted. */
  readonly serve: (
    watching: Watching,
    signal: AbortSignal,
  ) => Deno.HttpServer | undefined;
  /** Removes what is not to be kept, and goes on doing so. */
  readonly retain: () => Promise<void>;
  /** Talks to the terminal until that ends. */
  readonly talk: (signal: AbortSignal) => Promise<void>;
}

/** Serve and watch, and talk where there is a terminal; until it ends or the signal aborts. */
async function watch(
  searcher: Searcher,
  folders: readonly string[],
  { signal, serve, retain, talk }: Parts,
): Promise<void> {
  const stop = new AbortController();
  const ended = AbortSignal.any([signal, stop.signal]);
  const watching = new Watching("rag", folders.length > 0);
  const server = serve(watching, ended);
  const following = watching.follow(searcher, folders, ended);
  watching.caughtUp(ended).then(() => ended.aborted ? undefined : retain())
    .catch((error) => complain("rag", `removing failed: ${error.message}`));
  try {
    if (Deno.stdin.isTerminal()) {
      await watching.caughtUp(ended);
      await talk(ended);
    } else await aborted(ended);
  } finally {
    stop.abort();
    await within(Promise.all([server?.finished, following]), END_MS);
  }
}

function showPiece(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(style.dim(text)));
}

/** Where the configuration is: as named, or as the environment says where it can be asked for. */
async function placeFor(
  { config }: { readonly config?: string },
  [command, ...more]: readonly string[],
): Promise<string | undefined> {
  if (config !== undefined) return config;
  const named = Deno.env.get("ML_DEFENDER_CONFIG") || undefined;
  if (command !== undefined && named !== undefined) {
    const { isOperatorCommand } = await import("../operate/commands.ts");
    return isOperatorCommand([command, ...more].join(" ")) ? named : undefined;
  }
  if (named === undefined || await isThere(named)) return named;
  complain(
    "rag",
    `nothing is followed: there is no configuration in ${named}, which $ML_DEFENDER_CONFIG names`,
  );
  return undefined;
}

/**
 * The configuration that operators may change from here. The search does not depend on one that is only in the environment,
 * nor, where it runs for long, on one that is away at its start.
 */
async function configFor(
  place: string | undefined,
  { config, ...values }: { readonly config?: string } & ConfigValues,
  { once, signal }: {
    /** Whether one command is run. */
    readonly once: boolean;
    readonly signal: AbortSignal;
  },
): Promise<OpenedConfig | undefined> {
  if (place === undefined) return undefined;
  const { store: _, ...rest } = values;
  const options = { signal, long: true };
  const inEnvironment = config === undefined;
  try {
    return await openEditor({ ...rest, store: place }, {
      ...options,
      ...(inEnvironment && { absent: "error" }),
    });
  } catch (error) {
    const away = error instanceof EtcdError && error.code === "unreachable";
    const needed = once || !(inEnvironment || away);
    if (needed || error instanceof UsageError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    complain(
      "rag",
      `no commands that change the configuration until rag is started again: ${why}`,
    );
    return undefined;
  }
}

/** Only who names a configuration loads what measures the machine. */
async function operators(
  { editor }: OpenedConfig,
  values: ConfigValues,
): Promise<Command[]> {
  const [{ operatorCommands }, { MEASURED, optimizeInputs }] = await Promise
    .all([import("../operate/commands.ts"), import("./_operate.ts")]);
  // A name that can not be is wrong use at once; that there is none, when something is to be written.
  if (values.actor !== undefined) actorOf(values);
  return operatorCommands({
    editor,
    actor: () => actorOf(values),
    measured: MEASURED,
    inputs: (targets, { dryRun }) =>
      optimizeInputs({ ...targets, "dry-run": dryRun }),
  });
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
