import {
  type Category,
  MODEL_CATEGORIES,
  type ModelName,
} from "@ml-defender/events";

/** A model's finding in terms of incidents. */
export interface Refined {
  /** What kind of threat it is. */
  category: Category;
  /** Which side of the flow it is about. */
  subject: "initiator" | "responder";
}

/** Reads one feature of the flow at hand; NaN where it is unavailable. */
export type FeatureReader = (name: string) => number;

const UPLOAD_BYTES = 1_048_576;
const PIECE_BYTES = 65_536;
/** What a login takes at most; more is work, or an upload. */
const LOGIN_BYTES = 65_536;
const HOST_UPLOAD_BYTES = 16 * 1_048_576;

/**
 * Which threat a model's alarm is about, and whom. The models tell harmful from harmless; what is left is plain facts of
 * the flow, asked in this order:
 *
 * | model | first that holds | category |
 * | --- | --- | --- |
 * | ddos | always | ddos |
 * | ransomware | always | ransomware |
 * | traffic | payload is DNS | dns |
 * | | 80 % of at least 1 MiB went out of the flow, or of 16 MiB out of the host, or a part of 1 MiB from it | exfiltration |
 * | | HTTP with signs of commands in its target (few of them to a server inside), or from outside to a server inside | web |
 * | | long, slow, short plain messages to a registered port | mining |
 * | | else | c2 |
 * | internal | login service, used at least 5 times in five minutes or by this pair, mostly answered, no upload | bruteforce |
 * | | SMB that ends at the login | bruteforce |
 * | | answered datagrams | bruteforce |
 * | | most of what the host tries is not accepted, or 10 ports in 30 s, or an ARP sweep, or ICMP | scan |
 * | | else | lateral |
 *
 * The subject is the initiator; for ddos the responder, unless the flow is replies only (reflection: who gets them is
 * its initiator); for traffic the host inside where only one is, but the initiator for web.
 */
export function refine(model: ModelName, feature: FeatureReader): Refined {
  if (model === "ddos") {
    const repliesOnly = feature("fwd_packets") === 0;
    return {
      category: "ddos",
      subject: repliesOnly ? "initiator" : "responder",
    };
  }
  if (model === "ransomware") {
    return { category: "ransomware", subject: "initiator" };
  }
  if (model === "internal") {
    return { category: internalCategory(feature), subject: "initiator" };
  }
  const category = trafficCategory(feature);
  const inbound = feature("src_is_internal") === 0 &&
    feature("dst_is_internal") === 1;
  return {
    category,
    subject: inbound && category !== "web" ? "responder" : "initiator",
  };
}

/** The side that a category is about where a rule already named the category. */
export function subjectFor(
  category: Category,
  feature: FeatureReader,
): "initiator" | "responder" {
  if (category === "ddos") return refine("ddos", feature).subject;
  if (category === "web" || !MODEL_CATEGORIES.traffic.includes(category)) {
    return "initiator";
  }
  const inbound = feature("src_is_internal") === 0 &&
    feature("dst_is_internal") === 1;
  return inbound ? "responder" : "initiator";
}

function trafficCategory(feature: FeatureReader): Category {
  if (feature("app_dns") === 1) return "dns";
  const sent = feature("upload_ratio") >= 0.8 &&
    feature("fwd_payload_bytes") >= UPLOAD_BYTES;
  const hostSent = feature("src_data_exfiltration_indicators_300s") >= 0.8 &&
    feature("src_external_upload_bytes_300s") >= HOST_UPLOAD_BYTES;
  // A flow of many that carry parts of one upload.
  const piece = feature("upload_ratio") >= 0.95 &&
    feature("fwd_payload_bytes") >= PIECE_BYTES &&
    feature("src_external_upload_bytes_300s") >= UPLOAD_BYTES;
  if (sent || hostSent || piece) return "exfiltration";
  if (feature("app_http") === 1) {
    const inbound = feature("src_is_internal") === 0 &&
      feature("dst_is_internal") === 1;
    // Requests to outside carry whole addresses in escaped form, those inside seldom do.
    const bar = feature("dst_is_internal") === 1 ? 0.015 : 0.08;
    if (inbound || feature("http_target_special_ratio") >= bar) return "web";
  }
  const plain = feature("app_tls") !== 1 && feature("app_http") !== 1 &&
    feature("fwd_payload_entropy") <= 5.6;
  const slow = feature("duration_s") >= 120 && feature("byte_rate") <= 500 &&
    feature("fwd_len_mean") <= 400;
  if (plain && slow && feature("dst_port_registered") === 1) return "mining";
  return "c2";
}

function internalCategory(feature: FeatureReader): Category {
  const refused = feature("src_unanswered_ratio_30s") >= 0.5 ||
    feature("src_syn_without_ack_ratio_30s") >= 0.5;
  const uploads = feature("upload_ratio") >= 0.8 &&
    feature("fwd_payload_bytes") >= LOGIN_BYTES;
  const tries = feature("src_login_flows_300s") >= 5 ||
    feature("pair_flows") >= 5;
  if (feature("login_service") === 1 && tries && !refused && !uploads) {
    return "bruteforce";
  }
  if (endsAtLogin(feature)) return "bruteforce";
  // Movement needs a connection; what is answered by datagrams is asked for tickets or passwords.
  if (feature("is_udp") === 1 && feature("answered") === 1) return "bruteforce";
  if (
    refused || feature("src_unique_ports_30s") >= 10 ||
    feature("src_arp_targets_30s") >= 20 || feature("is_icmp") === 1
  ) return "scan";
  return "lateral";
}

/** An SMB connection in which a dialect was agreed on and a login answered, and nothing else. */
function endsAtLogin(feature: FeatureReader): boolean {
  const sent = feature("fwd_payload_bytes");
  const received = feature("bwd_payload_bytes");
  return feature("app_smb") === 1 && feature("duration_s") <= 10 &&
    sent >= 300 && sent <= 1500 && received >= 200 && received <= 800;
}
