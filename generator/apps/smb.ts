/** SMB2: sessions, files, pipes; also SMB3 encryption as seen from outside. */

import { be24, join, le16, le32, le64, utf16, zeros } from "../bytes.ts";
import type { Filler } from "../blob.ts";
import type { Rng } from "../rng.ts";
import type { Step } from "../tcp.ts";
import { directoryEntry, fileTime } from "./smb_bodies.ts";
import {
  ntlmAuthenticate,
  ntlmChallenge,
  ntlmNegotiate,
  spnegoOffer,
} from "./ntlm.ts";

const NEGOTIATE = 0,
  SETUP = 1,
  LOGOFF = 2,
  TREE = 3,
  CREATE = 5,
  CLOSE = 6,
  READ = 8;
const WRITE = 9, IOCTL = 11, FIND = 14, SET_INFO = 17;
const MORE_PROCESSING = 0xc0000016,
  LOGON_FAILURE = 0xc000006d,
  NO_MORE_FILES = 0x80000006;
const PIPE_TRANSCEIVE = 0x0011c017;

/** How one SMB conversation behaves. */
export interface SmbHabits {
  /** Domain and user of the session setup. */
  user: string;
  /** See `user`. */
  domain: string;
  /** The server's thinking time per request, microseconds (mean). */
  thinkUs: number;
  /** SMB3 encryption after the session setup. */
  encrypted?: boolean;
}

/** Writes the messages of one connection; keeps message, session, tree and file ids. */
export class SmbClient {
  readonly #rng: Rng;
  readonly #filler: Filler;
  readonly #habits: SmbHabits;
  readonly #session: Uint8Array;
  #message = 0;
  #tree = 0;
  #file: Uint8Array = zeros(16);
  #sealed = false;

  /** A connection that has not said anything yet. */
  constructor(rng: Rng, filler: Filler, habits: SmbHabits) {
    this.#rng = rng;
    this.#filler = filler;
    this.#habits = habits;
    this.#session = join(rng.bytes(6), 0, 0);
  }

  #wrap(body: Uint8Array): Uint8Array {
    if (!this.#sealed) return join(0, be24(body.length), body);
    const cipher = this.#filler.bytes(body.length);
    // What begins like a plain header would be taken for one.
    if ((cipher[0] as number) >= 0xfc) cipher[0] = 0x11;
    const head = join(
      Uint8Array.of(0xfd, 0x53, 0x4d, 0x42),
      this.#rng.bytes(16),
      this.#rng.bytes(11),
      zeros(5),
      le32(body.length),
      le16(0),
      le16(1),
      this.#session,
    );
    return join(0, be24(52 + cipher.length), head, cipher);
  }

  #pdu(
    command: number,
    body: Uint8Array,
    options: { reply: boolean; status?: number },
  ): Uint8Array {
    const { reply, status = 0 } = options;
    return this.#wrap(join(
      Uint8Array.of(0xfe, 0x53, 0x4d, 0x42),
      le16(64),
      le16(command === NEGOTIATE ? 0 : 1),
      le32(status),
      le16(command),
      le16(reply ? 33 : 31),
      le32(reply ? 1 : 0),
      le32(0),
      le64(this.#message),
      le32(0xfeff),
      le32(this.#tree),
      command === NEGOTIATE ? zeros(8) : this.#session,
      zeros(16),
      body,
    ));
  }

  *#ask(
    command: number,
    request: Uint8Array,
    answer: { body: Uint8Array; status?: number; waitUs?: number },
  ): Generator<Step, void, void> {
    const { body, status = 0, waitUs = 150 } = answer;
    yield {
      from: 0,
      data: this.#pdu(command, request, { reply: false }),
      waitUs,
    };
    const data = this.#pdu(command, body, { reply: true, status });
    yield {
      from: 1,
      data,
      waitUs: this.#rng.exponential(this.#habits.thinkUs),
    };
    this.#message++;
  }

  #error(): Uint8Array {
    return join(le16(9), 0, 0, le32(0), 0);
  }

  /** Negotiation and login; a refused login ends the connection's use. */
  *login(options: { accepted?: boolean } = {}): Generator<Step, boolean, void> {
    const { accepted = true } = options;
    const { domain, user } = this.#habits;
    const dialects = join(
      le16(0x0202),
      le16(0x0210),
      le16(0x0300),
      le16(0x0302),
    );
    const offer = spnegoOffer();
    const size = le32(1048576);
    yield* this.#ask(
      NEGOTIATE,
      join(
        le16(36),
        le16(4),
        le16(1),
        le16(0),
        le32(0x7f),
        this.#rng.bytes(16),
        zeros(8),
        dialects,
      ),
      {
        body: join(
          ...[
            le16(65),
            le16(1),
            le16(0x0302),
            le16(0),
            this.#rng.bytes(16),
            le32(0x2f),
          ],
          ...[size, size, size, fileTime(this.#rng), zeros(8)],
          ...[le16(128), le16(offer.length), le32(0), offer],
        ),
      },
    );
    const setup = (blob: Uint8Array) =>
      join(
        le16(25),
        0,
        1,
        le32(1),
        le32(0),
        le16(88),
        le16(blob.length),
        zeros(8),
        blob,
      );
    const challenge = ntlmChallenge(this.#rng, domain);
    yield* this.#ask(SETUP, setup(ntlmNegotiate()), {
      body: join(le16(9), le16(0), le16(72), le16(challenge.length), challenge),
      status: MORE_PROCESSING,
    });
    yield* this.#ask(
      SETUP,
      setup(ntlmAuthenticate(this.#rng, { domain, user })),
      accepted
        ? { body: join(le16(9), le16(0), le16(72), le16(0)) }
        : { body: this.#error(), status: LOGON_FAILURE },
    );
    this.#sealed = accepted && (this.#habits.encrypted ?? false);
    return accepted;
  }

  /** Connects to a share. */
  *tree(path: string): Generator<Step, void, void> {
    const name = utf16(path);
    const pipe = path.endsWith("IPC$");
    this.#tree = 0;
    const before = this.#tree;
    yield* this.#ask(
      TREE,
      join(le16(9), le16(0), le16(72), le16(name.length), name),
      {
        body: join(
          le16(16),
          pipe ? 2 : 1,
          0,
          le32(pipe ? 0x30 : 0),
          le32(0),
          le32(0x1f01ff),
        ),
      },
    );
    this.#tree = before + this.#rng.int(1, 9);
  }

  /** Opens (or makes) a file, directory or pipe. */
  *open(
    name: string,
    options: {
      bytes?: number;
      make?: boolean;
      directory?: boolean;
      waitUs?: number;
    } = {},
  ): Generator<Step, void, void> {
    const { bytes = 0, make = false, directory = false, waitUs = 200 } =
      options;
    const path = utf16(name);
    this.#file = this.#rng.bytes(16);
    const attributes = le32(directory ? 0x10 : 0x80);
    const request = join(
      ...[le16(57), 0, 0, le32(2), zeros(16), le32(make ? 0x12019f : 0x120089)],
      ...[
        attributes,
        le32(7),
        le32(make ? 5 : 1),
        le32(directory ? 0x21 : 0x40),
      ],
      ...[le16(120), le16(path.length), le32(0), le32(0), path],
      ...(path.length === 0 ? [0] : []),
    );
    const times = join(...Array.from({ length: 4 }, () => fileTime(this.#rng)));
    const body = join(
      ...[le16(89), 0, 0, le32(make ? 2 : 1), times, le64(bytes), le64(bytes)],
      ...[attributes, le32(0), this.#file, le32(0), le32(0)],
    );
    yield* this.#ask(CREATE, request, { body, waitUs });
  }

  /** Closes what `open` opened. */
  *close(): Generator<Step, void, void> {
    yield* this.#ask(CLOSE, join(le16(24), le16(0), le32(0), this.#file), {
      body: join(le16(60), le16(0), le32(0), zeros(52)),
    });
  }

  /** Reads the open file from its start, in pieces of at most `chunk` bytes. */
  *read(bytes: number, chunk = 61440): Generator<Step, void, void> {
    for (let at = 0; at < bytes; at += chunk) {
      const n = Math.min(chunk, bytes - at);
      yield* this.#ask(
        READ,
        join(le16(49), 0x50, 0, le32(n), le64(at), this.#file, zeros(16), 0),
        {
          body: join(
            le16(17),
            80,
            0,
            le32(n),
            le32(0),
            le32(0),
            this.#filler.bytes(n),
          ),
        },
      );
    }
  }

  /** Writes the open file from its start. */
  *write(bytes: number, chunk = 61440): Generator<Step, void, void> {
    for (let at = 0; at < bytes; at += chunk) {
      const n = Math.min(chunk, bytes - at);
      yield* this.#writeBytes(this.#filler.bytes(n), at);
    }
  }

  *#writeBytes(data: Uint8Array, at: number): Generator<Step, void, void> {
    const n = data.length;
    yield* this.#ask(
      WRITE,
      join(le16(49), le16(112), le32(n), le64(at), this.#file, zeros(16), data),
      { body: join(le16(17), le16(0), le32(n), zeros(8)) },
    );
  }

  *#setInfo(level: number, buffer: Uint8Array): Generator<Step, void, void> {
    yield* this.#ask(
      SET_INFO,
      join(
        le16(33),
        1,
        level,
        le32(buffer.length),
        le16(96),
        zeros(6),
        this.#file,
        buffer,
      ),
      { body: le16(2) },
    );
  }

  /** Renames the open file. */
  *rename(name: string): Generator<Step, void, void> {
    const path = utf16(name);
    yield* this.#setInfo(10, join(zeros(16), le32(path.length), path));
  }

  /** Marks the open file for deletion. */
  *remove(): Generator<Step, void, void> {
    yield* this.#setInfo(13, Uint8Array.of(1));
  }

  /** Lists the open directory: one answer with the names, one that there are no more. */
  *list(names: readonly string[]): Generator<Step, void, void> {
    const request = join(
      ...[
        le16(33),
        37,
        1,
        le32(0),
        this.#file,
        le16(96),
        le16(2),
        le32(65536),
        utf16("*"),
      ],
    );
    const entries = names.map((name, i) =>
      directoryEntry(this.#rng, name, i === names.length - 1)
    );
    const listing = join(...entries);
    yield* this.#ask(FIND, request, {
      body: join(le16(9), le16(72), le32(listing.length), listing),
    });
    yield* this.#ask(FIND, request, {
      body: this.#error(),
      status: NO_MORE_FILES,
    });
  }

  /** A DCE/RPC exchange over the open pipe. */
  *transact(
    request: Uint8Array,
    response: Uint8Array,
  ): Generator<Step, void, void> {
    const ask = join(
      ...[
        le16(57),
        le16(0),
        le32(PIPE_TRANSCEIVE),
        this.#file,
        le32(120),
        le32(request.length),
      ],
      ...[le32(0), le32(0), le32(0), le32(4280), le32(1), le32(0), request],
    );
    const body = join(
      ...[
        le16(49),
        le16(0),
        le32(PIPE_TRANSCEIVE),
        this.#file,
        le32(112),
        le32(0),
      ],
      ...[le32(112), le32(response.length), le32(0), le32(0), response],
    );
    yield* this.#ask(IOCTL, ask, { body });
  }

  /** Ends the session. */
  *logoff(): Generator<Step, void, void> {
    yield* this.#ask(LOGOFF, join(le16(4), le16(0)), {
      body: join(le16(4), le16(0)),
    });
  }
}
