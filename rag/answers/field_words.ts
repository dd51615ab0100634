/**
 * Names of fields and of their values for people, in both languages.
 *
 * @module
 */

import type { GroupKey } from "../query/ast.ts";
import type { Field } from "../query/fields.ts";
import type { Language } from "../result.ts";

/** A noun. */
export interface Noun {
  /** One of them. */
  readonly one: string;
  /** Several. */
  readonly many: string;
  /** Whether it is feminine; in Spanish only. */
  readonly feminine?: boolean;
}

/** What a field or a calendar unit is called. */
export function noun(key: Field | GroupKey, language: Language): Noun {
  return WORDS[language][key];
}

/** What a category is called; the text itself where it is none. */
export function categoryName(value: string, language: Language): string {
  return CATEGORY_NAMES[language][value] ?? value;
}

const en = (one: string, many = `${one}s`): Noun => ({ one, many });
const m = (one: string, many = `${one}s`): Noun => ({ one, many });
const f = (one: string, many = `${one}s`): Noun => ({
  one,
  many,
  feminine: true,
});

const WORDS: Readonly<
  Record<Language, Readonly<Record<Field | GroupKey, Noun>>>
> = {
  en: {
    src_ip: en("source"),
    dst_ip: en("destination"),
    ip: en("address", "addresses"),
    category: en("category", "categories"),
    leaning: en("leaning"),
    decision: en("decision"),
    priority: en("priority", "priorities"),
    authoritative_source: en("authoritative source"),
    reason: en("reason"),
    confidence_level: en("confidence level"),
    protocol: en("protocol"),
    service: en("service"),
    app_protocol: en("application protocol"),
    name: en("name"),
    interface: en("interface"),
    node_id: en("node"),
    src_country: en("source country", "source countries"),
    dst_country: en("destination country", "destination countries"),
    actor: en("author"),
    revision: en("revision"),
    outcome: en("outcome"),
    setting: en("setting"),
    src_port: en("source port"),
    dst_port: en("destination port"),
    fast_score: en("fast score"),
    ml_score: en("ML score"),
    final_score: en("final score"),
    divergence: en("divergence"),
    confidence: en("confidence"),
    ddos: en("score of the ddos forest", "scores of the ddos forest"),
    ransomware: en(
      "score of the ransomware forest",
      "scores of the ransomware forest",
    ),
    traffic: en("score of the traffic forest", "scores of the traffic forest"),
    internal: en(
      "score of the internal forest",
      "scores of the internal forest",
    ),
    duration: en("duration"),
    packets: en("number of packets", "numbers of packets"),
    bytes: en("amount of data", "amounts of data"),
    sent_bytes: en("amount of data sent", "amounts of data sent"),
    received_bytes: en("amount of data received", "amounts of data received"),
    bytes_per_second: en("data rate"),
    packets_per_second: en("packet rate"),
    fast_triggered: en("answer of the rules", "answers of the rules"),
    needs_analysis: en("need of analysis", "needs of analysis"),
    src_internal: en("side of the source", "sides of the source"),
    dst_internal: en("side of the destination", "sides of the destination"),
    hour: en("hour"),
    day: en("day"),
    weekday: en("day of the week", "days of the week"),
  },
  es: {
    src_ip: m("origen", "orígenes"),
    dst_ip: m("destino"),
    ip: f("dirección", "direcciones"),
    category: f("categoría"),
    leaning: f("tendencia"),
    decision: f("decisión", "decisiones"),
    priority: f("prioridad", "prioridades"),
    authoritative_source: f("fuente autorizada", "fuentes autorizadas"),
    reason: m("motivo"),
    confidence_level: m("nivel de confianza", "niveles de confianza"),
    protocol: m("protocolo"),
    service: m("servicio"),
    app_protocol: m("protocolo de aplicación", "protocolos de aplicación"),
    name: m("nombre"),
    interface: f("interfaz", "interfaces"),
    node_id: m("nodo"),
    src_country: m("país de origen", "países de origen"),
    dst_country: m("país de destino", "países de destino"),
    actor: m("autor", "autores"),
    revision: f("revisión", "revisiones"),
    outcome: m("resultado"),
    setting: m("ajuste"),
    src_port: m("puerto de origen", "puertos de origen"),
    dst_port: m("puerto de destino", "puertos de destino"),
    fast_score: f("puntuación de reglas", "puntuaciones de reglas"),
    ml_score: f("puntuación de ML", "puntuaciones de ML"),
    final_score: f("puntuación final", "puntuaciones finales"),
    divergence: f("divergencia"),
    confidence: f("confianza"),
    ddos: f("puntuación del bosque ddos", "puntuaciones del bosque ddos"),
    ransomware: f(
      "puntuación del bosque ransomware",
      "puntuaciones del bosque ransomware",
    ),
    traffic: f(
      "puntuación del bosque de tráfico",
      "puntuaciones del bosque de tráfico",
    ),
    internal: f(
      "puntuación del bosque interno",
      "puntuaciones del bosque interno",
    ),
    duration: f("duración", "duraciones"),
    packets: m("número de paquetes", "números de paquetes"),
    bytes: f("cantidad de datos", "cantidades de datos"),
    sent_bytes: f("cantidad de datos enviados", "cantidades de datos enviados"),
    received_bytes: f(
      "cantidad de datos recibidos",
      "cantidades de datos recibidos",
    ),
    bytes_per_second: f("tasa de datos", "tasas de datos"),
    packets_per_second: f("tasa de paquetes", "tasas de paquetes"),
    fast_triggered: f("respuesta de las reglas", "respuestas de las reglas"),
    needs_analysis: f("necesidad de análisis", "necesidades de análisis"),
    src_internal: m("lado del origen", "lados del origen"),
    dst_internal: m("lado del destino", "lados del destino"),
    hour: f("hora"),
    day: m("día"),
    weekday: m("día de la semana", "días de la semana"),
  },
};

const CATEGORY_NAMES: Readonly<
  Record<Language, Readonly<Record<string, string>>>
> = {
  en: {
    ddos: "denial of service",
    scan: "scanning",
    bruteforce: "password guessing",
    lateral: "lateral movement",
    ransomware: "ransomware",
    c2: "command and control",
    dns: "DNS abuse",
    exfiltration: "exfiltration",
    mining: "cryptomining",
    web: "web attack",
    unknown: "no category",
  },
  es: {
    ddos: "denegación de servicio",
    scan: "escaneo",
    bruteforce: "fuerza bruta",
    lateral: "movimiento lateral",
    ransomware: "ransomware",
    c2: "mando y control",
    dns: "abuso de DNS",
    exfiltration: "exfiltración",
    mining: "minería de criptomonedas",
    web: "ataque web",
    unknown: "sin categoría",
  },
};
