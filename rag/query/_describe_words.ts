import type { Language } from "../result.ts";
import type { GroupKey } from "./ast.ts";
import type { Field } from "./fields.ts";

/** Name of each field and calendar unit, in both languages. */
export const NAMES: Readonly<
  Record<
    Field | Exclude<GroupKey, Field>,
    { readonly en: string; readonly es: string }
  >
> = {
  src_ip: { en: "source", es: "origen" },
  dst_ip: { en: "destination", es: "destino" },
  ip: { en: "source or destination", es: "origen o destino" },
  category: { en: "category", es: "categoría" },
  leaning: { en: "leaning", es: "tendencia" },
  decision: { en: "decision", es: "decisión" },
  priority: { en: "priority", es: "prioridad" },
  authoritative_source: {
    en: "authoritative source",
    es: "fuente autorizada",
  },
  reason: { en: "reason", es: "motivo" },
  confidence_level: { en: "confidence level", es: "nivel de confianza" },
  protocol: { en: "protocol", es: "protocolo" },
  service: { en: "service", es: "servicio" },
  app_protocol: {
    en: "application protocol",
    es: "protocolo de aplicación",
  },
  name: { en: "name", es: "nombre" },
  interface: { en: "interface", es: "interfaz" },
  node_id: { en: "node", es: "nodo" },
  src_country: { en: "source country", es: "país de origen" },
  dst_country: { en: "destination country", es: "país de destino" },
  actor: { en: "author", es: "autor" },
  revision: { en: "revision", es: "revisión" },
  outcome: { en: "outcome", es: "resultado" },
  setting: { en: "setting", es: "ajuste" },
  src_port: { en: "source port", es: "puerto de origen" },
  dst_port: { en: "destination port", es: "puerto de destino" },
  fast_score: { en: "fast score", es: "puntuación de reglas" },
  ml_score: { en: "ML score", es: "puntuación de ML" },
  final_score: { en: "final score", es: "puntuación final" },
  divergence: { en: "divergence", es: "divergencia" },
  confidence: { en: "confidence", es: "confianza" },
  ddos: { en: "score of the ddos forest", es: "puntuación del bosque ddos" },
  ransomware: {
    en: "score of the ransomware forest",
    es: "puntuación del bosque ransomware",
  },
  traffic: {
    en: "score of the traffic forest",
    es: "puntuación del bosque de tráfico",
  },
  internal: {
    en: "score of the internal forest",
    es: "puntuación del bosque interno",
  },
  duration: { en: "duration in seconds", es: "duración en segundos" },
  packets: { en: "packets", es: "paquetes" },
  bytes: { en: "bytes", es: "bytes" },
  sent_bytes: { en: "bytes sent", es: "bytes enviados" },
  received_bytes: { en: "bytes received", es: "bytes recibidos" },
  bytes_per_second: { en: "bytes per second", es: "bytes por segundo" },
  packets_per_second: { en: "packets per second", es: "paquetes por segundo" },
  fast_triggered: { en: "fast rule fired", es: "regla rápida disparada" },
  needs_analysis: { en: "needs analysis", es: "requiere análisis" },
  src_internal: { en: "internal source", es: "origen interno" },
  dst_internal: { en: "internal destination", es: "destino interno" },
  hour: { en: "hour", es: "hora" },
  day: { en: "day", es: "día" },
  weekday: { en: "weekday", es: "día de la semana" },
};

/** The words around them. */
export const WORDS: Readonly<
  Record<Language, {
    readonly kinds: Readonly<Record<"event" | "incident" | "change", string>>;
    readonly compares: Readonly<
      Record<"eq" | "lt" | "le" | "gt" | "ge", string>
    >;
    readonly days: readonly string[];
    readonly metrics: Readonly<
      Record<"count" | "distinct" | "sum" | "mean" | "min" | "max", string>
    >;
    readonly and: string;
    readonly or: string;
    readonly not: string;
    readonly with: string;
    readonly in: string;
    readonly under: string;
    readonly yes: string;
    readonly no: string;
    readonly from: string;
    readonly to: string;
    readonly since: string;
    readonly before: string;
    readonly always: string;
    readonly between: string;
    readonly on: string;
    readonly like: string;
    readonly similar: string;
    readonly by: string;
    readonly having: string;
    readonly of: string;
    readonly atMost: string;
    readonly newest: string;
    readonly oldest: string;
    readonly highest: string;
    readonly lowest: string;
    readonly number: string;
    readonly times: string;
  }>
> = {
  en: {
    kinds: {
      event: "events",
      incident: "incidents",
      change: "configuration changes",
    },
    compares: {
      eq: "exactly",
      lt: "less than",
      le: "at most",
      gt: "more than",
      ge: "at least",
    },
    days: [
      "Monday",
      "Tuesday",
      "Wednesday",
      "Thursday",
      "Friday",
      "Saturday",
      "Sunday",
    ],
    metrics: {
      count: "number",
      distinct: "number of different values of",
      sum: "sum of",
      mean: "mean of",
      min: "smallest",
      max: "largest",
    },
    and: "and",
    or: "or",
    not: "not",
    with: "with",
    in: "in",
    under: "under",
    yes: "yes",
    no: "no",
    from: "from",
    to: "to",
    since: "since",
    before: "before",
    always: "at any time",
    between: "daily between",
    on: "on",
    like: "most like",
    similar: "similar to",
    by: "by",
    having: "only where it is",
    of: "of",
    atMost: "at most",
    newest: "newest first",
    oldest: "oldest first",
    highest: "highest first",
    lowest: "lowest first",
    number: "that number",
    times: "times in",
  },
  es: {
    kinds: {
      event: "eventos",
      incident: "incidentes",
      change: "cambios de configuración",
    },
    compares: {
      eq: "exactamente",
      lt: "menos de",
      le: "como máximo",
      gt: "más de",
      ge: "al menos",
    },
    days: [
      "lunes",
      "martes",
      "miércoles",
      "jueves",
      "viernes",
      "sábado",
      "domingo",
    ],
    metrics: {
      count: "número",
      distinct: "número de valores distintos de",
      sum: "suma de",
      mean: "media de",
      min: "mínimo de",
      max: "máximo de",
    },
    and: "y",
    or: "o",
    not: "no",
    with: "con",
    in: "en",
    under: "bajo",
    yes: "sí",
    no: "no",
    from: "desde",
    to: "hasta",
    since: "a partir de",
    before: "antes de",
    always: "en cualquier momento",
    between: "cada día entre las",
    on: "en",
    like: "lo más parecido a",
    similar: "similares a",
    by: "por",
    having: "solo donde sea",
    of: "de",
    atMost: "como máximo",
    newest: "los más recientes primero",
    oldest: "los más antiguos primero",
    highest: "de mayor a menor",
    lowest: "de menor a mayor",
    number: "ese número",
    times: "horas en",
  },
};
