/** What a flow looks like, as phrases of a bounded vocabulary: numbers become few words. */
import type { LogRecord } from "@ml-defender/raglogger";
import { numberOrNull } from "../_clean.ts";
import {
  factsOf,
  featuresOf,
  type JsonObject,
  memberOf,
  objectOf,
} from "../_evidence.ts";
import type { Entry, Facts } from "../entry.ts";
import { PHRASES } from "./_phrases.ts";
import type { Text } from "./_text.ts";

type Event = Extract<Entry, { kind: "event" }>;

/** Bytes of a packet without data, with its link layer and padding, at most. */
const EMPTY_PACKET = 90;
/** Packets of a connection that was opened and closed, at most. */
const HANDSHAKE_PACKETS = 10;
/** Bytes from which it is worth saying which way they went. */
const TELLING_BYTES = 2000;
const MULTICAST = /^(?:2(?:2[4-9]|3\d)\.|255\.255\.255\.255$|ff[0-9a-f]{2}:)/i;

/** Where it went. */
export function directionOf(facts: Facts): readonly Text[] {
  const { src_ip, dst_ip, src_internal, dst_internal } = facts;
  if (src_ip === null && dst_ip === null) return [];
  if (dst_ip === null || src_ip === null) {
    const inside = src_ip === null ? dst_internal : src_internal;
    if (inside === null) return [];
    return [inside ? PHRASES.hostInside : PHRASES.hostOutside];
  }
  if (isGroup(dst_ip)) return [PHRASES.toGroup];
  if (src_internal === null || dst_internal === null) return [];
  if (src_internal) return [dst_internal ? PHRASES.inside : PHRASES.insideOut];
  return [dst_internal ? PHRASES.outsideIn : PHRASES.outside];
}

function isGroup(address: string): boolean {
  return MULTICAST.test(address);
}

/** How it was answered, how much it was and how long it took. */
export function trafficOf(event: Event, facts: Facts): Text[] {
  const { packets } = facts;
  if (packets === null) return [];
  const phrases = exchangeOf(event.record, facts);
  if (packets === 1) return [...phrases, PHRASES.singlePacket];
  const { bytes, duration } = facts;
  if (bytes !== null) phrases.push(sizeOf(bytes));
  if (packets >= 1000) phrases.push(PHRASES.manyPackets);
  if (duration !== null) addPace(phrases, packets, duration);
  return phrases;
}

function sizeOf(bytes: number): Text {
  if (bytes < 1000) return PHRASES.tiny;
  if (bytes < 100_000) return PHRASES.small;
  if (bytes < 10_000_000) return PHRASES.medium;
  return bytes < 100_000_000 ? PHRASES.large : PHRASES.huge;
}

function addPace(phrases: Text[], packets: number, seconds: number): void {
  if (seconds < 1) phrases.push(PHRASES.short);
  else if (seconds >= 3600) phrases.push(PHRASES.veryLong);
  else if (seconds >= 600) phrases.push(PHRASES.long);
  else if (seconds >= 60) phrases.push(PHRASES.minutes);
  if (seconds <= 0) return;
  const rate = packets / seconds;
  if (packets >= 100 && rate >= 100) phrases.push(PHRASES.fast);
  else if (seconds >= 10 && rate < 1) phrases.push(PHRASES.slow);
}

function exchangeOf(record: LogRecord, facts: Facts): Text[] {
  const features = objectOf(
    objectOf((record as unknown as JsonObject)["features"]),
  );
  const stats = objectOf(features["basic_stats"]);
  const flags = objectOf(features["tcp_flags"]);
  const forward = numberOrNull(stats["forward_packets"]);
  const backward = numberOrNull(stats["backward_packets"]);
  const { sent_bytes: sent, received_bytes: received } = facts;
  if (
    forward === null || backward === null || sent === null || received === null
  ) return [];
  const tcp = facts.protocol === "tcp";
  const empty = isEmpty(sent, forward) && isEmpty(received, backward);
  if (backward === 0) {
    const request = tcp && empty && (numberOrNull(flags["syn"]) ?? 0) > 0;
    return [request ? PHRASES.unansweredRequest : PHRASES.oneWay];
  }
  if (forward === 0) return [PHRASES.onlyReplies];
  if (tcp && empty && forward + backward <= HANDSHAKE_PACKETS) {
    const reset = (numberOrNull(flags["rst"]) ?? 0) > 0;
    return [reset ? PHRASES.refused : PHRASES.handshakeOnly];
  }
  const total = sent + received;
  if (total < TELLING_BYTES) return [];
  const share = sent / total;
  if (share >= 0.8) return [PHRASES.mostlySent];
  return [share <= 0.2 ? PHRASES.mostlyReceived : PHRASES.bothWays];
}

function isEmpty(bytes: number, packets: number): boolean {
  return bytes <= packets * EMPTY_PACKET;
}

/** What the windows around it and its own rhythm show; needs the artifact's features. */
export function rhythmOf(event: Event): Text[] {
  if (event.evidence === null) return [];
  const features = featuresOf(event.evidence);
  const known = (name: string) => numberOrNull(memberOf(features, name));
  const phrases: Text[] = [];
  const repeats = known("pair_flows") ?? 0;
  const even = (known("pair_gap_cv") ?? Infinity) <= 0.3;
  if (repeats >= 8 && even && (known("pair_gap_mean_s") ?? 0) >= 1) {
    phrases.push(PHRASES.repeatedRegularly);
  } else if (repeats >= 10) phrases.push(PHRASES.repeated);
  const pauses = known("fwd_pause_count") ?? 0;
  if (pauses >= 8 && (known("fwd_pause_cv") ?? Infinity) <= 0.25) {
    phrases.push(PHRASES.regularMessages);
  }
  return phrases;
}

/** How many others the hosts had to do with; needs the artifact's features. */
export function reachOf(event: Event): Text[] {
  if (event.evidence === null) return [];
  const features = featuresOf(event.evidence);
  const out = (name: string) =>
    numberOrNull(memberOf(features, `src_${name}`)) ??
      numberOrNull(memberOf(features, `out_${name}`)) ?? 0;
  const phrases: Text[] = [];
  const hosts = out("unique_destinations_30s");
  if (hosts >= 100) phrases.push(PHRASES.veryManyHosts);
  else if (hosts >= 25) phrases.push(PHRASES.manyHosts);
  if (out("unique_ports_30s") >= 20) phrases.push(PHRASES.manyPorts);
  if (out("smb_connection_diversity_30s") >= 6) {
    phrases.push(PHRASES.manySmbHosts);
  }
  const sources =
    numberOrNull(memberOf(features, "dst_source_ip_dispersion_10s")) ??
      numberOrNull(memberOf(features, "in_source_ip_dispersion_10s")) ?? 0;
  if (sources >= 30) phrases.push(PHRASES.manySources);
  return phrases;
}

const ATTACK_TOOL =
  /sqlmap|nikto|nmap|masscan|dirbuster|gobuster|dirb\b|wpscan|hydra|nuclei|zgrab|acunetix|nessus|openvas|metasploit|w3af|arachni|feroxbuster|ffuf|wfuzz|whatweb|patator|medusa/i;
const SCRIPT =
  /curl|wget|python|urllib|powershell|go-http|java\/|libwww|perl|ruby|okhttp|httpclient|aiohttp|axios|node|winhttp|certutil|bits/i;
const BROWSER = /^mozilla\/|^opera\//i;

/** What the payload's first bytes name and ask for; needs the artifact. */
export function contentOf(event: Event, facts: Facts): Text[] {
  if (event.evidence === null) return [];
  const content = factsOf(event.evidence);
  const features = featuresOf(event.evidence);
  const known = (name: string) => numberOrNull(memberOf(features, name));
  const phrases: Text[] = [];
  const length = facts.name?.length ?? 0;
  if ((known("name_digit_ratio") ?? 0) >= 0.6) {
    phrases.push(PHRASES.namedByAddress);
  } else if (length >= 50) phrases.push(PHRASES.longName);
  else if (length >= 12 && looksRandom(facts.name ?? "")) {
    phrases.push(PHRASES.randomName);
  }
  if (facts.app_protocol === "tls" && facts.name === null) {
    phrases.push(PHRASES.unnamedServer);
  }
  if (numberOrNull(memberOf(content, "dns_rcode")) === 3) {
    phrases.push(PHRASES.nameMissing);
  }
  const type = numberOrNull(memberOf(content, "dns_type"));
  if (type === 16 || type === 10) phrases.push(PHRASES.textRecords);
  addHttp(phrases, content, known("http_target_special_ratio") ?? 0);
  return phrases;
}

function addHttp(phrases: Text[], content: JsonObject, special: number): void {
  if (memberOf(content, "http_method") === "POST") phrases.push(PHRASES.post);
  const status = numberOrNull(memberOf(content, "http_status")) ?? 0;
  if (status === 404) phrases.push(PHRASES.notFound);
  else if (status >= 500) phrases.push(PHRASES.serverFailed);
  else if (status >= 400) phrases.push(PHRASES.refusedRequest);
  if (special >= 0.05) phrases.push(PHRASES.specialCharacters);
  const agent = memberOf(content, "http_user_agent");
  if (typeof agent !== "string") return;
  const start = agent.slice(0, 200);
  if (ATTACK_TOOL.test(start)) phrases.push(PHRASES.toolAgent);
  else if (BROWSER.test(start)) phrases.push(PHRASES.browserAgent);
  else if (SCRIPT.test(start)) phrases.push(PHRASES.scriptAgent);
}

/** Whether the longest label of a name has many changes between consonants, vowels and digits for its length. */
function looksRandom(name: string): boolean {
  let longest = "";
  for (const label of name.slice(0, 255).split(".")) {
    if (label.length > longest.length) longest = label;
  }
  if (longest.length < 10) return false;
  let run = 0, odd = 0, letters = 0, digits = 0;
  for (const letter of longest) {
    if (letter >= "0" && letter <= "9") {
      digits++;
      run = 0;
    } else if ("aeiouy".includes(letter)) {
      letters++;
      run = 0;
    } else {
      letters++;
      // A fourth consonant in a row is rare in words of any language that names are made of.
      if (++run === 4) odd++;
    }
  }
  const mixed = digits >= 3 && letters >= 3 && digits / longest.length < 0.8;
  return odd >= 2 || odd >= 1 && digits >= 1 ||
    mixed && longest.length >= 12;
}
