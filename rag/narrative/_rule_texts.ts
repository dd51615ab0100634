/** What each fast rule sees, in both languages; the English is the rules' own, and a test holds it to that. */
import { texts } from "./_text.ts";

/** Text of a rule by its code. */
export const RULE_TEXTS = texts({
  syn_flood: [
    "connection requests per second towards it, hardly any completed",
    "peticiones de conexión por segundo hacia él, casi ninguna completada",
  ],
  half_open_saturation: [
    "half-open connections on few ports, against its capacity",
    "conexiones a medio abrir en pocos puertos, frente a su capacidad",
  ],
  flag_flood: [
    "TCP flows per second towards it that begin without a request",
    "flujos TCP por segundo hacia él que empiezan sin petición",
  ],
  udp_flood: [
    "UDP packets per second towards it, hardly answered",
    "paquetes UDP por segundo hacia él, apenas respondidos",
  ],
  udp_flood_distributed: [
    "hosts that sent UDP to it in 10 s, hardly answered",
    "equipos que le enviaron UDP en 10 s, apenas respondidos",
  ],
  icmp_flood: [
    "ICMP packets per second towards it",
    "paquetes ICMP por segundo hacia él",
  ],
  amplification: [
    "bytes per second of replies that it never asked for",
    "bytes por segundo de respuestas que nunca pidió",
  ],
  http_flood: [
    "HTTP connections with requests per second towards it",
    "conexiones HTTP con peticiones por segundo hacia él",
  ],
  slow_http: [
    "pauses inside a request that is never finished",
    "pausas dentro de una petición que nunca termina",
  ],
  slow_connections: [
    "HTTP connections per second that send next to nothing and get nothing",
    "conexiones HTTP por segundo que casi no envían nada y nada reciben",
  ],
  vertical_scan: [
    "ports it tried by TCP, hardly any accepted",
    "puertos que probó por TCP, casi ninguno aceptado",
  ],
  port_probing: [
    "ports it tried on few hosts without any answer",
    "puertos que probó en pocos equipos sin respuesta alguna",
  ],
  refused_scan: ["ports that refused it", "puertos que lo rechazaron"],
  horizontal_scan: [
    "hosts it tried on the same few TCP ports, hardly any accepted",
    "equipos que probó en los mismos pocos puertos TCP, casi ninguno aceptó",
  ],
  host_probing: [
    "hosts it tried on the same few ports without any answer",
    "equipos que probó en los mismos pocos puertos sin respuesta alguna",
  ],
  refused_sweep: [
    "hosts that it tried and that refused it",
    "equipos que probó y que lo rechazaron",
  ],
  scattered_scan: [
    "hosts it tried on ever other TCP ports, none accepted",
    "equipos que probó en puertos TCP siempre distintos, ninguno aceptó",
  ],
  icmp_sweep: [
    "hosts it sent ICMP to",
    "equipos a los que envió ICMP",
  ],
  icmp_probing: [
    "hosts it sent ICMP to, many of them silent",
    "equipos a los que envió ICMP, muchos de ellos mudos",
  ],
  few_ports_tried: [
    "ports it tried by TCP on next to one host, none accepted",
    "puertos que probó por TCP en apenas un equipo, ninguno aceptado",
  ],
  few_hosts_tried: [
    "hosts inside it tried on next to one TCP port, none accepted",
    "equipos internos que probó en apenas un puerto TCP, ninguno aceptó",
  ],
  arp_sweep: [
    "addresses it asked for by ARP",
    "direcciones por las que preguntó con ARP",
  ],
  slow_scan: [
    "ports it tried over five minutes, most without an answer",
    "puertos que probó en cinco minutos, la mayoría sin respuesta",
  ],
  slow_refused_scan: [
    "ports it tried over five minutes, each for a moment only",
    "puertos que probó en cinco minutos, cada uno solo un momento",
  ],
  slow_sweep: [
    "hosts it tried over five minutes, most without an answer",
    "equipos que probó en cinco minutos, la mayoría sin respuesta",
  ],
  slow_inner_sweep: [
    "hosts inside it tried over five minutes on the same few ports, most without an answer",
    "equipos internos que probó en cinco minutos en los mismos pocos puertos, la mayoría sin respuesta",
  ],
  password_guessing: [
    "connections to login services of few hosts in a minute",
    "conexiones a servicios de acceso de pocos equipos en un minuto",
  ],
  slow_password_guessing: [
    "connections to login services of few hosts in five minutes",
    "conexiones a servicios de acceso de pocos equipos en cinco minutos",
  ],
  password_spraying: [
    "hosts whose login services it used repeatedly",
    "equipos cuyos servicios de acceso usó repetidamente",
  ],
  repeated_logins: [
    "connections to the same login service, one after another",
    "conexiones al mismo servicio de acceso, una tras otra",
  ],
  repeated_exchanges: [
    "short exchanges with the same service, one after another",
    "intercambios cortos con el mismo servicio, uno tras otro",
  ],
  repeated_requests: [
    "requests to the same service from ever new ports in quick succession",
    "peticiones al mismo servicio desde puertos siempre nuevos en rápida sucesión",
  ],
  logins_from_outside: [
    "short visits from outside to the same login service",
    "visitas cortas desde fuera al mismo servicio de acceso",
  ],
  refused_requests: [
    "short questions with short answers, one connection each",
    "preguntas cortas con respuestas cortas, una conexión cada una",
  ],
  smb_guessing: [
    "SMB connections to the same host that end at the login",
    "conexiones SMB al mismo equipo que acaban en el acceso",
  ],
  login_pressure: [
    "connections to its login services from many sources in a minute",
    "conexiones a sus servicios de acceso desde muchos orígenes en un minuto",
  ],
  smb_fan_out: [
    "hosts it exchanged SMB with in half a minute",
    "equipos con los que intercambió SMB en medio minuto",
  ],
  slow_smb_fan_out: [
    "hosts it exchanged SMB with in five minutes",
    "equipos con los que intercambió SMB en cinco minutos",
  ],
  login_fan_out: [
    "hosts whose login services it used, a few times each",
    "equipos cuyos servicios de acceso usó, unas pocas veces cada uno",
  ],
  plain_remote_call: [
    "bytes given back by a service on a dynamic port inside, called without a ticket",
    "bytes devueltos por un servicio en un puerto dinámico interno, llamado sin credencial",
  ],
  remote_calls: [
    "bytes of many calls of a service on a dynamic port inside, without a ticket",
    "bytes de muchas llamadas a un servicio en un puerto dinámico interno, sin credencial",
  ],
  smb_burst: [
    "SMB connections to the same host in quick succession, hardly answered",
    "conexiones SMB al mismo equipo en rápida sucesión, apenas respondidas",
  ],
  smb_worm: [
    "hosts it uploaded to by SMB in half a minute",
    "equipos a los que subió datos por SMB en medio minuto",
  ],
  smb_rewriting: [
    "bytes it wrote to shares in a minute while it read as many",
    "bytes que escribió en recursos compartidos en un minuto mientras leía otros tantos",
  ],
  smb_rewriting_flow: [
    "bytes it wrote to a share while it read as many",
    "bytes que escribió en un recurso compartido mientras leía otros tantos",
  ],
  dns_tunnel: [
    "characters of an average name it asks for, random in look",
    "caracteres del nombre medio que pide, de aspecto aleatorio",
  ],
  dns_names_per_zone: [
    "different names it asks for within one zone",
    "nombres distintos que pide dentro de una misma zona",
  ],
  dns_many_names_per_zone: [
    "different names, random in look, that it asks for within one zone",
    "nombres distintos, de aspecto aleatorio, que pide dentro de una misma zona",
  ],
  dns_random_names: [
    "characters of an average name it asks for, very random in look",
    "caracteres del nombre medio que pide, de aspecto muy aleatorio",
  ],
  dns_rare_types: [
    "share of rare record types in its queries",
    "proporción de tipos de registro raros en sus consultas",
  ],
  dns_tunnel_flow: [
    "characters of an average name asked for over one socket",
    "caracteres del nombre medio pedido por un mismo socket",
  ],
  nxdomain_burst: [
    "share of names it asks for that do not exist",
    "proporción de nombres que pide y que no existen",
  ],
  icmp_tunnel: [
    "bytes of messages of many lengths inside echo requests",
    "bytes de mensajes de muchas longitudes dentro de peticiones de eco",
  ],
  external_upload: [
    "bytes it sent outside in five minutes, with little in return",
    "bytes que envió fuera en cinco minutos, con poco a cambio",
  ],
  upload_flow: [
    "bytes it sent outside over one connection",
    "bytes que envió fuera por una conexión",
  ],
  beacon: [
    "short connections to the same service outside at even intervals",
    "conexiones cortas al mismo servicio externo a intervalos regulares",
  ],
  requests_to_address: [
    "HTTP connections, now and then, to a server named by its address",
    "conexiones HTTP, de vez en cuando, a un servidor nombrado por su dirección",
  ],
  request_to_address: [
    "share of digits in the name of the server that it asked on an unusual port",
    "proporción de cifras en el nombre del servidor al que preguntó en un puerto inusual",
  ],
  requests_on_connection: [
    "pauses between requests to a server named by its address, on one connection",
    "pausas entre peticiones a un servidor nombrado por su dirección, en una conexión",
  ],
  unnamed_tls_repeats: [
    "short TLS connections to a server that it did not name",
    "conexiones TLS cortas a un servidor que no nombró",
  ],
  unnamed_tls_channel: [
    "seconds of a TLS connection to an unusual port of a server that it did not name",
    "segundos de una conexión TLS a un puerto inusual de un servidor que no nombró",
  ],
  beacon_in_connection: [
    "messages at even intervals inside one connection to outside",
    "mensajes a intervalos regulares dentro de una conexión al exterior",
  ],
  mining: [
    "seconds of a connection that exchanges short plain messages",
    "segundos de una conexión que intercambia mensajes cortos sin cifrar",
  ],
  web_attack: [
    "share of characters in a request that commands are made of",
    "proporción de caracteres de una petición propios de órdenes",
  ],
  web_injection: [
    "share of such characters in a long request to a server inside",
    "proporción de caracteres propios de órdenes en una petición larga a un servidor interno",
  ],
  web_probing: [
    "HTTP connections with requests to few servers in a minute",
    "conexiones HTTP con peticiones a pocos servidores en un minuto",
  ],
  random_channel: [
    "messages at even intervals inside a connection of unknown protocol",
    "mensajes a intervalos regulares dentro de una conexión de protocolo desconocido",
  ],
  odd_port_channel: [
    "messages at even intervals inside a TLS connection to a dynamic port",
    "mensajes a intervalos regulares dentro de una conexión TLS a un puerto dinámico",
  ],
  odd_port_beacon: [
    "short connections at even intervals to a dynamic port outside",
    "conexiones cortas a intervalos regulares a un puerto dinámico externo",
  ],
  icmp_beacon: [
    "large echo requests, one by one, at even intervals",
    "peticiones de eco grandes, una a una, a intervalos regulares",
  ],
  hidden_mining: [
    "seconds of a TLS connection to an odd port with small slow messages",
    "segundos de una conexión TLS a un puerto raro con mensajes pequeños y lentos",
  ],
  upload_in_pieces: [
    "bytes it sent outside in five minutes, over connections that upload",
    "bytes que envió fuera en cinco minutos, por conexiones que suben datos",
  ],
  plain_upload: [
    "bytes it sent outside over a connection of unknown protocol",
    "bytes que envió fuera por una conexión de protocolo desconocido",
  ],
  web_search: [
    "short HTTP connections to a server inside in a minute",
    "conexiones HTTP cortas a un servidor interno en un minuto",
  ],
  external_ips_10s: [
    "external addresses contacted in 10 s",
    "direcciones externas contactadas en 10 s",
  ],
  smb_connections_10s: [
    "SMB hosts contacted in 10 s",
    "equipos SMB contactados en 10 s",
  ],
  ports_10s: ["ports contacted in 10 s", "puertos contactados en 10 s"],
  rst_ratio_10s: [
    "share of resets in TCP packets in 10 s",
    "proporción de reinicios en los paquetes TCP en 10 s",
  ],
  external_ips_30s: [
    "external addresses contacted in 30 s",
    "direcciones externas contactadas en 30 s",
  ],
  smb_diversity_30s: [
    "SMB hosts contacted in 30 s",
    "equipos SMB contactados en 30 s",
  ],
  dns_entropy_30s: [
    "entropy of DNS names in 30 s",
    "entropía de los nombres DNS en 30 s",
  ],
  failed_dns_30s: [
    "share of failed DNS queries in 30 s",
    "proporción de consultas DNS fallidas en 30 s",
  ],
  upload_download_30s: [
    "bytes sent for each byte received in 30 s",
    "bytes enviados por cada byte recibido en 30 s",
  ],
  burst_connections_30s: [
    "connections opened in one burst",
    "conexiones abiertas en una ráfaga",
  ],
  unique_destinations_30s: [
    "hosts contacted in 30 s",
    "equipos contactados en 30 s",
  ],
  syn_flood_10s: [
    "connection requests per second towards it",
    "peticiones de conexión por segundo hacia él",
  ],
  udp_flood_10s: [
    "UDP packets per second towards it",
    "paquetes UDP por segundo hacia él",
  ],
  icmp_flood_10s: [
    "ICMP packets per second towards it",
    "paquetes ICMP por segundo hacia él",
  ],
});
