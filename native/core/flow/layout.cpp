#include "core/flow/layout.hpp"

#include <span>
#include <string_view>

#include "core/flow/counters.hpp"
#include "core/flow/features.gen.hpp"
#include "core/flow/record.hpp"

namespace mld {
namespace {

struct Field {
  const char* name;
  const char* type;
  std::size_t offset;
};

#define MLD_FIELD(record, type, name) {#name, type, offsetof(record, name)}

constexpr Field kFlowFields[] = {
    MLD_FIELD(FlowRecord, "f64", start_us),
    MLD_FIELD(FlowRecord, "f64", end_us),
    MLD_FIELD(FlowRecord, "f64", fwd_bytes),
    MLD_FIELD(FlowRecord, "f64", bwd_bytes),
    MLD_FIELD(FlowRecord, "f64", fwd_payload),
    MLD_FIELD(FlowRecord, "f64", bwd_payload),
    MLD_FIELD(FlowRecord, "u64", order),
    MLD_FIELD(FlowRecord, "bytes16", src),
    MLD_FIELD(FlowRecord, "bytes16", dst),
    MLD_FIELD(FlowRecord, "bytes16", id),
    MLD_FIELD(FlowRecord, "u32", sequence),
    MLD_FIELD(FlowRecord, "u32", vlan),
    MLD_FIELD(FlowRecord, "u32", vni),
    MLD_FIELD(FlowRecord, "u32", interface_id),
    MLD_FIELD(FlowRecord, "u32", fwd_packets),
    MLD_FIELD(FlowRecord, "u32", bwd_packets),
    MLD_FIELD(FlowRecord, "u32", len_min),
    MLD_FIELD(FlowRecord, "u32", len_max),
    MLD_FIELD(FlowRecord, "u32", syn_count),
    MLD_FIELD(FlowRecord, "u32", ack_count),
    MLD_FIELD(FlowRecord, "u32", fin_count),
    MLD_FIELD(FlowRecord, "u32", rst_count),
    MLD_FIELD(FlowRecord, "u32", psh_count),
    MLD_FIELD(FlowRecord, "u16", src_port),
    MLD_FIELD(FlowRecord, "u16", dst_port),
    MLD_FIELD(FlowRecord, "u16", http_status),
    MLD_FIELD(FlowRecord, "u16", dns_qtype),
    MLD_FIELD(FlowRecord, "u8", protocol),
    MLD_FIELD(FlowRecord, "u8", ip_version),
    MLD_FIELD(FlowRecord, "u8", kind),
    MLD_FIELD(FlowRecord, "u8", end_reason),
    MLD_FIELD(FlowRecord, "u8", final),
    MLD_FIELD(FlowRecord, "u8", direction_confidence),
    MLD_FIELD(FlowRecord, "u8", app),
    MLD_FIELD(FlowRecord, "u8", flags),
    MLD_FIELD(FlowRecord, "u8", icmp_type),
    MLD_FIELD(FlowRecord, "u8", icmp_code),
    MLD_FIELD(FlowRecord, "u8", dns_rcode),
};

constexpr Field kHostFields[] = {
    MLD_FIELD(HostRecord, "f64", time_us),    MLD_FIELD(HostRecord, "f64", start_us),
    MLD_FIELD(HostRecord, "u64", order),      MLD_FIELD(HostRecord, "bytes16", addr),
    MLD_FIELD(HostRecord, "bytes16", id),     MLD_FIELD(HostRecord, "u32", vlan),
    MLD_FIELD(HostRecord, "u32", vni),        MLD_FIELD(HostRecord, "u32", packets),
    MLD_FIELD(HostRecord, "u8", ip_version),  MLD_FIELD(HostRecord, "u8", internal),
    MLD_FIELD(HostRecord, "u8", established),
};

#undef MLD_FIELD

constexpr const char* kTextNames[] = {"name_dns",    "name_sni",    "ja3",       "alpn",
                                      "http_method", "http_target", "http_host", "http_user_agent",
                                      "ssh_client",  "ssh_server"};
static_assert(std::size(kTextNames) == kTexts);

constexpr const char* kEndReasons[] = {"active", "fin", "rst", "idle", "capture_end", "evicted"};
static_assert(std::size(kEndReasons) == static_cast<std::size_t>(EndReason::count));

constexpr const char* kApps[] = {"unknown", "dns", "tls", "http", "ssh", "smb"};
static_assert(std::size(kApps) == static_cast<std::size_t>(App::count));

constexpr const char* kKinds[] = {"ip", "arp"};
constexpr const char* kFlags[] = {"src_internal",    "dst_internal", "src_established",
                                  "dst_established", "one_way",      "group_responder",
                                  "payload_cut"};

std::string quoted(std::string_view text) { return '"' + std::string(text) + '"'; }

std::string list(std::span<const char* const> names) {
  std::string out = "[";
  for (const char* name : names) {
    if (out.size() > 1) out += ',';
    out += quoted(name);
  }
  return out + ']';
}

std::string field(std::string_view name, std::string_view type, std::size_t offset) {
  return "{\"name\":" + quoted(name) + ",\"type\":" + quoted(type) +
         ",\"offset\":" + std::to_string(offset) + '}';
}

std::string record(std::size_t size, std::span<const Field> fields, std::size_t features_offset,
                   std::span<const char* const> features, bool texts) {
  std::string out = "{\"size\":" + std::to_string(size) + ",\"fields\":[";
  for (const Field& f : fields) {
    if (&f != fields.data()) out += ',';
    out += field(f.name, f.type, f.offset);
  }
  for (std::size_t i = 0; texts && i < kTexts; ++i) {
    out += ',' + field(kTextNames[i], "ref", offsetof(FlowRecord, texts) + i * sizeof(TextRef));
  }
  return out + "],\"featuresOffset\":" + std::to_string(features_offset) +
         ",\"features\":" + list(features) + '}';
}

}  // namespace

std::size_t counter_count() { return kCounters; }

std::string counter_name(std::size_t index) {
  if (index < kCounterNames.size()) return kCounterNames[index];
  index -= kCounterNames.size();
  if (index < kRefusals - 1) {
    return std::string("refused_") + refusal_name(static_cast<Refusal>(index + 1));
  }
  index -= kRefusals - 1;
  return std::string("with_") + feature_name(static_cast<Feature>(index));
}

std::string layout_json() {
  std::string out = "{\"abi\":" + std::to_string(kAbiVersion);
  out += ",\"flow\":" + record(sizeof(FlowRecord), kFlowFields, offsetof(FlowRecord, features),
                               kFlowFeatureNames, true);
  out += ",\"host\":" + record(sizeof(HostRecord), kHostFields, offsetof(HostRecord, features),
                               kHostFeatureNames, false);
  out += ",\"texts\":" + list(kTextNames) + ",\"counters\":[";
  for (std::size_t i = 0; i < kCounters; ++i) {
    if (i > 0) out += ',';
    out += quoted(counter_name(i));
  }
  out += "],\"enums\":{\"endReason\":" + list(kEndReasons) + ",\"app\":" + list(kApps) +
         ",\"kind\":" + list(kKinds) + ",\"flowFlag\":" + list(kFlags) + ",\"malformed\":[";
  for (std::size_t i = 0; i < kRefusals; ++i) {
    if (i > 0) out += ',';
    out += quoted(refusal_name(static_cast<Refusal>(i)));
  }
  return out + "]}}";
}

}  // namespace mld
