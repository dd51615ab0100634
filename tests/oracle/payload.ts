/**
 * What the first bytes of a payload are, by the plainest reading: enough for the oracle, and nothing that is fast.
 *
 * @module
 */

/** A DNS message's first question and verdict. */
export interface DnsFacts {
  /** The query/response bit. */
  readonly response: boolean;
  /** Response code. */
  readonly rcode: number;
  /** First question's name in lower case without the final dot; undefined without a question. */
  readonly name: string | undefined;
  /** First question's type; 0 without a question. */
  readonly type: number;
}

const COMMON_TYPES = new Set([1, 2, 5, 6, 12, 15, 28, 33, 64, 65]);

/** Whether a query type is none of A, NS, CNAME, SOA, PTR, MX, AAAA, SRV, SVCB, HTTPS. */
export function isRareType(type: number): boolean {
  return !COMMON_TYPES.has(type);
}

/** Reads a DNS message; undefined when it is none. */
export function readDns(bytes: Uint8Array): DnsFacts | undefined {
  const word = (at: number): number =>
    ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  if (bytes.length < 12) return undefined;
  const flags = word(2);
  const facts = {
    response: (flags & 0x8000) !== 0,
    rcode: flags & 15,
    name: undefined,
    type: 0,
  };
  if (word(4) === 0) return facts;
  const parts: string[] = [];
  let at = 12;
  for (;;) {
    const length = bytes[at];
    if (length === undefined || length > 63) return undefined;
    at++;
    if (length === 0) break;
    if (at + length > bytes.length) return undefined;
    if (parts.length > 0) parts.push(".");
    parts.push(...Array.from(bytes.subarray(at, at + length), presentation));
    at += length;
  }
  if (at + 4 > bytes.length) return undefined;
  return {
    ...facts,
    name: cutName(parts),
    type: word(at),
  };
}

/** As tshark writes it: `\a` to `\r` for bytes 7 to 13, three octal digits for others that are not printable. */
function presentation(byte: number): string {
  if (byte >= 7 && byte <= 13) return "\\" + "abtnvfr"[byte - 7];
  if (byte >= 0x20 && byte < 0x7f) {
    return String.fromCharCode(byte).toLowerCase();
  }
  return "\\" + byte.toString(8).padStart(3, "0");
}

/** At most 255 characters, cut in front of what does not fit. */
function cutName(parts: readonly string[]): string {
  let text = "";
  for (const part of parts) {
    if (text.length + part.length > 255) break;
    text += part;
  }
  return text;
}

/** One character per byte. */
export function textOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

/** Methods of RFC 9110, WebDAV and its relatives, and UPnP: what starts with another word is no HTTP. */
const METHOD = "(?:GET|POST|HEAD|PUT|DELETE|OPTIONS|TRACE|PATCH|PROPFIND|" +
  "PROPPATCH|MKCOL|COPY|MOVE|LOCK|UNLOCK|REPORT|SEARCH|M-SEARCH|NOTIFY|" +
  "SUBSCRIBE|UNSUBSCRIBE|RPC_IN_DATA|RPC_OUT_DATA)";
const REQUEST = new RegExp(`^(?:${METHOD}|CONNECT) `);
const REQUEST_LINE = new RegExp(
  `^(?:${METHOD}|CONNECT) (.*) HTTP/1\\.[01]\r?\n`,
);
const CUT_LINE = new RegExp(
  `^(?:${METHOD} ((?:/|http)[^ \n]*)|CONNECT ([^ \n]+))$`,
);

/** Target of an HTTP request. A line that a prefix cuts counts when it looks like one. */
export function readHttpTarget(
  bytes: Uint8Array,
  ended: boolean,
): string | undefined {
  const text = textOf(bytes);
  const cut = ended ? CUT_LINE.exec(text) : null;
  return REQUEST_LINE.exec(text)?.[1] ?? cut?.[1] ?? cut?.[2];
}

/** The request's Host header. */
export function readHttpHost(bytes: Uint8Array): string | undefined {
  if (!REQUEST.test(textOf(bytes))) return undefined;
  const found = /\r?\nhost:[ \t]*([^\r\n]*)/i.exec(
    textOf(bytes).split(/\r?\n\r?\n/)[0] ?? "",
  );
  return found?.[1]?.trim();
}

/** Whether a payload starts with an HTTP/1 status line. */
export function isHttpResponse(bytes: Uint8Array): boolean {
  return /^HTTP\/1\.[01] \d{3}/.test(textOf(bytes));
}

/** Whether a payload starts with a TLS record. */
export function isTls(bytes: Uint8Array): boolean {
  const [type = 0, major = 0, minor = 0] = bytes;
  if (bytes.length < 5 || type < 20 || type > 24) return false;
  const length = (bytes[3] ?? 0) * 256 + (bytes[4] ?? 0);
  return major === 3 && minor <= 4 && length > 0 && length <= 16384 + 2048;
}

/** Whether a payload starts with an SSH banner. */
export function isSsh(bytes: Uint8Array): boolean {
  return textOf(bytes.subarray(0, 4)) === "SSH-";
}

/** Whether a payload starts with SMB 1, 2 or 3, behind the 4 bytes of NetBIOS. */
export function isSmb(bytes: Uint8Array): boolean {
  return bytes[0] === 0 &&
    /^[\xfd\xfe\xff]SMB/.test(textOf(bytes.subarray(4, 8)));
}

/** The server name of a ClientHello that starts the payload, as far as the bytes hold it. */
export function readServerName(bytes: Uint8Array): string | undefined {
  const word = (at: number): number =>
    ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  if (!isTls(bytes) || bytes[0] !== 22 || bytes[5] !== 1) return undefined;
  let at = 5 + 4 + 2 + 32;
  at += 1 + (bytes[at] ?? 0);
  at += 2 + word(at);
  at += 1 + (bytes[at] ?? 0);
  const end = at + 2 + word(at);
  at += 2;
  while (at + 4 <= end && at + 4 <= bytes.length) {
    const length = word(at + 2);
    if (word(at) === 0) {
      const name = bytes.subarray(at + 9, at + 9 + word(at + 7));
      return name.length === word(at + 7) && name.length > 0
        ? textOf(name)
        : undefined;
    }
    at += 4 + length;
  }
  return undefined;
}
