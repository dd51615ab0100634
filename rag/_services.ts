/** Well-known services by the responder's port. */

const PORTS: Readonly<Record<string, readonly number[]>> = {
  ftp: [20, 21, 990],
  ssh: [22],
  telnet: [23, 992],
  smtp: [25, 465, 587],
  whois: [43],
  tacacs: [49],
  dns: [53, 853],
  dhcp: [67, 68, 546, 547],
  tftp: [69],
  http: [80, 3128, 8000, 8008, 8080, 8081, 8888],
  kerberos: [88, 464],
  pop3: [110, 995],
  rpcbind: [111],
  ntp: [123],
  msrpc: [135],
  netbios: [137, 138, 139],
  imap: [143, 993],
  snmp: [161, 162],
  bgp: [179],
  ldap: [389, 636, 3268, 3269],
  https: [443, 8443],
  smb: [445],
  ipsec: [500, 4500],
  syslog: [514, 6514],
  ipp: [631],
  rsync: [873],
  socks: [1080],
  openvpn: [1194],
  mssql: [1433, 1434],
  oracle: [1521],
  pptp: [1723],
  radius: [1812, 1813],
  mqtt: [1883, 8883],
  ssdp: [1900],
  nfs: [2049],
  docker: [2375, 2376],
  mysql: [3306],
  rdp: [3389],
  wsdiscovery: [3702],
  sip: [5060, 5061],
  mdns: [5353],
  llmnr: [5355],
  postgresql: [5432],
  vnc: [5900, 5901, 5902, 5903],
  winrm: [5985, 5986],
  redis: [6379],
  kubernetes: [6443],
  irc: [6667, 6697],
  elasticsearch: [9200],
  memcached: [11211],
  mongodb: [27017],
  wireguard: [51820],
};

const BY_PORT: ReadonlyMap<number, string> = new Map(
  Object.entries(PORTS).flatMap(([name, ports]) =>
    ports.map((port) => [port, name] as const)
  ),
);

/** Names that a service field can have besides application protocols that newer logs bring. */
export const SERVICES: readonly string[] = [
  ...new Set([...Object.keys(PORTS), "tls"]),
].sort();

/** Protocols whose ports say nothing about a service. */
const WITHOUT_PORTS: ReadonlySet<string> = new Set(["icmp", "icmp6", "arp"]);

/**
 * The service of a flow: what its payload showed, else what listens on its port by custom. TLS hides what is in it: then it
 * is what the port says as well, `tls` where that says nothing.
 *
 * @returns Its name; null where neither is known.
 */
export function serviceOf(
  app: string | null,
  protocol: string | null,
  port: number | null,
): string | null {
  if (app !== null && app !== "tls") return app;
  if (app === "tls") {
    const within = port === null ? undefined : BY_PORT.get(port);
    return within === "http" ? "https" : within ?? "tls";
  }
  if (port === null || protocol !== null && WITHOUT_PORTS.has(protocol)) {
    return null;
  }
  return BY_PORT.get(port) ?? null;
}
