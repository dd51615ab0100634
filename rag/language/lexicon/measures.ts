import type { Theme } from "./lexicon.ts";

/** Numbers, comparisons, fields, and how strong or large something is. */
export const MEASURES: Theme = {
  en: {
    "WORDNUM=0.5": "half an, half a",
    "WORDNUM=1": "one, a single",
    "WORDNUM=2": "two, a couple of, couple of",
    "WORDNUM=3": "three",
    "WORDNUM=4": "four",
    "WORDNUM=5": "five",
    "WORDNUM=6": "six",
    "WORDNUM=7": "seven",
    "WORDNUM=8": "eight",
    "WORDNUM=9": "nine",
    "WORDNUM=10": "ten",
    "WORDNUM=11": "eleven",
    "WORDNUM=12": "twelve, a dozen",
    "WORDNUM=15": "fifteen",
    "WORDNUM=20": "twenty",
    "WORDNUM=24": "twenty four",
    "WORDNUM=25": "twenty five",
    "WORDNUM=30": "thirty",
    "WORDNUM=40": "forty",
    "WORDNUM=45": "forty five",
    "WORDNUM=48": "forty eight",
    "WORDNUM=50": "fifty",
    "WORDNUM=60": "sixty",
    "WORDNUM=90": "ninety",
    "WORDNUM=100": "hundred, a hundred, one hundred",
    "WORDNUM=1000": "a thousand, one thousand",
    "WORDNUM=1000000": "a million, one million",
    "SCALE=1000": "thousand",
    "SCALE=1000000": "million",
    "AN=1": "a, an",
    PERCENT: "percent, per cent, %",
    "SIZE=1": "byte, bytes, b",
    "SIZE=1000": "kilobyte(s|), kb",
    "SIZE=1000000": "megabyte(s|), mb, meg(s|)",
    "SIZE=1000000000": "gigabyte(s|), gb, gig(s|)",
    "SIZE=1000000000000": "terabyte(s|), tb",
    "SIZE=1024": "kibibyte(s|), kib",
    "SIZE=1048576": "mebibyte(s|), mib",
    "SIZE=1073741824": "gibibyte(s|), gib",
    PER_SECOND: "per second, a second, every second, each second",
    "CMP=gt":
      "above, over, more than, greater than, higher than, larger than, bigger than, exceeding, exceed(s|ed|), in excess of, longer than, upwards of, beyond, >, lasting more than, heavier than, that exceed(s|)",
    "CMP=lt":
      "below, under, less than, fewer than, lower than, smaller than, shorter than, <, beneath",
    "CMP=ge":
      "at least, no less than, not less than, minimum of, a minimum of, >=, ≥, not below, no fewer than, not under, from at least",
    "CMP=le":
      "at most, no more than, not more than, up to, maximum of, a maximum of, <=, ≤, not above, not over, not exceeding, no longer than, no greater than, no higher than, no larger than",
    "CMP=eq": "exactly, equal to, equals, =, ==, equal, precisely",
    BARE_CMP: "of, is, at, equal",
    OR_MORE:
      "or more, or higher, or above, or greater, and up, and above, and more, or over, or longer, or larger, +, plus, or bigger, upwards",
    OR_LESS:
      "or less, or fewer, or lower, or below, and below, or under, or shorter, or smaller",
    FROM_NUMBER: "from, between",
    TO_NUMBER: "to, through, -, up to, until",
    "LEVEL=high": "high, elevated, strong, higher",
    "LEVEL=low": "low, weak, lower, small",
    "LEVEL=medium": "medium, moderate, mid",
    VERY: "very, extremely, really, super",
    CRITICAL: "critical",
    PRIORITY: "priority, priorities, severity, severities, urgency, importance",
    CONFIDENCE: "confidence",
    SCORE: "scoring, scored, score, scores, rating",
    FINAL: "final, overall, total, combined, final threat, threat, risk",
    "FIELD=divergence":
      "score divergence, divergence, divergences, score difference, difference between (the|) scores, score gap, gap between (the|) scores",
    "FIELD=ml_score": "ml_score",
    "FIELD=fast_score": "fast_score",
    "FIELD=final_score": "final_score",
    "FIELD=duration": "duration, durations, flow duration, length",
    "FIELD=packets":
      "packets, packet, packet count, number of packets, total packets, pkts, packet counts, packets in total",
    "FIELD=bytes":
      "bytes transferred, bytes exchanged, bytes, byte count, total bytes, number of bytes, size, volume, traffic volume, data volume, bytes in total, flow size, transfer size",
    "FIELD=sent_bytes":
      "sent_bytes, bytes sent, sent bytes, data sent, bytes uploaded, uploaded bytes, uploaded data, upload size, outgoing bytes, upload volume, sent data, bytes out",
    "FIELD=received_bytes":
      "received_bytes, bytes received, received bytes, data received, bytes downloaded, downloaded bytes, downloaded data, download size, incoming bytes, download volume, received data, bytes in",
    "FIELD=bytes_per_second":
      "bytes_per_second, bytes per second, byte rate, data rate, throughput, bandwidth, bytes a second, transfer rate, bps, bitrate",
    "FIELD=packets_per_second":
      "packets_per_second, packets per second, packet rate, pps, packets a second",
    UPLOAD: "upload(s|ed|ing|), uploads, file uploads",
    DOWNLOAD: "download(s|ed|ing|), file downloads",
    SENT: "sent, sending, that sent",
    RECEIVED: "received, receiving, that received",
    LASTING:
      "lasting, lasted, last, that lasted, with a duration, took, taking, that took, that last, running, running for, ran for, open for, that were open, lasts, stayed open, lasting for",
    "BIG=large": "large, big, sizeable, sizable, heavy",
    "BIG=huge":
      "huge, enormous, very large, very big, massive, giant, gigantic, extremely large, very heavy",
    "BIG=small": "small, tiny, little, very small, minuscule, very tiny",
    "LONG=long":
      "long, long lasting, long running, long lived, lengthy, prolonged",
    "LONG=verylong":
      "very long, extremely long, very long running, very long lasting, really long",
    "LONG=short":
      "short, brief, very short, short lived, short lasting, very brief",
    BYTES_NOUN: "data, bytes, traffic, volume, data volume, traffic volume",
  },
  es: {
    "WORDNUM=0.5": "media",
    "WORDNUM=1": "uno",
    "WORDNUM=2": "dos, un par de",
    "WORDNUM=3": "tres",
    "WORDNUM=4": "cuatro",
    "WORDNUM=5": "cinco",
    "WORDNUM=6": "seis",
    "WORDNUM=7": "siete",
    "WORDNUM=8": "ocho",
    "WORDNUM=9": "nueve",
    "WORDNUM=10": "diez",
    "WORDNUM=11": "once",
    "WORDNUM=12": "doce, una docena de",
    "WORDNUM=15": "quince",
    "WORDNUM=20": "veinte",
    "WORDNUM=24": "veinticuatro",
    "WORDNUM=25": "veinticinco",
    "WORDNUM=30": "treinta",
    "WORDNUM=40": "cuarenta",
    "WORDNUM=45": "cuarenta y cinco",
    "WORDNUM=48": "cuarenta y ocho",
    "WORDNUM=50": "cincuenta",
    "WORDNUM=60": "sesenta",
    "WORDNUM=90": "noventa",
    "WORDNUM=100": "cien, un centenar de",
    "WORDNUM=1000": "mil, un millar de",
    "WORDNUM=1000000": "un millon de, un millon",
    "SCALE=1000": "mil",
    "SCALE=1000000": "millon(es|) de, millon(es|)",
    "AN=1": "un, una",
    PERCENT: "por ciento, porciento, %",
    "SIZE=1": "byte(s|), b",
    "SIZE=1000": "kilobyte(s|), kb",
    "SIZE=1000000": "megabyte(s|), mb, mega(s|)",
    "SIZE=1000000000": "gigabyte(s|), gb, giga(s|)",
    "SIZE=1000000000000": "terabyte(s|), tb",
    "SIZE=1024": "kib",
    "SIZE=1048576": "mib",
    "SIZE=1073741824": "gib",
    PER_SECOND: "por segundo, al segundo, cada segundo",
    "CMP=gt":
      "mas del, de mas del, mas de, mas que, mayor(es|) que, mayor(es|) de, mayor(es|) del, mayor(es|) a, mayor(es|) al, superior(es|) a, superior(es|) al, por encima de, por encima del, supera(n|), que supere(n|), que supera(n|), superando, excede(n|), que exceda(n|), mas larg(o|a|os|as) de, mas larg(o|a|os|as) que, mas grande(s|) que, mas grande(s|) de, >, arriba de, sobre, mas alt(o|a|os|as) que, mas alt(o|a|os|as) de, que pasen de, de mas de, mas all de",
    "CMP=lt":
      "menos del, de menos de, de menos del, menos de, menos que, menor(es|) que, menor(es|) de, menor(es|) del, menor(es|) a, menor(es|) al, inferior(es|) a, inferior(es|) al, por debajo de, por debajo del, mas cort(o|a|os|as) de, mas cort(o|a|os|as) que, mas pequen(o|a|os|as) que, mas pequen(o|a|os|as) de, <, bajo, debajo de, mas baj(o|a|os|as) que, que no llegue(n|) a, que no llega(n|) a",
    "CMP=ge":
      "al menos, como minimo, por lo menos, minimo, no menos de, un minimo de, >=, ≥, mayor(es|) o igual(es|) (a|que), a partir de, no inferior(es|) a, igual o superior a, igual o mayor que, desde",
    "CMP=le":
      "como maximo, como mucho, a lo sumo, maximo, no mas de, un maximo de, <=, ≤, menor(es|) o igual(es|) (a|que), hasta, no superior(es|) a, igual o inferior a, igual o menor que",
    "CMP=eq":
      "exactamente, igual(es|) a, igual(es|) que, =, ==, justo, igual(es|)",
    BARE_CMP: "de, del, es",
    OR_MORE:
      "o mas, o superior, o mayor, o superiores, para arriba, en adelante, o mayores, +, como minimo, al menos, por lo menos",
    OR_LESS:
      "o menos, o inferior, o menor, o inferiores, para abajo, como maximo, como mucho, o menores",
    FROM_NUMBER: "de, desde, entre, del",
    TO_NUMBER: "a, al, hasta, -, hasta el",
    "LEVEL=high": "alt(o|a|os|as), elevad(o|a|os|as), fuerte(s|)",
    "LEVEL=low": "baj(o|a|os|as), debil(es|)",
    "LEVEL=medium": "medi(o|a|os|as), moderad(o|a|os|as)",
    "VERYLEVEL=high": "altisim(o|a|os|as)",
    "VERYLEVEL=low": "bajisim(o|a|os|as)",
    VERY: "muy, extremadamente, super",
    CRITICAL: "critic(o|a|os|as)",
    PRIORITY:
      "prioridad(es|), severidad(es|), gravedad, urgencia, criticidad, importancia",
    CONFIDENCE: "confianza",
    SCORE: "puntuacion(es|), puntaje(s|), score(s|)",
    FINAL:
      "final, total, global, general, combinad(o|a), de amenaza, de riesgo",
    "FIELD=divergence":
      "divergencia(s|), diferencia entre puntuaciones, diferencia de puntuacion(es|), diferencia entre las puntuaciones",
    "FIELD=duration": "duracion, duraciones",
    "FIELD=packets":
      "paquete(s|), numero de paquetes, cantidad de paquetes, paquetes en total",
    "FIELD=bytes":
      "bytes, tamano, volumen, numero de bytes, volumen de datos, volumen de trafico, bytes en total, bytes totales",
    "FIELD=sent_bytes":
      "bytes enviados, datos enviados, bytes subidos, datos subidos, bytes de subida, bytes salientes",
    "FIELD=received_bytes":
      "bytes recibidos, datos recibidos, bytes descargados, datos descargados, bytes bajados, bytes de bajada, bytes entrantes",
    "FIELD=bytes_per_second":
      "bytes por segundo, tasa de bytes, caudal, ancho de banda, velocidad de transferencia, bytes al segundo, tasa de transferencia",
    "FIELD=packets_per_second":
      "paquetes por segundo, tasa de paquetes, pps, paquetes al segundo",
    UPLOAD:
      "subi(o|eron|endo), se subi(o|eron), subida(s|), carga(s|), subidas de datos, subidas de ficheros, subida de datos, subid(o|os|a|as)",
    DOWNLOAD:
      "descarg(o|aron|ando), baj(o|aron), se descarg(o|aron), descarga(s|), bajada(s|), descargas de datos, descargad(o|os|a|as)",
    SENT:
      "enviad(o|a|os|as), enviaron, envian, que envian, que enviaron, que envio",
    RECEIVED:
      "recibid(o|a|os|as), recibieron, reciben, que recibieron, que reciben",
    LASTING:
      "que dur(en|an|aron|ase|asen), duraron, con duracion, con una duracion, que duro, que dure, duran, de duracion, con duracion de, duro, duraran, que hayan durado, abiert(o|a|os|as) durante, que han durado",
    "BIG=large":
      "grande(s|), gran, grandes, voluminos(o|a|os|as), pesad(o|a|os|as)",
    "BIG=huge":
      "enorme(s|), gigante(s|), muy grande(s|), masiv(o|a|os|as), gigantesc(o|a|os|as), inmens(o|a|os|as), descomunal(es|), grandisim(o|a|os|as)",
    "BIG=small":
      "pequen(o|a|os|as), diminut(o|a|os|as), minuscul(o|a|os|as), muy pequen(o|a|os|as), chic(o|a|os|as), pequenit(o|a|os|as)",
    "LONG=long":
      "larg(o|a|os|as), prolongad(o|a|os|as), de larga duracion, durader(o|a|os|as)",
    "LONG=verylong":
      "muy larg(o|a|os|as), larguisim(o|a|os|as), de muy larga duracion, muy prolongad(o|a|os|as)",
    "LONG=short":
      "cort(o|a|os|as), breve(s|), muy cort(o|a|os|as), muy breve(s|), de corta duracion, cortisim(o|a|os|as)",
    BYTES_NOUN: "datos, bytes, trafico, volumen",
  },
};
