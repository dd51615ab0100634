/** A package registry on loopback: takes what `deno publish` uploads and serves `jsr:` imports from it. */

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  ts: "application/typescript",
  js: "text/javascript",
  json: "application/json",
  md: "text/markdown",
  wasm: "application/wasm",
};

interface Version {
  /** Files by path, which starts with a slash. */
  files: Map<string, Uint8Array<ArrayBuffer>>;
  /** Body of `<version>_meta.json`. */
  meta: string;
}

/** A running registry. */
export class Registry implements AsyncDisposable {
  readonly #versions = new Map<string, Map<string, Version>>();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  /** Paths that were served, in order, since the last {@linkcode Registry.takeServed}. */
  #served: string[] = [];

  constructor() {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      (request) => this.#handle(request),
    );
  }

  /** What JSR_URL must be. */
  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/`;
  }

  /** Files served since the last call. */
  takeServed(): string[] {
    return this.#served.splice(0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  async #handle(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const api = url.pathname.match(
      /^\/api\/scopes\/([\w-]+)\/packages\/([\w-]+)(?:\/versions\/([^/]+))?$/,
    );
    if (api !== null) {
      const [, scope, name, version] = api;
      const known = `@${scope}/${name}`;
      if (version === undefined) return Response.json({ scope, name });
      if (request.method === "POST") {
        const config = url.searchParams.get("config") ?? "/deno.json";
        await this.#publish(known, version, config, request.body!);
        return Response.json({ id: "1", status: "success", error: null });
      }
      return this.#versions.get(known)?.has(version)
        ? Response.json({})
        : notFound();
    }
    if (url.pathname.startsWith("/api/publish_status/")) {
      return Response.json({ id: "1", status: "success", error: null });
    }
    return this.#serve(decodeURIComponent(url.pathname));
  }

  async #publish(
    name: string,
    version: string,
    config: string,
    body: ReadableStream<Uint8Array<ArrayBuffer>>,
  ): Promise<void> {
    const unpacked = body.pipeThrough(new DecompressionStream("gzip"));
    const tar = new Uint8Array(await new Response(unpacked).arrayBuffer());
    const files = new Map(untar(tar));
    const { exports } = JSON.parse(new TextDecoder().decode(files.get(config)));
    const manifest: Record<string, { size: number; checksum: string }> = {};
    for (const [path, data] of files) {
      const digest = await crypto.subtle.digest("SHA-256", data);
      manifest[path] = {
        size: data.length,
        checksum: `sha256-${new Uint8Array(digest).toHex()}`,
      };
    }
    const meta = JSON.stringify({
      manifest,
      exports: typeof exports === "string" ? { ".": exports } : exports,
    });
    const versions = this.#versions.get(name) ?? new Map();
    this.#versions.set(name, versions.set(version, { files, meta }));
  }

  #serve(path: string): Response {
    const match = path.match(/^\/(@[\w-]+\/[\w-]+)\/(.+)$/);
    const versions = match === null ? undefined : this.#versions.get(match[1]!);
    if (match === null || versions === undefined) return notFound();
    this.#served.push(path.slice(1));
    const rest = match[2]!;
    if (rest === "meta.json") {
      const [scope, name] = match[1]!.slice(1).split("/");
      const list = Object.fromEntries([...versions.keys()].map((v) => [v, {}]));
      const latest = [...versions.keys()].at(-1);
      return Response.json({ scope, name, latest, versions: list });
    }
    const meta = rest.match(/^([^/]+)_meta\.json$/);
    if (meta !== null) {
      const version = versions.get(meta[1]!);
      return version === undefined ? notFound() : new Response(version.meta, {
        headers: { "content-type": "application/json" },
      });
    }
    const [version, ...folders] = rest.split("/");
    const file = versions.get(version!)?.files.get(`/${folders.join("/")}`);
    if (file === undefined) return notFound();
    const type = MEDIA_TYPES[path.split(".").at(-1)!];
    return new Response(file, {
      headers: { "content-type": type ?? "application/octet-stream" },
    });
  }
}

function notFound(): Response {
  return Response.json({ code: "notFound" }, { status: 404 });
}

const BLOCK = 512;

/** Files of a tar archive, GNU long names included. */
function* untar(
  tar: Uint8Array<ArrayBuffer>,
): Generator<[string, Uint8Array<ArrayBuffer>]> {
  const text = (start: number, length: number) =>
    new TextDecoder().decode(tar.subarray(start, start + length))
      .replace(/\0.*$/s, "");
  let longName = "";
  for (let at = 0; at + BLOCK <= tar.length && tar[at] !== 0;) {
    const size = parseInt(text(at + 124, 12).trim(), 8) || 0;
    const type = text(at + 156, 1);
    const body = tar.slice(at + BLOCK, at + BLOCK + size);
    const prefix = text(at + 345, 155);
    const shortName = (prefix === "" ? "" : `${prefix}/`) + text(at, 100);
    if (type === "L") {
      longName = new TextDecoder().decode(body).replace(/\0.*$/s, "");
    } else {
      const name = (longName || shortName).replace(/^\.?\/*/, "/");
      longName = "";
      if (type === "0" || type === "") yield [name, body];
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
}
