/** The sentences of answers in Spanish. */
import type { EntryKind, GroupKey, Metric } from "../query/ast.ts";
import { localTime } from "../query/zone.ts";
import { categoryName, noun } from "./field_words.ts";
import type { Aspect, Counted, InstantOptions, Phrases } from "./phrases.ts";
import { shownNumber, shownQuantity } from "./shown_numbers.ts";

const KINDS: Readonly<Record<EntryKind, readonly [string, string]>> = {
  event: ["evento", "eventos"],
  incident: ["incidente", "incidentes"],
  change: ["cambio de configuración", "cambios de configuración"],
};

const MONTHS =
  ("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre " +
    "diciembre").split(" ");
const DAYS = "lunes martes miércoles jueves viernes sábado domingo".split(" ");
const DECISIONS: Readonly<Record<string, readonly [string, string]>> = {
  malicious: ["malicioso", "maliciosos"],
  suspicious: ["sospechoso", "sospechosos"],
  benign: ["benigno", "benignos"],
};

const number = (value: number) => shownNumber(value, "es");
const plural = (kind: EntryKind) => KINDS[kind][1];
const entries = (kind: EntryKind, count: number) =>
  `${number(count)} ${KINDS[kind][count === 1 ? 0 : 1]}`;

/** Joined by commas and "y", which becomes "e" before the sound of an i. */
function joined(parts: readonly string[]): string {
  const last = parts.at(-1) ?? "";
  return parts.length < 2
    ? last
    : `${parts.slice(0, -1).join(", ")} ${
      /^h?[ií](?![aeo])/i.test(last) ? "e" : "y"
    } ${last}`;
}

function listed(kind: EntryKind, parts: readonly Counted[]): string {
  return joined(
    parts.map(({ name, count }, i) =>
      `${name} (${i === 0 ? entries(kind, count) : number(count)})`
    ),
  );
}

function instant(
  timestampUs: number,
  zone: string,
  { nowUs, seconds }: InstantOptions,
): string {
  const time = localTime(zone, timestampUs / 1000);
  const pad = (n: number) => String(n).padStart(2, "0");
  const clock = `${time.hour === 1 ? "la" : "las"} ${pad(time.hour)}:${
    pad(time.minute)
  }${seconds ? `:${pad(time.second)}` : ""} ${zone}`;
  const day = (us: number) => {
    const { year, month, day } = localTime(zone, us / 1000);
    return Date.UTC(year, month - 1, day) / 86_400_000;
  };
  const ago = day(nowUs) - day(timestampUs);
  if (ago === 0) return `hoy a ${clock}`;
  if (ago === 1) return `ayer a ${clock}`;
  return `el ${time.day} de ${
    MONTHS[time.month - 1]
  } de ${time.year} a ${clock}`;
}

const ASPECTS: Readonly<
  Record<Aspect, readonly [all: string, one: string, many: string]>
> = {
  sources: [
    "vienen de",
    "El origen más frecuente",
    "Los orígenes más frecuentes",
  ],
  destinations: [
    "van dirigidos a",
    "El destino más frecuente",
    "Los destinos más frecuentes",
  ],
  services: [
    "afectan al servicio",
    "El servicio más frecuente",
    "Los servicios más frecuentes",
  ],
  categories: [
    "están clasificados como",
    "La categoría más frecuente",
    "Las categorías más frecuentes",
  ],
};

function share(
  which: Aspect | "decisions",
  kind: EntryKind,
  name: string,
): string {
  if (which === "decisions") {
    return `se juzgaron ${DECISIONS[name]?.[1] ?? name}`;
  }
  const hosts = kind === "incident" && which === "sources";
  return `${hosts ? "tratan de" : ASPECTS[which][0]} ${name}`;
}

function aspect(
  which: Aspect,
  kind: EntryKind,
  parts: readonly Counted[],
): string {
  const hosts = kind === "incident" && which === "sources";
  const [, one, many] = hosts
    ? ["", "El equipo más frecuente", "Los equipos más frecuentes"]
    : ASPECTS[which];
  return parts.length === 1
    ? `${one} es ${listed(kind, parts)}`
    : `${many} son ${listed(kind, parts)}`;
}

function decisions(kind: EntryKind, parts: readonly Counted[]): string {
  const verb = parts[0]?.count === 1 ? "se juzgó" : "se juzgaron";
  const texts = parts.map(({ name, count }, i) => {
    const word = DECISIONS[name]?.[count === 1 ? 0 : 1] ?? name;
    return i === 0
      ? `${number(count)} ${verb} ${word}`
      : `${number(count)} ${word}`;
  });
  return `De los ${plural(kind)}, ${joined(texts)}`;
}

function metricTitle(metric: Metric, kind: EntryKind): string {
  if (metric.kind === "count") return `el número de ${plural(kind)}`;
  const { one, many, feminine } = noun(metric.field, "es");
  const of = feminine === true ? "de la" : "del";
  switch (metric.kind) {
    case "distinct":
      return `el número de ${many} ${
        feminine === true ? "distintas" : "distintos"
      }`;
    case "sum":
      return `la suma ${of} ${one}`;
    case "mean":
      return `la media ${of} ${one}`;
    case "min":
      return `el mínimo ${of} ${one}`;
    case "max":
      return `el máximo ${of} ${one}`;
  }
}

function metricValue(
  metric: Metric,
  kind: EntryKind,
  found: number | null,
): string {
  if (found === null) return "desconocido";
  if (metric.kind === "count") return entries(kind, found);
  if (metric.kind === "distinct") return distinct(metric.field, found);
  return shownQuantity(metric.field, found, "es");
}

function distinct(
  field: Extract<Metric, { kind: "distinct" }>["field"],
  found: number,
): string {
  const { one, many, feminine } = noun(field, "es");
  return found === 1
    ? `${feminine === true ? "una sola" : "un solo"} ${one}`
    : `${number(found)} ${many} ${
      feminine === true ? "distintas" : "distintos"
    }`;
}

function single(metric: Metric, kind: EntryKind, found: number | null): string {
  if (found === null) {
    return capital(
      `${
        metricTitle(metric, kind)
      } no se conoce, porque ninguna entrada encontrada tiene ese valor`,
    );
  }
  if (metric.kind === "count") {
    return `${found === 1 ? "Coincide" : "Coinciden"} ${entries(kind, found)}`;
  }
  if (metric.kind === "distinct") return `Hay ${distinct(metric.field, found)}`;
  return capital(
    `${metricTitle(metric, kind)} es ${metricValue(metric, kind, found)}`,
  );
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function trend(kind: EntryKind, total: number, before: number): string {
  const period = "el periodo anterior de igual duración";
  if (before === 0) {
    return total === 0
      ? `En ${period} tampoco hubo ninguno`
      : `En ${period} no hubo ninguno`;
  }
  if (before === total) {
    return `En ${period} hubo los mismos: ${number(before)}`;
  }
  const change = total >= 3 * before
    ? `ahora son ${
      number(Math.round(total / before * 10) / 10)
    } veces esa cantidad`
    : `ahora hay un ${
      number(Math.round(Math.abs(total / before - 1) * 100))
    } % ${total > before ? "más" : "menos"}`;
  return `En ${period} hubo ${entries(kind, before)}; ${change}`;
}

function keyList(keys: readonly GroupKey[]): string {
  return joined(keys.map((key) => noun(key, "es").one));
}

function firstIs(keys: readonly GroupKey[]): string {
  const [key] = keys;
  if (keys.length !== 1 || key === undefined) return "En primer lugar está";
  const { one, feminine } = noun(key, "es");
  return `En primer lugar está ${feminine === true ? "la" : "el"} ${one}`;
}

function onlyOne(keys: readonly GroupKey[]): string {
  const [key] = keys;
  const feminine = keys.length === 1 && key !== undefined &&
    noun(key, "es").feminine === true;
  return keys.length === 1
    ? `${feminine ? "La única" : "El único"} ${keyList(keys)} es`
    : "El único grupo es";
}

/** What became of a change. */
const OUTCOMES: ReadonlyMap<string, string> = new Map([
  ["applied", "aplicado"],
  ["refused", "rechazado"],
  ["rolled_back", "deshecho"],
]);

/** Spanish. */
export const SPANISH: Phrases = {
  number,
  entries,
  instant,
  listed,
  metricValue,
  single,
  trend,
  aspect,
  value: (field, found) => {
    if (found === null) {
      return field !== "hour" && field !== "day" && field !== "weekday" &&
          noun(field, "es").feminine === true
        ? "desconocida"
        : "desconocido";
    }
    if (field === "weekday") return DAYS[Number(found) - 1] ?? String(found);
    if (field === "hour") return String(found).replace("T", " ");
    if (field === "outcome") {
      return OUTCOMES.get(String(found)) ?? String(found);
    }
    return field === "category" || field === "leaning"
      ? categoryName(String(found), "es")
      : String(found);
  },
  contradiction: (text) => `La pregunta se contradice: ${text}`,
  contradictionHint:
    "Por eso no se ha buscado nada; pregunte por una de las dos cosas, o únalas con «o»",
  unresolved: ({ text, why }) =>
    `El registro no puede responder a «${text}»: ${why}`,
  nothingAsked: "Por eso no se ha buscado nada",
  nothingFound: (kind, understood) =>
    `No se ha encontrado ningún ${KINDS[kind][0]} para: ${understood}`,
  noGroups: (understood) => `No se ha encontrado nada para: ${understood}`,
  hints: {
    time: "Amplíe el periodo, o quítelo, para ver si ocurrió en otro momento",
    text:
      "Use otras palabras para el comportamiento, o nombre su categoría, su servicio o su puerto",
    category:
      "Quite la categoría: puede que ese tráfico se haya juzgado de otro modo",
    filter:
      "Quite una de las condiciones para ver cuál de ellas lo excluye todo",
    log: "Mire las estadísticas del registro para ver si ya contiene algo",
  },
  nothingSimilar:
    "Nada se parece a la entrada pedida; asegúrese de que su identificador está en el registro",
  weak:
    "La mejor coincidencia es débil: lo que sigue puede no tener nada que ver con la pregunta",
  total: (kind, total) =>
    `${total === 1 ? "Coincide" : "Coinciden"} ${entries(kind, total)}`,
  ranked: (kind, total, shown, text) =>
    shown >= total
      ? `${total === 1 ? "Se ha comparado" : "Se han comparado"} ${
        entries(kind, total)
      } con «${text}»`
      : `Se han comparado ${entries(kind, total)} con «${text}», y ${
        shown === 1
          ? "aparece el más parecido"
          : `aparecen los ${number(shown)} más parecidos`
      }`,
  similar: (kind, shown) =>
    shown === 1
      ? `Un ${KINDS[kind][0]} se parece al pedido`
      : `Estos ${entries(kind, shown)} son los más parecidos al pedido`,
  only: (kind, narrative) => `Coincide un ${KINDS[kind][0]}: ${narrative}`,
  share,
  decisions,
  all: (predicates) => `Todos ${joined(predicates)}`,
  foremost: (kind, total, order, narrative) => {
    const place = {
      closest: "más parecido",
      latest: "más reciente",
      sorted: "primero",
      all: "primero",
    };
    return `Este es el ${place[order]} de ${
      entries(kind, total)
    }: ${narrative}`;
  },
  at: (_kind, total, when) =>
    `${total === 1 ? "Ocurrió" : "Todos ocurrieron"} ${when}`,
  span: (_kind, first, last) =>
    `El primero ocurrió ${first} y el último, ${last}`,
  listTitle: (order) =>
    ({
      closest: "Los más parecidos:",
      latest: "Los más recientes:",
      sorted: "Los primeros:",
      all: "Qué ocurrió:",
    })[order],
  item: (narrative, folded) =>
    `${narrative}${
      folded > 0
        ? ` (y ${number(folded)} ${
          folded === 1 ? "parecido" : "parecidos"
        } más)`
        : ""
    }`,
  groupsTitle: (metric, kind, keys) =>
    `${capital(metricTitle(metric, kind))} por ${keyList(keys)}:`,
  oneGroup: (metric, kind, { keys, name, value, first }) =>
    metric.kind === "count" || metric.kind === "distinct"
      ? `${first ? firstIs(keys) : onlyOne(keys)} ${name}, con ${
        metricValue(metric, kind, value)
      }`
      : `${first ? firstIs(keys) : onlyOne(keys)} ${name}: ${
        metricTitle(metric, kind)
      } es ${metricValue(metric, kind, value)}`,
  group: (name, found) => `${name}: ${found}`,
  moreGroups: (more) =>
    `Hay ${number(more)} ${more === 1 ? "fila" : "filas"} más como estas`,
  nextTitle: "Próximos pasos:",
};
