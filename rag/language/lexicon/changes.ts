import type { Theme } from "./lexicon.ts";
import { SETTING_WORDS } from "./settings.ts";

/** First names of the paths of settings, which are the same in every language. */
const SECTION = "capture, log, models, policy, rules, search";

/**
 * Changes of configuration: who made them, of which setting, in which revision, and what became of them. These words mean
 * that only in a question about such changes.
 */
export const CHANGES: Theme = {
  en: {
    SECTION,
    ...SETTING_WORDS.en,
    CH_VERB:
      "changed, change, modified, modify, updated, update, edited, edit, altered, alter, adjusted, adjust, reconfigured, reconfigure, tweaked",
    CH_NOUN: "change(s|), modification(s|), edit(s|)",
    CH_MAKE:
      "made, make, done, do, did, requested, request, asked for, ask for, submitted, submit, proposed, propose, performed",
    CH_DID: "did, has, have, had, does, do",
    CH_WHAT:
      "what, which, everything, anything, all, things, whatever, all that, everything that",
    CH_BY:
      "by, from, made by, done by, requested by, asked for by, submitted by, proposed by, authored by, performed by",
    CH_AUTHOR: "author(s|), user(s|), operator(s|)",
    CH_SETTING:
      "setting(s|), parameter(s|), option(s|), section(s|), path(s|), key(s|), value(s|), threshold",
    CH_CONFIG: "config, configuration, the config, the configuration",
    CH_SET: "set, put, moved, move, tuned, tune, reset, switched, configured",
    CH_DIRECTED:
      "lowered, lower, raised, raise, increased, increase, decreased, decrease, reduced, reduce, disabled, disable, enabled, enable, turned off, turned on, switched off, switched on, doubled, halved, cleared, emptied",
    CH_WAS: "was, were, been",
    CH_TO: "to, =",
    CH_FROM: "from",
    CH_VALUE: "true, false, null, on, off, default, the default, its default",
    CH_ME: "me, myself, us, ourselves, him, them, you",
    CH_I: "i, we, he, she, they",
    CH_MY: "my",
    CH_ANY: "anyone, anybody, someone, somebody, everyone, everybody",
    CH_OUTCOME: "outcome(s|), result(s|)",
    REVISION:
      "revision(s|), config revision(s|), configuration revision(s|), rev",
    "OUTCOME=applied":
      "applied, accepted, took effect, successful, went through",
    "OUTCOME=refused": "refused, rejected, denied, declined, turned down",
    "OUTCOME=rolled_back":
      "rolled back, roll back, reverted, undone, taken back, rollback, rollbacks",
  },
  es: {
    SECTION,
    ...SETTING_WORDS.es,
    CH_VERB:
      "cambio, cambiaron, cambia, cambian, ha cambiado, han cambiado, cambiado, modifico, modificaron, ha modificado, han modificado, edito, editaron, ha editado, ajusto, ajustaron, ha ajustado, actualizo, actualizaron, ha actualizado, altero, alteraron, reconfiguro",
    CH_NOUN: "cambio(s|), modificacion(es|), edicion(es|), ajuste(s|)",
    CH_MAKE:
      "hizo, hicieron, ha hecho, han hecho, realizo, realizaron, pidio, pidieron, ha pedido, propuso, solicito",
    CH_DID: "ha, han",
    CH_WHAT: "que, todo lo que, lo que, cuales, que es lo que",
    CH_OF: "de",
    CH_BY:
      "de, por, (hech|pedid|realizad|propuest|solicitad|efectuad)(o|a|os|as) por, que hizo, que ha hecho, que pidio, a cargo de",
    CH_AUTHOR:
      "autor(es|), autora(s|), usuari(o|a|os|as), operador(es|), operadora(s|)",
    CH_SETTING:
      "ajuste(s|), parametro(s|), opcion(es|), seccion(es|), ruta(s|), clave(s|), valor(es|), umbral",
    CH_CONFIG: "configuracion, la configuracion, config, la config",
    CH_SET:
      "puso, pusieron, ha puesto, han puesto, fijo, fijaron, ha fijado, establecio, establecieron, ha establecido, configuro, configuraron, movio, movieron, ha movido, toco, tocaron, ha tocado",
    CH_DIRECTED:
      "bajo, bajaron, ha bajado, han bajado, subio, subieron, ha subido, han subido, redujo, redujeron, ha reducido, aumento, aumentaron, ha aumentado, incremento, incrementaron, disminuyo, desactivo, desactivaron, ha desactivado, activo, activaron, ha activado, vacio, vaciaron",
    CH_TO: "a, en",
    CH_FROM: "de, desde",
    CH_VALUE: "true, false, null",
    CH_ME: "mi, mi mismo, mi misma, nosotros, nosotras, ella, ellos, ellas",
    CH_I_CHANGED:
      "cambie, he cambiado, modifique, he modificado, ajuste, he ajustado, edite, he editado, cambiamos, hemos cambiado",
    CH_MY: "mi, mis",
    CH_ANY: "alguien, nadie, algo",
    CH_OUTCOME: "resultado(s|), desenlace(s|)",
    REVISION: "revision(es|), revision(es|) de (la|) configuracion",
    "OUTCOME=applied":
      "aplicad(o|a|os|as), aceptad(o|a|os|as), aplicaron, aplico, se aplico, se aplicaron, se acepto, se aceptaron",
    "OUTCOME=refused":
      "rechazad(o|a|os|as), denegad(o|a|os|as), rechazaron, rechazo, ha rechazado, han rechazado, denego, se rechazo, se rechazaron, se denego, se denegaron",
    "OUTCOME=rolled_back":
      "deshech(o|a|os|as), revertid(o|a|os|as), deshizo, deshicieron, revirtio, revirtieron, se deshizo, se deshicieron, se revirtio, se revirtieron",
  },
};

/** Symbols of this theme. */
export const CHANGE_SYMBOLS: readonly string[] = [
  ...new Set(
    [...Object.keys(CHANGES.en), ...Object.keys(CHANGES.es)].map((key) =>
      key.split("=")[0] ?? key
    ),
  ),
];
/** First names of the paths of settings. */
export const SECTIONS: ReadonlySet<string> = new Set(SECTION.split(", "));
