/** What each feature of a flow itself measures, in both languages. */
import { texts } from "./_text.ts";

/** Text of a flow's feature by its name. */
export const FLOW_TEXTS = texts({
  duration_s: ["duration of the connection", "duración de la conexión"],
  fwd_packets: ["packets sent", "paquetes enviados"],
  bwd_packets: ["packets received", "paquetes recibidos"],
  fwd_bytes: ["bytes sent", "bytes enviados"],
  bwd_bytes: ["bytes received", "bytes recibidos"],
  fwd_payload_bytes: ["data sent", "datos enviados"],
  bwd_payload_bytes: ["data received", "datos recibidos"],
  packet_rate: ["packets per second", "paquetes por segundo"],
  byte_rate: ["bytes per second", "bytes por segundo"],
  packet_symmetry: [
    "balance of packets in both directions",
    "equilibrio de paquetes entre ambos sentidos",
  ],
  byte_symmetry: [
    "balance of bytes in both directions",
    "equilibrio de bytes entre ambos sentidos",
  ],
  avg_packet_size: ["average packet size", "tamaño medio de paquete"],
  len_min: ["smallest packet", "paquete más pequeño"],
  len_max: ["largest packet", "paquete más grande"],
  len_std: [
    "variation in packet size",
    "variación del tamaño de los paquetes",
  ],
  fwd_len_mean: [
    "average size of packets sent",
    "tamaño medio de los paquetes enviados",
  ],
  fwd_len_std: [
    "variation in size of packets sent",
    "variación del tamaño de los paquetes enviados",
  ],
  bwd_len_mean: [
    "average size of packets received",
    "tamaño medio de los paquetes recibidos",
  ],
  bwd_len_std: [
    "variation in size of packets received",
    "variación del tamaño de los paquetes recibidos",
  ],
  iat_mean_s: [
    "average gap between packets",
    "intervalo medio entre paquetes",
  ],
  iat_std_s: [
    "variation of gaps between packets",
    "variación de los intervalos entre paquetes",
  ],
  iat_max_s: [
    "longest gap between packets",
    "intervalo más largo entre paquetes",
  ],
  fwd_iat_mean_s: [
    "average gap between packets sent",
    "intervalo medio entre paquetes enviados",
  ],
  fwd_iat_std_s: [
    "variation of gaps between packets sent",
    "variación de los intervalos entre paquetes enviados",
  ],
  bwd_iat_mean_s: [
    "average gap between packets received",
    "intervalo medio entre paquetes recibidos",
  ],
  bwd_iat_std_s: [
    "variation of gaps between packets received",
    "variación de los intervalos entre paquetes recibidos",
  ],
  fwd_iat_cv: [
    "unevenness of gaps between packets sent",
    "irregularidad de los intervalos entre paquetes enviados",
  ],
  fwd_pause_count: ["pauses of the sender", "pausas del emisor"],
  fwd_pause_mean_s: ["average pause of the sender", "pausa media del emisor"],
  fwd_pause_cv: [
    "unevenness of the sender's pauses",
    "irregularidad de las pausas del emisor",
  ],
  syn_count: ["packets with SYN", "paquetes con SYN"],
  ack_count: ["packets with ACK", "paquetes con ACK"],
  fin_count: ["packets with FIN", "paquetes con FIN"],
  rst_count: ["packets with RST", "paquetes con RST"],
  psh_count: ["packets with PSH", "paquetes con PSH"],
  packet_size_entropy: [
    "variety in packet size",
    "variedad del tamaño de los paquetes",
  ],
  empty_payload_ratio: [
    "share of packets without data",
    "proporción de paquetes sin datos",
  ],
  fwd_first_payload_bytes: [
    "size of the first message sent",
    "tamaño del primer mensaje enviado",
  ],
  bwd_first_payload_bytes: [
    "size of the first message received",
    "tamaño del primer mensaje recibido",
  ],
  fwd_payload_entropy: [
    "randomness of the first message sent",
    "aleatoriedad del primer mensaje enviado",
  ],
  bwd_payload_entropy: [
    "randomness of the first message received",
    "aleatoriedad del primer mensaje recibido",
  ],
  answered: ["whether it was answered", "si tuvo respuesta"],
  upload_ratio: [
    "share of data that was sent",
    "proporción de datos enviados",
  ],
  traffic_amplification_factor: [
    "bytes received for each byte sent",
    "bytes recibidos por cada byte enviado",
  ],
  is_tcp: ["whether it is TCP", "si es TCP"],
  is_udp: ["whether it is UDP", "si es UDP"],
  is_icmp: ["whether it is ICMP", "si es ICMP"],
  src_is_internal: [
    "whether the initiator is inside",
    "si quien inicia está dentro",
  ],
  dst_is_internal: [
    "whether the responder is inside",
    "si quien responde está dentro",
  ],
  dst_port_system: [
    "whether the port is a system port",
    "si el puerto es de sistema",
  ],
  dst_port_registered: [
    "whether the port is a registered port",
    "si el puerto es registrado",
  ],
  app_dns: ["whether it is DNS", "si es DNS"],
  app_tls: ["whether it is TLS", "si es TLS"],
  app_http: ["whether it is HTTP", "si es HTTP"],
  app_ssh: ["whether it is SSH", "si es SSH"],
  app_smb: ["whether it is SMB", "si es SMB"],
  login_service: [
    "whether it is a login service",
    "si es un servicio de acceso",
  ],
  name_length: [
    "length of the server's name",
    "longitud del nombre del servidor",
  ],
  name_entropy: [
    "randomness of the server's name",
    "aleatoriedad del nombre del servidor",
  ],
  name_digit_ratio: [
    "share of digits in the server's name",
    "proporción de cifras en el nombre del servidor",
  ],
  dns_queries: [
    "DNS queries over one socket",
    "consultas DNS por un mismo socket",
  ],
  dns_name_length_mean: [
    "average length of names asked for over one socket",
    "longitud media de los nombres pedidos por un mismo socket",
  ],
  dns_rare_type_ratio: [
    "share of rare record types over one socket",
    "proporción de tipos de registro raros por un mismo socket",
  ],
  dns_failed_ratio: [
    "share of failed DNS answers over one socket",
    "proporción de respuestas DNS fallidas por un mismo socket",
  ],
  http_target_length: ["length of the request", "longitud de la petición"],
  http_target_special_ratio: [
    "share of characters in the request that commands are made of",
    "proporción de caracteres de la petición propios de órdenes",
  ],
  pair_flows: [
    "connections so far to the same service",
    "conexiones hasta ahora al mismo servicio",
  ],
  pair_gap_mean_s: [
    "average interval between connections to the same service",
    "intervalo medio entre conexiones al mismo servicio",
  ],
  pair_gap_cv: [
    "unevenness of intervals between connections to the same service",
    "irregularidad de los intervalos entre conexiones al mismo servicio",
  ],
  pair_age_s: [
    "time since the first connection to the same service",
    "tiempo desde la primera conexión al mismo servicio",
  ],
});
