/** An event in sentences. */
import { textOrNull } from "../_clean.ts";
import { factsOf, memberOf } from "../_evidence.ts";
import type { Entry, Facts } from "../entry.ts";
import type { Language } from "../result.ts";
import { bytesText, scoreText, secondsText, timeText } from "./_numbers.ts";
import { CATEGORY_NOUNS, PHRASES } from "./_phrases.ts";
import { endpoint, quoted, word } from "./_quote.ts";
import { engineStory, reasonStory } from "./_reason_story.ts";
import { contentOf, reachOf, rhythmOf, trafficOf } from "./_shape.ts";
import { inLanguage, type Text } from "./_text.ts";

type Event = Extract<Entry, { kind: "event" }>;

/** From here on a benign event leans to something. */
const LEANING_SCORE = 0.5;
const PRIORITIES: ReadonlyMap<string, string> = new Map([
  ["low", "baja"],
  ["medium", "media"],
  ["high", "alta"],
  ["critical", "crítica"],
]);
const EXCHANGES: readonly Text[] = [
  PHRASES.unansweredRequest,
  PHRASES.oneWay,
  PHRASES.onlyReplies,
  PHRASES.refused,
  PHRASES.handshakeOnly,
];

/** Two sentences: what went over the wire, and what it was taken for and why. */
export function eventStory(
  event: Event,
  { facts, timestampUs, zone }: {
    facts: Facts;
    timestampUs: number;
    zone: string;
  },
  language: Language,
): string {
  const time = timeText(timestampUs, zone);
  const traffic = facts.dst_ip === null
    ? windowSentence(facts, time, language)
    : flowSentence(event, facts, time, language);
  return `${traffic} ${verdictSentence(event, facts, language)}`;
}

function place(inside: boolean | null, language: Language): string {
  if (inside === null) return "";
  if (language === "es") return inside ? " (interno)" : " (externo)";
  return inside ? " (inside)" : " (outside)";
}

function windowSentence(
  { src_ip, src_internal }: Facts,
  time: string,
  language: Language,
): string {
  const host = src_ip === null
    ? language === "es" ? "un equipo" : "a host"
    : endpoint(src_ip, null) + place(src_internal, language);
  return language === "es"
    ? `Hasta ${time} se observaron todas las conexiones de ${host}.`
    : `Up to ${time}, all connections of ${host} were observed together.`;
}

function flowSentence(
  event: Event,
  facts: Facts,
  time: string,
  language: Language,
): string {
  const es = language === "es";
  const { src_ip, src_port, dst_ip, dst_port, duration } = facts;
  const source = src_ip === null
    ? es ? "un equipo" : "a host"
    : endpoint(src_ip, src_port) + place(facts.src_internal, language);
  const target = endpoint(dst_ip ?? "", dst_port) +
    place(facts.dst_internal, language);
  const by = carrier(facts, language);
  const parts = [
    es
      ? `El ${time}, ${source} contactó con ${target}${by}`
      : `At ${time}, ${source} contacted ${target}${by}`,
    ...contentStory(event, language),
    amounts(facts, language),
  ].filter((part) => part !== "");
  const took = duration !== null && duration > 0
    ? ` ${es ? "en" : "within"} ${secondsText(duration, language)}`
    : "";
  const exchange = trafficOf(event, facts).find((one) =>
    EXCHANGES.includes(one)
  );
  const how = exchange ? ` (${inLanguage(exchange, language)})` : "";
  return `${parts.join(", ")}${took}${how}.`;
}

function carrier(
  { service, protocol }: Facts,
  language: Language,
): string {
  const by = language === "es" ? "por" : "by";
  const over = language === "es" ? "sobre" : "over";
  if (service === null) {
    return protocol === null ? "" : ` ${by} ${word(protocol)}`;
  }
  return protocol === null || protocol === "tcp"
    ? ` ${by} ${word(service)}`
    : ` ${by} ${word(service)} ${over} ${word(protocol)}`;
}

function amounts(
  { packets, sent_bytes: sent, received_bytes: received }: Facts,
  language: Language,
): string {
  const es = language === "es";
  if (sent === null || received === null) return "";
  const up = bytesText(sent, language);
  const down = bytesText(received, language);
  const count = packets === null
    ? ""
    : packets === 1
    ? es ? " en un paquete" : " in one packet"
    : es
    ? ` en ${packets} paquetes`
    : ` in ${packets} packets`;
  if (sent === 0) {
    return es ? `recibió ${down}${count}` : `received ${down}${count}`;
  }
  if (received === 0) return es ? `envió ${up}${count}` : `sent ${up}${count}`;
  return es
    ? `envió ${up} y recibió ${down}${count}`
    : `sent ${up} and received ${down}${count}`;
}

/** What the payload named: always in quotes, as anyone can write it. */
function contentStory({ evidence }: Event, language: Language): string[] {
  if (evidence === null) return [];
  const facts = factsOf(evidence);
  const es = language === "es";
  const named = (name: string) => textOrNull(memberOf(facts, name), 255);
  const raw = (name: string) => {
    const value = memberOf(facts, name);
    return typeof value === "string" && value !== "" ? value : null;
  };
  const parts: string[] = [];
  const tell = (name: string, words: string) => {
    const value = raw(name);
    if (value !== null) parts.push(`${words} ${quoted(value)}`);
  };
  tell("dns_name", es ? "preguntó por el nombre" : "asked for the name");
  tell("tls_sni", es ? "nombró al servidor" : "named the server");
  const request = requestStory(raw, named("http_method"), es);
  if (request !== "") parts.push(request);
  tell("http_user_agent", es ? "con el agente" : "with the user agent");
  tell("ssh_client", es ? "con el cliente" : "with the client");
  return parts;
}

function requestStory(
  raw: (name: string) => string | null,
  method: string | null,
  es: boolean,
): string {
  const target = raw("http_target");
  const host = raw("http_host");
  const line = target === null || method === null
    ? target
    : `${method} ${target}`;
  const asked = line === null
    ? ""
    : `${es ? "pidió" : "requested"} ${quoted(line)}`;
  if (host === null) return asked;
  if (asked === "") {
    return `${es ? "nombró al servidor" : "named the server"} ${quoted(host)}`;
  }
  return `${asked} ${es ? "al servidor" : "of the server"} ${quoted(host)}`;
}

function verdictSentence(
  event: Event,
  facts: Facts,
  language: Language,
): string {
  const es = language === "es";
  const engines = engineStory(facts, language);
  const reasons = facts.category === null
    ? ""
    : reasonStory(event, facts, language);
  const also = [
    ...rhythmOf(event),
    ...reachOf(event),
    ...contentOf(event, facts),
  ]
    .map((one) => inLanguage(one, language)).join(", ");
  let text = judged(facts, language);
  if (facts.category !== null) {
    if (engines !== "") text += `: ${engines}`;
    if (reasons !== "") text += `; ${reasons}`;
  }
  if (also !== "") text += es ? `; además, ${also}` : `; also ${also}`;
  return `${text}.`;
}

function judged(facts: Facts, language: Language): string {
  const es = language === "es";
  const { category, decision, leaning, priority, final_score } = facts;
  const details = [
    final_score === null
      ? ""
      : `${es ? "puntuación" : "score"} ${scoreText(final_score, language)}`,
    priority === null || priority === "none"
      ? ""
      : es
      ? `prioridad ${PRIORITIES.get(priority) ?? word(priority)}`
      : `priority ${word(priority)}`,
  ].filter((one) => one !== "").join(", ");
  const behind = details === "" ? "" : ` (${details})`;
  if (category === null) {
    const noun = leaning !== null && (final_score ?? 0) >= LEANING_SCORE
      ? nounOf(leaning, language)
      : null;
    const weak = noun === null
      ? ""
      : es
      ? `, con indicios débiles de ${noun}`
      : `, with weak signs of ${noun}`;
    return (es ? "Se consideró tráfico benigno" : "It was judged benign") +
      weak + behind;
  }
  const noun = nounOf(category, language);
  if (decision === "suspicious") {
    return (es ? `Se sospechó de ${noun}` : `It was suspected to be ${noun}`) +
      behind;
  }
  return (es ? `Se consideró ${noun}` : `It was judged ${noun}`) + behind;
}

/** A category as a noun. */
export function nounOf(category: string, language: Language): string {
  const known = CATEGORY_NOUNS.get(category);
  if (known !== undefined) return inLanguage(known, language);
  return language === "es"
    ? `un ataque de tipo ${word(category)}`
    : `an attack of kind ${word(category)}`;
}
