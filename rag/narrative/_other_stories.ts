/** Incidents and changes of configuration in sentences. */
import { objectOf } from "../_evidence.ts";
import { timeUs } from "../_time.ts";
import type { ChangeRecord, Entry, Facts, IncidentRecord } from "../entry.ts";
import type { Language } from "../result.ts";
import { nounOf } from "./_event_story.ts";
import { numberText, scoreText, timeText } from "./_numbers.ts";
import { address, quoted, subjectText, word } from "./_quote.ts";
import { engineStory, reasonStory } from "./_reason_story.ts";

const PEERS = 3;
const CHANGES = 3;
const SEVERITIES: ReadonlyMap<string, string> = new Map([
  ["suspicious", "sospechosa"],
  ["alert", "de alerta"],
  ["high", "alta"],
]);

/** Two sentences: whom it is about and how much of it, and why it was found. */
export function incidentStory(
  entry: Extract<Entry, { kind: "incident" }>,
  { facts, zone }: { readonly facts: Facts; readonly zone: string },
  language: Language,
): string {
  const es = language === "es";
  const { record } = entry;
  const host = subjectText(String(record.subject));
  const noun = nounOf(facts.category ?? "unknown", language);
  const about = facts.category === "ddos"
    ? es ? "fue el objetivo de" : "was the target of"
    : es
    ? "fue el origen de"
    : "was the source of";
  const head = `${spanOf(record, zone, language)}${host} ${about} ${noun}`;
  const details = [
    gravity(record, facts, language),
    evidenceOf(record, language),
  ]
    .filter((part) => part !== "").join(": ");
  const engines = engineStory(facts, language);
  const reasons = reasonStory(entry, facts, language);
  const why = [engines, reasons].filter((part) => part !== "").join("; ");
  const tail = stateOf(record, language);
  const second = why === "" ? tail : `${why}; ${tail}`;
  return `${head}${details}. ${capital(second)}.`;
}

function spanOf(
  record: IncidentRecord,
  zone: string,
  language: Language,
): string {
  const es = language === "es";
  const first = timeUs(record.first_seen);
  const last = timeUs(record.last_seen);
  if (!(last >= 0)) return "";
  const end = timeText(last, zone);
  const start = first >= 0 ? timeText(first, zone) : end;
  if (start === end) {
    return es ? `El ${end}, ` : `At ${end}, `;
  }
  return es ? `Del ${start} al ${end}, ` : `From ${start} to ${end}, `;
}

function gravity(
  { severity }: IncidentRecord,
  { final_score }: Facts,
  language: Language,
): string {
  const es = language === "es";
  const name = String(severity);
  const parts = [
    es
      ? `gravedad ${SEVERITIES.get(name) ?? word(name)}`
      : `severity ${word(name)}`,
  ];
  if (final_score !== null) {
    const score = scoreText(final_score, language);
    parts.push(es ? `puntuación ${score}` : `score ${score}`);
  }
  return ` (${parts.join(", ")})`;
}

function evidenceOf(record: IncidentRecord, language: Language): string {
  const es = language === "es";
  const counts = [
    counted(record.flows, language, ["flow", "flows"], ["flujo", "flujos"]),
    counted(
      record.windows,
      language,
      ["host window", "host windows"],
      ["ventana de equipo", "ventanas de equipo"],
    ),
  ].filter((one) => one !== "").join(es ? " y " : " and ");
  const peers = Array.isArray(record.peers)
    ? record.peers.filter((one) => typeof one === "string")
    : [];
  if (peers.length === 0) return counts;
  const named = peers.slice(0, PEERS).map((one) => address(one));
  const more = peers.length - named.length;
  if (more > 0) named.push(es ? `${more} más` : `${more} more`);
  const list = joined(named, language);
  const others = es
    ? `con ${list} al otro lado`
    : `with ${list} on the other side`;
  return counts === "" ? others : `${counts}, ${others}`;
}

function counted(
  count: unknown,
  language: Language,
  english: readonly [string, string],
  spanish: readonly [string, string],
): string {
  if (typeof count !== "number" || !(count > 0)) return "";
  const names = language === "es" ? spanish : english;
  return `${numberText(count, language)} ${names[count === 1 ? 0 : 1]}`;
}

function joined(parts: readonly string[], language: Language): string {
  if (parts.length < 2) return parts.join("");
  const and = language === "es" ? " y " : " and ";
  return parts.slice(0, -1).join(", ") + and + parts[parts.length - 1];
}

function stateOf(record: IncidentRecord, language: Language): string {
  const es = language === "es";
  const open = record.state === "closed"
    ? es ? "el incidente está cerrado" : "the incident is closed"
    : es
    ? "el incidente sigue abierto"
    : "the incident is open";
  const block = record.corroborated === true
    ? es ? "bloquear estaría justificado" : "blocking would be justified"
    : es
    ? "bloquear no estaría justificado"
    : "blocking would not be justified";
  return `${open}${es ? " y " : " and "}${block}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** One sentence: who changed what, and what became of it. */
export function changeStory(
  record: ChangeRecord,
  { timestampUs, zone }: {
    readonly timestampUs: number;
    readonly zone: string;
  },
  language: Language,
): string {
  const es = language === "es";
  const time = timeText(timestampUs, zone);
  const actor = quoted(String(record.actor ?? ""));
  const revision = quoted(String(record.revision ?? ""));
  const outcome = record.outcome === "refused"
    ? es ? "se rechazó" : "was refused"
    : record.outcome === "rolled_back"
    ? es ? "se deshizo" : "was rolled back"
    : es
    ? "se aplicó"
    : "was applied";
  const list = Array.isArray(record.changes) ? record.changes : [];
  const told = list.slice(0, CHANGES).map((one) => {
    const { path, before, after } = objectOf(one);
    const [name, from, to] = [path, before, after].map((value) =>
      quoted(String(value ?? ""))
    );
    return es ? `${name} de ${from} a ${to}` : `${name} from ${from} to ${to}`;
  });
  if (list.length > CHANGES) {
    const more = list.length - CHANGES;
    told.push(es ? `${more} más` : `${more} more`);
  }
  const what = told.length === 0 ? "" : `: ${joined(told, language)}`;
  const why = typeof record.reason === "string" && record.reason !== ""
    ? `; ${es ? "motivo" : "reason"}: ${quoted(record.reason, 200)}`
    : "";
  return es
    ? `El ${time}, ${actor} pidió la revisión ${revision} de la configuración, que ${outcome}${what}${why}.`
    : `At ${time}, ${actor} asked for revision ${revision} of the configuration, which ${outcome}${what}${why}.`;
}
