// One tracked host and what it did in each bucket.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include "core/flow/hash.hpp"
#include "core/flow/pool.hpp"
#include "core/flow/sums.hpp"

namespace mld {

/// Buckets of the longest window.
inline constexpr std::uint32_t kHistory = 60;

/// Values that are counted once. The first kinds are a host's own as initiator, the last two as
/// responder.
enum class Distinct : std::uint8_t {
  external,  ///< responder addresses by class
  internal,
  group,  ///< multicast and broadcast
  port,   ///< responder port of TCP and UDP
  smb_internal,
  smb_other,
  login_internal,
  login_other,
  arp,
  dns_name,
  dns_zone,
  out_count,
  source = out_count,
  own_port,
  count
};
inline constexpr std::size_t kOutDistinct = static_cast<std::size_t>(Distinct::out_count);
inline constexpr std::size_t kInDistinct = static_cast<std::size_t>(Distinct::count) - kOutDistinct;

/// Counts of a host as initiator in one bucket.
enum class Out : std::uint8_t {
  flows,
  answered,
  packets_sent,
  packets_received,
  tcp_packets,
  rst_packets,
  syn,
  syn_ack,
  tcp_flows,
  udp_flows,
  icmp_flows,
  arp_flows,
  port_flows,
  internal_flows,
  login_flows,
  smb_flows,
  http,
  http_odd_port,
  dns_queries,
  dns_responses,
  dns_failed,
  dns_rare,
  large_uploads,
  closed,
  unsolicited_packets,
  new_external,
  new_internal,
  distinct,  ///< kOutDistinct counts follow
  count = distinct + kOutDistinct
};

/// Sums of a host as initiator in one bucket.
enum class OutSum : std::uint8_t {
  bytes_sent,
  payload_sent,
  payload_received,
  external_payload,
  smb_sent,
  smb_received,
  dns_entropy,  ///< bits * 2^32
  dns_length,
  unsolicited_bytes,
  closed_us,
  count
};

inline constexpr std::size_t kOutCounts = static_cast<std::size_t>(Out::count);
inline constexpr std::size_t kOutSums = static_cast<std::size_t>(OutSum::count);

/// Histograms over the flows started in one bucket, once there are more than a few.
struct OutBins {
  std::array<std::uint32_t, kBins> ports{};
  std::array<std::uint32_t, kBins> addresses{};
};

/// A host as initiator in one bucket.
struct OutBucket {
  static constexpr std::uint32_t kLogged = 8;
  std::array<std::uint64_t, kOutSums> sums{};
  Squares closed_squares;
  std::array<std::uint32_t, kOutCounts> counts{};
  std::uint32_t bucket = 0;                       ///< low 32 bits of its number
  std::uint32_t next = kNone;                     ///< the one before
  std::uint32_t bins = kNone;                     ///< all starts, once more than kLogged
  std::array<std::uint8_t, kLogged> log_ports{};  ///< bin of each start; kBins: no ports
  std::array<std::uint8_t, kLogged> log_addresses{};

  std::uint32_t& operator[](Out what) { return counts[static_cast<std::size_t>(what)]; }
  std::uint64_t& operator[](OutSum what) { return sums[static_cast<std::size_t>(what)]; }
  std::uint32_t& operator[](Distinct kind) {
    return counts[static_cast<std::size_t>(Out::distinct) + static_cast<std::size_t>(kind)];
  }
};

/// Counts of a host as responder in one bucket.
enum class In : std::uint8_t {
  flows,
  answered,
  packets_received,
  packets_sent,
  syn,
  syn_ack,
  handshakes,
  udp_packets,
  icmp_packets,
  tcp_packets,
  rst_packets,
  login_flows,
  http,
  distinct,  ///< kInDistinct counts follow
  count = distinct + kInDistinct
};
enum class InSum : std::uint8_t { bytes_received, bytes_sent, count };
inline constexpr std::size_t kInCounts = static_cast<std::size_t>(In::count);
inline constexpr std::size_t kInSums = static_cast<std::size_t>(InSum::count);

/// Histograms of a responder in one bucket, kept for the 10 seconds that they are used.
struct InBins {
  std::array<std::uint32_t, kBins> sources{};
  std::array<std::uint32_t, 16> sizes{};
};

/// A host as responder in one bucket.
struct InBucket {
  std::array<std::uint64_t, kInSums> sums{};
  std::array<std::uint32_t, kInCounts> counts{};
  std::uint32_t bucket = 0;
  std::uint32_t next = kNone;
  std::uint32_t bins = kNone;

  std::uint32_t& operator[](In what) { return counts[static_cast<std::size_t>(what)]; }
  std::uint64_t& operator[](InSum what) { return sums[static_cast<std::size_t>(what)]; }
  std::uint32_t& operator[](Distinct kind) {
    return counts[static_cast<std::size_t>(In::distinct) + static_cast<std::size_t>(kind) -
                  kOutDistinct];
  }
};

/// Where a host is looked up: address within a VLAN and a tunnel.
struct HostKey {
  AddressWords address;
  std::uint32_t vlan;
  std::uint32_t vni;
  std::uint32_t ip_version;
  bool operator==(const HostKey&) const = default;
};

/// Lists of hosts: without and with buckets that are kept, in probation and established.
enum class HostList : std::uint8_t {
  probation_idle,
  probation,
  established_idle,
  established,
  count
};

/// One host.
struct Host {
  HostKey key{};
  std::uint32_t generation = 0;
  std::uint64_t order = 0;    ///< number of the host
  std::int64_t bucket = 0;    ///< of its last packet
  std::uint32_t packets = 0;  ///< in that bucket
  std::uint32_t hash = 0;
  std::uint32_t out = kNone;           ///< newest OutBucket
  std::uint32_t in = kNone;            ///< newest InBucket
  std::uint32_t out_snapshot = kNone;  ///< of the bucket that closes
  std::uint32_t in_snapshot = kNone;
  std::uint32_t values = kNone;  ///< first of its distinct values
  std::uint32_t value_count = 0;
  std::uint32_t purge_at = 64;  ///< look for stale values at this count
  Links links;
  HostList list = HostList::probation;
  bool live = false;
  bool internal = false;
  bool group = false;  ///< multicast or broadcast
  bool used = false;   ///< had more packets in its last bucket since its place in the list

  bool established() const { return list >= HostList::established_idle; }
  bool external() const { return !internal && !group; }
};

}  // namespace mld
