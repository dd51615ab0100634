import type { Theme } from "./lexicon.ts";

/** Every setting, without those below it that have names of their own: `rules.thresholds.scan` is in `rules.thresholds`. */
const SETTINGS: Readonly<Record<string, string>> = {
  rules: "profile thresholds disabled",
  policy: "version roles roleFactor suppressions",
  "policy.thresholds":
    "suspicious alert high malicious rag divergence highDivergence",
  "policy.thresholds.models": "level1 ddos ransomware traffic internal",
  "policy.thresholds.categories":
    "ddos scan bruteforce lateral ransomware c2 dns exfiltration mining web",
  "policy.incidents": "quietSeconds maxSeconds maxOpen corroborationWindows",
  "models.ddos": "use file trees depth",
  "models.ransomware": "use file trees depth",
  "models.traffic": "use file trees depth",
  "models.internal": "use file trees depth",
  log: "minFinalScore minDivergence ragScore ragDivergence benignShare " +
    "perIncident artifactsPerIncident compress sync queueLimit chainEvery",
  "log.rotation": "maxLines maxBytes",
  "log.retention": "maxAgeDays maxBytes",
  search: "limit",
  "search.retention": "maxAgeDays maxBytes",
  capture: "homeNets prefixBytes activeTimeoutMs tcpTimeoutMs " +
    "otherTimeoutMs unansweredTimeoutMs maxFlows maxUnansweredFlows " +
    "maxHosts maxProbationHosts maxDistinct maxPairs maxPrefixes",
};

/** Paths of all settings. */
export const SETTING_PATHS: readonly string[] = Object.entries(SETTINGS)
  .flatMap(([above, names]) =>
    names.split(" ").map((name) => `${above}.${name}`)
  );

const KNOWN: ReadonlySet<string> = new Set(
  SETTING_PATHS.flatMap((path) => {
    const names = path.toLowerCase().split(".");
    return names.slice(1).map((_, i) => names.slice(0, i + 2).join("."));
  }),
);
/** The one setting that has others below it that are not in the list. */
const OPEN = "rules.thresholds.";

/** Whether a path is that of a setting, or the beginning of one, of two names at least. */
export function isSettingPath(path: string): boolean {
  const lower = path.toLowerCase();
  return KNOWN.has(lower) || lower.startsWith(OPEN);
}

/** Words for settings, which mean that only in a question about changes. */
export const SETTING_WORDS: Theme = {
  en: {
    "SETTING_WORDS=policy.thresholds":
      "thresholds, score thresholds, detection thresholds",
    "SETTING_WORDS=policy.thresholds.suspicious":
      "suspicious threshold(s|), threshold (for|of) suspicious",
    "SETTING_WORDS=policy.thresholds.alert":
      "alert(s|ing|) threshold(s|), threshold (for|of) alert(s|ing|)",
    "SETTING_WORDS=policy.thresholds.high":
      "high threshold(s|), high severity threshold(s|), threshold (for|of) high",
    "SETTING_WORDS=policy.thresholds.malicious":
      "malicious threshold(s|), incident threshold(s|), threshold (for|of) (malicious|incidents)",
    "SETTING_WORDS=policy.thresholds.divergence":
      "divergence threshold(s|), threshold (for|of) divergence",
    "SETTING_WORDS=policy.thresholds.rag":
      "rag threshold(s|), analysis threshold(s|), threshold (for|of) analysis",
    "SETTING_WORDS=policy.thresholds.models":
      "model(s|) threshold(s|), thresholds of (the|) models",
    "SETTING_WORDS=policy.thresholds.categories":
      "category threshold(s|), thresholds of (the|) categories",
    "SETTING_WORDS=policy.suppressions": "suppression(s|)",
    "SETTING_WORDS=rules.thresholds":
      "rule(s|) threshold(s|), thresholds of (the|) rules",
    "SETTING_WORDS=rules.profile": "rule(s|) profile, profile of (the|) rules",
    "SETTING_WORDS=rules.disabled": "disabled rules",
    "SETTING_WORDS=log.retention": "log retention, retention of the log",
    "SETTING_WORDS=log.rotation": "log rotation, rotation of the log",
    "SETTING_WORDS=log.queueLimit": "queue limit, log queue limit",
    "SETTING_WORDS=search.retention": "search retention",
    "SETTING_WORDS=capture.homeNets": "home nets, home networks",
  },
  es: {
    "SETTING_WORDS=policy.thresholds": "umbrales, umbrales de puntuacion",
    "SETTING_WORDS=policy.thresholds.suspicious":
      "umbral sospechoso, umbral(es|) de sospecha",
    "SETTING_WORDS=policy.thresholds.alert":
      "umbral(es|) de (la|las|) alerta(s|), umbral para alerta(s|)",
    "SETTING_WORDS=policy.thresholds.high":
      "umbral alto, umbral(es|) de severidad alta",
    "SETTING_WORDS=policy.thresholds.malicious":
      "umbral malicioso, umbral(es|) de (los|) incidentes",
    "SETTING_WORDS=policy.thresholds.divergence": "umbral(es|) de divergencia",
    "SETTING_WORDS=policy.thresholds.rag":
      "umbral(es|) de analisis, umbral(es|) de rag",
    "SETTING_WORDS=policy.thresholds.models":
      "umbral(es|) de (los|) modelos, umbral(es|) del modelo",
    "SETTING_WORDS=policy.thresholds.categories":
      "umbral(es|) de (las|) categorias",
    "SETTING_WORDS=policy.suppressions": "supresion(es|)",
    "SETTING_WORDS=rules.thresholds":
      "umbral(es|) de (las|) reglas, umbral(es|) de la regla",
    "SETTING_WORDS=rules.profile": "perfil de (las|) reglas",
    "SETTING_WORDS=rules.disabled": "reglas desactivadas",
    "SETTING_WORDS=log.retention":
      "retencion del (log|registro), retencion de registros",
    "SETTING_WORDS=log.rotation": "rotacion del (log|registro)",
    "SETTING_WORDS=log.queueLimit": "limite de (la|) cola",
    "SETTING_WORDS=search.retention": "retencion de la busqueda",
    "SETTING_WORDS=capture.homeNets": "redes propias",
  },
};
