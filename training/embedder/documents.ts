import type { Rng } from "../../generator/rng.ts";
import { PHRASES, SERVICE_WORDS } from "../../rag/narrative/_phrases.ts";
import type { Concept } from "./thesaurus.ts";
import {
  categoryText,
  METRICS,
  RULES,
  serviceText,
  shapeText,
} from "./wording.ts";

/** An event's text as the narrative would put it together, and what it means. */
export interface DocumentText {
  /** The text. */
  readonly text: string;
  /** Concept and share of the meaning. */
  readonly meaning: ReadonlyMap<number, number>;
  /** Index of the concept that it was made for. */
  readonly of: number;
}

/** Shares of a text's meaning: what happened, which class, what service, and how. */
const SHARES = { evidence: 1, category: 0.25, service: 0.4, shape: 0.12 };
const ENDS = [
  "found by rules",
  "found by forests",
  "found by rules and forests",
  "rules and forests disagree",
];
const DIRECTIONS = ["insideOut", "outsideIn", "inside"] as const;
const SIZES = ["tiny", "small", "medium", "large", "huge"] as const;
const PACES = ["short", "minutes", "long", "fast", "slow"] as const;
const EXCHANGES = [
  ...["oneWay", "refused", "handshakeOnly", "mostlySent"] as const,
  ...["mostlyReceived", "bothWays", "unansweredRequest"] as const,
];

/** Makes texts of events out of what concepts name. */
export class Documents {
  readonly #concepts: readonly Concept[];
  readonly #index: ReadonlyMap<string, number>;
  /** Concepts by what they name. */
  readonly #naming = new Map<string, number[]>();
  readonly #detected: readonly number[];
  readonly #ordinary: readonly number[];
  readonly #rng: Rng;

  /** Takes the concepts of a thesaurus and a stream of random numbers. */
  constructor(concepts: readonly Concept[], rng: Rng) {
    this.#concepts = concepts;
    this.#rng = rng;
    this.#index = new Map(concepts.map(({ id }, i) => [id, i]));
    concepts.forEach((concept, i) => {
      const { rules, features, services, shapes, category } = concept;
      const own = category === undefined ? [] : [`category ${category}`];
      for (
        const name of [...rules, ...features, ...services, ...shapes, ...own]
      ) {
        this.#naming.set(name, [...(this.#naming.get(name) ?? []), i]);
      }
    });
    const all = concepts.map((_, i) => i);
    this.#detected = all.filter((i) =>
      concepts[i]!.rules.length + concepts[i]!.features.length > 0 &&
      this.#categoryOf(i) !== undefined
    );
    this.#ordinary = all.filter((i) => concepts[i]!.looks.length > 0);
  }

  /** Whether there are any to be made. */
  get empty(): boolean {
    return this.#detected.length === 0;
  }

  /** The next text. */
  next(): DocumentText {
    return this.#ordinary.length > 0 && this.#rng.chance(0.2)
      ? this.of(this.#rng.pick(this.#ordinary))
      : this.of(this.#rng.pick(this.#detected));
  }

  /** A text of a concept; undefined words where it names nothing. */
  of(concept: number): DocumentText {
    return this.#concepts[concept]!.looks.length > 0
      ? this.#ordinaryOf(concept)
      : this.#detectedOf(concept);
  }

  /** Concepts that texts can be made of. */
  makeable(): readonly number[] {
    return [...this.#detected, ...this.#ordinary];
  }

  #detectedOf(concept: number): DocumentText {
    const rng = this.#rng;
    const { rules, features, shapes } = this.#concepts[concept]!;
    const draft = new Draft();
    const category = this.#categoryOf(concept)!;
    const suspected = rng.chance(0.15) ? "suspected " : "";
    draft.add(`${suspected}${categoryText(category)}`);
    draft.mean(this.#naming.get(`category ${category}`), SHARES.category);
    const evidence = rules.length === 0 ||
        features.length > 0 && rng.chance(0.12)
      ? this.#some(features, 2)
      : this.#some(rules, 2);
    for (const name of evidence) {
      draft.add((RULES.get(name) ?? METRICS.get(name))!);
      draft.mean(this.#naming.get(name), SHARES.evidence / evidence.length);
    }
    draft.mean([concept], SHARES.evidence);
    if (rng.chance(0.3)) this.#addWindow(draft);
    else this.#addFlow(category, draft);
    if (shapes.length > 0 && rng.chance(0.5)) {
      this.#addShape(rng.pick(shapes), draft);
    }
    draft.add(rng.pick(ENDS));
    return draft.done(concept);
  }

  #addWindow(draft: Draft): void {
    draft.add(PHRASES[this.#rng.chance(0.8) ? "hostInside" : "hostOutside"].en);
    draft.add(PHRASES.hostWindow.en);
  }

  #addFlow(category: string, draft: Draft): void {
    const rng = this.#rng;
    if (rng.chance(0.9)) {
      const name = rng.pick(SERVICES);
      this.#addService(name, draft);
      // What a class makes likely: logins inside TLS are those of remote desktops.
      const meant = this.#naming.get(`${category}:${name}`);
      draft.mean(meant, SHARES.service);
    }
    this.#addShape(rng.pick(DIRECTIONS), draft);
    if (rng.chance(0.6)) this.#addShape(rng.pick(EXCHANGES), draft);
    this.#addShape(rng.pick(SIZES), draft);
    if (rng.chance(0.5)) this.#addShape(rng.pick(PACES), draft);
    if (rng.chance(0.3)) this.#addShape(rng.pick(SHAPES), draft);
  }

  #ordinaryOf(concept: number): DocumentText {
    const rng = this.#rng;
    const draft = new Draft();
    draft.add("ordinary traffic");
    draft.mean([concept], SHARES.evidence);
    for (const part of rng.pick(this.#concepts[concept]!.looks)) {
      const name = rng.pick(part);
      if (name === "-") continue;
      if (shapeText(name) === undefined) this.#addService(name, draft);
      else this.#addShape(name, draft);
    }
    draft.add("nothing found");
    return draft.done(concept);
  }

  #addService(name: string, draft: Draft): void {
    draft.add(serviceText(name)!);
    draft.mean(this.#naming.get(name.replace(/\/.*/, "")), SHARES.service);
  }

  #addShape(name: string, draft: Draft): void {
    draft.add(shapeText(name)!);
    draft.mean(this.#naming.get(name), SHARES.shape);
  }

  #some(names: readonly string[], most: number): string[] {
    const first = this.#rng.pick(names);
    const second = this.#rng.pick(names);
    return most < 2 || first === second || this.#rng.chance(0.6)
      ? [first]
      : [first, second];
  }

  /** The class of a concept, or that of what it is a kind of. */
  #categoryOf(concept: number): string | undefined {
    const { category, broader } = this.#concepts[concept]!;
    if (category !== undefined) return category;
    for (const id of broader) {
      const found = this.#categoryOf(this.#index.get(id)!);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

const SERVICES: readonly string[] = [
  ...SERVICE_WORDS.keys(),
  ...["tcp", "udp", "icmp"],
  ...["dns/udp", "ntp/udp", "sip/udp", "snmp/udp", "kerberos/udp"],
];
const SHAPES = Object.keys(PHRASES);

class Draft {
  readonly #parts: string[] = [];
  readonly #meaning = new Map<number, number>();

  add(part: string): void {
    this.#parts.push(part);
  }

  mean(concepts: readonly number[] | undefined, share: number): void {
    for (const one of concepts ?? []) {
      const before = this.#meaning.get(one) ?? 0;
      this.#meaning.set(one, before + share / concepts!.length);
    }
  }

  done(of: number): DocumentText {
    let total = 0;
    for (const share of this.#meaning.values()) total += share;
    const meaning = new Map(
      [...this.#meaning].map(([one, share]) => [one, share / total]),
    );
    return { text: this.#parts.join("; "), meaning, of };
  }
}
