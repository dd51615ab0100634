// The records that the engine writes: plain data without padding, hashed and read byte for byte.
// All numbers are little-endian; text lies in the batch's arena and is referred to by offset.
#pragma once
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "core/flow/features.gen.hpp"

namespace mld {

/// Why a flow record was written.
enum class EndReason : std::uint8_t { active, fin, rst, idle, capture_end, evicted, count };

/// Application protocol by payload (SMB also by port).
enum class App : std::uint8_t { unknown, dns, tls, http, ssh, smb, count };

/// Bits of `FlowRecord::flags`.
namespace flow_flag {
inline constexpr std::uint8_t src_internal = 1;
inline constexpr std::uint8_t dst_internal = 2;
inline constexpr std::uint8_t src_established = 4;  ///< the initiator is no host in probation
inline constexpr std::uint8_t dst_established = 8;
inline constexpr std::uint8_t one_way = 16;          ///< packets of one direction only
inline constexpr std::uint8_t group_responder = 32;  ///< multicast or broadcast
inline constexpr std::uint8_t payload_cut = 64;      ///< some payload was not captured
}  // namespace flow_flag

/// Text in the arena of the batch: `length` bytes at `offset`; absent when `length` is 0.
struct TextRef {
  std::uint32_t offset;
  std::uint32_t length;
};

/// The texts of a flow record, in the order of their references.
enum class Text : std::uint8_t {
  name_dns,  ///< first DNS name asked for
  name_sni,  ///< TLS server name
  ja3,       ///< 32 hexadecimal digits
  alpn,      ///< first protocol offered
  http_method,
  http_target,
  http_host,
  http_user_agent,
  ssh_client,  ///< banner of the initiator
  ssh_server,  ///< banner of the responder
  count
};
inline constexpr std::size_t kTexts = static_cast<std::size_t>(Text::count);

/// One report of a flow. src is the initiator.
struct FlowRecord {
  double start_us;
  double end_us;  ///< largest packet time
  double fwd_bytes;
  double bwd_bytes;
  double fwd_payload;
  double bwd_payload;
  std::uint64_t order;  ///< order of emission over flow and host records
  std::uint8_t src[16];
  std::uint8_t dst[16];
  std::uint8_t id[16];     ///< hash of source id, key, start, sequence, and twin
  std::uint32_t sequence;  ///< counts the records of one flow from 0
  std::uint32_t vlan;
  std::uint32_t vni;
  std::uint32_t interface_id;  ///< of the first packet
  std::uint32_t fwd_packets;
  std::uint32_t bwd_packets;
  std::uint32_t len_min;
  std::uint32_t len_max;
  std::uint32_t syn_count;
  std::uint32_t ack_count;
  std::uint32_t fin_count;
  std::uint32_t rst_count;
  std::uint32_t psh_count;
  std::uint16_t src_port;
  std::uint16_t dst_port;
  std::uint16_t http_status;  ///< 0 none
  std::uint16_t dns_qtype;    ///< of the first query; 0 none
  std::uint8_t protocol;
  std::uint8_t ip_version;
  std::uint8_t kind;                  ///< PacketKind
  std::uint8_t end_reason;            ///< EndReason
  std::uint8_t final;                 ///< 1 at the flow's end
  std::uint8_t direction_confidence;  ///< percent
  std::uint8_t app;                   ///< App
  std::uint8_t flags;                 ///< flow_flag
  std::uint8_t icmp_type;             ///< of the first packet; ARP: operation
  std::uint8_t icmp_code;
  std::uint8_t dns_rcode;  ///< of the first response; 255 none
  std::uint8_t reserved;   ///< 0
  TextRef texts[kTexts];
  float features[kFlowFeatures];
};

/// A host with packets in one bucket, at its close.
struct HostRecord {
  double time_us;   ///< end of the bucket
  double start_us;  ///< start of the bucket
  std::uint64_t order;
  std::uint8_t addr[16];
  std::uint8_t id[16];
  std::uint32_t vlan;
  std::uint32_t vni;
  std::uint32_t packets;  ///< of the host's flows in this bucket, both directions
  std::uint8_t ip_version;
  std::uint8_t internal;
  std::uint8_t established;
  std::uint8_t reserved;  ///< 0
  float features[kHostFeatures];
};

static_assert(std::is_trivially_copyable_v<FlowRecord> && std::is_trivially_copyable_v<HostRecord>);
static_assert(offsetof(FlowRecord, src) == 56 && offsetof(FlowRecord, sequence) == 104);
static_assert(offsetof(FlowRecord, src_port) == 156 && offsetof(FlowRecord, protocol) == 164);
static_assert(offsetof(FlowRecord, texts) == 176 && offsetof(FlowRecord, features) == 256);
static_assert(sizeof(FlowRecord) == 256 + 4 * kFlowFeatures && sizeof(FlowRecord) % 8 == 0);
static_assert(offsetof(HostRecord, addr) == 24 && offsetof(HostRecord, vlan) == 56);
static_assert(offsetof(HostRecord, features) == 72);
static_assert(sizeof(HostRecord) == 72 + 4 * kHostFeatures && sizeof(HostRecord) % 8 == 0);

}  // namespace mld
