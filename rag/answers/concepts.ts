/**
 * Words that decide what a sentence is understood to say: kinds of threat, and what became of it. Each is one pattern for
 * both languages, so that a sentence and what it cites are read alike.
 *
 * @module
 */

const CONCEPTS: readonly RegExp[] = [
  // Kinds of threat.
  "ransom",
  "ddos|denial.of.service|denegaci[oó]n.de.servicio|inundaci[oó]n|\\bfloods?\\b",
  "\\bscan|escane|barrid|\\bsweep",
  "brute.?force|fuerza bruta|guess\\w* passwords?|passwords? (?:was|were|is|are)? ?guess|password guess",
  "lateral",
  "\\bc2\\b|command.and.control|mando y control",
  "exfiltra",
  "mining|miner[ií]a|cryptom|\\bminers?\\b",
  "phish|suplantaci",
  "malware|trojan|troyan|\\bvirus|\\bworms?\\b|gusano|rootkit|backdoor|puerta trasera|spyware",
  "botnet",
  "injection|inyecci",
  // What it was taken for.
  "malicio",
  "suspicio|sospech",
  "benign",
  "harmless|inofensiv|innocent|inocente|innocuous",
  "legitimat|leg[ií]tim|authori[sz]ed|autorizad|false (?:positive|alarm)|fals[oa]s? (?:positivo|alarma)",
  "\\bfriend|amig[oa]",
  // What became of it.
  "compromis|comprometid|infect|breach|hacked|hackead|intrusi[oó]n|vulnerad",
  "stolen|\\bstole\\b|leak|rob(?:ad|aron|[oó]\\b)|filtrad|filtraci",
  "patched|parchead|\\bfixed\\b|corregid|resolved|resuelt|solved|contained|contenid[oa] ",
  "\\bblocked\\b|bloquead|quarantin|cuarentena|isolated|aislad",
  "confirmed|confirmad|proven|proved|demostrad|verified that|identified as",
  "succeed|successful|con [eé]xito|logr[oó]|consigui[oó]|gained access|took over|taken over",
  "encrypted (?:the|all|its|files|data)|cifr(?:ó|aron)|destroyed|destru|deleted|borr(?:ó|aron|ad)",
  "is over|has ended|have ended|\\bended\\b|stopped|termin[oó]|ces[oó]\\b|ha acabado|se detuvo",
  "\\bsafe\\b|\\bsecure\\b|a salvo|\\bsegur[oa]s?\\b|\\bclean\\b|limpi[oa]s?\\b",
  "administrator|administrador|employee|emplead|insider|russia|rusia|china\\b|north korea|corea del norte",
].map((source) => new RegExp(source, "iu"));

/**
 * The first word of a sentence that decides and that none of the given texts has in any form.
 *
 * @param sentence The sentence.
 * @param texts What it cites.
 * @returns The word; undefined where there is none.
 */
export function unknownConcept(
  sentence: string,
  texts: readonly string[],
): string | undefined {
  for (const pattern of CONCEPTS) {
    const found = pattern.exec(sentence)?.[0];
    if (found !== undefined && !texts.some((text) => pattern.test(text))) {
      return found;
    }
  }
  return undefined;
}

/** Whether a sentence has any word that decides. */
export function hasConcept(sentence: string): boolean {
  return CONCEPTS.some((pattern) => pattern.test(sentence));
}
