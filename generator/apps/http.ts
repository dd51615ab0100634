/** HTTP/1.1 requests and responses. */

import { join, utf8 } from "../bytes.ts";
import type { Filler } from "../blob.ts";
import type { Rng } from "../rng.ts";
import type { Step } from "../tcp.ts";

/** User agents of browsers. */
export const BROWSERS: readonly string[] = [
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15",
  "Mozilla/5.0 (X11; Linux x86_64; rv:125.0) Gecko/20100101 Firefox/125.0",
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:124.0) Gecko/20100101 Firefox/124.0",
];

/** User agents of programs that are not browsers. */
export const PROGRAMS: readonly string[] = [
  "Microsoft-Delivery-Optimization/10.0",
  "Debian APT-HTTP/1.3 (2.6.1)",
  "curl/7.88.1",
  "Windows-Update-Agent/10.0.10011.16384 Client-Protocol/2.33",
];

/** A request to be written. */
export interface HttpRequest {
  /** Host header. */
  host: string;
  /** Path with query. */
  path: string;
  /** @default {"GET"} */
  method?: string;
  /** User-Agent header. */
  agent: string;
  /** Bytes of a body, written as form text or binary. */
  body?: Uint8Array;
  /** More header lines without line ends. */
  headers?: string[];
}

/** The bytes of a request. */
export function httpRequest(request: HttpRequest): Uint8Array {
  const { host, path, method = "GET", agent, body, headers = [] } = request;
  const lines = [
    `${method} ${path} HTTP/1.1`,
    `Host: ${host}`,
    `User-Agent: ${agent}`,
    "Accept: */*",
    ...headers,
  ];
  if (body) lines.push(`Content-Length: ${body.length}`);
  lines.push("Connection: keep-alive", "", "");
  return body ? join(lines.join("\r\n"), body) : utf8(lines.join("\r\n"));
}

/** The head of a response. */
export function httpHead(
  status: string,
  length: number,
  options: { type?: string; server?: string } = {},
): Uint8Array {
  const { type = "application/octet-stream", server = "nginx" } = options;
  return utf8(
    `HTTP/1.1 ${status}\r\nServer: ${server}\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\nConnection: keep-alive\r\n\r\n`,
  );
}

/** A response with a body of filler bytes. */
export function* httpResponse(
  filler: Filler,
  response: {
    status?: string;
    length: number;
    type?: string;
    thinkUs?: number;
  },
): Generator<Step, void, void> {
  const {
    status = "200 OK",
    length,
    type = "application/octet-stream",
    thinkUs = 2000,
  } = response;
  const head = httpHead(status, length, { type });
  if (length <= 32768) {
    yield {
      from: 1,
      data: join(head, textual(filler, length)),
      waitUs: thinkUs,
    };
    return;
  }
  yield { from: 1, data: head, waitUs: thinkUs };
  yield { from: 1, data: filler.plain(length) };
}

/** Printable filler, so that text bodies are text. */
export function textual(filler: Filler, length: number): Uint8Array {
  const out = filler.bytes(length);
  for (let i = 0; i < length; i++) out[i] = 97 + ((out[i] as number) % 26);
  return out;
}

/** A few requests over one connection, as a browser or program makes them. */
export function* httpSession(
  rng: Rng,
  filler: Filler,
  options: {
    host: string;
    agent: string;
    requests: number;
    medianBytes?: number;
  },
): Generator<Step, void, void> {
  const { host, agent, requests, medianBytes = 6000 } = options;
  for (let i = 0; i < requests; i++) {
    const path = `/${rng.text(rng.int(2, 9))}/${rng.text(rng.int(3, 14))}${
      rng.pick([".js", ".css", ".html", ".png", "", `?id=${rng.int(1, 99999)}`])
    }`;
    yield {
      from: 0,
      data: httpRequest({ host, path, agent }),
      waitUs: i === 0 ? 500 : rng.exponential(400_000),
    };
    const missing = rng.chance(0.03);
    yield* httpResponse(filler, {
      status: missing ? "404 Not Found" : "200 OK",
      length: missing
        ? 340
        : Math.round(Math.min(2e6, rng.lognormal(medianBytes, 1.3))),
      type: rng.pick([
        "text/html",
        "text/css",
        "application/javascript",
        "font/woff2",
      ]),
      thinkUs: rng.exponential(15_000),
    });
  }
}
