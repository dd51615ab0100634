/** Line protocols: SMTP, IMAP, FTP, Telnet, Stratum. */

import { join, utf8 } from "../bytes.ts";
import type { Filler } from "../blob.ts";
import type { Rng } from "../rng.ts";
import type { Step } from "../tcp.ts";
import { textual } from "./http.ts";

function line(from: 0 | 1, text: string, waitUs = 1000): Step {
  return { from, data: utf8(`${text}\r\n`), waitUs };
}

/** A mail handed over by SMTP. */
export function* smtp(
  rng: Rng,
  filler: Filler,
  options: { host: string; bytes: number },
): Generator<Step, void, void> {
  const { host, bytes } = options;
  yield line(1, `220 ${host} ESMTP ready`, rng.exponential(20_000));
  yield line(0, `EHLO ${rng.text(6)}.example`);
  yield line(1, `250-${host}\r\n250-SIZE 52428800\r\n250-8BITMIME\r\n250 HELP`);
  yield line(0, `MAIL FROM:<${rng.text(6)}@example.org>`);
  yield line(1, "250 OK");
  yield line(0, `RCPT TO:<${rng.text(5)}@${host}>`);
  yield line(1, "250 Accepted", rng.exponential(30_000));
  yield line(0, "DATA");
  yield line(1, '354 Enter message, ending with "." on a line by itself');
  const head = `From: a@example.org\r\nTo: b@${host}\r\nSubject: ${
    rng.text(12)
  }\r\n\r\n`;
  const lines: string[] = [];
  const text = new TextDecoder().decode(
    textual(filler, Math.min(bytes, 300_000)),
  );
  for (let i = 0; i < text.length; i += 76) lines.push(text.slice(i, i + 76));
  yield {
    from: 0,
    data: join(head, lines.join("\r\n"), "\r\n.\r\n"),
    waitUs: 2000,
  };
  yield line(1, `250 OK id=${rng.text(6)}`, rng.exponential(80_000));
  yield line(0, "QUIT");
  yield line(1, `221 ${host} closing connection`);
}

/** A mailbox read by IMAP without encryption. */
export function* imap(
  rng: Rng,
  filler: Filler,
  mails: number,
): Generator<Step, void, void> {
  yield line(
    1,
    "* OK [CAPABILITY IMAP4rev1 LITERAL+ IDLE] ready.",
    rng.exponential(9000),
  );
  yield line(0, `a1 LOGIN ${rng.text(6)} ${rng.text(9)}`);
  yield line(1, "a1 OK Logged in", rng.exponential(20_000));
  yield line(0, "a2 SELECT INBOX");
  yield line(
    1,
    `* ${
      mails + 20
    } EXISTS\r\n* 0 RECENT\r\na2 OK [READ-WRITE] Select completed.`,
  );
  for (let i = 0; i < mails; i++) {
    yield line(0, `b${i} FETCH ${i + 1} (BODY[])`, rng.exponential(30_000));
    const length = Math.round(Math.min(200_000, rng.lognormal(9000, 1.1)));
    const body = textual(filler, length);
    yield {
      from: 1,
      data: join(
        `* ${i + 1} FETCH (BODY[] {${length}}\r\n`,
        body,
        `)\r\nb${i} OK Fetch completed.\r\n`,
      ),
      waitUs: 4000,
    };
  }
  yield line(0, "c1 LOGOUT", 20_000);
  yield line(1, "* BYE Logging out\r\nc1 OK Logout completed.");
}

/** A login try on FTP. */
export function* ftpLogin(
  rng: Rng,
  options: { tries: number; accepted: boolean; delayUs: number },
): Generator<Step, void, void> {
  yield line(1, "220 (vsFTPd 3.0.5)", rng.exponential(10_000));
  for (let i = 0; i < options.tries; i++) {
    yield line(
      0,
      `USER ${rng.pick(["admin", "root", "ftp", "test", rng.text(6)])}`,
      2000,
    );
    yield line(1, "331 Please specify the password.");
    yield line(0, `PASS ${rng.text(rng.int(5, 12))}`, 1500);
    const accepted = options.accepted && i === options.tries - 1;
    yield line(
      1,
      accepted ? "230 Login successful." : "530 Login incorrect.",
      options.delayUs,
    );
  }
  if (!options.accepted) return;
  yield line(0, "SYST", 20_000);
  yield line(1, "215 UNIX Type: L8");
  yield line(0, "TYPE I", 2000);
  yield line(1, "200 Switching to Binary mode.");
}

/** A Telnet login, character by character. */
export function* telnet(
  rng: Rng,
  commands: number,
): Generator<Step, void, void> {
  yield {
    from: 1,
    data: Uint8Array.of(255, 253, 24, 255, 253, 32, 255, 253, 35),
    waitUs: 4000,
  };
  yield {
    from: 0,
    data: Uint8Array.of(255, 252, 24, 255, 252, 32, 255, 252, 35),
  };
  yield { from: 1, data: utf8("login: ") };
  for (let i = 0; i < commands; i++) {
    for (const character of `${rng.text(rng.int(3, 9))}\r`) {
      yield {
        from: 0,
        data: utf8(character),
        waitUs: rng.lognormal(140_000, 0.5),
      };
      yield { from: 1, data: utf8(character === "\r" ? "\r\n" : character) };
    }
    yield {
      from: 1,
      data: utf8(`${rng.text(rng.int(5, 200))}\r\n$ `),
      waitUs: 3000,
    };
  }
}

/** A miner and its pool: JSON lines over TCP for as long as asked. */
export function* stratum(
  rng: Rng,
  options: {
    durationUs: number;
    jobUs: number;
    shareUs: number;
    coin: "btc" | "xmr";
  },
): Generator<Step, void, void> {
  const { durationUs, jobUs, shareUs, coin } = options;
  const hex = (n: number) => rng.text(n, "0123456789abcdef");
  const say = (from: 0 | 1, value: unknown, waitUs: number): Step => ({
    from,
    data: utf8(`${JSON.stringify(value)}\n`),
    waitUs,
  });
  const wallet = hex(95);
  let id = 1;
  if (coin === "xmr") {
    const params = {
      login: wallet,
      pass: "x",
      agent: "XMRig/6.21.0 (Linux x86_64)",
    };
    yield say(0, { id, jsonrpc: "2.0", method: "login", params }, 2000);
    const job = {
      blob: hex(152),
      job_id: hex(12),
      target: hex(8),
      height: 3100000,
      algo: "rx/0",
    };
    yield say(1, {
      id,
      jsonrpc: "2.0",
      result: { id: hex(32), job, status: "OK" },
    }, 9000);
  } else {
    yield say(
      0,
      { id, method: "mining.subscribe", params: ["cgminer/4.10.0"] },
      2000,
    );
    yield say(1, {
      id,
      result: [[["mining.notify", hex(8)]], hex(8), 4],
      error: null,
    }, 9000);
    yield say(0, {
      id: ++id,
      method: "mining.authorize",
      params: [`${rng.text(9)}.1`, "x"],
    }, 1000);
    yield say(1, { id, result: true, error: null }, 9000);
  }
  let left = durationUs;
  let toJob = rng.exponential(jobUs);
  let toShare = rng.exponential(shareUs);
  for (;;) {
    const wait = Math.min(toJob, toShare);
    left -= wait;
    if (left <= 0) return;
    toJob -= wait;
    toShare -= wait;
    if (toJob <= 0) {
      toJob = rng.exponential(jobUs);
      const job = coin === "xmr"
        ? {
          jsonrpc: "2.0",
          method: "job",
          params: { blob: hex(152), job_id: hex(12), target: hex(8) },
        }
        : {
          id: null,
          method: "mining.notify",
          params: [
            hex(4),
            hex(64),
            hex(120),
            hex(160),
            [hex(64), hex(64)],
            hex(8),
            hex(8),
            hex(8),
            true,
          ],
        };
      yield say(1, job, wait);
    } else {
      toShare = rng.exponential(shareUs);
      id++;
      const share = coin === "xmr"
        ? {
          id,
          jsonrpc: "2.0",
          method: "submit",
          params: { id: hex(32), nonce: hex(8), result: hex(64) },
        }
        : {
          id,
          method: "mining.submit",
          params: [rng.text(9), hex(4), hex(8), hex(8), hex(8)],
        };
      yield say(0, share, wait);
      const result = coin === "xmr" ? { status: "OK" } : true;
      yield say(1, { id, jsonrpc: "2.0", error: null, result }, 3000);
    }
  }
}
