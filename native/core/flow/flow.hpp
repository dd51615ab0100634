// One tracked flow.
#pragma once
#include <array>
#include <cstdint>
#include <type_traits>

#include "core/base/packet.hpp"
#include "core/flow/hash.hpp"
#include "core/flow/pool.hpp"
#include "core/flow/record.hpp"
#include "core/flow/services.hpp"
#include "core/flow/sums.hpp"

namespace mld {

namespace tcp {
inline constexpr std::uint8_t fin = 1, syn = 2, rst = 4, psh = 8, ack = 16;
}
namespace ip_protocol {
inline constexpr std::uint8_t icmp = 1, tcp = 6, udp = 17, icmp6 = 58, sctp = 132;
}

/// What makes packets one flow, the same for both directions: the lesser endpoint first.
struct FlowKey {
  AddressWords low;
  AddressWords high;
  std::uint32_t vlan;
  std::uint32_t vni;
  std::uint16_t low_port;
  std::uint16_t high_port;
  std::uint8_t protocol;
  std::uint8_t ip_version;
  std::uint8_t kind;
  std::uint8_t zero;
  bool operator==(const FlowKey&) const = default;
};
static_assert(std::has_unique_object_representations_v<FlowKey> && sizeof(FlowKey) == 48);

/// A host at the time it was looked up: stale when the host was forgotten since.
struct HostRef {
  std::uint32_t id = kNone;
  std::uint32_t generation = 0;
};

/// Statistics of one direction.
struct Side {
  std::int64_t first_us = 0;
  std::int64_t last_us = 0;
  std::uint64_t bytes = 0;
  std::uint64_t payload = 0;
  std::uint64_t length_squares = 0;
  Squares gap_squares;
  std::uint32_t packets = 0;
  std::uint32_t first_payload = 0;
  float payload_entropy = kUnavailable;
  std::uint32_t prefix = kNone;  ///< buffer of an undecided prefix
};

/// What only longer flows need: histogram of sizes, and pauses.
struct FlowMore {
  std::array<std::uint32_t, 16> sizes{};
  std::uint64_t pause_sum = 0;
  Squares pause_squares;
  std::uint32_t pauses = 0;
};

/// Lists by what ends a flow. The `half` ones are bounded with the unanswered flows.
enum class FlowList : std::uint8_t {
  unanswered,
  half_tcp,  ///< answered TCP whose initiator has not come back
  half_closed,
  half_late,      ///< last packet's own time lies before the bucket of the clock
  half_replaced,  ///< ended by a new flow with its key
  other,          ///< confirmed, not TCP
  tcp,
  closed,
  late,
  replaced,
  count
};
inline constexpr std::size_t kFlowLists = static_cast<std::size_t>(FlowList::count);

/// Bits of `Flow::state`.
namespace flow_state {
inline constexpr std::uint16_t low_starts = 1;  ///< the lesser endpoint is the initiator
inline constexpr std::uint16_t fin_fwd = 2;
inline constexpr std::uint16_t fin_bwd = 4;
inline constexpr std::uint16_t closed = 8;
inline constexpr std::uint16_t confirmed = 16;  ///< both ends are real: see docs/flows.md
inline constexpr std::uint16_t syn_ack_seen = 32;
inline constexpr std::uint16_t handshake = 64;
inline constexpr std::uint16_t large_upload = 128;
inline constexpr std::uint16_t detached = 256;      ///< no longer found by its key
inline constexpr std::uint16_t decided_fwd = 1024;  ///< the prefix needs no more bytes
inline constexpr std::uint16_t decided_bwd = 2048;
inline constexpr std::uint16_t http_counted = 4096;
inline constexpr std::uint16_t reset = 8192;  ///< closed by RST
inline constexpr std::uint16_t payload_cut = 16384;
}  // namespace flow_state

/// Index of a direction in `Flow::sides`, `hosts` and `snapshots`.
inline constexpr unsigned kForward = 0;
inline constexpr unsigned kBackward = 1;

/// One flow from its first packet to its last record.
struct Flow {
  FlowKey key;
  Side sides[2];
  std::int64_t start_us = 0;
  std::int64_t last_us = 0;      ///< largest packet time
  std::int64_t reported_us = 0;  ///< start, or the end of the bucket of the last report
  std::int64_t bucket = 0;       ///< of the clock at the last packet
  std::int64_t gap_max = 0;
  Squares gap_squares;
  std::uint64_t created = 0;   ///< number of the flow
  std::uint64_t size_log = 0;  ///< size bins of the first 16 packets, 4 bits each
  HostRef hosts[2];            ///< initiator, responder
  std::uint32_t snapshots[2] = {kNone, kNone};
  Links links;  ///< of a FlowList
  Links age;    ///< of the unconfirmed flows
  std::uint32_t hash = 0;
  std::uint32_t more = kNone;
  std::uint32_t facts = kNone;
  std::uint32_t interface_id = 0;
  std::uint32_t sequence = 0;
  std::uint32_t len_min = 0xffffffffu;
  std::uint32_t len_max = 0;
  std::uint32_t empty = 0;            ///< packets without payload
  std::uint32_t flag_counts[5] = {};  ///< FIN, SYN, RST, PSH, ACK
  std::uint32_t pair_flows = 0;       ///< 0: not known
  float pair_gap_mean = kUnavailable;
  float pair_gap_cv = kUnavailable;
  float pair_age = kUnavailable;
  std::uint16_t state = 0;
  std::uint16_t twin = 0;  ///< number among flows of the same key and start
  App app = App::unknown;  ///< the first that was recognised
  std::uint8_t apps = 0;   ///< all that were, bit by App
  FlowList list = FlowList::unanswered;
  std::uint8_t confidence = 0;
  std::uint8_t flags = 0;  ///< flow_flag bits that hold from the start
  std::uint8_t icmp_type = 0;
  std::uint8_t icmp_code = 0;

  bool is(std::uint16_t bits) const { return (state & bits) != 0; }
  void set(std::uint16_t bits) { state = static_cast<std::uint16_t>(state | bits); }
  bool answered() const { return sides[kForward].packets > 0 && sides[kBackward].packets > 0; }
  std::uint32_t packets() const { return sides[kForward].packets + sides[kBackward].packets; }
  const AddressWords& initiator() const { return is(flow_state::low_starts) ? key.low : key.high; }
  const AddressWords& responder() const { return is(flow_state::low_starts) ? key.high : key.low; }
  std::uint16_t initiator_port() const {
    return is(flow_state::low_starts) ? key.low_port : key.high_port;
  }
  std::uint16_t responder_port() const {
    return is(flow_state::low_starts) ? key.high_port : key.low_port;
  }
  bool is_tcp() const { return key.protocol == ip_protocol::tcp; }
  bool is_udp() const { return key.protocol == ip_protocol::udp; }
  bool is_arp() const { return key.kind == static_cast<std::uint8_t>(PacketKind::arp); }
  bool is_icmp() const {
    return (key.protocol == ip_protocol::icmp && key.ip_version == 4) ||
           key.protocol == ip_protocol::icmp6;
  }
  bool has_ports() const { return is_tcp() || is_udp() || key.protocol == ip_protocol::sctp; }
  bool is_login() const { return is_tcp() && is_login_port(responder_port()); }
  bool is_smb() const { return is_tcp() && is_smb_port(responder_port()); }
  void recognise(App what) {
    if (app == App::unknown) app = what;
    apps = static_cast<std::uint8_t>(apps | (1u << static_cast<unsigned>(what)));
  }
  bool has_app(App what) const { return ((apps >> static_cast<unsigned>(what)) & 1u) != 0; }
  EndReason close_reason() const { return is(flow_state::reset) ? EndReason::rst : EndReason::fin; }
};
static_assert(sizeof(Flow) <= 416);

}  // namespace mld
