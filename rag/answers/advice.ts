/**
 * Whether a sentence only advises: what it says of the log is then nothing that could be wrong.
 *
 * @module
 */

import { hasConcept } from "./concepts.ts";
import { isNextStep } from "./next_steps.ts";

const VERB =
  "(?:(?:then|also|next|after that|first|finally|luego|después|además|primero|por último),?\\s+)?(?:" +
  "check|look|review|verify|confirm|compare|ask|inspect|examine|find out|see whether|consider|isolate|block|capture|" +
  "search|widen|investigate|correlate|collect|keep|rotate|change|reset|disable|patch|monitor|watch|limit|talk|" +
  "determine|list|make sure|leave out|use|" +
  "compr(?:uebe|ueba|obar)|revis[ea]r?|verifi(?:que|ca|car)|confirm[ea]r?|compar[ea]r?|pregunt[ea]r?|" +
  "inspeccion[ea]r?|examin[ea]r?|averi(?:güe|gua|guar)|mir[ea]r?|consider[ea]r?|aísl[ea]|aislar|bloque[ea]r?|bloquee|" +
  "busque|busca|buscar|amplí[ea]|ampliar|investi(?:gue|ga|gar)|correlacion[ea]r?|recoja|recoge|recoger|conserv[ea]r?|" +
  "rote|rotar|cambi[ea]r?|restable(?:zca|ce|cer)|desactiv[ea]r?|vigil[ea]r?|limit[ea]r?|hable|hablar|" +
  "determin[ea]r?|asegúrese|quite|use|usar" +
  ")(?![\\p{L}\\p{N}])";
/** Behind these a verb like "list" or "use" is a noun. */
const ADVICE = new RegExp(
  `^(?:(?:and|y|e)\\s+)?${VERB}(?!\\s+(?:of|del)(?![\\p{L}]))`,
  "iu",
);
/** Verbs that state something, and words that judge. */
const STATES =
  /(?<![\p{L}\p{N}])(?:is|are|was|were|has|have|had|did|says?|said|shows?|reports?|came|took|got|made|no|not|none|nothing|never|zero|es|son|está|están|fue|fueron|era|eran|ha|han|hubo|hay|dice|dicen|muestra|nada|nunca|ning[uú]n\p{L}*)(?![\p{L}\p{N}])/iu;
/** Behind these a clause asks, or gives the reason of the advice. */
const ASKS =
  /(?<![\p{L}\p{N}])(?:whether|if|that|which|who|whose|what|how|where|when|si|que|qué|cuál\p{L}*|quién\p{L}*|cómo|dónde|cuándo)(?![\p{L}\p{N}])/iu;
const JOINED = /^\s*(?:and|or|y|o|e|u)(?![\p{L}\p{N}])/iu;

/**
 * Whether a sentence without numbers, names and times only advises: it begins with a verb of advice that is no noun there,
 * every further clause does so too or states nothing, and nothing in it states or judges but behind a word that asks, such
 * as "whether".
 */
export function isAdvice(sentence: string): boolean {
  if (isNextStep(sentence.replace(/[.\s]+$/u, ""))) return true;
  const [first = "", ...clauses] = sentence.split(/[;:—–]/u);
  return ADVICE.test(first) && asksOnly(first) &&
    clauses.every((clause) => asksOnly(clause.trim()));
}

function asksOnly(clause: string): boolean {
  let asked = false;
  for (const part of clause.split(",")) {
    const asks = ASKS.exec(part)?.index;
    asked = asks !== undefined || asked && JOINED.test(part);
    const plain = asks === undefined ? asked ? "" : part : part.slice(0, asks);
    if (STATES.test(plain) || hasConcept(plain)) return false;
  }
  return true;
}
