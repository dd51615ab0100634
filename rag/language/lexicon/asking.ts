import type { Theme } from "./lexicon.ts";

/** How one asks: numbers, groups, order, what is like what; engines; and, or, not. */
export const ASKING: Theme = {
  en: {
    HOW_MANY:
      "how many, number of, count of, count, total number of, the number of, how often, total count of, count up, quantity of, the count of",
    HOW_MUCH:
      "how much, total, total amount of, sum of, the sum of, overall, total of, the total, the total amount of, sum",
    "STAT=mean":
      "average, mean, avg, the average, the mean, average of, mean of, typical",
    "STAT=max": "maximum, max, the maximum, maximum of, peak, maximal",
    "STAT=min": "minimum, min, the minimum, minimum of, minimal",
    WHICH:
      "which, what, list of, list the, show the, name the, which are the, what are the, list, show",
    WHO: "who, whom, by whom",
    PER:
      "per, by, for each, for every, grouped by, group by, broken down by, by each, split by, in each, breakdown by, per each, each, aggregated by, a breakdown by",
    SORTED: "sorted by, sort by, ordered by, order by, ranked by, rank by, by",
    ASCENDING:
      "ascending, rising, lowest first, smallest first, increasing, asc, from low to high, in ascending order",
    DESCENDING:
      "descending, falling, highest first, largest first, decreasing, desc, biggest first, from high to low, in descending order",
    TOP: "top, the top",
    MOST:
      "the most, most, the highest number of, the largest number of, the greatest number of",
    LEAST: "the least, least, the fewest, fewest, the lowest number of",
    "MOST_ADJ=attack": "attacked, targeted, hit, affected, victimized",
    "MOST_ADJ=active":
      "active, frequent, common, used, seen, contacted, scanned, popular, accessed, noisy, talkative, busy, often, frequently",
    BUSIEST: "busiest, noisiest, most common",
    MANY:
      "many, lots of, a lot of, multiple, numerous, a large number of, plenty of, too many, so many, very many, loads of, dozens of, a great many",
    SEVERAL: "few, several, a few, some, various, a handful of, a number of",
    DIFFERENT:
      "different, distinct, unique, other, separate, individual, distinct internal, various",
    THAT:
      "that, which, who, whose, having, that have, which have, that had, that has, they",
    CONTACT:
      "talked (to|with), talking (to|with), talk (to|with), spoke (to|with), speaking (to|with), speak (to|with), contacted, contacting, contact, connected (to|with), connecting to, connect to, connects to, reached, reaching, reach, reached out to, accessed, accessing, access, communicated with, communicating with, communicate with, touched, touching, hit, hitting, probed, probing, visited, went to, connections to, made connections to, opened connections to, attempted to reach, tried, queried, connected, that connected to, has contacted, have contacted, had contacted, used, using, sent traffic to, sent data to, attempted, talks to, tried to connect to, tried to reach, made requests to, logged into, logged in to",
    SCAN_VERB: "scanned, scanning, scan, scans, swept, sweeping, that scanned",
    ATTACK_VERB: "attacked, attacking, attack, targeted, targeting, target",
    CONTACTED_BY:
      "contacted by, reached by, accessed by, hit by, touched by, visited by, talked to by, probed by, queried by, contacted from, connected to by, connected by, used by, reached from, with connections from, with traffic from, receiving connections from, receiving traffic from, that received connections from, that received traffic from, accessed from",
    ATTACKED_BY:
      "attacked by, targeted by, attacked from, under attack (by|from)",
    SCANNED_BY: "scanned by, scanned from, swept by",
    WITH:
      "with, having, that have, that had, which had, that made, making, who had, that opened, that has, which have, that generated, generating, producing, that produced, with at least, that show, made, had, triggered, involved in, opened, did, had made, have, have had, sent",
    NEWEST:
      "latest, most recent, the latest, the most recent, newest, the newest, most recently",
    LAST_BARE: "last, the last",
    FIRST_BARE: "first, the first, very first, the very first",
    OLDEST: "oldest, earliest, the oldest, the earliest",
    FIRST_TIME:
      "oldest first, earliest first, chronologically, in chronological order, from oldest to newest, chronological order",
    NEWEST_FIRST:
      "newest first, latest first, most recent first, from newest to oldest",
    LASTN:
      "last, the last, latest, the latest, most recent, the most recent, newest, the newest, recent",
    "SUP=bytes:desc":
      "largest, biggest, the largest, the biggest, heaviest, the heaviest, most voluminous",
    "SUP=bytes:asc": "smallest, the smallest, tiniest, the tiniest, lightest",
    "SUP=duration:desc":
      "longest, the longest, longest lasting, the longest lasting, longest running, longest lived",
    "SUP=duration:asc": "shortest, the shortest, briefest, the briefest",
    "EXTREME=desc":
      "highest, the highest, greatest, the greatest, top, largest, the largest, most, strongest, worst, biggest, the biggest",
    "EXTREME=asc": "lowest, the lowest, least, smallest, the smallest, weakest",
    SIMILAR:
      "similar events to, similar event to, similar ones to, similar alerts to, similar incidents to, similar to, like, resembling, alike to, comparable to, the same as, same as, looks like, look like, close to, related to, resemble, neighbours of, akin to, more like",
    EVENT_ID:
      "event, the event, id, event id, the event with id, event with id, incident, alert, alert id, the alert, the one with id, the incident, this event, this one, number, entry, flow",
    "ONE=":
      "event, connection, flow, session, transfer, entry, record, transaction",
    "ONE=sent_bytes": "upload",
    "ONE=received_bytes": "download",
    SINGULAR: "alert, alarm, incident, attack, threat, detection, change",
    BY: "by",
    FAST:
      "fast detector(s|), rules, fast rule(s|), the rules, fast engine, rule engine, the fast detector, the fast rules, rule, rule based detector, fast path, fast detection, heuristics, heuristic, a rule, a fast rule, any rule, any fast rule, the fast engine, the rule engine, signature rules, the fast one, fast",
    ML:
      "ml, machine learning, model(s|), the model, forest(s|), the forest, the ml, classifier(s|), the models, the forests, ml model(s|), ml detector(s|), ml engine, the ml model, the ml detector, machine learning model(s|), random forest(s|), ai",
    MODEL: "model, forest, classifier, detector, ml model, models, forests",
    "MODEL_NAME=ddos": "ddos",
    "MODEL_NAME=ransomware": "ransomware",
    "MODEL_NAME=traffic": "traffic",
    "MODEL_NAME=internal": "internal",
    FIRED:
      "triggered, trigger, triggers, fired, fire, fires, firing, detected, detect, detects, flagged, flag, flags, caught, catch, catches, alerted, hit, matched, saw, went off, raised an alert, said yes, reported, noticed, spotted, picked up, found, raised, tripped, saw something, responded, was positive, positive, went up",
    FIRED_BY:
      "triggered by, detected by, flagged by, caught by, fired by, found by, raised by, reported by, spotted by, picked up by, seen by, noticed by",
    MISSED:
      "missed, miss, misses, silent, was silent, stayed silent, were silent, stayed quiet, quiet, was quiet, were quiet, did nothing, saw nothing, overlooked, kept silent, kept quiet, remained silent, ignored, said nothing, said no, overlooks, remained quiet, found nothing, was negative, negative, failed to detect, failed to notice, failed to catch, failed to trigger, failed to fire, failed to flag, let through",
    MISSED_BY:
      "missed by, not detected by, not flagged by, not caught by, overlooked by, undetected by, not seen by, not triggered by, unnoticed by, ignored by, not found by",
    DISAGREED:
      "divergence between, disagreed, disagree, disagrees, disagreeing, diverged, diverge, diverges, differed, differ, conflict, conflicted, disagreement, in disagreement, did not agree, do not agree, dont agree, didnt agree, contradict each other, contradicted each other",
    AGREED:
      "agreed, agree, agrees, in agreement, consensus, concur, concurred, in consensus, coincided, coincide",
    ENGINES:
      "engines, detectors, both engines, both detectors, both, the engines, the detectors, the two engines, the two detectors, two detectors, two engines, rules and ml, ml and rules, fast and ml, ml and fast, rules and models, fast detector and ml, the rules and the model, detector, both of them, the rules and the forest, rules and forests",
    CONSENSUS: "consensus, detector consensus, engine consensus, in consensus",
    ONLY: "only, just, alone, solely, exclusively, nothing but, purely",
    NEEDS_ANALYSIS:
      "need(s|ing|) analysis, to be looked at, requir(e|es|ing) investigation, need(s|ing|) investigation, require(s|) analysis, requiring analysis, to be investigated, need(s|) to be investigated, need(s|) a closer look, needs a look, need(s|) to be looked at, pending analysis, pending investigation, worth a look, should be looked at, to be analyzed, to be analysed, need(s|) review, require(s|) review, requires a closer look, need(s|) to be analyzed, need(s|) to be analysed, awaiting analysis, waiting for analysis, to review, need(s|) looking at, for investigation, to investigate, marked for analysis, deserve(s|) a closer look, need(s|) attention, require(s|) attention",
    AND:
      "and, &, &&, but, also, and also, as well as, plus, but also, yet, while, whereas",
    OR: "or, |, ||, and or, or else, or also",
    NOT:
      "not, no, non, except, excluding, without, other than, but not, except for, apart from, isnt, arent, wasnt, werent, dont, doesnt, didnt, that are not, that is not, which are not, minus, never, exclude, excludes, leaving out, leave out, ignoring, ignore, besides, nor, anything but, neither, that isnt, that arent, but no, and not, omitting, omit, aside from, save for, nothing from, except those, excluding those, not counting, with the exception of, and no, with no, that was not, that were not, that did not come, not coming, not going, none of",
    COMMA: "\\,",
    SLASH: "/",
    DET:
      "the, a, an, any, all, some, of the, my, our, those, these, its, their, each",
    AUX:
      "did, do, does, has, have, had, was, were, is, are, be, been, it, them, they, this, that, something, anything, the, also, still, one, ones, those, these, really, actually, indeed, out, an, a, only, just, by, because, alert, alarm, so, yes, though",
  },
  es: {
    HOW_MANY:
      "cuant(o|a|os|as), numero de, cantidad de, recuento de, cuenta de, el numero de, la cantidad de, numero total de, cuenta, contar, conteo de, total de, cuantas veces, el total de, cuentame",
    HOW_MUCH:
      "totales, en total, cuant(o|a|os|as), total de, suma de, la suma de, el total de, cantidad total de, total, cantidad de, en total",
    "STAT=mean":
      "medi(os|as), media de, promedio de, promedio, medi(o|a), la media de, el promedio de, media, promedio del, en promedio, la media, de media",
    "STAT=max":
      "maxim(os|as), maxim(o|a), maximo de, el maximo de, la maxima, el maximo, pico de, maxima de, maximos de",
    "STAT=min":
      "minim(os|as), minim(o|a), minimo de, el minimo de, la minima, el minimo",
    WHICH:
      "que, cual, cuales, cual(es|) son los, cual(es|) son las, cual es el, cual es la, lista de, lista los, lista las, cual fue el, cual fue la, cuales fueron los, cuales fueron las, cuales de los",
    WHO: "quien, quienes, de quien, por quien",
    PER:
      "por, por cada, para cada, agrupad(o|a|os|as) por, desglosad(o|a|os|as) por, segun, agrupa por, agrupar por, cada, dividid(o|a|os|as) por, a cada, separad(o|a|os|as) por, agrupando por",
    SORTED:
      "ordenad(o|a|os|as) por, ordena por, ordenar por, por, segun, clasificad(o|a|os|as) por, ordenando por, ordenalos por, ordenalas por",
    ASCENDING:
      "ascendente, de menor a mayor, en orden ascendente, creciente, en orden creciente",
    DESCENDING:
      "descendente, de mayor a menor, en orden descendente, decreciente, en orden decreciente",
    TOP:
      "top, los principales, las principales, principales, el top, el top de, top de, los primeros por",
    MOST:
      "mas, la mayor parte, la mayoria, el mayor numero de, la mayor cantidad de, el que mas, los que mas, mayor numero de, que mas, mayor cantidad de",
    LEAST:
      "menos, el menor numero de, la menor cantidad de, que menos, el que menos, menor numero de, menor cantidad de",
    "MOST_ADJ=attack":
      "atacad(o|a|os|as), afectad(o|a|os|as), golpead(o|a|os|as)",
    "MOST_ADJ=active":
      "activ(o|a|os|as), frecuente(s|), comun(es|), usad(o|a|os|as), utilizad(o|a|os|as), vist(o|a|os|as), contactad(o|a|os|as), escanead(o|a|os|as), habitual(es|), ruidos(o|a|os|as), repetid(o|a|os|as)",
    BUSIEST:
      "con mas actividad, con mas trafico, con mas movimiento, mas ocupad(o|a|os|as), mas concurrid(o|a|os|as)",
    MANY:
      "much(os|as), multiples, numeros(os|as), gran cantidad de, un gran numero de, gran numero de, un monton de, demasiad(os|as), muchisim(os|as), una gran cantidad de, infinidad de, decenas de, montones de",
    SEVERAL:
      "vari(os|as), unos cuantos, unas cuantas, algun(os|as), divers(os|as), un punado de, unos pocos, unas pocas",
    DIFFERENT:
      "distint(os|as), diferentes, unic(os|as), otr(os|as), divers(os|as)",
    THAT:
      "que, quienes, los que, las que, cuyos, las cuales, los cuales, el que, la que",
    CONTACT:
      "hablaron con, hablo con, hablan con, habla con, han hablado con, ha hablado con, hablando con, contactaron con, contactaron a, contactaron, contacto con, contactan con, contactan, han contactado con, han contactado, ha contactado con, contactando con, se conectaron a, se conectaron con, se conecto a, se conecto con, se conectan a, se conectan con, se han conectado a, se han conectado con, se ha conectado a, se ha conectado con, conectaron con, conectaron a, conectan con, conectan a, conecto con, conecto a, conectados a, conectadas a, conectandose a, conectado a, se comunicaron con, se comunico con, se comunican con, se han comunicado con, comunicaron con, comunicandose con, accedieron a, accedio a, acceden a, han accedido a, ha accedido a, accediendo a, alcanzaron, alcanzo, alcanzan, tocaron, visitaron, visitan, han visitado, llegaron a, intentaron, probaron, consultaron, han tocado, han alcanzado, con conexiones a, abrieron conexiones a, abrieron conexiones con, hicieron conexiones a, hicieron peticiones a, intentaron conectarse a, intentaron conectar con, intentaron acceder a, con conexiones hacia, usaron, se comunica con, dialogaron con",
    SCAN_VERB:
      "escanearon, escaneo, escanean, han escaneado, escaneando, escaneo a, escanearon a, ha escaneado, barrieron, sondearon",
    ATTACK_VERB:
      "atacaron, ataco, atacan, han atacado, atacando, atacaron a, ataco a, ha atacado a, han atacado a",
    CONTACTED_BY:
      "contactad(o|a|os|as) por, alcanzad(o|a|os|as) por, visitad(o|a|os|as) por, accedid(o|a|os|as) por, consultad(o|a|os|as) por, contactad(o|a|os|as) desde, tocad(o|a|os|as) por, con conexiones de, con conexiones desde, que recibieron conexiones de, que recibieron conexiones desde, que reciben conexiones de, que recibieron trafico de, conectad(o|a|os|as) por, usad(o|a|os|as) por, utilizad(o|a|os|as) por, que reciben trafico de, alcanzad(o|a|os|as) desde",
    ATTACKED_BY: "atacad(o|a|os|as) por, atacad(o|a|os|as) desde",
    SCANNED_BY: "escanead(o|a|os|as) por, escanead(o|a|os|as) desde",
    WITH:
      "con, que tienen, que tuvieron, que hicieron, que han hecho, que tengan, que hayan tenido, que han tenido, que generaron, que tienen mas, que realizaron, que abrieron, que acumulan, que hacen, teniendo, que generan, que acumularon, tuvieron, hicieron, tiene, tienen, tuvo, hizo, realizaron, han tenido, han hecho, generaron, abrieron, que han generado, que sumen",
    NEWEST:
      "ultim(os|as), los ultimos, las ultimas, mas reciente(s|), mas nuev(o|a|os|as), lo ultimo, el mas reciente, la mas reciente, los mas recientes, las mas recientes, reciente(s|)",
    LAST_BARE: "ultim(o|a), el ultimo, la ultima",
    FIRST_BARE: "primer(o|a|), el primer, la primera, el primero",
    OLDEST:
      "primer(os|as), los primeros, las primeras, mas antigu(o|a|os|as), el mas antiguo, la mas antigua, los mas antiguos, las mas antiguas, mas viej(o|a|os|as)",
    FIRST_TIME:
      "los mas antiguos primero, las mas antiguas primero, en orden cronologico, por orden cronologico, cronologicamente, del mas antiguo al mas reciente",
    NEWEST_FIRST:
      "los mas recientes primero, las mas recientes primero, del mas reciente al mas antiguo, de mas reciente a mas antiguo",
    LASTN:
      "ultim(o|a|os|as), los ultimos, las ultimas, el ultimo, la ultima, mas recientes",
    "SUP=bytes:desc":
      "mas grande(s|), mayor(es|), mas voluminos(o|a|os|as), mas pesad(o|a|os|as), mas gord(o|a|os|as)",
    "SUP=bytes:asc": "mas pequen(o|a|os|as), menor(es|), mas chic(o|a|os|as)",
    "SUP=duration:desc":
      "mas larg(o|a|os|as), mas durader(o|a|os|as), mas prolongad(o|a|os|as)",
    "SUP=duration:asc": "mas cort(o|a|os|as), mas breve(s|)",
    "EXTREME=desc":
      "mas alt(o|a|os|as), mayor(es|), mas elevad(o|a|os|as), mas grande(s|), la mayor, el mayor",
    "EXTREME=asc":
      "mas baj(o|a|os|as), menor(es|), la menor, el menor, mas pequen(o|a|os|as)",
    SIMILAR:
      "similar(es|) a, similar(es|) al, parecid(o|a|os|as) a, parecid(o|a|os|as) al, como, como el, que se parezcan a, que se parecen a, semejante(s|) a, semejante(s|) al, igual(es|) que, que se parezcan al, que se parecen al, iguales a, que se parezca a, que se parezca al, relacionad(o|a|os|as) con, parecid(o|a|os|as) con, que se parece a",
    EVENT_ID:
      "evento, el evento, id, del evento, al evento, evento con id, identificador, el, la, incidente, alerta, la alerta, el incidente, este evento, evento numero, este, numero",
    "ONE=": "evento, conexion, flujo, sesion, transferencia, registro, suceso",
    "ONE=sent_bytes": "subida",
    "ONE=received_bytes": "descarga",
    SINGULAR: "alerta, alarma, incidente, ataque, amenaza, deteccion, cambio",
    BY: "por",
    FAST:
      "detector rapido, detectores rapidos, el detector rapido, reglas, las reglas, regla(s|) rapida(s|), las reglas rapidas, motor de reglas, motor rapido, el motor de reglas, el motor rapido, rapid(o|a|os|as), una regla, alguna regla, la regla, una regla rapida, alguna regla rapida, regla, de reglas, de las reglas, del detector rapido, heuristica(s|)",
    ML:
      "ml, el ml, modelo(s|), el modelo, los modelos, bosque(s|), el bosque, los bosques, aprendizaje automatico, el aprendizaje automatico, machine learning, modelo(s|) ml, modelo(s|) de ml, detector ml, detector de ml, el detector ml, motor ml, el motor ml, clasificador(es|), de ml, del modelo, del ml, modelo de aprendizaje automatico, la ia, ia, el clasificador, del bosque, el motor de ml, motor de ml",
    MODEL:
      "modelo, bosque, modelo de, bosque de, el modelo, el bosque, el modelo de, el bosque de, modelo del, clasificador, clasificador de, detector de, modelos de, modelos",
    "MODEL_NAME=ddos": "ddos",
    "MODEL_NAME=ransomware": "ransomware",
    "MODEL_NAME=traffic": "trafico, traffic",
    "MODEL_NAME=internal": "intern(o|a), internal",
    FIRED:
      "dispar(o|aron|ado|ada|ados|adas|a|an), se dispar(o|aron|a|an), salt(o|aron|a|an), detect(o|aron|a|an|ado|ada|ados|adas), marc(o|aron|a|an|ado|ada), alert(o|aron), activ(o|aron|ado|ada|ados|adas), se activ(o|aron|a), avis(o|aron), vio, vieron, encontr(o|aron), senal(o|aron), reaccion(o|aron), caz(o|aron), atrap(o|aron), pill(o|aron), identific(o|aron), dio positivo, dieron positivo, han detectado, ha detectado, se ha disparado, se han disparado, ha saltado, han saltado, noto, notaron, lo vio, lo vieron",
    FIRED_BY:
      "detectad(o|a|os|as) por, marcad(o|a|os|as) por, disparad(o|a|os|as) por, encontrad(o|a|os|as) por, senalad(o|a|os|as) por, cazad(o|a|os|as) por, vist(o|a|os|as) por, alertad(o|a|os|as) por, identificad(o|a|os|as) por",
    MISSED:
      "callad(o|a|os|as), en silencio, silencios(o|a|os|as), call(o|aron), se qued(o|aron) callad(o|a|os|as), se le paso, se les paso, se le escapo, se les escapo, pas(o|aron) por alto, ignor(o|aron), no vio nada, no vieron nada, no dijo nada, no dijeron nada, fall(o|aron), guard(o|aron) silencio, se lo perdio, se lo perdieron, omitio, omitieron, se perdio, se perdieron, permanecio en silencio, permanecieron en silencio, mudo, mudas, dio negativo, se le escaparon, se les escaparon, no encontro nada, no encontraron nada, estuvo callado, estuvieron calladas, dejo pasar, dejaron pasar, se quedo en silencio, se quedaron en silencio, se le pasaron, se le paso por alto, se le escapo a",
    MISSED_BY:
      "no detectad(o|a|os|as) por, no marcad(o|a|os|as) por, pasad(o|a|os|as) por alto por, ignorad(o|a|os|as) por, no vist(o|a|os|as) por, omitid(o|a|os|as) por",
    DISAGREED:
      "divergencia entre, desacuerdo entre, discrepancia(s|) entre, discrepancia(s|), no se pon(en|ian) de acuerdo, no se pusieron de acuerdo, no llegan a un acuerdo, no estaban de acuerdo, discrep(o|aron|an|a), discreparon, no estuv(o|ieron) de acuerdo, no est(a|an) de acuerdo, no coinciden, no coincidieron, divergieron, diverge(n|), difieren, difirieron, en desacuerdo, se contradicen, se contradijeron, disint(io|ieron), no coincidio, desacuerdo, contradijo, en discrepancia, no concuerdan, no concordaron, estaban en desacuerdo, estuvieron en desacuerdo",
    AGREED:
      "coincid(ieron|en|io|e), de acuerdo, estuvieron de acuerdo, estan de acuerdo, concuerdan, concordaron, en consenso, coinciden, estaban de acuerdo",
    ENGINES:
      "motores, detectores, los motores, los detectores, ambos, ambos motores, ambos detectores, los dos motores, los dos detectores, reglas y ml, ml y reglas, las reglas y el modelo, reglas y modelos, los dos, el detector rapido y el modelo, las reglas y el ml, reglas y bosques, el detector rapido y el ml",
    CONSENSUS:
      "consenso, consenso de los detectores, por consenso, consenso de los motores, consenso entre detectores, consenso entre motores, hubo consenso",
    ONLY:
      "solo, solamente, unicamente, exclusivamente, nada mas que, solos, solas, sola",
    NEEDS_ANALYSIS:
      "que vale la pena mirar, que merece(n|) la pena mirar, a revisar, a investigar, a analizar, por mirar, sin analizar, pendiente(s|) de analisis, pendiente(s|) de analizar, que requier(e|en) analisis, requier(e|en) analisis, requier(e|en) investigacion, que requier(e|en) investigacion, que necesit(a|an) analisis, necesit(a|an) analisis, por analizar, por investigar, que hay que mirar, que hay que analizar, que hay que investigar, que hay que revisar, por revisar, pendiente(s|) de investigacion, pendiente(s|) de investigar, pendiente(s|) de revision, pendiente(s|) de revisar, que necesit(a|an) investigacion, necesit(a|an) investigacion, que requieran analisis, que necesiten analisis, que requieran investigacion, necesit(a|an) revision, que necesit(a|an) revision, que requier(e|en) revision, requier(e|en) revision, que deban analizarse, que deberia(n|) mirar, que merece(n|) una revision, para analizar, para investigar, que necesiten investigacion, hay que analizar, hay que investigar, hay que revisar, hay que mirar, que requier(e|en) atencion, que necesit(a|an) atencion, requieren ser analizados, que deben investigarse",
    AND:
      "y, e, &, &&, pero, ademas, ademas de, tambien, y ademas, asi como, y tambien, mientras, mientras que, aunque, pero si",
    OR: "o, u, |, ||, y o, o bien, o tambien",
    NOT:
      "no, sin, excepto, salvo, menos, que no sea(n|), que no son, que no es, que no venga(n|), que no vienen, que no viene, que no vaya(n|), que no van, que no va, excluyendo, exceptuando, a excepcion de, con excepcion de, quitando, distint(o|a|os|as) de, distint(o|a|os|as) a, diferente(s|) de, diferente(s|) a, aparte de, excluye, excluido, ni, pero no, que no sean de, que no sea de, descartando, fuera de, omitiendo, ignorando, que no tenga(n|), que no tienen, que no este(n|), que no sean por, nunca, dejando fuera, exceptuados, excepto los, excepto las, salvo los, salvo las, menos los, menos las, sin contar, que no fuera(n|), que no fueron, que no fue, que no provenga(n|), que no vinieran, que no vinieron, que no salga(n|), otr(o|a|os|as) que no sea(n|), y no, que no use(n|), ninguno de",
    COMMA: "\\,",
    SLASH: "/",
    DET:
      "el, la, los, las, un, una, unos, unas, de la, de los, de las, del, cada, cualquier, algun, alguna, algunos, algunas, todos los, todas las, todo el, toda la, mis, nuestros, nuestra, nuestro, su, sus, esos, esas",
    AUX:
      "se, lo, la, los, las, si, que, ha, han, le, algo, fue, fueron, esta, estan, estaba, el, los dos, ya, de, por, y, tambien, nada, es, son, una, un, solo, alerta, alarma, eso, esto, ser, estuvo, estuvieron",
  },
};
