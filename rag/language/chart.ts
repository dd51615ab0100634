/**
 * A bottom-up chart parser: rules as data, every constituent of every span once, the best of each kind kept, and the best
 * cover of a sentence by constituents with gaps between them.
 *
 * @module
 */

/** A constituent: a symbol over a span of tokens. */
export interface Edge {
  /** Terminal or left side of a rule. */
  readonly symbol: string;
  /** First token. */
  readonly from: number;
  /** First token after it. */
  readonly to: number;
  /** What it means. */
  readonly value: unknown;
  /** How well it explains its tokens. */
  readonly score: number;
}

/** The parts of a constituent, for the function that makes its value. */
export class Parts {
  readonly #edges: readonly Edge[];

  /** The parts in order. */
  constructor(edges: readonly Edge[]) {
    this.#edges = edges;
  }

  /** Value of the first part with a symbol; undefined where there is none. */
  get<T>(symbol: string): T | undefined {
    return this.#edges.find((e) => e.symbol === symbol)?.value as T | undefined;
  }

  /** Values of all parts with a symbol. */
  all<T>(symbol: string): T[] {
    return this.#edges.filter((e) => e.symbol === symbol).map((e) =>
      e.value as T
    );
  }

  /** Whether a part has a symbol. */
  has(symbol: string): boolean {
    return this.#edges.some((e) => e.symbol === symbol);
  }

  /** Values of all parts, in order. */
  get values(): unknown[] {
    return this.#edges.map((e) => e.value);
  }

  /** First token of the first part with one of the symbols, and first token after the last such part. */
  spanOf(symbols: readonly string[]): readonly [number, number] {
    const some = this.#edges.filter((e) => symbols.includes(e.symbol));
    return [some[0]?.from ?? 0, some.at(-1)?.to ?? 0];
  }

  /** First token and first token after it. */
  get span(): readonly [number, number] {
    return [this.#edges[0]?.from ?? 0, this.#edges.at(-1)?.to ?? 0];
  }
}

/** Makes the value of a constituent; undefined where its parts do not go together. */
export type Action<Context> = (parts: Parts, context: Context) => unknown;

/** A rule whose right side is read. */
export interface Completion {
  /** Its left side. */
  readonly symbol: string;
  /** Name of what makes its value. */
  readonly action: string;
  /** What it adds to the score of its parts. */
  readonly weight: number;
}

/** Right sides that begin alike. */
export interface RuleNode {
  /** What can come next. */
  readonly next: Map<string, RuleNode>;
  /** Rules that end here. */
  readonly done: Completion[];
}

/** Rules, compiled. */
export interface Grammar {
  /** Root of the tree of right sides. */
  readonly root: RuleNode;
  /** Every symbol that a rule mentions. */
  readonly symbols: ReadonlySet<string>;
  /** Every action that a rule mentions. */
  readonly actions: ReadonlySet<string>;
}

const MAX_SPAN = 30;
const MAX_FORMS = 512;
const PIECE_COST = 0.4;

/**
 * Compile rules: one a line, `Symbol <- A B? (C|D) : action weight`. `?` marks what may be absent, `(C|D)` either of both;
 * the weight is 0 where absent; lines that are empty or begin with `#` say nothing.
 *
 * @param lines The rules.
 * @returns The grammar.
 * @throws {SyntaxError} For a line that is no rule.
 */
export function compileGrammar(lines: readonly string[]): Grammar {
  const root: RuleNode = { next: new Map(), done: [] };
  const symbols = new Set<string>();
  const actions = new Set<string>();
  for (const line of lines.map((l) => l.trim())) {
    if (line === "" || line.startsWith("#")) continue;
    const match = /^(\w+)\s*<-\s*([^:]+?)\s*:\s*(\w+)(?:\s+(-?\d+(?:\.\d+)?))?$/
      .exec(line);
    if (match === null) throw new SyntaxError(`Not a rule: ${line}`);
    const [, symbol = "", right = "", action = "", weight = "0"] = match;
    actions.add(action);
    symbols.add(symbol);
    for (const form of formsOf(right, line)) {
      let node = root;
      for (const part of form) {
        symbols.add(part);
        const next = node.next.get(part) ?? { next: new Map(), done: [] };
        node.next.set(part, next);
        node = next;
      }
      node.done.push({ symbol, action, weight: Number(weight) });
    }
  }
  return { root, symbols, actions };
}

function formsOf(right: string, line: string): string[][] {
  let forms: string[][] = [[]];
  for (const part of right.split(/\s+/)) {
    const match = /^\(?([\w|]+)\)?(\?)?$/.exec(part);
    if (match === null) throw new SyntaxError(`Not a rule: ${line}`);
    const choices = (match[1] ?? "").split("|").map((c) => [c]);
    if (match[2] !== undefined) choices.push([]);
    forms = forms.flatMap((form) => choices.map((c) => [...form, ...c]));
  }
  const made = forms.filter((form) => form.length > 0);
  if (made.length > MAX_FORMS) throw new SyntaxError(`Too many forms: ${line}`);
  return made;
}

interface Active {
  readonly node: RuleNode;
  readonly parts: readonly Edge[];
  readonly score: number;
}

/** The best constituents of each symbol over each span, by last token, then by first. */
export type Chart = readonly (readonly ReadonlyMap<string, Edge>[])[];

/**
 * Find every constituent.
 *
 * @param grammar The rules.
 * @param leaves Terminals over the tokens; more than one may be over a span.
 * @param options Number of tokens, what makes values, and what those get.
 * @returns The chart: `chart[to][from]`.
 */
export function fillChart<Context>(
  grammar: Grammar,
  leaves: readonly Edge[],
  options: {
    /** Number of tokens. */
    readonly length: number;
    /** What makes values, by name. */
    readonly actions: Readonly<Record<string, Action<Context>>>;
    /** What they are given. */
    readonly context: Context;
  },
): Chart {
  const { length } = options;
  const passive: Map<string, Edge>[][] = Array.from(
    { length: length + 1 },
    () => Array.from({ length: length + 1 }, () => new Map()),
  );
  const active: Map<RuleNode, Active>[][] = Array.from(
    { length: length + 1 },
    () => Array.from({ length: length + 1 }, () => new Map()),
  );
  const byEnd = Map.groupBy(
    leaves,
    (leaf) => leaf.to * (length + 1) + leaf.from,
  );
  for (let to = 1; to <= length; to++) {
    for (let from = to - 1; from >= Math.max(0, to - MAX_SPAN); from--) {
      const here = passive[to]![from]!;
      const open: Edge[] = [...(byEnd.get(to * (length + 1) + from) ?? [])];
      const waiting = active[from]![to]!;
      const advance = (
        node: RuleNode,
        parts: readonly Edge[],
        score: number,
      ) => {
        for (const { symbol, action, weight } of node.done) {
          const total = score + weight;
          const known = here.get(symbol);
          if (known !== undefined && known.score >= total) continue;
          const value = options.actions[action]!(
            new Parts(parts),
            options.context,
          );
          if (value === undefined) continue;
          open.push({ symbol, from, to, value, score: total });
        }
        const known = waiting.get(node);
        if (
          node.next.size > 0 && (known === undefined || known.score < score)
        ) {
          waiting.set(node, { node, parts, score });
        }
      };
      extend(active[from]!, passive[to]!, [from, to], advance);
      for (let edge = open.shift(); edge !== undefined; edge = open.shift()) {
        const known = here.get(edge.symbol);
        if (known !== undefined && known.score >= edge.score) continue;
        here.set(edge.symbol, edge);
        const next = grammar.root.next.get(edge.symbol);
        if (next !== undefined) advance(next, [edge], edge.score);
      }
    }
  }
  return passive;
}

/** Put what ends anywhere within a span and waits for more together with what goes from there to the span's end. */
function extend(
  left: readonly ReadonlyMap<RuleNode, Active>[],
  right: readonly ReadonlyMap<string, Edge>[],
  [from, to]: readonly [number, number],
  advance: (node: RuleNode, parts: readonly Edge[], score: number) => void,
): void {
  for (let middle = from + 1; middle < to; middle++) {
    const edges = right[middle]!;
    if (edges.size === 0) continue;
    for (const { node, parts, score } of left[middle]!.values()) {
      for (const edge of edges.values()) {
        const next = node.next.get(edge.symbol);
        if (next !== undefined) {
          advance(next, [...parts, edge], score + edge.score);
        }
      }
    }
  }
}

/**
 * The best cover of a sentence: constituents that do not overlap, with as much explained by as few as possible.
 *
 * @param chart What `fillChart` gave.
 * @param options Which symbols may stand in a cover, and what leaving a token out costs.
 * @returns The constituents in order, and between them the tokens left out, each as its index.
 */
export function bestCover(
  chart: Chart,
  options: {
    /** Symbols that may stand in a cover. */
    readonly pieces: ReadonlySet<string>;
    /** Cost of leaving a token out. */
    readonly skipCost: (token: number) => number;
  },
): (Edge | number)[] {
  const length = chart.length - 1;
  const best: { score: number; last?: Edge }[] = [{ score: 0 }];
  for (let to = 1; to <= length; to++) {
    let found: { score: number; last?: Edge } = {
      score: best[to - 1]!.score - options.skipCost(to - 1),
    };
    for (let from = 0; from < to; from++) {
      for (const edge of chart[to]![from]!.values()) {
        if (!options.pieces.has(edge.symbol)) continue;
        const score = best[from]!.score + edge.score - PIECE_COST;
        if (score > found.score) found = { score, last: edge };
      }
    }
    best.push(found);
  }
  const cover: (Edge | number)[] = [];
  for (let at = length; at > 0;) {
    const last = best[at]!.last;
    cover.push(last ?? at - 1);
    at = last?.from ?? at - 1;
  }
  return cover.reverse();
}
