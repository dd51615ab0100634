import type { Edge } from "./chart.ts";
import type { Context, Found } from "./_context.ts";
import { hasSense, isContent } from "./_residue.ts";
import type { Token } from "./tokens.ts";

type Piece = Edge | number;

/** What a limit is of. */
const ENTRIES = new Set([
  ...["NOUN", "FLOWNOUN", "ONE", "KIND", "ATTACK", "ORD", "BIG", "LONG"],
  ...["UPLOAD", "DOWNLOAD"],
]);
const LIMITING = /^(?:limit|max|maximum|limite|maximo|tope)$/;
const INDEFINITE = /^(?:an?|un|una)$/;
/** What has a size in bytes and a length in time. */
const SIZED = ["FLOWNOUN", "UPLOAD", "DOWNLOAD"];
const TRAFFIC = /^(?:traffic|trafico)$/;
const PREPOSITIONS = [
  ...["TO_ADDRESS", "FROM_ADDRESS", "ABOUT_ADDRESS", "ON_TIME", "WITH"],
];
/** Verbs before "which" that ask. */
const ASKING = new RegExp(
  "^(?:identify|determine|figure|reveal|summari[sz]e|analy[sz]e|explore|" +
    "averigua|averiguar|identifica|identificar|determina|determinar|indica|" +
    "indicame|indicar|comprueba|comprobar|descubre)$",
);
/** Filters that descriptions of behaviour have too. */
const DESCRIBING = /^(?:not )?(?:category|service|protocol|app_protocol)$/;
/** What the log does not hold, but what behaviour is often described with. */
const PROPS = new RegExp(
  "^(?:accounts?|users?|usernames?|passwords?|files?|documents?|folders?|" +
    "programs?|process(?:es)?|scripts?|windows|linux|macos|android|root|" +
    "screens?|e?mails?|inbox|mailbox(?:es)?|messages?|employees?|staff|" +
    "people|person|customers?|compan(?:y|ies)|managers?|administrators?|" +
    "hash(?:es)?|neighbou?rs?|jobs?|news|building|backups?|disk|software|" +
    "vulnerabilit(?:y|ies)|firewalls?|applications?|images?|videos?|" +
    "cuentas?|usuarios?|contrasenas?|claves?|ficheros?|archivos?|" +
    "documentos?|carpetas?|programas?|procesos?|pantallas?|correos?|" +
    "mensajes?|emplead[oa]s?|personas?|empresas?|vecin[oa]s?|" +
    "vulnerabilidad(?:es)?|cortafuegos|disco|parar|llamar?|casa|pide|" +
    "bloquear)$",
);
/** Words with which somebody asks about what is theirs, or how something is. */
const PERSONAL = /^(?:i|my|your|mi|mis|tu|tus|yo)$/;
const HOW = new RegExp(
  "^(?:how|why|can|could|should|do|does|did|is|are|was|were|will|when|where|" +
    "como|cuando|donde|puedo|puedes|debo|deberia|hay|es|son)$",
);
const NAMED_PROP = /^(?:account|user|username|cuenta|usuario)$/;

/**
 * The cover of a question in which parts of a description are words again: numbers, sizes, groups and things that the
 * description has, and that nobody asks for.
 *
 * @param cover Constituents, and the indices of tokens left out.
 * @param context What their meaning depends on.
 * @param knows Whether a word is known to whoever searches by meaning.
 * @returns The cover, with the tokens of such constituents left out.
 */
export function described(
  cover: readonly Piece[],
  context: Context,
  knows: (word: string) => boolean,
): Piece[] {
  const view = new View(cover, context, knows);
  return cover.flatMap((piece, i): Piece | Piece[] => {
    if (typeof piece === "number") return piece;
    if (piece.symbol === "OR") return view.alternative(piece, i);
    return view.isLoose(piece, i)
      ? Array.from({ length: piece.to - piece.from }, (_, k) => piece.from + k)
      : piece;
  });
}

/** A cover and its tokens. */
class View {
  readonly #cover: readonly Piece[];
  readonly #context: Context;
  readonly #knows: (word: string) => boolean;

  constructor(
    cover: readonly Piece[],
    context: Context,
    knows: (word: string) => boolean,
  ) {
    this.#cover = cover;
    this.#context = context;
    this.#knows = knows;
  }

  /** Whether a constituent is a part of a description. */
  isLoose(piece: Edge, i: number): boolean {
    switch (piece.symbol) {
      case "BIG":
      case "LONG":
        return !this.#isOfSized(i);
      case "LIM":
        return !this.#isLimit(piece, i);
      case "NOT":
        return this.#isOfWord(i);
      case "AGG":
        return this.#isNoGroup(piece, i);
      case "TOPIC":
        return this.#isProp(piece, i);
      default:
        return false;
    }
  }

  /**
   * "Or" joins filters. After a word that is none it says nothing: "not web, mail or ssh" is no ssh; "arp scans or netdiscover
   * on the lan" is on the lan in either case.
   */
  alternative(piece: Edge, i: number): Piece | Piece[] {
    const before = this.#near(i, -1);
    if (before !== undefined && this.#isWord(before)) {
      return this.#isNegated(i) ? { ...piece, symbol: "NOT" } : piece.from;
    }
    return this.#isOfWord(i) ? piece.from : piece;
  }

  /** Whether words come next, and then a filter of its own: "sin pausa por https", "or netdiscover on the lan". */
  #isOfWord(i: number): boolean {
    const rest = this.#cover.slice(i + 1);
    const at = rest.findIndex((p) => typeof p === "object");
    const next = rest[at];
    return typeof next === "object" && next.symbol === "F" &&
      rest.slice(0, at).some((p) => this.#isWord(p)) &&
      this.#begins(next.from);
  }

  /** Whether a preposition is there, or right before, an article between. */
  #begins(from: number): boolean {
    if (this.#has(this.#token(from), PREPOSITIONS)) return true;
    const at = this.#has(this.#token(from - 1), ["DET"]) ? from - 2 : from - 1;
    return this.#has(this.#token(at), [...PREPOSITIONS, "PER"]);
  }

  #isNegated(i: number): boolean {
    const from = this.#cover.findLastIndex((p, at) =>
      at < i && typeof p === "object" && p.symbol === "NOT"
    );
    return from >= 0 &&
      this.#cover.slice(from + 1, i).every((p) =>
        typeof p === "number" || ["TX", "TOPIC", "COMMA"].includes(p.symbol)
      );
  }

  /** "Large transfers over ssh", "transferencias por ssh muy grandes": not "large answers". */
  #isOfSized(i: number): boolean {
    for (const step of [1, -1]) {
      for (let at = i + step;; at += step) {
        const piece = this.#cover[at];
        if (piece === undefined || this.#isWord(piece)) break;
        if (typeof piece === "number") {
          if (this.#isSized(piece, piece + 1)) return true;
          continue;
        }
        if (
          SIZED.includes(piece.symbol) || this.#isSized(piece.from, piece.to)
        ) return true;
        if (!["F", "NF", "NOUN", "AND", "BIG", "LONG"].includes(piece.symbol)) {
          break;
        }
      }
    }
    return false;
  }

  #isSized(from: number, to: number): boolean {
    return this.#context.tokens.slice(from, to).some((token) =>
      TRAFFIC.test(token.norm) || this.#has(token, SIZED)
    );
  }

  /** "5 events", "show 7", "ssh, 5": not "at one machine", "layer 7", "10.0.0.1:22". */
  #isLimit(piece: Edge, i: number): boolean {
    if (
      this.#token(piece.from - 1)?.norm === ":" &&
      /^(?:address|domain)$/.test(this.#token(piece.from - 2)?.kind ?? "")
    ) return false;
    const next = this.#near(i, 1);
    const isWord = this.#token(piece.from)?.kind === "word";
    if (typeof next === "object" && next.symbol === "AGG" && isWord) {
      return false;
    }
    if (typeof next === "object") {
      const follows = ENTRIES.has(next.symbol) ||
        next.symbol === "F" &&
          !this.#has(this.#token(next.from), PREPOSITIONS);
      const isApart = isWord && next.from > piece.to;
      if (follows) return !isApart;
    }
    if (isWord) return false;
    const before = this.#near(i, -1);
    return before === undefined || !this.#isWord(before) ||
      typeof before === "number" &&
        LIMITING.test(this.#token(before)?.norm ?? "");
  }

  /** "Checking which services ...", "who-has", "through a port", "on few ports", "one or two per host". */
  #isNoGroup(piece: Edge, i: number): boolean {
    const first = this.#token(piece.from);
    const second = this.#token(piece.from + 1);
    const before = this.#cover[i - 1];
    if (this.#has(first, ["WHICH", "WHO"])) {
      if (this.#token(piece.to)?.tied === true) return true;
      return before !== undefined && this.#isWord(before) &&
        !(typeof before === "number" &&
          ASKING.test(this.#token(before)?.norm ?? ""));
    }
    const { tokens } = this.#context;
    const few = tokens.findIndex((t, at) =>
      at >= piece.from && at < piece.to && t.norm === "few"
    );
    if (few >= 0 && tokens[few - 1]?.norm !== "a") return true;
    if (!this.#has(first, ["PER"])) return false;
    return INDEFINITE.test(second?.norm ?? "") ||
      typeof before === "object" && before.symbol === "LIM" &&
        this.#token(before.from)?.kind === "word";
  }

  /** Whether something that the log does not hold is a part of described behaviour, and not asked for. */
  #isProp({ from, to }: Edge, i: number): boolean {
    const { tokens, language } = this.#context;
    if (!tokens.slice(from, to).every((t) => PROPS.test(t.norm))) return false;
    if (!this.#isDescription(i)) return false;
    const before = this.#cover.slice(0, i);
    if (before.every((p) => typeof p === "number" && !this.#isWord(p))) {
      return false;
    }
    const left = tokens[from - 1];
    const right = tokens[to];
    const next = this.#cover[i + 1];
    const last = before.at(-1);
    if (left === undefined) return false;
    if (typeof last === "object" && isAsking(last)) {
      if (last.symbol !== "F" || !this.#begins(last.from)) return false;
    }
    if (right !== undefined && /^(?:of|de|del)$/.test(right.norm)) return false;
    if (NAMED_PROP.test(tokens[to - 1]!.norm) && typeof next === "number") {
      return !isContent(tokens, next, language);
    }
    const near = tokens.slice(Math.max(0, from - 3), from);
    return !near.some((t) =>
      this.#has(t, ["WHICH", "HOW_MANY", "AND"]) &&
        !/^(?:que|cuenta)$/.test(t.norm) ||
      /^(?:names?|nombres?|list|lista)$/.test(t.norm)
    );
  }

  /** Whether a question, apart from one of its constituents, is a description of behaviour without any exact condition. */
  #isDescription(i: number): boolean {
    const { tokens } = this.#context;
    if (
      HOW.test(tokens[0]?.norm ?? "") ||
      tokens.some(({ norm }) => PERSONAL.test(norm))
    ) return false;
    let behaviour = false;
    for (const [at, piece] of this.#cover.entries()) {
      if (at === i) continue;
      if (typeof piece === "number") {
        const { kind, norm } = this.#token(piece)!;
        behaviour ||= this.#isWord(piece) && kind === "word" &&
          this.#knows(norm);
      } else if (piece.symbol === "F" || piece.symbol === "NF") {
        const { kind } = piece.value as Found;
        if (!DESCRIBING.test(kind)) return false;
        behaviour ||= kind === "category";
      } else if (piece.symbol === "TX" || piece.symbol === "ATTACK") {
        behaviour = true;
      } else if (!isPlain(piece)) return false;
    }
    return behaviour;
  }

  /** The nearest constituent or word to one side; what says nothing is passed over. */
  #near(i: number, step: 1 | -1): Piece | undefined {
    for (let at = i + step; at >= 0 && at < this.#cover.length; at += step) {
      const piece = this.#cover[at]!;
      if (typeof piece === "object" || this.#isWord(piece)) return piece;
    }
    return undefined;
  }

  /** Whether it is no filter, but a word that says something. */
  #isWord(piece: Piece): boolean {
    if (typeof piece === "object") {
      return piece.symbol === "TX" || piece.symbol === "TOPIC";
    }
    return isContent(this.#context.tokens, piece, this.#context.language);
  }

  #token(index: number): Token | undefined {
    return this.#context.tokens[index];
  }

  #has(token: Token | undefined, symbols: readonly string[]): boolean {
    return token !== undefined &&
      symbols.some((s) => hasSense(token, this.#context.language, s));
  }
}

function isAsking(piece: Edge): boolean {
  return ["AGG", "F", "TX", "AND", "COMMA"].includes(piece.symbol);
}

/** Whether a constituent can stand in a description. */
function isPlain({ symbol, value }: Edge): boolean {
  return ["NOUN", "FLOWNOUN", "ONE", "TOPIC", "AND", "OR", "NOT", "COMMA"]
    .includes(symbol) ||
    ["UPLOAD", "DOWNLOAD", "ATTACKED", "BIG", "LONG", "LIM"].includes(symbol) ||
    symbol === "AGG" && (value as { weak?: boolean }).weak === true;
}
