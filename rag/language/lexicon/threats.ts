import type { Theme } from "./lexicon.ts";

/** Kinds of attack, and what was decided. */
export const THREATS: Theme = {
  en: {
    "CAT=ddos":
      "ddos, dos, denial of service, denials of service, distributed denial of service, flood(s|ing|ed|)",
    "CAT=scan":
      "scan(s|ning|ned|), port scan(s|ning|), portscan(s|ning|), sweep(s|ing|), port sweep(s|), recon, reconnaissance, network scan(s|ning|)",
    "CAT=bruteforce":
      "brute forc(e|ing|ed), bruteforc(e|ing|ed), brute force attack(s|), brute force attempt(s|), password guessing, password guess(es|), guessing, password spray(s|ing|), credential stuffing",
    "CAT=lateral": "lateral movement(s|), moving laterally, lateral spread",
    "CAT=ransomware": "ransomware(s|)",
    "CAT=c2":
      "c2, c&c, cnc, command and control, command & control, beacon(s|ing|ed|), c2 beacon(s|ing|), c2 traffic",
    "CAT=dns":
      "dns tunnel(s|ing|ling|), dns abuse, dga, tunnel(ing|ling) over dns",
    "CAT=exfiltration":
      "exfiltrate, exfiltrates, exfiltrating, exfiltration(s|), data exfiltration, exfil, data theft, data exfil, exfiltrated data, exfiltrating",
    "CAT=mining":
      "mining, cryptomining, crypto mining, miner(s|), cryptominer(s|), coin mining, crypto miner(s|)",
    "CAT=web": "web attack(s|), web application attack(s|), attack(s|) on web",
    "DEC=malicious": "malicious",
    "DEC=suspicious": "suspicious",
    "DEC=benign": "benign",
    GUESS: "guessing, guess, guessed, cracking, crack, trying, spraying",
    PASSWORD: "password(s|), credential(s|)",
    ALERT: "alert(s|), alarm(s|)",
    ATTACK: "attack(s|), threat(s|), detection(s|)",
    ATTACKED: "attacked, attacking, under attack, targeted",
    PASSIVE:
      "were attacked, was attacked, got attacked, been attacked, have been attacked, has been attacked, that were attacked, were targeted, was targeted, were hit, are under attack, were under attack, being attacked, are being attacked",
    AT_ONCE:
      "that are both, are both, is both, at the same time, at once, simultaneously, that is both, which are both",
    ACTOR: "attacker(s|), offender(s|), attacking host(s|), aggressor(s|)",
    SCANNER: "scanner(s|), scanning host(s|)",
    TALKER: "bandwidth (user|consumer|hog)(s|), talker(s|)",
    VICTIM: "victim(s|)",
    LIKE:
      "like, similar behavio(r|ur), style, type behavio(r|ur), like behavio(r|ur), like activity, like traffic",
    LOOKS_LIKE:
      "similar behavio(r|ur) to, similar activity to, behavio(r|ur) like, behaving like, acting like, acts like, in the style of, look(s|ed|ing|) like, something like, anything like, resembl(es|ing|e), similar to, reminiscent of, behav(es|ing|e) like, sort of like, smells like",
  },
  es: {
    "CAT=ddos":
      "ddos, dos, denegacion de servicio, denegaciones de servicio, inundacion(es|), inundacion de paquetes, ataque(s|) de denegacion de servicio, ataque(s|) ddos, ataque(s|) dos, flood",
    "CAT=scan":
      "escaneo(s|), escaneo(s|) de puertos, escanear, escaneando, escanearon, escaneo, barrido(s|), barrido(s|) de puertos, reconocimiento(s|), sondeo(s|), rastreo(s|) de puertos",
    "CAT=bruteforce":
      "fuerza bruta, ataque(s|) de fuerza bruta, adivinacion de contrasenas, adivinar contrasenas, adivinacion de claves, intento(s|) de adivinar contrasenas, rociado de contrasenas, relleno de credenciales, pulverizacion de contrasenas, adivinacion",
    "CAT=lateral": "movimiento(s|) lateral(es|)",
    "CAT=ransomware": "ransomware",
    "CAT=c2":
      "baliz(ando|an), c2, c&c, comando y control, mando y control, baliza(s|), balizamiento, beacon(s|), beaconing, baliceo",
    "CAT=dns":
      "tunel(es|) dns, tunelizacion dns, abuso(s|) de dns, abuso dns, dga, tunel(es|) por dns, tunel(es|) de dns, tunelizacion por dns",
    "CAT=exfiltration":
      "exfiltr(ando|an|a|o|aron|ado|ada|ados|adas|ar), exfiltracion(es|), exfiltracion de datos, robo(s|) de datos, robo de informacion, fuga(s|) de datos, exfiltracion de informacion",
    "CAT=mining":
      "mineria, criptomineria, minado, minero(s|), mineria de criptomonedas, minado de criptomonedas, criptominero(s|)",
    "CAT=web": "ataque(s|) web, ataque(s|) a la web, ataque(s|) a web(s|)",
    "DEC=malicious": "malicios(o|a|os|as)",
    "DEC=suspicious": "sospechos(o|a|os|as)",
    "DEC=benign": "benign(o|a|os|as)",
    GUESS:
      "adivinar, adivinando, adivino, adivinaron, probar, probando, descifrar",
    PASSWORD: "contrasena(s|), clave(s|), credencial(es|)",
    ALERT: "alerta(s|), alarma(s|)",
    ATTACK: "ataque(s|), amenaza(s|), deteccion(es|)",
    ATTACKED:
      "atacad(o|a|os|as), atacaron, ataco, atacan, ataca, atacando, sufrieron ataques, bajo ataque",
    PASSIVE:
      "fueron atacad(os|as), fue atacad(o|a), han sido atacad(os|as), ha sido atacad(o|a), sufrieron ataques, sufrio ataques, recibieron ataques, que fueron atacad(os|as), atacad(os|as)",
    AT_ONCE:
      "a la vez, al mismo tiempo, simultaneamente, a un tiempo, a la par",
    ACTOR: "atacante(s|), agresor(es|), infractor(es|)",
    SCANNER: "escaner(es|), escaneador(es|)",
    TALKER:
      "consumidor(es|) de ancho de banda, consumidor(es|) de trafico, hablador(es|), emisor(es|), parlanchin(es|)",
    VICTIM: "victima(s|)",
    LIKE: "o similar, o parecido, o algo parecido, o algo asi",
    LOOKS_LIKE:
      "comportamiento similar a, comportamiento parecido a, con comportamiento de, que se comporta(n|) como, que actua(n|) como, al estilo de, como si fuera(n|), parecid(o|a|os|as) a, algo como, algo parecido a, algo asi como, similar(es|) a, que parece, que parecen, parece, parecen, que parezca(n|), con pinta de, se parece a, se parecen a, que se parezca(n|) a, tipo, estilo, con aspecto de, con apariencia de",
  },
};
