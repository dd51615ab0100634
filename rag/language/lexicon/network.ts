import type { Theme } from "./lexicon.ts";

const SERVICES: Readonly<Record<string, string>> = {
  "SVC=ssh": "ssh, sftp, scp",
  "SVC=rdp": "rdp",
  "SVC=smb": "smb, cifs",
  "SVC=dns": "dns",
  "SVC=http": "http",
  "SVC=https": "https",
  "SVC=ftp": "ftp",
  "SVC=telnet": "telnet",
  "SVC=smtp": "smtp",
  "SVC=ldap": "ldap",
  "SVC=kerberos": "kerberos",
  "SVC=ntp": "ntp",
  "SVC=netbios": "netbios",
  "SVC=snmp": "snmp",
  "SVC=mssql": "mssql",
  "SVC=mysql": "mysql",
  "SVC=vnc": "vnc",
  "SVC=winrm": "winrm",
  "SVC=imap": "imap",
  "SVC=pop3": "pop3",
  "SVC=dhcp": "dhcp",
  "SVC=sip": "sip",
  "SVC=redis": "redis",
  "SVC=postgres": "postgres, postgresql",
  "SVC=mongodb": "mongodb",
  "SVC=syslog": "syslog",
  "SVC=tftp": "tftp",
  "SVC=mqtt": "mqtt",
  "SVC=quic": "quic",
  "APP=tls": "tls, ssl",
  "PROTO=tcp": "tcp",
  "PROTO=udp": "udp",
  "PROTO=icmp": "icmp, ping(s|)",
  "PROTO=icmp6": "icmp6, icmpv6",
  "PROTO=arp": "arp",
  "PROTO=sctp": "sctp",
  "PROTO=gre": "gre",
};

/** Services, directions, roles, and what the log is made of. */
export const NETWORK: Theme = {
  en: {
    ...SERVICES,
    PORT: "port(s|), port number(s|)",
    HOSTWORD:
      "host, machine, ip, ip address, address, network, subnet, server, computer, device, net, range, client, site, domain, domain name, hostname, host name, system, endpoint, workstation, the host, the machine, the server, the network, the subnet, the domain, the ip, the address, addresses, hosts, ips, networks, subnets, segment",
    PORT_RANGE: "port range, range of ports",
    SOURCE_PORT: "src_port, source port(s|), src port(s|), client port(s|)",
    DEST_PORT:
      "dst_port, destination port(s|), dst port(s|), dest port(s|), target port(s|)",
    FROM_ADDRESS:
      "src_ip, from, by, source, source ip, source address, src, originating (from|in), coming from, came from, sent by, sent from, out of, initiated by, launched (from|by), from source, starting from",
    TO_ADDRESS:
      "dst_ip, to, against, towards, toward, on, target, targets, targeting, destination, destination ip, destination address, dst, dest, aimed at, directed (at|to), into, hitting, going to, sent to, to destination, attacking, at, toward",
    ABOUT_ADDRESS:
      "to and from, from and to, around, with, involving, about, of, for, concerning, regarding, in, within, related to, on or from, to or from, from or to",
    UNDER: "under, below, within",
    OUTSIDE:
      "outside, the outside, internet, the internet, external (source|host|address|machine|network|ip|destination|target|server|system)(s|es|), an external (source|host|address|destination|server), external, the outside world, outside world, public internet, the public internet, the wan, outside the network, outside our network, external hosts",
    INSIDE:
      "inside, the inside, internal (source|host|address|machine|ip|destination|target|server|system)(s|es|), internal, an internal (source|host|address|destination|server), the lan, the internal network, our network, our internal network, the intranet, inside hosts",
    EXTERNAL_SOURCE:
      "external source(s|), outside source(s|), external attacker(s|), external client(s|)",
    INTERNAL_SOURCE:
      "internal source(s|), inside source(s|), internal client(s|)",
    EXTERNAL_TARGET:
      "external (destination|target|server)(s|), outside destination(s|)",
    INTERNAL_TARGET:
      "internal (destination|target|server|victim)(s|), inside target(s|), inside destination(s|)",
    "FLOW=inbound": "inbound, incoming, ingress",
    "FLOW=outbound": "outbound, outgoing, egress",
    "FLOW=inside":
      "inside the network, inside our network, internal traffic, east west, within the network, internal connection(s|), internal flow(s|), inside the lan, within our network, internal activity, internal",
    "ROLE=src_ip":
      "host(s|), machine(s|), computer(s|), source(s|), source ip(s|), source address(es|), device(s|), client(s|), system(s|), endpoint(s|), ip(s|), ip address(es|), address(es|), source host(s|), workstation(s|), pc(s|)",
    "ROLE=dst_ip":
      "target(s|), destination(s|), server(s|), destination ip(s|), destination address(es|), destination host(s|), target host(s|)",
    "ROLE=dst_port": "port(s|), destination port(s|), target port(s|)",
    "GKEY=category":
      "category, categories, attack type(s|), type(s|), kind(s|), attack category, type(s|) of attack(s|), kind(s|) of attack(s|), attack kind(s|), threat type(s|)",
    "GKEY=priority": "priority, priorities, severity, severities",
    "GKEY=confidence_level": "confidence level, confidence levels",
    "GKEY=service": "service(s|)",
    "GKEY=protocol": "protocol(s|)",
    "GKEY=app_protocol": "application protocol(s|), app protocol(s|)",
    "GKEY=decision": "decision(s|), verdict(s|)",
    "GKEY=reason": "reason(s|)",
    "GKEY=name":
      "domain(s|), domain name(s|), host name(s|), hostname(s|), server name(s|)",
    "GKEY=interface": "interface(s|)",
    "GKEY=node_id": "node(s|), sensor(s|)",
    "GKEY=src_port": "source port(s|)",
    "GKEY=src_country": "source country, source countries, country, countries",
    "GKEY=dst_country": "destination country, destination countries",
    "GKEY=authoritative_source": "authoritative source, engine, detector",
    INTERFACE: "interface, nic, network interface, capture interface",
    NODE: "node, sensor",
    NOUN:
      "event(s|), traffic, activity, activities, behavio(r|ur)(s|), record(s|), log(s|), entry, entries, packet capture, communication(s|), data, request(s|), attempt(s|), hit(s|), log line(s|), evidence, event log",
    FLOWNOUN:
      "flow(s|), connection(s|), session(s|), transfer(s|), conversation(s|), stream(s|), data transfer(s|), file transfer(s|)",
    INCIDENT: "incident(s|)",
    CONFIG_CHANGE:
      "changed (the|) config(uration|), modified (the|) config(uration|), config(uration|) update(s|), config(uration|) modification(s|), updated (the|) config(uration|), changes to settings, configuration change(s|), config change(s|), change(s|) (in|to|of) (the|) config, change(s|) (in|to|of) (the|) configuration, changed in (the|) config, changed in (the|) configuration, setting(s|) change(s|), change(s|) (of|in|to) (the|) settings, config was changed, configuration changed, changed in (the|) settings, changes in settings, config modifications",
  },
  es: {
    ...SERVICES,
    PORT: "puerto(s|)",
    HOSTWORD:
      "host, maquina, ip, direccion, direccion ip, red, subred, servidor, equipo, ordenador, dispositivo, rango, cliente, sitio, dominio, nombre, segmento, el host, la maquina, la ip, la direccion, la red, la subred, el servidor, el equipo, el dominio, el rango, el segmento, direcciones, redes, equipos, hosts, ips, dominios",
    PORT_RANGE: "rango de puertos, rango",
    SOURCE_PORT: "puerto(s|) de origen, puerto(s|) origen, puerto(s|) fuente",
    DEST_PORT: "puerto(s|) de destino, puerto(s|) destino",
    FROM_ADDRESS:
      "desde, por, origen, con origen en, con origen, originad(o|a|os|as) (en|por|desde), procedente(s|) de, proveniente(s|) de, que viene(n|) de, que vengan de, que venga de, que viene(n|) desde, que vengan desde, venid(o|a|os|as) de, lanzad(o|a|os|as) (desde|por), enviad(o|a|os|as) (desde|por), salid(o|a|os|as) de, iniciad(o|a|os|as) (por|desde), hech(o|a|os|as) desde, ip de origen, ip origen, direccion de origen",
    TO_ADDRESS:
      "hacia, a, al, contra, en, destino, con destino, con destino a, con destino en, dirigid(o|a|os|as) (a|al|contra|hacia), objetivo, que va(n|) a, que va(n|) hacia, ip de destino, ip destino, direccion de destino, apuntando a, con objetivo",
    ABOUT_ADDRESS:
      "desde o hacia, hacia o desde, de o hacia, en relacion con, en torno a, todo sobre, con, de, del, sobre, acerca de, para, relacionad(o|a|os|as) con, que implica(n|) a, que involucra(n|) a, involucrando a, respecto a, dentro de",
    UNDER: "bajo, debajo de, dentro de, por debajo de",
    OUTSIDE:
      "fuera, el exterior, exterior, internet, la internet, afuera, la red externa, el exterior de la red, fuera de la red, equipos externos, hosts externos, servidores externos, destinos externos, origenes externos, direcciones externas, maquinas externas, fuentes externas, ips externas, red externa, redes externas, un equipo externo, un servidor externo, un destino externo",
    INSIDE:
      "dentro, el interior, interior, la red interna, la lan, equipos internos, servidores internos, destinos internos, origenes internos, direcciones internas, maquinas internas, hosts internos, fuentes internas, red interna, un equipo interno, un servidor interno, objetivos internos, nuestra red",
    EXTERNAL_SOURCE:
      "fuente(s|) externa(s|), origen(es|) externo(s|), atacante(s|) externo(s|)",
    INTERNAL_SOURCE: "fuente(s|) interna(s|), origen(es|) interno(s|)",
    EXTERNAL_TARGET:
      "destino(s|) externo(s|), objetivo(s|) externo(s|), servidor(es|) externo(s|)",
    INTERNAL_TARGET:
      "destino(s|) interno(s|), objetivo(s|) interno(s|), victima(s|) interna(s|), servidor(es|) interno(s|)",
    "FLOW=inbound": "entrante(s|), de entrada",
    "FLOW=outbound": "saliente(s|), de salida",
    "FLOW=inside":
      "dentro de la red, trafico interno, conexion(es|) interna(s|), flujo(s|) interno(s|), este oeste, en la red interna, dentro de nuestra red, dentro de la red interna, actividad interna, en el interior de la red, dentro de la lan, trafico este oeste, intern(o|a|os|as)",
    "ROLE=src_ip":
      "equipo(s|), maquina(s|), ordenador(es|), computador(es|a|as), host(s|), origen(es|), fuente(s|), dispositivo(s|), cliente(s|), direccion(es|), direccion(es|) ip, ip(s|), sistema(s|), ip(s|) de origen, direccion(es|) de origen, terminal(es|)",
    "ROLE=dst_ip":
      "objetivo(s|), destino(s|), servidor(es|), ip(s|) de destino, direccion(es|) de destino, blanco(s|), equipo(s|) de destino",
    "ROLE=dst_port": "puerto(s|), puerto(s|) de destino",
    "GKEY=category":
      "categoria(s|), tipo(s|), tipo(s|) de ataque(s|), clase(s|), tipo(s|) de amenaza(s|), clase(s|) de ataque(s|)",
    "GKEY=priority": "prioridad(es|), severidad(es|), gravedad",
    "GKEY=confidence_level": "nivel(es|) de confianza",
    "GKEY=service": "servicio(s|)",
    "GKEY=protocol": "protocolo(s|)",
    "GKEY=app_protocol": "protocolo(s|) de aplicacion",
    "GKEY=decision": "decision(es|), veredicto(s|)",
    "GKEY=reason": "motivo(s|), razon(es|)",
    "GKEY=name": "dominio(s|), nombre(s|) de dominio, nombre(s|) de servidor",
    "GKEY=interface": "interfaz, interfaces",
    "GKEY=node_id": "nodo(s|), sensor(es|)",
    "GKEY=src_port": "puerto(s|) de origen",
    "GKEY=src_country": "pais(es|) de origen, pais(es|)",
    "GKEY=dst_country": "pais(es|) de destino",
    "GKEY=authoritative_source": "motor(es|), detector(es|)",
    INTERFACE: "interfaz, interfaz de red, tarjeta, interface",
    NODE: "nodo, sensor",
    NOUN:
      "evento(s|), trafico, actividad(es|), comportamiento(s|), registro(s|), entrada(s|), comunicacion(es|), datos, peticion(es|), solicitud(es|), intento(s|), suceso(s|), cosa(s|)",
    FLOWNOUN:
      "flujo(s|), conexion(es|), sesion(es|), transferencia(s|), conversacion(es|)",
    INCIDENT: "incidente(s|)",
    CONFIG_CHANGE:
      "cambio la configuracion, cambiaron la configuracion, cambiado la configuracion, modifico la configuracion, modificaron la configuracion, modificacion(es|) de (la|) configuracion, cambios en (la|) config, cambio de config, cambio(s|) de configuracion, cambio(s|) en la configuracion, cambio en la configuracion, cambiaron en la configuracion, cambios de la configuracion, cambio(s|) de ajustes, cambios en los ajustes, cambio la configuracion, ha cambiado en la configuracion, ha cambiado la configuracion, cambiado en la configuracion, modificaciones de configuracion, se cambio en la configuracion, cambio(s|) de config, cambios en config",
  },
};
