/** What each feature measures, in both languages; the English is the detectors' own, and a test holds it to that. */
import { FLOW_FEATURES, HOST_FEATURES } from "@ml-defender/events";
import { FLOW_TEXTS } from "./_flow_texts.ts";
import { type Text, texts } from "./_text.ts";

/** Of a host as initiator. */
const OUT = texts({
  connection_rate: [
    "connections it opened per second",
    "conexiones que abrió por segundo",
  ],
  packet_rate: [
    "packets it sent per second",
    "paquetes que envió por segundo",
  ],
  byte_rate: ["bytes it sent per second", "bytes que envió por segundo"],
  unique_destinations: ["hosts it contacted", "equipos que contactó"],
  unique_ports: ["ports it contacted", "puertos que contactó"],
  external_destinations: [
    "hosts outside that it contacted",
    "equipos externos que contactó",
  ],
  internal_destinations: [
    "hosts inside that it contacted",
    "equipos internos que contactó",
  ],
  new_external_ips: [
    "new hosts outside that it contacted",
    "equipos externos nuevos que contactó",
  ],
  new_internal_connections: [
    "new hosts inside that it contacted",
    "equipos internos nuevos que contactó",
  ],
  smb_connection_diversity: [
    "hosts it contacted by SMB",
    "equipos que contactó por SMB",
  ],
  unanswered_ratio: [
    "share of its connections without an answer",
    "proporción de sus conexiones sin respuesta",
  ],
  port_scan_pattern_score: [
    "how much its connections look like a scan",
    "cuánto se parecen sus conexiones a un escaneo",
  ],
  syn_without_ack_ratio: [
    "share of its connection requests not accepted",
    "proporción de sus peticiones de conexión no aceptadas",
  ],
  tcp_rst_ratio: [
    "share of resets in its TCP packets",
    "proporción de reinicios en sus paquetes TCP",
  ],
  tcp_udp_ratio: [
    "share of TCP in its connections",
    "proporción de TCP en sus conexiones",
  ],
  avg_packet_size: [
    "average size of the packets it sent",
    "tamaño medio de los paquetes que envió",
  ],
  dns_query_rate_per_min: [
    "DNS queries per minute",
    "consultas DNS por minuto",
  ],
  dns_query_entropy: [
    "randomness of the names it asked for",
    "aleatoriedad de los nombres que pidió",
  ],
  dns_name_length_mean: [
    "average length of the names it asked for",
    "longitud media de los nombres que pidió",
  ],
  failed_dns_queries_ratio: [
    "share of its DNS queries that failed",
    "proporción de sus consultas DNS que fallaron",
  ],
  dns_unique_names: [
    "different names it asked for",
    "nombres distintos que pidió",
  ],
  dns_names_per_zone: [
    "different names it asked for within one zone",
    "nombres distintos que pidió dentro de una misma zona",
  ],
  dns_rare_type_ratio: [
    "share of rare record types in its queries",
    "proporción de tipos de registro raros en sus consultas",
  ],
  upload_download_ratio: [
    "bytes it sent for each byte received",
    "bytes que envió por cada byte recibido",
  ],
  external_upload_bytes: [
    "bytes it sent outside",
    "bytes que envió fuera",
  ],
  data_exfiltration_indicators: [
    "share of its data that went outside",
    "proporción de sus datos que salió fuera",
  ],
  burst_connections_count: [
    "connections it opened in one burst",
    "conexiones que abrió en una ráfaga",
  ],
  large_upload_sessions_count: [
    "connections with large uploads",
    "conexiones con grandes subidas",
  ],
  protocol_diversity_score: [
    "variety of protocols it used",
    "variedad de protocolos que usó",
  ],
  connection_rate_stddev: [
    "unevenness of its connections over time",
    "irregularidad de sus conexiones en el tiempo",
  ],
  avg_flow_duration_seconds: [
    "average duration of its connections",
    "duración media de sus conexiones",
  ],
  flow_duration_std: [
    "variation in duration of its connections",
    "variación en la duración de sus conexiones",
  ],
  port_entropy: [
    "spread of its connections over ports",
    "dispersión de sus conexiones entre puertos",
  ],
  dst_ip_concentration: [
    "concentration of its connections on one host",
    "concentración de sus conexiones en un equipo",
  ],
  login_flows: [
    "connections it opened to login services",
    "conexiones que abrió a servicios de acceso",
  ],
  login_targets: [
    "hosts whose login services it used",
    "equipos cuyos servicios de acceso usó",
  ],
  lateral_movement_score: [
    "reach of its file and login services inside",
    "alcance interno de sus servicios de ficheros y de acceso",
  ],
  internal_connection_rate: [
    "connections inside that it opened per second",
    "conexiones internas que abrió por segundo",
  ],
  smb_flows: ["SMB connections it opened", "conexiones SMB que abrió"],
  smb_upload_bytes: [
    "bytes it sent to shares",
    "bytes que envió a recursos compartidos",
  ],
  smb_download_bytes: [
    "bytes it read from shares",
    "bytes que leyó de recursos compartidos",
  ],
  http_requests: ["HTTP requests it sent", "peticiones HTTP que envió"],
  non_standard_port_http_count: [
    "HTTP requests to unusual ports",
    "peticiones HTTP a puertos inusuales",
  ],
  icmp_flows: ["hosts it sent ICMP to", "equipos a los que envió ICMP"],
  arp_targets: [
    "addresses it asked for by ARP",
    "direcciones por las que preguntó con ARP",
  ],
  unsolicited_packet_rate: [
    "packets per second it never asked for",
    "paquetes por segundo que nunca pidió",
  ],
  unsolicited_byte_rate: [
    "bytes per second it never asked for",
    "bytes por segundo que nunca pidió",
  ],
  temporal_consistency: [
    "how steadily it opened connections",
    "con qué constancia abrió conexiones",
  ],
});

/** Of a host as responder. */
const IN = texts({
  connection_rate: [
    "connections opened to it per second",
    "conexiones que recibió por segundo",
  ],
  packet_rate: [
    "packets it received per second",
    "paquetes que recibió por segundo",
  ],
  byte_rate: [
    "bytes it received per second",
    "bytes que recibió por segundo",
  ],
  source_ip_dispersion: [
    "hosts that contacted it",
    "equipos que lo contactaron",
  ],
  src_ip_entropy: [
    "spread of its connections over sources",
    "dispersión de sus conexiones entre orígenes",
  ],
  unique_ports: [
    "ports of it that were contacted",
    "puertos suyos que fueron contactados",
  ],
  syn_rate: [
    "connection requests to it per second",
    "peticiones de conexión que recibió por segundo",
  ],
  syn_ack_ratio: [
    "share of connection requests that it accepted",
    "proporción de peticiones de conexión que aceptó",
  ],
  flow_completion_rate: [
    "share of connections that it answered",
    "proporción de conexiones que respondió",
  ],
  udp_packet_rate: [
    "UDP packets it received per second",
    "paquetes UDP que recibió por segundo",
  ],
  icmp_packet_rate: [
    "ICMP packets it received per second",
    "paquetes ICMP que recibió por segundo",
  ],
  tcp_rst_ratio: [
    "share of resets in its TCP packets as a server",
    "proporción de reinicios en sus paquetes TCP como servidor",
  ],
  packet_size_entropy: [
    "variety in size of the packets it received",
    "variedad de tamaño de los paquetes que recibió",
  ],
  avg_packet_size: [
    "average size of the packets it received",
    "tamaño medio de los paquetes que recibió",
  ],
  traffic_escalation_rate: [
    "growth of the traffic towards it",
    "crecimiento del tráfico hacia él",
  ],
  resource_saturation_score: [
    "half-open connections against its capacity",
    "conexiones a medio abrir frente a su capacidad",
  ],
  reply_byte_ratio: [
    "share of bytes that it sent in reply",
    "proporción de bytes que envió como respuesta",
  ],
  login_flows: [
    "connections opened to its login services",
    "conexiones a sus servicios de acceso",
  ],
  http_request_rate: [
    "HTTP requests to it per second",
    "peticiones HTTP que recibió por segundo",
  ],
});

function textOf(
  name: string,
  scope: string,
  seconds: number | null,
): Text | undefined {
  if (scope === "flow") return FLOW_TEXTS.get(name);
  const metric = name.slice(name.indexOf("_") + 1).replace(/_\d+s$/, "");
  const known = (scope === "out" || scope === "src" ? OUT : IN).get(metric);
  return known && {
    en: `${known.en} in ${seconds} s`,
    es: `${known.es} en ${seconds} s`,
  };
}

/** Text of a feature by its name. */
export const FEATURE_TEXTS: ReadonlyMap<string, Text> = new Map(
  [...FLOW_FEATURES, ...HOST_FEATURES].flatMap((feature) => {
    const known = textOf(feature.name, feature.scope, feature.windowSeconds);
    return known === undefined ? [] : [[feature.name, known] as const];
  }),
);
